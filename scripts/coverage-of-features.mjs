// Prints every row of docs/features.json with done or not, looked for in the built package: npm run coverage-of-features.
import { readFileSync } from 'node:fs';
import { checkFeatures } from './features/check.mjs';

const places = ['data', 'workflow', 'datasets', 'infer', 'worker', 'node'];
const imported = await Promise.all(places.map((place) => import(`fourlane/${place}`)));
const modules = { '': await import('fourlane') };
for (const [i, place] of places.entries()) modules[place] = imported[i];

const rows = JSON.parse(readFileSync(new URL('../docs/features.json', import.meta.url), 'utf8'));
const results = await checkFeatures(rows, modules);

const counts = new Map();
let area = '';
for (const { row, missing } of results) {
  if (row.area !== area) console.log(`\n${row.section}. ${row.area}`);
  area = row.area;
  const left = row.leftOut ? ` (without ${Object.keys(row.leftOut).join(', ')})` : '';
  const state = missing.length ? `not done: ${missing.join('; ')}` : `done${left}`;
  console.log(`  ${row.priority.padEnd(6)}  ${row.name}: ${state}`);
  const key = `${row.section}. ${row.area}`;
  const count = counts.get(key) ?? {};
  count[row.priority] ??= [0, 0];
  count[row.priority][0] += missing.length ? 0 : 1;
  count[row.priority][1]++;
  counts.set(key, count);
}

console.log(`\n${''.padEnd(44)}${'must'.padStart(10)}${'should'.padStart(10)}${'later'.padStart(10)}`);
const priorities = ['must', 'should', 'later'];
const total = Object.fromEntries(priorities.map((priority) => [priority, sumOf(priority)]));
for (const [name, count] of [...counts, ['all', total]]) {
  const cells = priorities.map((priority) => (count[priority] ? count[priority].join('/') : '').padStart(10));
  console.log(`${name.padEnd(44)}${cells.join('')}`);
}

function sumOf(priority) {
  const parts = [...counts.values()].map((count) => count[priority] ?? [0, 0]);
  return parts.reduce(([done, all], [more, further]) => [done + more, all + further], [0, 0]);
}
