// Bundles a Worker as wrangler does: with the platform's export condition, so that `fourlane` brings its kernels as
// `.wasm` modules, which are uploaded beside the script and compiled by the platform.
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

/** In this repository the package is the repository; in a project of your own it lies in node_modules. */
const thisRepository = {
  name: 'fourlane',
  setup(bundle) {
    bundle.onResolve({ filter: /^fourlane(\/|$)/ }, ({ path, kind, pluginData }) =>
      pluginData ? undefined : bundle.resolve(path, { kind, resolveDir: root, pluginData: 'asked' }),
    );
  },
};

/** The model file stands beside the script, whichever folder it was made in. */
const modelFile = (file) => ({
  name: 'model',
  setup(bundle) {
    bundle.onResolve({ filter: /\.safetensors$/ }, () => ({ path: file }));
  },
});

/** The modules of a Worker, the script first, as Miniflare takes them. */
export async function bundleWorker(name, model) {
  const { outputFiles } = await build({
    entryPoints: [join(here, name, 'worker.js')],
    outdir: join(here, 'output', name),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.wasm': 'copy', '.safetensors': 'copy' },
    assetNames: '[name]',
    plugins: [thisRepository, modelFile(model)],
    write: false,
  });
  const types = { js: 'ESModule', wasm: 'CompiledWasm', safetensors: 'Data' };
  return outputFiles
    .map(({ path, contents }) => ({ type: types[path.split('.').at(-1)], path: basename(path), contents }))
    .sort((a, b) => Number(b.type === 'ESModule') - Number(a.type === 'ESModule'));
}
