// Bundles src/ into dist/: one ES module for each entry of package.json, shared code in chunks, the kernels, the types.
// Three flavours differ only in where the kernels come from: inline base64, or `.wasm` files that the platform compiles.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entries = ['index', 'data', 'workflow', 'datasets', 'images', 'infer', 'worker', 'node'];
const entryPoint = (name) => (name === 'index' ? 'src/index.ts' : `src/${name}/index.ts`);
const kernels = ['core', 'spatial', 'forward', 'relaxed'];

/**
 * What stays a module of its own in dist/: what src/index.ts exports whole (`export * as`) and nothing else needs whole,
 * which inside the bundle would be an object that no bundler takes apart; and the one room that names platforms.
 */
const ownModules = {
  layers: { file: 'src/layers/index.ts', importers: /^src\/index\.ts$/ },
  callbacks: { file: 'src/train/callbacks.ts', importers: /^src\/index\.ts$/ },
  threads: { file: 'src/threads/index.ts', importers: /^src\/(?!threads\/)/ },
};
const ownEntries = Object.fromEntries(Object.entries(ownModules).map(([name, { file }]) => [name, file]));
const leaveOwnModules = {
  name: 'own-modules',
  setup(bundle) {
    bundle.onResolve({ filter: /^\./ }, ({ path, importer, resolveDir }) => {
      const source = relative('.', resolve(resolveDir, path.replace('.js', '.ts')));
      const from = relative('.', importer);
      const found = Object.entries(ownModules).find(
        ([, { file, importers }]) => file === source && importers.test(from),
      );
      return found && { path: `./${found[0]}.js`, external: true };
    });
  },
};

/**
 * Puts src/wasm/precompiled/ in the place of src/wasm/inline/, with `suffix` behind the names of the files. Each stays a
 * module of its own, so that bundlers drop it together with the `.wasm` file that it imports.
 */
const precompiled = (suffix) => ({
  name: 'precompiled',
  setup(bundle) {
    bundle.onResolve({ filter: /\/inline\/\w+\.js$/ }, ({ path }) => ({
      path: `./kernels-${basename(path)}`,
      external: true,
    }));
    bundle.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({
      path: `../${basename(path)}${suffix}`,
      external: true,
    }));
  },
});

/** The tables of the embedded data sets are in dist/ once, for all flavours; `home` leads there. */
const tables = readdirSync('src/datasets/embedded').map((file) => basename(file, '.ts'));
const tableModules = tables.map((name) => [`table-${name}`, `src/datasets/embedded/${name}.ts`]);
const sharedTables = (home) => ({
  name: 'shared-tables',
  setup(bundle) {
    bundle.onResolve({ filter: /\/embedded\/\w+\.js$/ }, ({ path }) => ({
      path: `${home}/table-${basename(path)}`,
      external: true,
    }));
  },
});

/**
 * What other threads run, each one file without imports: served as it is, or started from the text that a module of the
 * library carries. The later carry the earlier.
 */
const threadFiles = { replica: 'src/threads', 'worker-thread': 'src/worker' };
const carryThreads = {
  name: 'carry-threads',
  setup(bundle) {
    for (const [name, room] of Object.entries(threadFiles)) {
      bundle.onLoad({ filter: new RegExp(`${room}/source\\.ts$`) }, () => ({
        contents: readFileSync(`dist/${name}.js`, 'utf8'),
        loader: 'text',
      }));
    }
  },
};

const { node, ...portable } = Object.fromEntries(entries.map((name) => [name, entryPoint(name)]));
const kernelModules = kernels.map((name) => [`kernels-${name}`, `src/wasm/precompiled/${name}.ts`]);
const allEntries = { ...portable, node, ...ownEntries, ...Object.fromEntries(tableModules) };
const precompiledEntries = { ...portable, ...ownEntries, ...Object.fromEntries(kernelModules) };
const flavours = [
  { outdir: 'dist', entryPoints: allEntries, plugins: [carryThreads, sharedTables('.')] },
  { outdir: 'dist/workerd', entryPoints: precompiledEntries, plugins: [precompiled(''), sharedTables('..')] },
  {
    outdir: 'dist/edge',
    entryPoints: precompiledEntries,
    plugins: [precompiled('?module'), sharedTables('..')],
  },
];

rmSync('dist', { recursive: true, force: true });
for (const [name, room] of Object.entries(threadFiles)) {
  await build({
    entryPoints: [`${room}/entry.ts`],
    outfile: `dist/${name}.js`,
    plugins: [carryThreads],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'neutral',
    target: 'es2022',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    logLevel: 'warning',
  });
}
for (const { outdir, entryPoints, plugins } of flavours) {
  await build({
    entryPoints,
    outdir,
    plugins: [leaveOwnModules, ...plugins],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    external: ['node:*', 'cli-progress', 'fast-png'],
    // Beside the entries, so that a path means the same file from everywhere.
    chunkNames: 'chunk-[hash]',
    logLevel: 'warning',
  });
  // No module has side effects, so an import of nothing is only something to wait for, and for esbuild to warn of.
  for (const file of readdirSync(outdir).filter((name) => name.endsWith('.js'))) {
    const code = readFileSync(`${outdir}/${file}`, 'utf8');
    writeFileSync(`${outdir}/${file}`, code.replace(/^import "\.\/chunk-\w+\.js";\n/gm, ''));
  }
}
for (const name of kernels) copyFileSync(`build/${name}.wasm`, `dist/${name}.wasm`);
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
execFileSync(process.execPath, [tsc, '--emitDeclarationOnly'], { stdio: 'inherit' });

// Declarations that no export leads to are of no use; those of the kernels' base64 hold all of it once more.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const reached = new Set();
const follow = (declarations) => {
  if (reached.has(declarations)) return;
  reached.add(declarations);
  for (const [, path] of readFileSync(declarations, 'utf8').matchAll(/['"](\.[^'"]+)\.js['"]/g)) {
    follow(resolve(dirname(declarations), `${path}.d.ts`));
  }
};
for (const { types } of Object.values(exports)) if (types) follow(resolve(types));
for (const file of readdirSync('dist', { recursive: true })) {
  if (file.endsWith('.d.ts') && !reached.has(resolve('dist', file))) rmSync(`dist/${file}`);
}
