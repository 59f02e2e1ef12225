import { readFileSync } from 'node:fs';
// Node's threads look for shared memory when they are loaded, so not while a test has taken it away.
import 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { built, classifier, type Library, open, reason, replicaUrl, samples, weightsOf } from './support.js';

const { x, labels } = samples(100);
const wasm = new URL('../../build/core.wasm', import.meta.url);
let warn: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function train(fl: Library) {
  const model = classifier(fl, { optimizer: 'sgd' });
  await model.fit(x, labels, { batchSize: 50, verbose: 0 });
  return weightsOf(model);
}

describe.skipIf(!built)(`threads that are not to be had${reason}`, () => {
  /** One thread works, with the bits of one; a single warning says why. */
  async function unavailable(options: Parameters<Library['init']>[0], why: RegExp) {
    const expected = await train(await open(1));
    const fl = await open(1);
    await fl.init({ threads: 2, ...options });
    expect(fl.runtime().threads).toBe(1);
    expect(warn.mock.calls.length).toBe(1);
    expect(warn.mock.calls[0][0]).toMatch(/^Fourlane runs on one thread instead of 2\. /);
    expect(warn.mock.calls[0][0]).toMatch(why);
    expect(await train(fl)).toEqual(expected);
  }

  test('where memory cannot be shared', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    await unavailable(
      { workerUrl: replicaUrl },
      /Opener-Policy: same-origin and .*Embedder-Policy: require-corp/,
    );
  });

  test('where the platform has none', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    await unavailable({ workerUrl: replicaUrl }, /This platform has no threads/);
  });

  test('where their script is not there', async () => {
    await unavailable({}, /this build of Fourlane carries nothing/);
    warn.mockClear();
    await unavailable(
      { workerUrl: new URL('nowhere.js', replicaUrl) },
      /nowhere\.js.*must give the shipped file fourlane\/replica\.js/,
    );
  });

  test('where the kernels come compiled for a memory that is not shared', async () => {
    const module = new WebAssembly.Module(readFileSync(wasm));
    await unavailable({ wasm: module, workerUrl: replicaUrl }, /hand them to init as bytes or as a Response/);
  });
});

describe.skipIf(!built)(`init({ threads })${reason}`, () => {
  const threads = (count: number) => ({ threads: count, workerUrl: replicaUrl });

  test('takes kernels as bytes or as a Response', async () => {
    const expected = await train(await open(2));
    for (const source of [readFileSync(wasm), new Response(readFileSync(wasm))]) {
      const fl = await open(1);
      await fl.init({ wasm: source, ...threads(2) });
      expect(fl.runtime().threads).toBe(2);
      expect(await train(fl)).toEqual(expected);
    }
    const fl = await open(1);
    await fl.init({ wasm: readFileSync(wasm) });
    await fl.init(threads(2));
    expect(await train(fl)).toEqual(expected);
    expect(warn.mock.calls).toEqual([]);
  });

  test('may be called again before the first model, in pieces and with another number', async () => {
    const fl = await open(2);
    await fl.init({ relaxed: true });
    await fl.init(threads(3));
    expect(fl.runtime().threads).toBe(3);
    expect((await train(fl)).every(Number.isFinite)).toBe(true);
    const again = await open(3);
    await again.init(threads(1));
    expect(again.runtime().threads).toBe(1);
    expect(await train(again)).toEqual(await train(await open(1)));
  });

  test('comes before the first model', async () => {
    const fl = await open(1);
    await train(fl);
    await expect(fl.init(threads(2))).rejects.toMatchObject({ code: 'init-late' });
    const other = await open(1);
    const init = other.init(threads(2));
    await train(other);
    await expect(init).rejects.toMatchObject({ code: 'init-late' });
    expect(other.runtime().threads).toBe(1);
  });

  test('refuses other numbers and addresses', async () => {
    const fl = await open(1);
    for (const count of [0, 1.5, Number.NaN]) {
      await expect(fl.init(threads(count))).rejects.toMatchObject({ code: 'option-value' });
    }
    await expect(fl.init({ threads: 2, workerUrl: 'replica.js' })).rejects.toMatchObject({
      code: 'option-value',
      message: expect.stringMatching(/^init: workerUrl must be an absolute address/),
    });
  });

  test('serves inference in the same memory', async () => {
    const fl = await open(2);
    const model = classifier(fl);
    await model.fit(x, labels, { batchSize: 50, verbose: 0 });
    const { load } = await import('../../src/infer/index.js');
    expect(load(model.save()).predict(x).data).toEqual(model.predict(x).data);
  });

  test('leaves small work and the synchronous methods to one thread', async () => {
    const [one, two] = [await open(1), await open(2)];
    const results = [one, two].map((fl) => {
      const model = classifier(fl, { optimizer: 'sgd' });
      const logs = [model.trainOnBatch(x, labels), model.testOnBatch(x, labels)];
      return { logs, weights: weightsOf(model), said: model.predict(x).data };
    });
    expect(results[1]).toEqual(results[0]);
    const small = async (fl: Library) => {
      const model = classifier(fl, { optimizer: 'sgd' });
      const { history } = await model.fit(x, labels, { batchSize: 20, verbose: 0 });
      return { history, weights: weightsOf(model) };
    };
    expect(await small(two)).toEqual(await small(one));
  });

  test('holds as much memory after many models as after a few', async () => {
    const fl = await open(2);
    const many = async (count: number) => {
      for (let i = 0; i < count; i++) await train(fl);
      for (let i = 0; i < 5; i++) {
        (globalThis as { gc?: () => void }).gc?.();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return fl.runtime().usedBytes;
    };
    const before = await many(20);
    expect(await many(100)).toBeLessThan(before + 1e6);
  });
});
