import * as fl from 'fourlane';
import { beforeEach, describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const x = fl.tensor(uniformArray(60 * 4, 1), [60, 4]);
const y = uniformArray(60, 2);

function regression(units = 1): fl.Sequential {
  fl.setSeed(8);
  const model = fl.sequential([
    fl.layers.dense({ units: 8, activation: 'tanh', inputShape: [4] }),
    fl.layers.dense({ units }),
  ]);
  model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return model;
}

const bytes = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);

describe('fit', () => {
  let model: fl.Sequential;
  beforeEach(() => {
    model = regression();
  });

  test('validationSplit holds out the last rows, before the shuffle', async () => {
    const options = { epochs: 2, batchSize: 7, verbose: 0 } as const;
    const split = await model.fit(x, y, { ...options, validationSplit: 0.25 });
    const other = regression();
    const train = 45;
    const byHand = await other.fit(
      fl.tensor(x.data.subarray(0, train * 4), [train, 4]),
      y.subarray(0, train),
      {
        ...options,
        validationData: [fl.tensor(x.data.subarray(train * 4), [15, 4]), y.subarray(train)],
      },
    );
    expect(split.history).toEqual(byHand.history);
    expect(bytes(model)).toEqual(bytes(other));
  });

  test('validation does not change the training', async () => {
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    const other = regression();
    await other.fit(x, y, { epochs: 2, validationData: [x, y], verbose: 0 });
    expect(bytes(other)).toEqual(bytes(model));
  });

  test('validationFreq', async () => {
    const { history } = await model.fit(x, y, {
      epochs: 5,
      validationSplit: 0.5,
      validationFreq: 2,
      verbose: 0,
    });
    expect(history.loss.length).toBe(5);
    expect(history.val_loss.length).toBe(2);
  });

  test('evaluate and predict agree whatever the batch size, to the last bit within one', async () => {
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    const logs = await Promise.all([1, 7, 60, 500].map((batchSize) => model.evaluate(x, y, { batchSize })));
    for (const { loss, mae } of logs) {
      expect(loss).toBeCloseTo(logs[0].loss, 6);
      expect(mae).toBeCloseTo(logs[0].mae, 6);
    }
    const whole = model.predict(x, { batchSize: 60 }).data;
    const parts = model.predict(x, { batchSize: 7 }).data;
    whole.forEach((value, i) => void expect(parts[i]).toBeCloseTo(value, 6));
    expect(model.predict(x, { batchSize: 7 }).data).toEqual(parts);
  });

  test('gives the event loop its turn', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await model.fit(x, y, { epochs: 2000, batchSize: 1, yieldEvery: 5, verbose: 0 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  test('yields every 256 steps where the clock stands still', async () => {
    const real = performance.now;
    let turns = 0;
    let running = true;
    const count = () => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    performance.now = () => 1000;
    try {
      await model.fit(x, y, { epochs: 50, batchSize: 1, verbose: 0 });
    } finally {
      performance.now = real;
      running = false;
    }
    // 3,000 steps are eleven turns and one at the end.
    expect(turns).toBeGreaterThanOrEqual(11);
  });

  test('other models, and the same one, answer rightly while it runs', async () => {
    const other = regression(3);
    const expected = other.predict(x).data;
    const scores = await other.evaluate(x, uniformArray(180, 3));
    let asked = 0;
    const ask = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: async () => {
        if (asked++ % 5) return;
        expect(other.predict(x).data).toEqual(expected);
        expect(await other.evaluate(x, uniformArray(180, 3), { batchSize: 11 })).toEqual({
          loss: expect.closeTo(scores.loss, 6),
          mae: expect.closeTo(scores.mae, 6),
        });
        // The model itself: two overlapping evaluations give what one gives.
        const [one, two] = await Promise.all([model.evaluate(x, y, { yieldEvery: 0 }), model.evaluate(x, y)]);
        expect(one).toEqual(two);
      },
    });
    const { history } = await model.fit(x, y, { epochs: 3, batchSize: 5, callbacks: [ask], verbose: 0 });
    const undisturbed = regression();
    const alone = await undisturbed.fit(x, y, { epochs: 3, batchSize: 5, verbose: 0 });
    expect(asked).toBe(36);
    expect(history).toEqual(alone.history);
    expect(bytes(model)).toEqual(bytes(undisturbed));
  });

  test('one program serves short batches: 60 samples in batches of 7, 8 and 60', async () => {
    // With plain gradient descent and sums instead of means, one epoch in any batches of fixed weights is the same.
    const losses = await Promise.all(
      [7, 8, 60].map(async (batchSize) => {
        const one = regression();
        one.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
        return (await one.fit(x, y, { batchSize, verbose: 0 })).history.loss[0];
      }),
    );
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0], 6);
  });

  test('a frozen layer stays as it is', async () => {
    model.layers[0].trainable = false;
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const [kernel, , head] = bytes(model);
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    expect(bytes(model)[0]).toEqual(kernel);
    expect(bytes(model)[2]).not.toEqual(head);
  });
});

