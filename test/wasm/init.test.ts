import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const bytes = readFileSync(new URL('../../build/core.wasm', import.meta.url));
const module = new WebAssembly.Module(bytes);
type Package = typeof import('../../src/index.js');
let fl: Package;

/** Every test has a runtime of its own. */
beforeEach(async () => {
  vi.resetModules();
  fl = await import('../../src/index.js');
});
afterEach(() => void vi.restoreAllMocks());

/** A dense layer predicts bias + input . kernel: what it gives, beside the same in double precision. */
function checkPrediction(): void {
  fl.setSeed(1);
  const input = [1, 2, 3];
  const biasInitializer = 'randomNormal';
  const model = fl.sequential([fl.layers.dense({ units: 2, biasInitializer, inputShape: [3] })]);
  const { data } = model.predict([input]);
  const [kernel, bias] = model.getWeights().map((weight) => weight.data);
  expect(data.length).toBe(2);
  for (const unit of [0, 1]) {
    const terms = [bias[unit], ...input.map((value, i) => value * kernel[i * 2 + unit])];
    const sum = (values: number[]) => values.reduce((total, value) => total + value);
    // Each product and each sum rounds to float32 once: by at most 2^-24 of all that has been added.
    const rounding = terms.length * 2 ** -24 * sum(terms.map(Math.abs));
    expect(Math.abs(data[unit] - sum(terms))).toBeLessThanOrEqual(rounding);
  }
}

describe('init hands in the kernels', () => {
  test.each<[string, () => import('../../src/index.js').WasmSource | Promise<WebAssembly.Module>]>([
    ['a module', () => module],
    ['a promise of a module', () => WebAssembly.compile(bytes)],
    ['bytes', () => bytes],
    [
      'an ArrayBuffer',
      () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    ],
    ['a response', () => new Response(bytes)],
    ['a response without its type', () => new Response(bytes, { headers: {} })],
  ])('as %s', async (_, source) => {
    await fl.init({ wasm: source() });
    const compile = vi.spyOn(WebAssembly, 'Module');
    checkPrediction();
    // The shipped kernels have stayed as they are.
    expect(compile).not.toHaveBeenCalled();
    expect(fl.runtime()).toMatchObject({ simd: 'strict', threads: 1, version: '0.1.0' });
    expect(fl.runtime().wasmBytes).toBe(bytes.length);
  });

  test.each<[string, import('../../src/index.js').WasmSource, string, RegExp]>([
    [
      'HTML',
      new TextEncoder().encode('<!doctype html>'),
      'wasm-html',
      /HTML came instead.*Check the address/,
    ],
    ['other bytes', Uint8Array.of(1, 2, 3, 4, 5), 'wasm-bytes', /the 5 bytes are no WebAssembly/],
    ['nothing', new Uint8Array(0), 'wasm-bytes', /the 0 bytes/],
    [
      'an error page',
      new Response('no', { status: 404, statusText: 'Not Found' }),
      'wasm-fetch',
      /answered 404 Not Found/,
    ],
    [
      'a damaged file',
      bytes.subarray(0, 5000),
      'wasm-forbidden',
      /wasm-unsafe-eval.*'workerd', 'edge-light'/,
    ],
  ])('%s says why it fails and what to do', async (_, wasm, code, message) => {
    const error = await fl.init({ wasm }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(fl.RuntimeUnsupportedError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    // The shipped kernels still serve.
    checkPrediction();
  });

  test('by their names, all of them or none', async () => {
    const { handInKernels } = await import('../../src/wasm/module.js');
    const { spatial } = await import('../../src/wasm/spatial.js');
    const compiled = await WebAssembly.compile(
      readFileSync(new URL('../../build/spatial.wasm', import.meta.url)),
    );
    await fl.init({ wasm: { core: Promise.resolve(bytes), spatial: compiled } });
    expect(spatial.compile(false)).toBe(compiled);
    expect(() => spatial.compile(true)).toThrow(/'spatial' come as a WebAssembly.Module.*as bytes/);
    checkPrediction();
    expect(() => handInKernels('core', module)).toThrow(/comes before the first model/);
    await expect(fl.init({ wasm: { corr: bytes } as never })).rejects.toThrow(/no option 'corr'.*'core'/);
    await expect(fl.init({ wasm: { spatial: 'no' as never } })).rejects.toMatchObject({
      code: 'option-value',
    });
  });

  test('something else altogether', async () => {
    await expect(fl.init({ wasm: 'core.wasm' as never })).rejects.toMatchObject({ code: 'option-value' });
    await expect(fl.init({ wsam: module } as never)).rejects.toThrow(/no option 'wsam'. Did you mean 'wasm'/);
  });

  test('comes before the first model', async () => {
    checkPrediction();
    await expect(fl.init({ wasm: module })).rejects.toMatchObject({ code: 'init-late' });
    await expect(fl.init()).resolves.toBeUndefined();
  });

  test('an engine that compiles nothing says what to do', async () => {
    const real = WebAssembly.Module;
    const forbidden = vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
      throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
    });
    expect(checkPrediction).toThrow(/disallowed by embedder.*hand it in: await init\(\{ wasm: module \}\)/);
    forbidden.mockRestore();
    expect(WebAssembly.Module).toBe(real);
    checkPrediction();
  });

  test('an engine without SIMD is told so', async () => {
    vi.spyOn(WebAssembly, 'Module').mockImplementation(function refuse() {
      throw new WebAssembly.CompileError('invalid opcode');
    });
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect(checkPrediction).toThrow(/no WebAssembly SIMD/);
  });
});

describe('relaxed SIMD', () => {
  test('is used where the engine has it, and said so', async () => {
    const { hasRelaxedSimd } = await import('../../src/wasm/compile.js');
    await fl.init({ relaxed: true });
    expect(fl.runtime().simd).toBe(hasRelaxedSimd() ? 'relaxed' : 'strict');
    checkPrediction();
  });

  test('threads beyond one are said not to be there', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await fl.init({ threads: 2 });
    expect(warn.mock.calls[0][0]).toContain('runs on one');
    expect(fl.runtime().threads).toBe(1);
    await expect(fl.init({ threads: 0 })).rejects.toMatchObject({ code: 'option-value' });
  });
});
