// Bundles src/ into dist/: one ES module for each entry of package.json, shared code in chunks, the kernels, the types.
// Three flavours differ only in where the kernels come from: inline base64, or `.wasm` files that the platform compiles.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entries = ['index', 'data', 'workflow', 'datasets', 'infer', 'worker', 'node'];
const entryPoint = (name) => (name === 'index' ? 'src/index.ts' : `src/${name}/index.ts`);
const kernels = ['core', 'forward', 'relaxed'];

/** Puts src/wasm/precompiled/ in the place of src/wasm/inline/, with `suffix` behind the names of the files. */
const precompiled = (suffix) => ({
  name: 'precompiled',
  setup(bundle) {
    bundle.onResolve({ filter: /\/inline\/\w+\.js$/ }, ({ path }) => ({
      path: resolve('src/wasm/precompiled', basename(path).replace('.js', '.ts')),
    }));
    bundle.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: path + suffix, external: true }));
  },
});

const flavours = [
  { outdir: 'dist', names: entries, plugins: [] },
  { outdir: 'dist/workerd', names: entries.filter((name) => name !== 'node'), plugins: [precompiled('')] },
  {
    outdir: 'dist/edge',
    names: entries.filter((name) => name !== 'node'),
    plugins: [precompiled('?module')],
  },
];

rmSync('dist', { recursive: true, force: true });
for (const { outdir, names, plugins } of flavours) {
  await build({
    entryPoints: Object.fromEntries(names.map((name) => [name, entryPoint(name)])),
    outdir,
    plugins,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    external: ['node:*', 'cli-progress'],
    // Beside the entries, so that `./core.wasm` means the same file from everywhere.
    chunkNames: 'chunk-[hash]',
    logLevel: 'warning',
  });
  for (const name of kernels) copyFileSync(`build/${name}.wasm`, `${outdir}/${name}.wasm`);
}
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
execFileSync(process.execPath, [tsc, '--emitDeclarationOnly'], { stdio: 'inherit' });
