import { writeFileSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { gemm } from './gemm.js';
import { percent, progress, report, summary } from './report.js';
import { step } from './step.js';

const families = [gemm, step];
const names = families.map(({ name }) => name).join(', ');

const usage = `npm run bench -- [family ...] [--quick] [--json FILE]

  family       what to measure: ${names}; all without one
  --quick      every row, but short and less exact
  --json FILE  writes the figures to a file as well`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const unknown = positionals.filter((name) => !families.some((family) => family.name === name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no family '${unknown.join("', '")}'.\n`);
  console.log(usage);
  process.exit(values.help ? 0 : 1);
}

const machine = {
  node: process.version,
  cpu: os.cpus()[0]?.model ?? process.arch,
  cores: os.cpus().length,
  load: os.loadavg()[0],
};
const { node, cpu, cores, load } = machine;
console.log(`Node ${node}, ${cpu}, ${cores} cores, load ${load.toFixed(1)}${values.quick ? ', quick' : ''}`);

const results = {};
for (const family of families) {
  if (positionals.length > 0 && !positionals.includes(family.name)) continue;
  const { result, coreShare } = await runFamily(family);
  console.log(report(family, result));
  if (coreShare < 0.95) {
    console.log(
      `This process had ${percent(coreShare)} of a core: other programs make these figures worse and noisy.`,
    );
  }
  results[family.name] = { ...result, coreShare };
}
console.log(summary(Object.values(results)));
if (Object.values(results).some(({ problems = [] }) => problems.length > 0)) process.exitCode = 1;
if (values.json) {
  writeFileSync(values.json, `${JSON.stringify({ machine, quick: values.quick, results }, null, 2)}\n`);
}

/** Measures a family, and what share of a core the process had meanwhile. */
async function runFamily(family) {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const result = await family.run({ quick: values.quick, progress });
  progress('');
  const { user, system } = process.cpuUsage(cpuBefore);
  return { result, coreShare: (user + system) / 1000 / (performance.now() - start) };
}
