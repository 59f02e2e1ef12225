// Every public option is documented: what hovering over it shows. Goes through the declarations that the entries of
// package.json lead to; whatever is called `…Options` there must be exported by name, and each of its members must have
// a docstring, with its default where it may be left out.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Options that only the library itself passes. */
const INTERNAL = [
  'BuilderOptions',
  'TapeOptions',
  'ProgramOptions',
  'ScoringOptions',
  'ValueOptions',
  'ParameterOptions',
  'CallOptions',
];

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'declarations-'));
try {
  const emit = ['--emitDeclarationOnly', '--declaration', '--outDir', folder];
  execFileSync(process.execPath, [tsc, ...emit], { stdio: 'inherit' });
  const problems = check(folder);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}

function check(root) {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  const entries = Object.values(exports).flatMap(({ types }) => types ?? []);
  const known = new Map();
  const exported = new Set(
    entries.flatMap((types) => [...exportsOf(resolve(root, relative('dist', types)), known)]),
  );
  const problems = [];
  let options = 0;
  for (const file of declarations(root)) {
    const text = readFileSync(file, 'utf8');
    const where = relative(root, file);
    for (const { name, named, members } of interfaces(text)) {
      if (!name.endsWith('Options') || INTERNAL.includes(name)) continue;
      if (named && !exported.has(`${file}:${name}`)) {
        problems.push(`${where}: ${name} is not exported by any entry of the package`);
      }
      for (const { key, optional, doc } of members) {
        options++;
        if (!doc) problems.push(`${where}: ${name}.${key} has no docstring`);
        else if (optional && !/\bdefault/i.test(doc))
          problems.push(`${where}: ${name}.${key} does not say its default`);
      }
    }
    for (const [, name] of text.matchAll(
      /^export declare (?:const|function) (\w+)[^\n]*\{(?:\n {4}\w+\?:| \w+\?:)/gm,
    )) {
      if (!exported.has(`${file}:${name}`)) continue;
      problems.push(`${where}: ${name} has options without a name, so without docstrings; make an interface`);
    }
  }
  console.log(`${options} options, ${problems.length} wrong`);
  return problems;
}

function declarations(root) {
  return readdirSync(root, { recursive: true })
    .filter((file) => file.endsWith('.d.ts') && !/generated|embedded|wasm\//.test(file))
    .map((file) => join(root, file));
}

/** `file:name` of everything that can be named by whoever imports the file, that in namespaces among them. */
function exportsOf(file, known) {
  if (known.has(file)) return known.get(file);
  const names = new Set();
  known.set(file, names);
  const text = readFileSync(file, 'utf8');
  const target = (path) => resolve(dirname(file), path.replace(/\.js$/, '.d.ts'));
  for (const [, path] of text.matchAll(/export (?:type )?\*(?: as \w+)? from '(\.[^']+)'/g)) {
    for (const name of exportsOf(target(path), known)) names.add(name);
  }
  for (const [, list, path] of text.matchAll(/export (?:type )?\{([^}]*)\} from '(\.[^']+)'/g)) {
    const theirs = [...exportsOf(target(path), known)];
    for (const part of list.split(',')) {
      const [own] = part
        .trim()
        .replace(/^type /, '')
        .split(' as ');
      for (const name of theirs.filter((one) => one.endsWith(`:${own}`))) names.add(name);
    }
  }
  for (const [, name] of text.matchAll(
    /^export (?:interface|type|declare \w+|declare abstract class) (\w+)/gm,
  )) {
    names.add(`${file}:${name}`);
  }
  return names;
}

/** The interfaces of a declaration file with their members, as the compiler writes them: one member a line or block. */
function interfaces(text) {
  return [...text.matchAll(/^(?:export )?interface (\w+)[^{\n]*\{\n([\s\S]*?)^\}/gm)].map(
    ([, name, body]) => ({
      name,
      members: [...body.matchAll(/^ {4}(?:\/\*\*([\s\S]*?)\*\/\n {4})?(?:readonly )?(\w+)(\??):/gm)].map(
        ([, doc, key, optional]) => ({ key, doc, optional: optional === '?' }),
      ),
    }),
  );
}
