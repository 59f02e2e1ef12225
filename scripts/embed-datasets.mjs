// Writes src/datasets/embedded/*.ts from scikit-learn's data files: the folder `sklearn` inside the one that
// FOURLANE_DATA names (default: ../shared/data beside the project). Usage: node scripts/embed-datasets.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const project = fileURLToPath(new URL('..', import.meta.url));
const folder = join(process.env.FOURLANE_DATA ?? join(project, '../shared/data'), 'sklearn');
const target = join(project, 'src/datasets/embedded');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LINE = 109;

/** The fields of a file, line by line; the last column is the target. */
function readTable(name, { separator = ',', header = 0 } = {}) {
  const bytes = readFileSync(join(folder, name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trim()
    .split(/\r?\n/)
    .slice(header)
    .map((line) => line.trim().split(separator));
}

/**
 * One column as whole numbers from 0, with what is needed to undo that: the fewest decimals that give every value of
 * the file, rounded to float32. (Some values of the files carry rounding errors, such as 4.803999999999999.)
 */
function wholeNumbers(fields) {
  const numbers = fields.map(Number);
  const survives = (power) =>
    numbers.every((x) => Math.fround(Math.round(x * power) / power) === Math.fround(x));
  let decimals = 0;
  while (!survives(10 ** decimals)) {
    if (++decimals > 9) throw new Error('more than 9 decimals');
  }
  const scaled = numbers.map((x) => Math.round(x * 10 ** decimals));
  const least = scaled.reduce((a, b) => Math.min(a, b));
  return { values: scaled.map((value) => value - least), least, decimals };
}

const bitLength = (value) => (value === 0 ? 0 : Math.floor(Math.log2(value)) + 1);

/** The bits of a column: every value in `bits` bits; or a bit that says "not 0" and then value - 1 in `bits` bits. */
function packColumn(values) {
  const largest = Math.max(...values);
  const plain = bitLength(largest);
  const flagged = bitLength(largest - 1);
  const nonzero = values.filter((value) => value > 0).length;
  const flag = largest > 0 && values.length + nonzero * flagged < values.length * plain;
  const bits = flag ? flagged : plain;
  if (bits > 24) throw new Error(`${bits} bits for a value`);
  const stream = [];
  for (const value of values) {
    if (flag) stream.push(value > 0 ? 1 : 0);
    if (flag && value === 0) continue;
    const rest = flag ? value - 1 : value;
    for (let bit = bits - 1; bit >= 0; bit--) stream.push((rest >> bit) & 1);
  }
  return { bits, flag, stream };
}

function embed(name, rows) {
  const columns = rows[0].map((_, c) => wholeNumbers(rows.map((row) => row[c])));
  const packed = columns.map(({ values }) => packColumn(values));
  const stream = packed.flatMap((column) => column.stream);
  let text = '';
  for (let i = 0; i < stream.length; i += 6) {
    let sextet = 0;
    for (let bit = 0; bit < 6; bit++) sextet = (sextet << 1) | (stream[i + bit] ?? 0);
    text += ALPHABET[sextet];
  }
  const specs = columns.map(({ least, decimals }, c) =>
    JSON.stringify([least, decimals, packed[c].bits, packed[c].flag ? 1 : 0]).replaceAll(',', ', '),
  );
  const lines = text.match(new RegExp(`.{1,${LINE}}`, 'g'));
  const source = `// Written by scripts/embed-datasets.mjs; do not edit.
import type { PackedTable } from '../unpack.js';

export const table: PackedTable = {
  rows: ${rows.length},
  columns: [
${specs.map((spec) => `    ${spec},`).join('\n')}
  ],
  text: \`
${lines.join('\n')}
\`,
};
`;
  writeFileSync(join(target, `${name}.ts`), source);
  console.log(`${name}: ${rows.length} rows, ${rows[0].length} columns, ${source.length} bytes`);
}

embed('digits', readTable('digits.csv.gz'));
embed('iris', readTable('iris.csv', { header: 1 }));
embed('wine', readTable('wine_data.csv', { header: 1 }));
embed('breastCancer', readTable('breast_cancer.csv', { header: 1 }));
const progression = readTable('diabetes_target.csv.gz');
embed(
  'diabetes',
  readTable('diabetes_data_raw.csv.gz', { separator: /\s+/ }).map((row, i) => [...row, ...progression[i]]),
);
