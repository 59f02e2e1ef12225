import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib';
import { folderOf, isInstalled, manifestOf } from '../peers/packages.js';
import { python } from '../peers/process.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const script = fileURLToPath(new URL('../python/size.py', import.meta.url));

const rows = [
  { id: 'raw', title: 'bundle that trains and predicts, minified' },
  { id: 'gzip', title: 'the same, gzip' },
  { id: 'brotli', title: 'the same, brotli' },
  { id: 'infer-raw', title: 'bundle that only predicts (fourlane/infer), minified' },
  { id: 'infer-gzip', title: 'the same, gzip' },
  { id: 'infer-brotli', title: 'the same, brotli' },
  { id: 'install', title: 'installed, with dependencies' },
];

/** Brotli takes half a minute for the largest bundle; a quick run leaves out what is larger than this. */
const QUICK_BROTLI = 4 << 20;

/**
 * The least program that trains a dense model and predicts with it (ONNX Runtime: only predicts), and the `.wasm` that
 * it fetches beside its code. `./dist` is this package.
 */
const programs = {
  fourlane: {
    code: `import { layers, sequential } from './dist/index.js';
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      export const train = (x, y) => model.fit(x, y);
      export const predict = (x) => model.predict(x);`,
  },
  'tfjs-wasm': {
    code: `import '@tensorflow/tfjs-backend-wasm';
      import { layers, sequential } from '@tensorflow/tfjs-layers';
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      export const train = (x, y) => model.fit(x, y);
      export const predict = (x) => model.predict(x);`,
    wasm: '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  },
  'tfjs-cpu': {
    code: `import '@tensorflow/tfjs-backend-cpu';
      import { layers, sequential } from '@tensorflow/tfjs-layers';
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      export const train = (x, y) => model.fit(x, y);
      export const predict = (x) => model.predict(x);`,
  },
  'jax-js': {
    code: `import { init, jit, numpy, valueAndGrad } from '@jax-js/jax';
      export { init };
      const predict = jit((w, x) => numpy.matmul(x, w));
      export const train = jit((w, x, y) => valueAndGrad((w) => numpy.mean(predict(w, x).sub(y)))(w));
      export { predict };`,
  },
  'brain.js': {
    code: `import { NeuralNetwork } from 'brain.js';
      const net = new NeuralNetwork();
      export const train = (data) => net.train(data);
      export const predict = (x) => net.run(x);`,
  },
  'ort-web': {
    code: `import { InferenceSession } from 'onnxruntime-web/wasm';
      export const predict = async (model, x) => (await InferenceSession.create(model)).run(x);`,
    wasm: 'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
  },
};

const inference = {
  fourlane: {
    code: `import { load } from './dist/infer.js';
      export const predict = (file, x) => load(file).predict(x);`,
  },
  'ort-web': programs['ort-web'],
};

/** What a page downloads, and what an installation takes on disk. `cost` is in bytes. */
export const size = {
  name: 'size',
  title: 'Sizes (brotli 11, gzip 9; bundled by esbuild, with the .wasm that the code fetches)',
  rows,
  text: {
    unit: ({ id }) => (id === 'install' ? 'MiB' : 'KiB'),
    value: ({ id }, { cost }) => cost / (id === 'install' ? 2 ** 20 : 1024),
  },

  async run({ peers, pace, progress }) {
    const measured = Object.fromEntries(rows.map((row) => [row.id, { ...row, results: {}, refused: {} }]));
    const put = (id, peer, bytes) => {
      if (bytes !== undefined) measured[id].results[peer] = { cost: bytes, spread: 0, samples: 1 };
    };
    const problems = [];
    for (const peer of peers) {
      progress(`sizes of ${peer.name}`);
      for (const [prefix, known] of [
        ['', programs],
        ['infer-', inference],
      ]) {
        // What cannot train has no bundle that does.
        if (!known[peer.name] || (prefix === '' && peer.name === 'ort-web')) continue;
        try {
          const parts = await bundle(known[peer.name]);
          put(
            `${prefix}raw`,
            peer.name,
            sum(parts, (part) => part.length),
          );
          put(
            `${prefix}gzip`,
            peer.name,
            sum(parts, (part) => gzipSync(part, { level: 9 }).length),
          );
          const small = sum(parts, (part) => part.length) < QUICK_BROTLI;
          if (small || pace === 'full') put(`${prefix}brotli`, peer.name, sum(parts, brotliLength));
        } catch (error) {
          problems.push(`size: the bundle of ${peer.name}: ${error.message.split('\n')[0]}`);
        }
      }
      put('install', peer.name, peer.name === 'fourlane' ? ownInstall() : installOf(peer));
    }
    return { rows: Object.values(measured), problems, notes: [] };
  },
};

/** The minified code of a program and its `.wasm`. */
async function bundle({ code, wasm }) {
  const { build } = await import('esbuild');
  const resolveDir = code.includes('./dist/') ? root : join(root, 'bench');
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    // What code for Node alone asks for behind a check of where it runs, and a native module that browsers never load.
    external: [
      'node:*',
      'fs',
      'path',
      'crypto',
      'util',
      'os',
      'worker_threads',
      'perf_hooks',
      'url',
      'module',
      'gl',
    ],
    // The tests' own tsconfig would lead elsewhere.
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  const parts = outputFiles.map(({ contents }) => contents);
  return wasm ? [...parts, readFileSync(folderOf(wasm))] : parts;
}

function brotliLength(part) {
  return brotliCompressSync(part, {
    params: { [zlib.BROTLI_PARAM_QUALITY]: 11, [zlib.BROTLI_PARAM_SIZE_HINT]: part.length },
  }).length;
}

/** What `npm pack` would take along: package.json's files, and what it always adds. */
function ownInstall() {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return sum([...files, 'package.json', 'README.md', 'LICENSE'], (name) => bytesOf(join(root, name)));
}

/** Bytes of a peer's packages and of all that they depend on. */
function installOf({ packages, python: ofPython }) {
  if (ofPython) return Number(execFileSync(python, [script, ...packages], { encoding: 'utf8' }));
  const reached = new Set();
  const follow = (name) => {
    if (reached.has(name) || !isInstalled(name)) return;
    reached.add(name);
    const { dependencies, optionalDependencies, peerDependencies } = manifestOf(name);
    Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).forEach(follow);
  };
  packages.forEach(follow);
  return sum([...reached], (name) => bytesOf(folderOf(name)));
}

function bytesOf(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return sum(readdirSync(path), (name) => bytesOf(join(path, name)));
}

function sum(values, of) {
  return values.reduce((total, value) => total + of(value), 0);
}
