import type { ModelData, Model as ModelOf } from 'fourlane';
import type { WorkerFitOptions } from 'fourlane/worker';
import { afterEach, describe, expect, test } from 'vitest';
import { hashOf } from '../runtimes/scenario.js';
import { rowLoss } from './layers.js';
import { built, digits, fl, inWorker, layersUrl, reason, workerUrl } from './support.js';

const { x, y } = built ? digits() : ({} as ReturnType<typeof digits>);
const loss = 'sparse_categorical_crossentropy';
const quiet = { verbose: 0 } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((worker) => worker.close())));

async function start(...given: Parameters<typeof inWorker>) {
  const worker = await inWorker(...given);
  open.push(worker);
  return worker;
}

/** Trains the same model on this thread and in a worker, and returns the hashes of both with the histories. */
async function both(make: () => ModelOf, x: ModelData, y: ModelData, options: WorkerFitOptions = {}) {
  fl.setSeed(11);
  const here = make();
  const { history } = await here.fit(x, y, { epochs: 2, ...quiet, ...options });
  fl.setSeed(11);
  const there = make();
  const result = await (await start(there)).fit(x, y, { epochs: 2, ...quiet, ...options });
  expect(result.history).toEqual(history);
  expect(result.epoch).toEqual([0, 1]);
  return [hashOf(there.getWeights()), hashOf(here.getWeights())];
}

const network = (optimizer: Parameters<ModelOf['compile']>[0]['optimizer'] = 'adam') => {
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 24, activation: 'gelu', kernelRegularizer: 'l2' }),
    fl.layers.dropout({ rate: 0.3 }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer, loss, metrics: ['accuracy'] });
  return model;
};

describe.skipIf(!built)(`the same bits in a worker as here${reason}`, () => {
  test.each([
    ['a name', () => 'adam' as const],
    ['sgd', () => fl.optimizers.sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, clipvalue: 0.5 })],
    ['rmsprop', () => fl.optimizers.rmsprop({ weightDecay: 0.01, rho: 0.8 })],
    ['adam', () => fl.optimizers.adam({ beta1: 0.8, globalClipnorm: 1 })],
    ['adagrad', () => fl.optimizers.adagrad({ initialAccumulatorValue: 0.3, clipnorm: 1 })],
  ])('optimizer: %s, with dropout, shuffles and validation', async (_, optimizer) => {
    const [there, here] = await both(() => network(optimizer()), x, y, { validationSplit: 0.2 });
    expect(there).toBe(here);
  });

  test('a registered function as loss', async () => {
    const make = () => {
      const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [64] })]);
      model.compile({ optimizer: 'sgd', loss: fl.register('a loss of one row', rowLoss) });
      return model;
    };
    fl.setSeed(3);
    const [here, there] = [make(), make()];
    there.setWeights(here.getWeights());
    const options = { shuffle: false, ...quiet };
    const target = Float32Array.from(y.data);
    const { history } = await here.fit(x, target, options);
    const worker = await start(there, { setup: layersUrl, workerUrl });
    expect((await worker.fit(x, target, options)).history).toEqual(history);
  });

  test('an embedding with a mask', async () => {
    const make = () => {
      const model = fl.sequential([
        fl.layers.embedding({ inputDim: 17, outputDim: 4, maskZero: true, inputShape: [64] }),
        fl.layers.dense({ units: 10, activation: 'softmax' }),
      ]);
      model.compile({ loss, metrics: ['accuracy'] });
      return model;
    };
    const each = Int32Array.from({ length: y.data.length * 64 }, (_, i) => y.data[Math.floor(i / 64)]);
    const [there, here] = await both(make, x, fl.tensor(each, [y.data.length, 64]), { epochs: 2 });
    expect(there).toBe(here);
  });

  test('two inputs by name, two outputs, a shared layer, a model as a layer, losses and metrics as objects', async () => {
    const make = () => {
      const a = fl.input({ shape: [64], name: 'a' });
      const b = fl.input({ shape: [64], name: 'b' });
      const shared = fl.layers.dense({ units: 8, activation: 'tanh', name: 'shared' });
      const inner = fl.sequential({
        name: 'inner',
        layers: [
          fl.layers.dropout({ rate: 0.5, inputShape: [16] }),
          fl.layers.dense({ units: 6, activation: 'relu', name: 'hidden' }),
        ],
      });
      const joined = inner(fl.layers.concatenate({ name: 'join' })([shared(a), shared(b)]));
      const outputs = [
        fl.layers.dense({ units: 10, name: 'digit' })(joined),
        fl.layers.dense({ units: 1, activation: 'sigmoid', name: 'odd' })(joined),
      ];
      const model = fl.model({ inputs: [a, b], outputs });
      model.compile({
        loss: {
          digit: fl.losses.sparseCategoricalCrossentropy({ fromLogits: true }),
          odd: 'binary_crossentropy',
        },
        lossWeights: { digit: 1, odd: 0.5 },
        metrics: { digit: ['accuracy'], odd: [fl.metrics.binaryAccuracy({ threshold: 0.4 }), 'mse'] },
        weightedMetrics: { odd: [fl.metrics.recall({ thresholds: 0.4, name: 'caught' }), fl.metrics.auc()] },
      });
      return model;
    };
    const odd = Float32Array.from(y.data, (label) => label % 2);
    const data = { a: x, b: fl.tensor(x.data, x.shape, { scale: 1 / 16 }) };
    const [there, here] = await both(make, data, [y, odd], {
      sampleWeight: { odd: odd.map((bit) => 1 + bit) },
      validationData: [data, { digit: y, odd }, odd],
    });
    expect(there).toBe(here);
  });

  test('a sparse matrix', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [i % 50, (i * 7) % 50]);
    const make = () => {
      const model = fl.sequential([fl.layers.dense({ units: 1, activation: 'sigmoid', inputShape: [50] })]);
      model.compile({ loss: 'binaryCrossentropy' });
      return model;
    };
    const labels = rows.map(([column]) => column % 2);
    const [there, here] = await both(make, fl.SparseMatrix.fromRows(rows, 50), labels);
    expect(there).toBe(here);
  });

  test('nested arrays, and a plain object with data and shape', async () => {
    const make = () => {
      const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [2] })]);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      return model;
    };
    const nested = Array.from({ length: 40 }, (_, i) => [i / 40, (i % 5) / 5]);
    const [there, here] = await both(make, nested, { data: nested.map(([a, b]) => a - b), shape: [40, 1] });
    expect(there).toBe(here);
  });

  test('trained partly here and partly there', async () => {
    fl.setSeed(3);
    const whole = network();
    await whole.fit(x, y, { epochs: 4, ...quiet });
    fl.setSeed(3);
    const parts = network();
    await parts.fit(x, y, quiet);
    const worker = await start(parts);
    await worker.fit(x, y, quiet);
    await worker.fit(x, y, quiet);
    await parts.fit(x, y, quiet);
    expect(hashOf(parts.getWeights())).toBe(hashOf(whole.getWeights()));
  });

  test('layers of one’s own, from the shipped file', async () => {
    const { layers } = await import('./layers.js');
    const [Scale] = layers(fl);
    const make = () => {
      fl.setSeed(4);
      const model = fl.sequential([
        new Scale({ inputShape: [64] }),
        fl.layers.dense({ units: 10, activation: 'softmax' }),
      ]);
      model.compile({ loss });
      return model;
    };
    const here = make();
    await here.fit(x, y, quiet);
    const there = make();
    const before = hashOf(there.getWeights());
    await (await start(there, { setup: layersUrl, workerUrl })).fit(x, y, quiet);
    expect(hashOf(there.getWeights())).toBe(hashOf(here.getWeights()));
    expect(hashOf(there.getWeights())).not.toBe(before);
  });
});

