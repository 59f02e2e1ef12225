// Runs the scenario in every runtime that is here and prints a table. Exit code 1 where a run fails or a hash differs;
// with FOURLANE_REQUIRE_RUNTIMES=1 also where a runtime is missing. Arguments are names of runtimes to run alone.
import { availableParallelism } from 'node:os';
import { browsers } from './drivers/browsers.mjs';
import { bundlers } from './drivers/bundles.mjs';
import { processes } from './drivers/processes.mjs';
import { workerd } from './drivers/workerd.mjs';
import { faultOf } from './report.js';
import { goldenHash } from './scenario.js';

const INSTALL = {
  npm: 'npm ci --prefix test/runtimes',
  apt: 'apt-get install -y --no-install-recommends chromium firefox-esr (or set FOURLANE_CHROMIUM, FOURLANE_FIREFOX)',
};

/** All rows of one runtime; a driver that fails gives a row that says so. */
async function runAll({ name, find, outcomes }) {
  const found = await find();
  if (!found) return undefined;
  const rows = [];
  const add = (outcome) => {
    const { variant, version = found.version, init, simd = '', hash = outcome.code ?? '', seconds } = outcome;
    const runtime = variant ? `${name}, ${variant}` : name;
    const time = seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
    const fault = outcome.fault ?? faultOf(outcome);
    const cells = [runtime, version, init ?? '', simd, hash, time, fault ? 'FAILED' : 'ok'];
    rows.push({ cells, fault, parts: outcome.parts });
  };
  try {
    for await (const outcome of outcomes(found)) add(outcome);
  } catch (error) {
    add({ fault: error.message });
  }
  return rows;
}

/** Runs as many at a time as there are processors, at most two: browsers are many processes already. */
async function inParallel(jobs, run) {
  const results = [];
  const queue = [...jobs.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await run(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  return results;
}

function printTable(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) {
    const padded = line.map((cell, i) => cell.padEnd(widths[i]));
    console.log(padded.join('  ').trimEnd());
  }
}

/** Rows that failed in the same way: stacks differ, what comes before them does not. */
function groupByFault(failures) {
  const groups = new Map();
  for (const row of failures) {
    const [reason] = row.fault.split('\n');
    groups.set(reason, [...(groups.get(reason) ?? []), row]);
  }
  return [...groups.values()];
}

/** The parts whose hashes are not those of most rows. */
function deviations(row, rows) {
  const counts = {};
  for (const { parts } of rows) {
    for (const [name, hash] of Object.entries(parts ?? {})) {
      counts[name] ??= {};
      counts[name][hash] = (counts[name][hash] ?? 0) + 1;
    }
  }
  const most = (hashes) => Object.keys(hashes).reduce((a, b) => (hashes[b] > hashes[a] ? b : a));
  return Object.keys(row.parts ?? {}).filter((name) => row.parts[name] !== most(counts[name]));
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
const runtimes = [...processes, workerd, ...browsers].filter(
  ({ name }) => process.argv.length < 3 || process.argv.slice(2).some((wanted) => name.startsWith(wanted)),
);
const results = await inParallel(runtimes, runAll);
const rows = results.flatMap((result) => result ?? []);
const failed = rows.filter(({ fault }) => fault);
const missing = runtimes.filter((_, i) => !results[i]);
for (const bundler of bundlers) if (!(await bundler.find())) missing.push(bundler);

printTable([['runtime', 'version', 'init', 'simd', 'hash', 'time', ''], ...rows.map(({ cells }) => cells)]);
for (const group of groupByFault(failed)) {
  console.log(`\n${group.map(({ cells: [runtime, , init] }) => `${runtime} (${init})`).join('; ')}:`);
  console.log(group[0].fault);
  const differing = deviations(group[0], rows);
  if (differing.length) console.log(`Differing from most: ${differing.join(', ')}`);
}
if (missing.length) {
  const ways = [...new Set(missing.map(({ install }) => INSTALL[install]))];
  console.log(`Missing: ${missing.map(({ name }) => name).join('; ')}. Install: ${ways.join('; ')}`);
}
console.log(`${rows.length - failed.length} passed, ${failed.length} failed; golden hash ${goldenHash}`);
if (failed.length || (missing.length && process.env.FOURLANE_REQUIRE_RUNTIMES === '1')) process.exitCode = 1;
