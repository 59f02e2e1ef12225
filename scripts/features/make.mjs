// Makes docs/features.json of the feature table: node scripts/features/make.mjs path/to/features.md
// A row is the Keras name with its defaults, area, priority, and how it is checked (see check.mjs). What follows from the
// signature is derived; what does not stands in checks.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { CHECKS, LEFT_OUT, NEEDS, NOT_MADE } from './checks.mjs';

/** From the sections of the table to areas, and the table of the package in which a plain name is looked up. */
const SECTIONS = {
  3: { area: 'layers', table: 'layers' },
  4: { area: 'convolution, recurrence, attention', table: 'layers' },
  5: { area: 'activations', table: 'activations' },
  6: { area: 'initializers, regularizers, constraints' },
  7: { area: 'losses', table: 'losses' },
  8: { area: 'metrics', table: 'metrics' },
  9: { area: 'optimizers', table: 'optimizers' },
  10: { area: 'schedules', table: 'schedules' },
  11: { area: 'callbacks', table: 'callbacks' },
  12: { area: 'model' },
  13: { area: 'data' },
  14: { area: 'history and reports' },
  15: { area: 'generative and unsupervised' },
  16: { area: 'runtime' },
};

/** Rows whose name says the table. */
const PREFIXES = { init: 'initializers', reg: 'regularizers', constraint: 'constraints', layer: 'layers' };

const [path] = process.argv.slice(2);
const rows = rowsOf(readFileSync(path, 'utf8'));
const unused = Object.keys(CHECKS).filter((name) => !rows.some((row) => row.name === name));
if (unused.length) throw new Error(`checks.mjs has rows that the table has not: ${unused.join(', ')}`);
const lines = rows.map((row) => `  ${JSON.stringify(row)}`);
writeFileSync(new URL('../../docs/features.json', import.meta.url), `[\n${lines.join(',\n')}\n]\n`);
console.log(`${rows.length} rows`);

function rowsOf(text) {
  const found = [];
  let section = 0;
  let header = [];
  for (const line of text.split('\n')) {
    const title = line.match(/^## (\d+)\./);
    if (title) section = Number(title[1]);
    if (!line.startsWith('| ') || !(section in SECTIONS)) continue;
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    if (cells[0].trim() === 'Feature') header = cells.map((cell) => cell.trim());
    else
      found.push(
        rowOf(
          section,
          cells.map((cell) => cell.trim()),
          header,
        ),
      );
  }
  return found;
}

function rowOf(section, cells, header) {
  const { area, table } = SECTIONS[section];
  const [name] = cells;
  const keras = header[2].startsWith('Keras') ? cells[2] : '';
  const priority = cells.at(-1).match(/must|should|later|no/)[0];
  const row = { section, area, name, keras, priority };
  if (CHECKS[name]) return { ...row, checks: CHECKS[name] };
  const [, prefix] = name.match(/^(\w+) \S/) ?? [];
  const where = PREFIXES[prefix] ?? table;
  const signature = keras.match(/^`(\w+)(?:\((.*?)\))?`/);
  if (!where || !signature) return { ...row, checks: [`nothing.${name.replace(/\W+/g, '')}`] };
  const [, called, parameters = ''] = signature;
  // Preprocessing is layers in Keras; here it may be tools of `fourlane/data`.
  const place = section === 13 ? `layers.${camel(called)} | data/${called}` : `${where}.${camel(called)}`;
  const left = LEFT_OUT[called] ?? {};
  const options = Object.fromEntries(
    optionsOf(parameters, where).filter(([option, value]) => value !== undefined && !(option in left)),
  );
  if (NOT_MADE.includes(called) || section === 13) return { ...row, checks: [place] };
  return {
    ...row,
    checks: [`make ${place}`],
    ...(NEEDS[called] ? { needs: NEEDS[called] } : {}),
    ...(Object.keys(options).length ? { options } : {}),
    ...(Object.keys(left).length ? { leftOut: left } : {}),
  };
}

/** `Conv2D` as `conv2D`, `GRUCell` as `gruCell`, `leaky_relu` as `leakyRelu`. Checks do not compare the case. */
function camel(name) {
  const joined = name.replace(/_+(\w)/g, (_, letter) => letter.toUpperCase());
  return joined.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (beginning) => beginning.toLowerCase());
}

/** The parameters with their defaults; undefined for those that have none. */
function optionsOf(parameters, where) {
  return split(parameters)
    .map((part) => part.split(/=(.*)/s))
    .filter(([name]) => where !== 'activations' || name !== 'x')
    .map(([name, value]) => [camel(name), value === undefined ? undefined : defaultOf(value)]);
}

/** At the commas that stand within no brackets. */
function split(text) {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if ('(['.includes(character)) depth++;
    if (')]'.includes(character)) depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter(Boolean);
}

function defaultOf(text) {
  const plain = { None: null, True: true, False: false }[text];
  if (plain !== undefined) return plain;
  if (/^['"]/.test(text)) return text.slice(1, -1);
  if (/^\(/.test(text)) return JSON.parse(text.replaceAll('(', '[').replaceAll(')', ']'));
  const number = Number(text.replace('2.0 ** 15', '32768'));
  return Number.isNaN(number) ? text : number;
}
