import type { FourlaneError, LossFunction, Model as ModelOf } from 'fourlane';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../runtimes/scenario.js';
import { uniformArray } from '../support/random.js';
import { built, fl, inWorker, layersUrl, reason, workerUrl } from './support.js';

const x = built ? fl.tensor(uniformArray(400 * 4, 1), [400, 4]) : [];
const y = uniformArray(400, 2);

const network = (): ModelOf => {
  fl.setSeed(8);
  const model = fl.sequential([fl.layers.dense({ units: 1, name: 'out', inputShape: [4] })]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
};

let model: ModelOf;
let worker: Awaited<ReturnType<typeof inWorker>>;
beforeAll(async () => {
  if (!built) return;
  model = network();
  worker = await inWorker(model);
});
afterAll(() => worker?.close());

/** What a promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<FourlaneError> {
  try {
    await promise;
  } catch (error) {
    return error as FourlaneError;
  }
  throw new Error('It did not reject.');
}

describe.skipIf(!built)(`errors of a worker${reason}`, () => {
  test('have the class, the code and the message of those here', async () => {
    const cases: ((where: Pick<ModelOf, 'fit' | 'evaluate'>) => Promise<unknown>)[] = [
      (where) => where.fit([[1, 2]], [1]),
      (where) => where.fit(x, y.slice(1)),
      (where) =>
        where.fit(
          x,
          y.map(() => Number.NaN),
        ),
      (where) => where.fit([[1, 2, 3], [1]] as number[][], y),
      (where) => where.fit(x, fl.SparseMatrix.fromRows([[0]], 1)),
      (where) => where.fit(undefined as never, y),
      (where) => where.fit(x, y, { epoch: 3 } as never),
      (where) => where.fit(x, y, { batchSize: 0 }),
      (where) => where.fit(x, y, { validationSplit: 0.9999 }),
      (where) => where.fit(x, y, { callbacks: [null as never] }),
      (where) => where.evaluate(x, y, { batchSize: 1.5 }),
      (where) => where.evaluate(x, y, { epochs: 1 } as never),
    ];
    for (const attempt of cases) {
      const here = await failure(attempt(model));
      const there = await failure(attempt(worker as never));
      expect(there).toBeInstanceOf(fl.FourlaneError);
      expect(there.constructor).toBe(here.constructor);
      expect([there.name, there.code, there.message]).toEqual([here.name, here.code, here.message]);
    }
  });

  test('functions are refused on this side, and batches where data in memory are wanted', async () => {
    async function* batches() {
      yield [[1, 2, 3, 4]];
    }
    for (const refused of [
      worker.fit([() => 1] as never, y),
      worker.predict(batches() as never),
      worker.predict(new Map() as never),
    ]) {
      expect(await failure(refused)).toMatchObject({ name: 'ValueError', code: 'data-kind' });
    }
  });

  test('other errors keep their name and message', async () => {
    const { layers } = await import('./layers.js');
    const [, Bomb] = layers(fl);
    const armed = fl.sequential([new Bomb({ fuse: 'type', inputShape: [4] }), fl.layers.dense({ units: 1 })]);
    armed.compile({ loss: 'mse' });
    const opened = await inWorker(armed, { setup: layersUrl });
    const error = await failure(opened.fit(x, y, { sync: false }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe('the fuse is lit');
    expect(error.stack).toContain('layers.js');
    await opened.close();
  });

  test('a second fit is refused, on either side, and so is another compile', async () => {
    const fit = worker.fit(x, y, { epochs: 3, verbose: 0 });
    expect(await failure(worker.fit(x, y, { verbose: 0 }))).toMatchObject({ code: 'fit-pending' });
    expect(await failure(worker.fit(x, y, { sync: false }))).toMatchObject({ code: 'fit-pending' });
    expect(await failure(model.fit(x, y))).toMatchObject({ code: 'fit-pending' });
    expect(() => model.compile({ loss: 'mae' })).toThrow(/is being trained/);
    await fit;
    expect(model.fitting).toBe(false);
  });

  test('a model that is not compiled can predict, and says so when it is to be trained', async () => {
    const bare = fl.sequential([fl.layers.dense({ units: 2, inputShape: [3] })]);
    const opened = await inWorker(bare);
    expect(await opened.predict([[1, 2, 3]])).toEqual(bare.predict([[1, 2, 3]]));
    expect(await failure(opened.fit([[1, 2, 3]], [[1, 2]]))).toMatchObject({ code: 'not-compiled' });
    bare.compile({ loss: 'mse' });
    expect(await failure(opened.fit([[1, 2, 3]], [[1, 2]]))).toMatchObject({ code: 'worker-compile' });
    await opened.close();
  });

  test('setWeights refuses what does not fit', async () => {
    const before = hashOf(await worker.getWeights());
    expect(await failure(worker.setWeights([y]))).toMatchObject({ name: 'ShapeError', code: 'weights' });
    expect(hashOf(await worker.getWeights())).toBe(before);
  });
});

describe.skipIf(!built)(`what cannot be opened${reason}`, () => {
  const own = (part: object) => {
    const other = network();
    other.compile({ optimizer: 'sgd', loss: 'mse', ...part });
    return failure(inWorker(other));
  };

  test('losses and metrics of one’s own', async () => {
    const shipped = fl.losses.meanSquaredError();
    const unlike = [
      { loss: { ...shipped, name: 'mine' } },
      { loss: { ...shipped, config: undefined } },
      {
        loss: [
          { ...shipped, build: (...given: Parameters<typeof shipped.build>) => shipped.build(...given) },
        ],
      },
      { metrics: [{ ...fl.metrics.meanSquaredError(), name: 'mine' }] },
      { metrics: [{ ...fl.metrics.recall(), name: 'mine', value: fl.metrics.precision().value }] },
      { weightedMetrics: [{ ...fl.metrics.auc(), name: 'mine' }] },
    ];
    for (const part of unlike) {
      const error = await own(part);
      expect(error).toMatchObject({ name: 'ConfigError', code: 'own-part' });
      expect(error.message).toMatch(/'(mine|meanSquaredError)' in what compile was told/);
    }
  });

  test('functions, which can be registered', async () => {
    const loss: LossFunction = (b, yTrue, yPred) => b.subtract(yTrue, yPred);
    const error = await own({ loss });
    expect(error).toMatchObject({ name: 'ConfigError', code: 'own-part' });
    expect(error.message).toMatch(
      /'loss' in what .*register it, fl.register\('name', fn\), here and .* in the setup module/,
    );
  });

  test('options of an optimizer that are functions', async () => {
    const options = [{ learningRate: () => 0.1 }, { weightDecay: 0.1, excludeFromWeightDecay: () => true }];
    for (const option of options) {
      const error = await own({ optimizer: fl.optimizers.sgd(option) });
      expect(error).toMatchObject({ name: 'ConfigError', code: 'own-part' });
      expect(error.message).toMatch(/'sgd' in what compile was told/);
    }
  });

  test('a model without shapes, unknown options, addresses that are none', async () => {
    const shapeless = fl.sequential([fl.layers.dense({ units: 1 })]);
    expect(await failure(inWorker(shapeless))).toMatchObject({ code: 'not-built' });
    const options = { workerURL: 'x' } as never;
    expect(await failure(inWorker(model, options))).toMatchObject({ code: 'unknown-option' });
    for (const given of [{ setup: './layers.js' }, { workerUrl: 'worker.js' }]) {
      expect(await failure(inWorker(model, given))).toMatchObject({
        name: 'ValueError',
        code: 'option-value',
      });
    }
  });

  test('layers that the worker does not know, and setup modules that do not give them', async () => {
    const { layers } = await import('./layers.js');
    const [Scale] = layers(fl);
    const scaled = fl.sequential([new Scale({ inputShape: [4] })]);
    expect(await failure(inWorker(scaled))).toMatchObject({ code: 'unknown-layer-class' });
    const nowhere = new URL('./nowhere.js', layersUrl);
    const missing = await failure(inWorker(scaled, { setup: nowhere }));
    expect(missing).toMatchObject({ name: 'ConfigError', code: 'setup' });
    expect(missing.message).toContain('nowhere.js');
    const module = (code: string) => ({ setup: `data:text/javascript,${encodeURIComponent(code)}` });
    const other = await failure(inWorker(scaled, module('export const scale = 1')));
    expect(other.message).toMatch(/must export layers, but exports scale/);
    const foreign = await failure(inWorker(scaled, module('export const layers = [class Scale {}]')));
    expect(foreign.message).toMatch(/lists Scale, which does not extend the Layer of the worker/);
  });

  test('a worker file that is not there or another one', async () => {
    const missing = await failure(inWorker(model, { workerUrl: new URL('./nowhere.js', workerUrl) }));
    expect(missing).toMatchObject({ name: 'FourlaneError', code: 'worker-start' });
    expect(missing.message).toMatch(/nowhere\.js.*fourlane\/worker-thread\.js/s);
    const ended = await failure(inWorker(model, { workerUrl: 'data:text/javascript,0' }));
    expect(ended).toMatchObject({ code: 'worker-start' });
    const code = `process.getBuiltinModule('node:worker_threads').parentPort.postMessage({ version: '0.0.0' })`;
    const old = await failure(
      inWorker(model, { workerUrl: `data:text/javascript,${encodeURIComponent(code)}` }),
    );
    expect(old).toMatchObject({ code: 'worker-start' });
    expect(old.message).toMatch(/its version is 0\.0\.0/);
  });
});