describe.skipIf(!built)(`the rest of the model${reason}`, () => {
  test('evaluate, predict and the weights are those of the model here', async () => {
    const model = network();
    const worker = await start(model);
    expect(await worker.evaluate(x, y, { batchSize: 100 })).toEqual(await model.evaluate(x, y));
    const tensor = await worker.predict(x, { batchSize: 500 });
    expect(tensor).toBeInstanceOf(fl.Tensor);
    expect(tensor).toEqual(model.predict(x, { batchSize: 500 }));
    expect(await worker.getWeights()).toEqual(model.getWeights());
  });

  test('several outputs come as a list', async () => {
    const a = fl.input({ shape: [2] });
    const outputs = [fl.layers.dense({ units: 1 })(a), fl.layers.dense({ units: 3 })(a)];
    const worker = await start(fl.model({ inputs: a, outputs }));
    const predicted = await worker.predict([[1, 2]]);
    expect(predicted).toMatchObject([{ shape: [1, 1] }, { shape: [1, 3] }]);
  });

  test('sync: false leaves the model here as it was, and two runs may overlap then', async () => {
    fl.setSeed(1);
    const model = network();
    const before = hashOf(model.getWeights());
    const [one, two] = [await start(model), await start(model)];
    const train = (worker: typeof one, batchSize: number) =>
      worker.fit(x, y, { sync: false, batchSize, ...quiet });
    await Promise.all([train(one, 32), train(two, 64)]);
    expect(hashOf(model.getWeights())).toBe(before);
    const trained = hashOf(await one.getWeights());
    expect(trained).not.toBe(hashOf(await two.getWeights()));
    await two.setWeights(await one.getWeights());
    expect(hashOf(await two.getWeights())).toBe(trained);
    await model.fit(x, y, quiet);
    expect(hashOf(model.getWeights())).toBe(trained);
  });

  test('predictions during a fit are right', async () => {
    const model = network();
    const worker = await start(model);
    const sums: number[] = [];
    let running = true;
    const fit = worker.fit(x, y, { epochs: 5, yieldEvery: 1, ...quiet }).finally(() => {
      running = false;
    });
    while (running) {
      const { data } = await worker.predict(x);
      let sum = 0;
      for (const value of data) sum += value;
      sums.push(sum);
    }
    await fit;
    expect(sums.length).toBeGreaterThan(1);
    for (const sum of sums) expect(sum).toBeCloseTo(x.shape[0], 1);
    expect(await worker.predict(x)).toEqual(model.predict(x));
  });

  test('arrays are copied, handed over, or shared', async () => {
    const worker = await start(network());
    const pixels = new Float32Array(x.data);
    const expected = await worker.predict(pixels);
    expect(pixels.length).toBe(x.data.length);
    const shared = new Float32Array(new SharedArrayBuffer(pixels.byteLength));
    shared.set(pixels);
    expect(await worker.predict(shared, { transfer: true })).toEqual(expected);
    expect(shared.length).toBe(x.data.length);
    const part = pixels.subarray(0, 640);
    expect((await worker.predict(part, { transfer: true })).data).toEqual(expected.data.slice(0, 100));
    expect(pixels.length).toBe(x.data.length);
    expect(await worker.predict(pixels, { transfer: true })).toEqual(expected);
    expect(pixels.length).toBe(0);
  });
});
