import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, inflateRawSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  convolutional,
  denseClasses,
  denseFactories,
  denseLayers,
  everything,
  inference,
  nothing,
  onlyTensor,
} from './programs.js';
import { install, notBuilt, root, temporaryFolder } from './published.js';

/** Bytes after gzip -9 of a minified bundle with its kernels. */
const BUDGETS = {
  everything: 150_000,
  denseClasses: 91_000,
  denseLayers: 91_000,
  inference: 40_000,
  onlyTensor: 2_000,
};

/** Bundles a program whose imports are looked up in `folder`. */
async function bundle(folder: string, code: string, options: BuildOptions = {}) {
  const { outputFiles = [], metafile } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'error',
    ...options,
  });
  const [{ text, contents }] = outputFiles;
  const [{ inputs, imports }] = Object.values(metafile!.outputs);
  const kept = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    text,
    imports: imports.map(({ path }) => path),
    /** The files of which something is left. */
    kept: kept.map(([file]) => file),
    gzip: gzipSync(contents, { level: 9 }).length,
  };
}

const classNames = (text: string) => [...text.matchAll(/className="(\w+)"/g)].map(([, name]) => name).sort();
const MODULES = ['core', 'forward', 'relaxed', 'spatial'];
const isModule = (name: string, bytes: Buffer) => bytes.equals(readFileSync(join(root, `dist/${name}.wasm`)));

/** The modules of kernels that a bundle carries, as often as it does: its long base64, inflated. */
const kernelsIn = (text: string) =>
  [...text.matchAll(/[A-Za-z0-9+/]{2000,}=*/g)]
    .map(([base64]) => inflateRawSync(Buffer.from(base64, 'base64')))
    .map((bytes) => MODULES.find((name) => isModule(name, bytes)))
    .sort();

describe.skipIf(notBuilt)(`bundles of the installed package (esbuild)${notBuilt}`, () => {
  const folder = temporaryFolder();
  beforeAll(() => void install(folder));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['classes', denseClasses],
    ["the factories of 'fourlane/layers'", denseLayers],
  ])('of a dense network have no other layer, and the core kernels once: with %s', async (_, code) => {
    const { text, kept } = await bundle(folder, code);
    expect(classNames(text)).toEqual(['Dense', 'InputLayer', 'Layer', 'Model', 'Sequential']);
    expect(kernelsIn(text)).toEqual(['core']);
    const others = /datasets|workflow|data\.js|infer\.js|node\.js|threads\.js/;
    expect(kept.filter((file) => others.test(file))).toEqual([]);
    expect(text).not.toMatch(/restoreBestWeights|architecture in the model file|<svg/);
  });

  it('of a convolutional network have the spatial kernels beside the core, each once', async () => {
    const { text } = await bundle(folder, convolutional);
    expect(classNames(text)).toEqual(
      expect.arrayContaining(['Conv1D', 'Dense', 'Flatten', 'InputLayer', 'Layer', 'Model', 'Sequential']),
    );
    expect(classNames(text)).not.toContain('SeparableConv1D');
    expect(kernelsIn(text)).toEqual(['core', 'spatial']);
  });

  it('of inference have no layer, nothing of training, and the forward kernels alone', async () => {
    const { text } = await bundle(folder, inference);
    expect(classNames(text)).toEqual([]);
    expect(text).not.toMatch(/learningRate|optimizer|regularizer|initializer|epochs|getConfig/);
    expect(kernelsIn(text)).toEqual(['forward']);
  });

  it('for workerd import their kernels as modules', async () => {
    const options = { conditions: ['workerd'], external: ['*.wasm'] };
    for (const [code, ...names] of [
      [inference, 'forward'],
      [denseClasses, 'core'],
      [denseLayers, 'core'],
      [convolutional, 'core', 'spatial'],
    ]) {
      const { text, imports } = await bundle(folder, code, options);
      const files = imports.map((path) => path.slice(path.lastIndexOf('/') + 1)).sort();
      expect(files).toEqual(names.map((name) => `${name}.wasm`));
      expect(kernelsIn(text)).toEqual([]);
    }
  });

  it('have every layer where a namespace of them is used, which esbuild does not take apart', async () => {
    const { text } = await bundle(folder, denseFactories);
    expect(classNames(text)).toContain('Reshape');
  });

  it('are empty where nothing is used', async () => {
    expect((await bundle(folder, nothing)).text).toBe('');
  });

  it.each(Object.entries({ everything, denseClasses, denseLayers, inference, onlyTensor }))(
    'of %s are within the budget',
    async (name, code) => {
      const { gzip, text } = await bundle(folder, code);
      const budget = BUDGETS[name as keyof typeof BUDGETS];
      console.log(`bundle of ${name}: ${text.length} bytes, gzip ${gzip} of ${budget}`);
      expect(gzip).toBeLessThan(budget);
    },
  );
});

describe('what a bundle keeps of src/', () => {
  const at = (path: string) => join(root, 'src', path);
  const alias = { fourlane: at('index.ts'), 'fourlane/infer': at('infer/index.ts') };
  const keptOf = async (code: string) => {
    const { kept } = await bundle(root, code, { alias, absWorkingDir: root });
    return kept.filter((file) => file.startsWith('src/')).map((file) => file.slice(4));
  };

  it('of a dense network', async () => {
    const kept = await keptOf(denseClasses);
    expect(kept).toContain('layers/dense.ts');
    expect(kept).toContain('wasm/generated/core.base64.ts');
    const fitting =
      /^layers\/(activation|dense|input|layer|symbolic|weights)\.ts$|^wasm\/generated\/(core|forward)\.ts$/;
    const other = /^(layers|datasets|workflow|node|infer|worker|threads|data\/prepare|wasm\/generated)\//;
    const expected = (file: string) => fitting.test(file) || file === 'wasm/generated/core.base64.ts';
    expect(kept.filter((file) => other.test(file) && !expected(file))).toEqual([]);
    // save and loadWeights are methods, so writing a file and reading its weights stay; making a model of one does not.
    expect(kept.filter((file) => /^model\/(load|config)/.test(file))).toEqual([]);
  });

  it('of inference', async () => {
    const kept = await keptOf(inference);
    expect(kept).toContain('infer/load.ts');
    const rooms =
      /^(errors|names|shape)\.ts$|^(file|infer|wasm)\/|^data\/(adapt|column|feed|sparse|sparseColumn|sparseRows|stream|tensor)\.ts$/;
    const plan =
      /^plan\/(bind|convolution\/layout|convolution\/scratch|indices|memory|parameter|portable|program|step|unread|value)\.ts$/;
    expect(kept.filter((file) => !rooms.test(file) && !plan.test(file))).toEqual([]);
    expect(kept.filter((file) => file.endsWith('.base64.ts'))).toEqual(['wasm/generated/forward.base64.ts']);
  });
});
