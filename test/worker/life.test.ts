import { execFile } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { hashOf } from '../runtimes/scenario.js';
import { uniformArray } from '../support/random.js';
import { built, fl, inWorker, layersUrl, reason, workerUrl } from './support.js';

const rows = 4000;
const x = built ? fl.tensor(uniformArray(rows * 16, 1), [rows, 16]) : [];
const y = uniformArray(rows, 2);

const network = (...before: InstanceType<typeof fl.Layer>[]) => {
  fl.setSeed(8);
  const model = fl.sequential([
    ...before,
    fl.layers.dense({ units: 64, activation: 'relu', inputShape: [16] }),
    fl.layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
};

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((worker) => worker.close())));
async function start(...given: Parameters<typeof inWorker>) {
  const worker = await inWorker(...given);
  open.push(worker);
  return worker;
}

const code = (promise: Promise<unknown>) => promise.then(String, (error) => error.code ?? String(error));

describe.skipIf(!built)(`abortion${reason}`, () => {
  test('in the middle of an epoch: the model is as after the last whole step, here and there', async () => {
    const model = network();
    const worker = await start(model);
    const before = hashOf(model.getWeights());
    const controller = new AbortController();
    const why = new Error('the page was left');
    const began = performance.now();
    setTimeout(() => controller.abort(why), 100);
    const fit = worker.fit(x, y, { epochs: 10_000, batchSize: 1, verbose: 0, signal: controller.signal });
    const error = await fit.catch((error) => error);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(error).toBeInstanceOf(fl.FourlaneError);
    expect(error).toMatchObject({ name: 'AbortError', code: 'aborted', cause: why });
    expect(error.message).toMatch(/in epoch \d+ of 10000, after \d+ of 4000 iterations/);
    const after = hashOf(model.getWeights());
    expect(after).not.toBe(before);
    expect(hashOf(await worker.getWeights())).toBe(after);
    const { epoch } = await worker.fit(x, y, { verbose: 0 });
    expect(epoch).toEqual([0]);
  });

  test('before it begins, and of an evaluation', async () => {
    const model = network();
    const worker = await start(model);
    const before = hashOf(model.getWeights());
    const signal = AbortSignal.abort();
    expect(await code(worker.fit(x, y, { signal, verbose: 0 }))).toBe('aborted');
    expect(await code(worker.evaluate(x, y, { signal }))).toBe('aborted');
    expect(hashOf(model.getWeights())).toBe(before);
  });
});

describe.skipIf(!built)(`the end of a worker${reason}`, () => {
  test.each([
    ['exit', /exit code 7/],
    ['throw', /nobody catches this/],
  ])('by %s: what is pending rejects, and everything after it', async (fuse, message) => {
    const { layers } = await import('./layers.js');
    const [, Bomb] = layers(fl);
    const model = network(new Bomb({ fuse, inputShape: [16] }));
    const worker = await start(model, { setup: layersUrl });
    const error = await worker.fit(x, y, { epochs: 1000, verbose: 0 }).catch((error) => error);
    expect(error).toMatchObject({ name: 'FourlaneError', code: 'worker-died' });
    expect(error.message).toMatch(message);
    expect(await code(worker.predict(x))).toBe('worker-died');
    expect(model.fitting).toBe(false);
  });

  test('by close: what is pending rejects, and everything after it', async () => {
    const model = network();
    const worker = await start(model);
    const fit = code(worker.fit(x, y, { epochs: 1000, verbose: 0 }));
    await worker.close();
    expect(await fit).toBe('worker-closed');
    expect(await code(worker.getWeights())).toBe('worker-closed');
    expect(model.fitting).toBe(false);
    await worker.close();
    await model.fit(x, y, { verbose: 0 });
  });

  test('a process with an idle worker ends by itself, and one with a pending fit does not', async () => {
    const script = `
      import * as fl from './index.js';
      import { inWorker } from './worker.js';
      const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [2] })]);
      model.compile({ loss: 'mse' });
      const worker = await inWorker(model);
      await worker.fit([[1, 2], [3, 4]], [1, 2], { epochs: 300, verbose: 0 });
      console.log('done');
    `;
    const folder = new URL('../../dist/', import.meta.url);
    const output = await new Promise<string>((resolve) => {
      const options = { cwd: folder, timeout: 30_000 };
      execFile(process.execPath, ['--input-type=module', '-e', script], options, (error, out, err) =>
        resolve(`${error?.signal ?? error?.code ?? 'ended'} ${out}${err}`),
      );
    });
    expect(output).toBe('ended done\n');
  });

  test('the worker’s file does nothing where it is no worker', async () => {
    expect(Object.keys(await import(workerUrl.href))).toEqual([]);
  });
});

describe.skipIf(!built)(`several workers${reason}`, () => {
  test('at once, each with its own bits', async () => {
    const train = async (batchSize: number) => {
      const model = network();
      const worker = await start(model);
      await worker.fit(x, y, { batchSize, epochs: 2, verbose: 0 });
      return hashOf(model.getWeights());
    };
    const together = await Promise.all([train(16), train(64)]);
    expect(together).toEqual([await train(16), await train(64)]);
    expect(together[0]).not.toBe(together[1]);
  });

  test('one after the other leave the memory flat', async () => {
    const model = network();
    const cycle = async (times: number) => {
      for (let i = 0; i < times; i++) {
        const workers = [await inWorker(model), await inWorker(model)];
        await Promise.all(
          workers.map(async (worker) => {
            await worker.fit(x, y, { sync: false, verbose: 0 });
            await worker.close();
          }),
        );
      }
      (globalThis as { gc?: () => void }).gc?.();
      return process.memoryUsage().rss / 2 ** 20;
    };
    const before = await cycle(8);
    expect((await cycle(8)) - before).toBeLessThan(30);
  });
});