describe('data at rest in their own type', () => {
  const pixels = Uint8Array.from({ length: 60 * 4 }, (_, i) => (i * 37) % 256);
  const floats = Float32Array.from(pixels, (pixel) => pixel * Math.fround(1 / 255) - 0.5);
  const trained = async (data: fl.Data) => {
    const model = regression();
    const { history } = await model.fit(data, y, { epochs: 2, batchSize: 7, verbose: 0 });
    return { loss: history.loss, weights: bytes(model), predicted: [...model.predict(data).data] };
  };

  test('bytes with scale and offset are what the same numbers are', async () => {
    const fromBytes = await trained(fl.tensor(pixels, [60, 4], { scale: 1 / 255, offset: -0.5 }));
    const fromFloats = await trained(fl.tensor(floats, [60, 4]));
    fromBytes.predicted.forEach((value, i) => void expect(value).toBeCloseTo(fromFloats.predicted[i], 5));
    expect(fromBytes.loss[1]).toBeCloseTo(fromFloats.loss[1], 6);
  });

  test.each([
    ['float64', Float64Array.from(x.data)],
    ['nested arrays', x.toArray() as number[][]],
    ['{ data, shape }', { data: x.data, shape: [60, 4] }],
    ['a plain flat list with a shape', { data: [...x.data], shape: [60, 4] }],
    ['a list of one', [x]],
  ])('%s gives the same bits as float32', async (_, data) => {
    expect(await trained(data as fl.Data)).toEqual(await trained(x));
  });

  test('integers', async () => {
    const whole = Int32Array.from({ length: 240 }, (_, i) => (i % 7) - 3);
    expect(await trained(whole)).toEqual(await trained(Float32Array.from(whole)));
  });
});

describe('sparse input', () => {
  const columns = 50;
  const rows = Array.from({ length: 60 }, (_, r) =>
    Array.from({ length: columns }, (_, c) => c).filter((c) => (r * 7 + c * c) % 11 === 0 && r !== 5),
  );
  const dense = new Float32Array(60 * columns);
  rows.forEach((row, r) => {
    for (const c of row) dense[r * columns + c] = 1;
  });
  const trained = async (data: fl.Data, optimizer: 'adam' | 'rmsprop' | 'sgd') => {
    fl.setSeed(2);
    const model = fl.sequential([
      fl.layers.dense({ units: 16, activation: 'relu', inputShape: [columns] }),
      fl.layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer, loss: 'mse' });
    const { history } = await model.fit(data, y, { epochs: 3, batchSize: 8, verbose: 0 });
    return { losses: history.loss, weights: model.getWeights().flatMap(({ data }) => [...data]) };
  };

  test.each(['sgd', 'rmsprop', 'adam'] as const)(
    'trains as the dense matrix does, with %s',
    async (optimizer) => {
      const sparse = await trained(fl.SparseMatrix.fromRows(rows, columns), optimizer);
      const full = await trained(dense, optimizer);
      sparse.losses.forEach((loss, i) => void expect(loss).toBeCloseTo(full.losses[i], 5));
      sparse.weights.forEach((weight, i) => void expect(weight).toBeCloseTo(full.weights[i], 4));
    },
  );

  test('in batches that are copied: every row is read to the end of its step', async () => {
    const model = (data: fl.Data) => {
      fl.setSeed(2);
      const one = fl.sequential([
        fl.layers.dense({ units: 16, activation: 'relu', inputShape: [columns] }),
        fl.layers.dense({ units: 1 }),
      ]);
      one.compile({ optimizer: 'sgd', loss: 'mse' });
      for (let step = 0; step < 3; step++) one.trainOnBatch(data, y);
      return [...one.predict(data).data, ...one.getWeights().flatMap(({ data }) => [...data])];
    };
    const full = model(dense);
    model(fl.SparseMatrix.fromRows(rows, columns)).forEach(
      (value, i) => void expect(value).toBeCloseTo(full[i], 5),
    );
  });

  test('stored values count', async () => {
    const ones = fl.SparseMatrix.fromRows(rows, columns);
    const { shape, indptr, indices } = ones;
    const values = Float32Array.from(indices, (_, i) => ((i % 5) - 2) / 2);
    const matrix = new fl.SparseMatrix({ shape, indptr, indices, values });
    const full = new Float32Array(60 * columns);
    for (let r = 0; r < 60; r++) {
      for (let i = indptr[r]; i < indptr[r + 1]; i++) full[r * columns + indices[i]] = values[i];
    }
    const [sparse, same] = [await trained(matrix, 'sgd'), await trained(full, 'sgd')];
    sparse.weights.forEach((weight, i) => void expect(weight).toBeCloseTo(same.weights[i], 4));
  });

  test('a matrix of 10,000 columns takes no dense memory', async () => {
    const wide = fl.SparseMatrix.fromRows(
      Array.from({ length: 2000 }, (_, r) =>
        Array.from({ length: 20 }, (_, i) => (r * 31 + i * 487) % 10_000),
      ),
      10_000,
    );
    const model = fl.sequential([
      fl.layers.dense({ units: 16, inputShape: [10_000] }),
      fl.layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: 'rmsprop', loss: 'mse' });
    const before = fl.runtime().usedBytes;
    await model.fit(wide, new Float32Array(2000), { batchSize: 512, verbose: 0 });
    // Gradient and one slot of 160,000 weights, the batch of indices, and scratch; dense rows would be 20 MB a batch.
    expect(fl.runtime().usedBytes - before).toBeLessThan(4_000_000);
  });

  test('a matrix that contradicts itself', () => {
    const indptr = Int32Array.of(0, 1, 2);
    const build = (options: Partial<fl.SparseMatrixOptions>) => () =>
      new fl.SparseMatrix({ shape: [2, 3], indptr, indices: Int32Array.of(0, 2), ...options });
    expect(build({})).not.toThrow();
    expect(build({ indices: Int32Array.of(0, 3) })).toThrow(/column 3 at entry 1 is outside 0 to 2/);
    expect(build({ indptr: Int32Array.of(0, 1) })).toThrow(/needs 3 offsets/);
    expect(build({ indptr: Int32Array.of(0, 2, 1) })).toThrow(/must not fall/);
    expect(build({ indices: Int32Array.of(0) })).toThrow(/must agree/);
  });
});
