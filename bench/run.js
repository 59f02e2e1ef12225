import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { families } from './families/index.js';
import { compilePeak } from './measure/compilePeak.js';
import { runRows } from './measure/rows.js';
import { readOptions, usage } from './options.js';
import { findPeers } from './peers/find.js';
import { peers } from './peers/index.js';
import { Pool } from './peers/pool.js';
import { compare } from './report/compare.js';
import { explainGrowth, growthCharts } from './report/growth.js';
import { describeMachine, machineText } from './report/machine.js';
import { familyText, markdown, summaryText } from './report/report.js';
import { mergeRuns } from './report/runs.js';
import { judge } from './report/targets.js';
import { progress } from './report/text.js';
import { openFolder, writeFolder } from './work/folder.js';
import { makeWeights, models } from './work/models.js';

const FORMAT = 1;

let options;
try {
  options = readOptions(
    process.argv.slice(2),
    families.map(({ name }) => name),
    peers.map(({ name }) => name),
  );
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exit(1);
}
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const { pace, runs } = options;
const older = options.compare && JSON.parse(readFileSync(options.compare, 'utf8'));
if (older && older.format !== FORMAT)
  throw new Error(`${options.compare} is of format ${older.format}, not ${FORMAT}.`);

const began = new Date();
const machine = describeMachine();
const load = [os.loadavg()[0]];
const { found, missing } = await findPeers(options.peers);
console.log(`${machineText(machine)}; load ${load[0].toFixed(1)}; ${pace}`);
for (const line of missing) console.log(line);

const folder = mkdtempSync(join(os.tmpdir(), 'fourlane-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
writeFolder(folder, await files());
const pool = new Pool(found, folder, pace);
const context = { pool, peers: found, folder, work: openFolder(folder), pace, progress };

const all = [];
const described = {};
for (let run = 0; run < runs; run++) {
  if (runs > 1) console.log(`\nRun ${run + 1} of ${runs}`);
  const measured = {};
  for (const family of families.filter(({ name }) => options.families.includes(name))) {
    const start = performance.now();
    const { peers: hellos, ...result } = await (family.run?.(context) ?? runRows(family, context));
    result.seconds = (performance.now() - start) / 1000;
    Object.assign(described, hellos);
    progress('');
    console.log(familyText(family, result));
    measured[family.name] = result;
  }
  await pool.end();
  all.push(measured);
}
load.push(os.loadavg()[0]);

const measured = mergeRuns(all);
const formats = Object.fromEntries(families.map((family) => [family.name, family]));
const document = {
  format: FORMAT,
  date: began.toISOString(),
  ...{ machine, load, pace, runs, missing },
  peers: described,
  problems: Object.values(measured).flatMap(({ problems }) => problems),
  families: measured,
  targets: judge(measured, formats, peers),
  ...(older && { comparedWith: older.date, changes: compare(older.families, measured) }),
};
console.log(summaryText(document));
save();
if (document.problems.length > 0) process.exitCode = 1;

/** What peers need beside the data: kernels, and the models in the formats that some of them read. */
async function files() {
  const { sequential, layers } = await import('../dist/index.js');
  const boston = sequential({
    layers: models.boston.layers.map(({ kind, ...layer }, i) =>
      layers[kind](i === 0 ? { ...layer, inputShape: [models.boston.inputs] } : layer),
    ),
  });
  boston.setWeights(makeWeights(models.boston));
  const onnx = found.some(({ file }) => file === 'ort.js') ? await import('./work/onnx.js') : undefined;
  return {
    'core.wasm': readFileSync(new URL('../dist/core.wasm', import.meta.url)),
    'spatial.wasm': readFileSync(new URL('../dist/spatial.wasm', import.meta.url)),
    'peak.wasm': await compilePeak(),
    'boston.safetensors': boston.save(),
    ...onnx?.onnxFiles((name) => makeWeights(models[name])),
  };
}

/** Writes figures, report and charts, and says where. */
function save() {
  const name = began.toISOString().slice(0, 19).replaceAll(':', '-');
  const json = resolve(options.json ?? fileURLToPath(new URL(`results/${name}.json`, import.meta.url)));
  const report = resolve(options.report ?? json.replace(/(\.json)?$/, '.md'));
  for (const file of [json, report]) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(json, `${JSON.stringify(document, null, 2)}\n`);
  const rows = measured.scaling?.rows ?? [];
  const charts = growthCharts(rows).map(({ name, svg }) => {
    const file = `${basename(report).replace(/\.md$/, '')}-${name}.svg`;
    writeFileSync(join(dirname(report), file), svg);
    return { name, file };
  });
  writeFileSync(report, markdown(document, charts, explainGrowth(rows, document)));
  console.log(`\n${json}\n${report}`);
}
