// The direction of the arrows: which room of src/ may import from which, and what only certain rooms may name.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** From the bottom up: a room imports from itself and from those before it. Single files are rooms of their own. */
const ORDER = [
  ['errors', 'names', 'shape', 'identifiers', 'macrotask', 'shipped', 'elementary', 'schedule'],
  ['wasm'],
  ['threads', 'file'],
  ['random'],
  ['plan', 'initializers', 'regularizers', 'constraints'],
  ['activations', 'losses', 'metrics', 'optimizer', 'optimizers', 'schedules', 'resolve'],
  ['layers'],
  ['data'],
  ['train', 'infer'],
  ['model'],
  ['loops'],
  ['workflow', 'datasets', 'images'],
  ['node', 'init'],
  ['index'],
  ['worker'],
];

/** Words that only some rooms may contain, with the reason. */
const WORDS = [
  { pattern: /\bWebAssembly\b/, rooms: ['wasm'], reason: 'only src/wasm names WebAssembly' },
  {
    pattern: /['"]node:|\bprocess\.|\bBuffer\b|\bwindow\b|\bDeno\b|\bBun\b|\beval\(|\bnew Function\b/,
    rooms: ['node', 'threads'],
    reason: 'the core names no runtime; that belongs to src/node and src/threads',
  },
  {
    pattern:
      /\bMath\.(random|exp|expm1|log|log1p|log2|log10|tanh|pow|sin|cos|tan|hypot|cbrt|sinh|cosh|atan2?)\b/,
    rooms: ['workflow'],
    reason: 'engines differ in the last bits of this function; use + - * / sqrt or a kernel',
  },
];

const root = 'src';
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !file.includes('generated') && !file.includes('embedded'));

const roomOf = (file) =>
  relative(root, file)
    .split('/')[0]
    .replace(/\.[tj]s$/, '');
const levelOf = (room) => ORDER.findIndex((rooms) => rooms.includes(room));
const problems = [];

for (const file of files) {
  const room = roomOf(file);
  const text = readFileSync(file, 'utf8');
  if (levelOf(room) < 0) problems.push(`${file}: its room '${room}' has no place in the order`);
  for (const [, specifier] of text.matchAll(/(?:from|import) '(\.[^']+)'/g)) {
    const target = roomOf(join(dirname(file), specifier));
    if (levelOf(target) <= levelOf(room)) continue;
    problems.push(`${file}: imports '${specifier}', but ${target} stands above ${room}`);
  }
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  for (const { pattern, rooms, reason } of WORDS) {
    const found = rooms.includes(room) ? null : code.match(pattern);
    if (found) problems.push(`${file}: '${found[0]}': ${reason}`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} wrong`);
process.exit(problems.length ? 1 : 0);
