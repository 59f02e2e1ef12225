import * as fl from 'fourlane';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { uniformArray } from '../support/random.js';

const n = 60;
const x = fl.tensor(uniformArray(n * 4, 1), [n, 4]);
const y = uniformArray(n, 2);
const quiet = { verbose: 0 } as const;

function regression(learningRate = 0.1): fl.Sequential {
  fl.setSeed(8);
  const model = fl.sequential([
    fl.layers.dense({ units: 8, activation: 'tanh', inputShape: [4] }),
    fl.layers.dropout({ rate: 0.25 }),
    fl.layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: fl.optimizers.sgd({ learningRate }), loss: 'mse', metrics: ['mae', 'r2Score'] });
  return model;
}

const bytes = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);
const rows = (from: number, to: number) =>
  [
    fl.tensor(x.data.subarray(from * 4, to * 4) as Float32Array, [to - from, 4]),
    y.subarray(from, to),
  ] as const;

/** Batches of these sizes, one behind the other in the samples; it says what it was asked for and whether it is closed. */
function producer(sizes: readonly number[], { passes = Infinity, wait = 0 } = {}) {
  const seen = { asked: 0, passes: 0, closed: 0 };
  const batches = async function* () {
    if (++seen.passes > passes) return;
    let at = 0;
    try {
      for (const size of sizes) {
        seen.asked++;
        if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
        yield rows(at, at + size);
        at = (at + size) % n;
      }
    } finally {
      seen.closed++;
    }
  };
  return { batches, seen };
}

const tens = Array.from({ length: 6 }, () => 10);

/** Counts the iterations of every epoch and notes the number of steps that is known when each begins. */
class Count extends fl.Callback {
  readonly iterations: number[] = [];
  readonly steps: (number | undefined)[] = [];
  override onEpochBegin(): void {
    this.iterations.push(0);
    this.steps.push(this.params.steps);
  }
  override onTrainBatchEnd(): void {
    this.iterations[this.iterations.length - 1]++;
  }
}

const warnings = () => vi.spyOn(console, 'warn').mockImplementation(() => {});
afterEach(() => void vi.restoreAllMocks());

describe('the same samples in the same batches give the same bits', () => {
  const trained = async (train: (model: fl.Model, options: fl.FitOptions) => Promise<fl.History>) => {
    const model = regression();
    const { history } = await train(model, { epochs: 3, ...quiet });
    return { history, weights: bytes(model), scores: await model.evaluate(x, y, { batchSize: 7 }) };
  };
  const inMemory = trained((model, options) => model.fit(x, y, { batchSize: 7, shuffle: false, ...options }));
  const sizes = [7, 7, 7, 7, 7, 7, 7, 7, 4];

  test.each<[string, () => fl.BatchSource]>([
    ['a dataset of arrays', () => fl.Dataset.from(x, y).batch(7)],
    ['with prefetch', () => fl.Dataset.from(x, y).batch(7).prefetch(3)],
    ['a dataset of a generator function', () => fl.Dataset.from(producer(sizes).batches)],
    ['one that takes its time', () => fl.Dataset.from(producer(sizes, { wait: 1 }).batches)],
    [
      'an iterable of nested arrays',
      () => ({
        *[Symbol.iterator]() {
          const nested = x.toArray() as number[][];
          for (let at = 0; at < n; at += 7) yield [nested.slice(at, at + 7), [...y.subarray(at, at + 7)]];
        },
      }),
    ],
    [
      'a set of batches',
      () => new Set(Array.from({ length: 9 }, (_, i) => rows(i * 7, Math.min(n, i * 7 + 7)))),
    ],
    [
      'parts by name',
      () =>
        fl.Dataset.from({ dense_input: x }, y)
          .batch(7)
          .map(([one, two]) => [one.dense_input, two]),
    ],
  ])('%s', async (_, make) => {
    expect(await trained((model, options) => model.fit(make(), options))).toEqual(await inMemory);
  });

  test('validation on batches', async () => {
    const [validation, training] = [rows(0, 20), rows(20, 60)];
    const options = { epochs: 2, batchSize: 8, shuffle: false, ...quiet };
    const [here, there] = [regression(), regression()];
    const expected = await here.fit(...training, {
      ...options,
      validationData: validation,
      validationBatchSize: 6,
    });
    const { history } = await there.fit(...training, {
      ...options,
      validationData: fl.Dataset.from(...validation).batch(6),
    });
    expect(history).toEqual(expected.history);
    expect(bytes(there)).toEqual(bytes(here));
  });

  test('weights of samples and classes', async () => {
    const labels = Int32Array.from({ length: n }, (_, i) => i % 3);
    const weights = uniformArray(n, 5);
    const make = () => {
      fl.setSeed(2);
      const model = fl.sequential([fl.layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })]);
      model.compile({ loss: 'sparse_categorical_crossentropy', weightedMetrics: ['accuracy'] });
      return model;
    };
    const options = { epochs: 2, ...quiet };
    const memory = { ...options, batchSize: 16, shuffle: false };
    const classWeight = { 0: 2, 2: 0.5 };
    const models = [make(), make(), make(), make()];
    const [a, b, c, d] = [
      await models[0].fit(x, labels, { ...memory, sampleWeight: weights }),
      await models[1].fit(fl.Dataset.from(x, labels, weights).batch(16), options),
      await models[2].fit(x, labels, { ...memory, classWeight }),
      await models[3].fit(fl.Dataset.from(x, labels).batch(16), { ...options, classWeight }),
    ];
    expect(b.history).toEqual(a.history);
    expect(d.history).toEqual(c.history);
    expect(bytes(models[1])).toEqual(bytes(models[0]));
    expect(bytes(models[3])).toEqual(bytes(models[2]));
    expect(bytes(models[3])).not.toEqual(bytes(models[1]));
    expect(await models[0].evaluate(fl.Dataset.from(x, labels, weights).batch(16))).toEqual(
      await models[0].evaluate(x, labels, { sampleWeight: weights, batchSize: 16 }),
    );
  });

  test('sparse rows', async () => {
    const matrix = fl.SparseMatrix.fromRows(
      Array.from({ length: n }, (_, i) =>
        Array.from({ length: i === 30 ? 20 : 3 }, (_, k) => (i * 7 + k) % 40),
      ),
      40,
    );
    const make = () => {
      fl.setSeed(2);
      const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [40] })]);
      model.compile({ loss: 'mse' });
      return model;
    };
    const [here, there] = [make(), make()];
    const expected = await here.fit(matrix, y, { batchSize: 10, shuffle: false, epochs: 2, ...quiet });
    // The batch with the long row needs a program of its own.
    const { history } = await there.fit(fl.Dataset.from(matrix, y).batch(10), { epochs: 2, ...quiet });
    expect(history).toEqual(expected.history);
    expect(bytes(there)).toEqual(bytes(here));
  });
});

describe('batches of differing sizes', () => {
  test.each([[[3, 20, 5, 32]], [[60]], [[1, 2, 4, 8, 16, 29]]])(
    'loss and metrics do not depend on them: %j',
    async (sizes) => {
      const model = regression(0);
      model.compile({
        optimizer: fl.optimizers.sgd({ learningRate: 0 }),
        loss: 'mse',
        metrics: ['mae', 'r2Score'],
      });
      const expected = await model.evaluate(x, y);
      const scores = await model.evaluate(producer(sizes).batches());
      for (const [key, value] of Object.entries(expected)) expect(scores[key]).toBeCloseTo(value, 6);
    },
  );

  test('each is one step: the same as trainOnBatch', async () => {
    const sizes = [3, 20, 5, 32];
    const [one, other] = [regression(), regression()];
    await one.fit(producer(sizes).batches(), quiet);
    for await (const batch of producer(sizes).batches()) other.trainOnBatch(...batch);
    expect(bytes(one)).toEqual(bytes(other));
  });

  test('the running means go on when a larger batch needs another program', async () => {
    const model = regression(0);
    const means: number[] = [];
    const watch = fl.callbacks.lambdaCallback({ onTrainBatchEnd: (_, { loss }) => void means.push(loss) });
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
    model.layers[1].trainable = false;
    const sizes = [10, 20, 30];
    const { history } = await model.fit(producer(sizes).batches(), { callbacks: [watch], ...quiet });
    const losses: number[] = [];
    const again = regression(0);
    for await (const batch of producer(sizes).batches()) losses.push(again.trainOnBatch(...batch).loss);
    const mean = (count: number) => {
      const parts = sizes.slice(0, count);
      return parts.reduce((sum, size, i) => sum + size * losses[i], 0) / parts.reduce((a, b) => a + b);
    };
    means.forEach((value, i) => void expect(value).toBeCloseTo(mean(i + 1), 6));
    expect(history.loss[0]).toBe(means[2]);
  });
});

describe('steps, as Keras counts them', () => {
  const run = async (train: (model: fl.Model, count: Count) => Promise<fl.History>) => {
    const warn = warnings();
    const count = new Count();
    const { epoch } = await train(regression(), count);
    return {
      iterations: count.iterations,
      epochs: epoch.length,
      warned: warn.mock.calls.length,
      steps: count.steps,
    };
  };

  // What Keras 3.16 does with the same arguments.
  test.each<[string, fl.FitOptions, number[], number]>([
    [
      'fewer than there are: the next epoch goes on',
      { batchSize: 10, stepsPerEpoch: 4, epochs: 4 },
      [4, 2, 4, 2],
      2,
    ],
    ['without a batch size: as large as needed', { stepsPerEpoch: 4, epochs: 2 }, [4, 4], 0],
    ['more than there are', { batchSize: 10, stepsPerEpoch: 20, epochs: 2 }, [6, 6], 2],
  ])('in memory, %s', async (_, options, iterations, warned) => {
    const memory = await run((model, count) => model.fit(x, y, { ...options, callbacks: [count], ...quiet }));
    expect(memory).toMatchObject({ iterations, warned, epochs: iterations.length });
  });

  test('in memory, each pass has an order of its own and gives every sample once', async () => {
    const model = regression();
    const long = await model.fit(x, y, { batchSize: 10, stepsPerEpoch: 3, epochs: 4, ...quiet });
    const other = regression();
    await other.fit(x, y, { batchSize: 10, epochs: 1, ...quiet });
    expect(long.history.loss.length).toBe(4);
    const halves = regression();
    await halves.fit(x, y, { batchSize: 10, stepsPerEpoch: 3, epochs: 2, ...quiet });
    expect(bytes(halves)).toEqual(bytes(other));
  });

  test('batches that begin anew: an epoch goes on where the last one ended', async () => {
    const { batches, seen } = producer(tens);
    const result = await run((model, count) =>
      model.fit(fl.Dataset.from(batches), { stepsPerEpoch: 4, epochs: 4, callbacks: [count], ...quiet }),
    );
    expect(result).toMatchObject({ iterations: [4, 2, 4, 2], steps: [4, 4, 4, 4], epochs: 4, warned: 2 });
    expect(seen).toEqual({ asked: 12, passes: 2, closed: 2 });
  });

  test('batches that do not: the end of the data is that of the training', async () => {
    const { batches } = producer(Array.from({ length: 23 }, () => 2));
    const result = await run((model, count) =>
      model.fit(batches(), { stepsPerEpoch: 10, epochs: 5, callbacks: [count], ...quiet }),
    );
    expect(result).toMatchObject({ iterations: [10, 10, 3], epochs: 3, warned: 1 });
  });

  test('an epoch of nothing is none', async () => {
    const { batches } = producer(Array.from({ length: 20 }, () => 2));
    const result = await run((model, count) =>
      model.fit(batches(), { stepsPerEpoch: 10, epochs: 5, callbacks: [count], ...quiet }),
    );
    expect(result).toMatchObject({ iterations: [10, 10], epochs: 2, warned: 1 });
  });

  test('the warning is Keras’s', async () => {
    const warn = warnings();
    await regression().fit(producer([5]).batches(), { stepsPerEpoch: 2, ...quiet });
    expect(warn.mock.calls[0][0]).toMatch(
      /^Your input ran out of data after 1 of 2 steps; interrupting training\./,
    );
  });

  test('a length that nobody knows is known from the second epoch on', async () => {
    const { batches } = producer(tens);
    const options = { epochs: 3, ...quiet };
    const unknown = await run((model, count) =>
      model.fit(fl.Dataset.from(batches), { ...options, callbacks: [count] }),
    );
    expect(unknown).toEqual({ iterations: [6, 6, 6], epochs: 3, warned: 0, steps: [undefined, 6, 6] });
    const known = await run((model, count) =>
      model.fit(fl.Dataset.from(x, y).batch(25, { dropRemainder: true }), { ...options, callbacks: [count] }),
    );
    expect(known).toMatchObject({ iterations: [2, 2, 2], steps: [2, 2, 2] });
  });

  test('what never ends needs a number of steps', async () => {
    const endless = fl.Dataset.from(x, y).batch(10).repeat();
    const model = regression();
    for (const run of [
      () => model.fit(endless, quiet),
      () => model.evaluate(endless),
      () => model.fit(x, y, { validationData: endless, ...quiet }),
    ]) {
      await expect(run()).rejects.toMatchObject({ code: 'steps-missing' });
    }
    const before = model.training!.iterations;
    await model.fit(endless, {
      stepsPerEpoch: 7,
      epochs: 2,
      validationData: endless,
      validationSteps: 2,
      ...quiet,
    });
    expect(model.training!.iterations - before).toBe(14);
  });

  test('used up in the second epoch', async () => {
    const model = regression();
    await expect(model.fit(producer(tens).batches(), { epochs: 2, ...quiet })).rejects.toMatchObject({
      code: 'data-used-up',
      message: expect.stringContaining('Dataset.from(function* () { … })'),
    });
    expect(model.training!.iterations).toBe(6);
    await expect(
      model.fit(x, y, { epochs: 2, validationData: producer(tens).batches(), ...quiet }),
    ).rejects.toMatchObject({ code: 'data-used-up', message: expect.stringMatching(/^validationData: /) });
    await expect(model.fit(producer([]).batches(), quiet)).rejects.toMatchObject({ code: 'data-empty' });
  });

  test('validationSteps begin at the beginning every time', async () => {
    const model = regression(0);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
    const first = await model.evaluate(...rows(0, 20));
    const options = { epochs: 3, validationSteps: 2, ...quiet };
    const { batches, seen } = producer(tens);
    for (const validationData of [fl.Dataset.from(batches), fl.Dataset.from(x, y).batch(10)]) {
      const { history } = await model.fit(x, y, { ...options, validationData });
      for (const loss of history.val_loss) expect(loss).toBeCloseTo(first.loss, 6);
    }
    expect(seen).toEqual({ asked: 6, passes: 3, closed: 3 });
    const memory = await model.fit(x, y, { ...options, validationData: [x, y], validationBatchSize: 10 });
    for (const loss of memory.history.val_loss) expect(loss).toBeCloseTo(first.loss, 6);
    const all = await model.evaluate(x, y);
    const halves = await model.fit(x, y, { ...options, validationData: [x, y] });
    for (const loss of halves.history.val_loss) expect(loss).toBeCloseTo(all.loss, 6);
  });

  test('steps of evaluate', async () => {
    const model = regression();
    const first = await model.evaluate(...rows(0, 20));
    const { batches, seen } = producer(tens);
    const results = [
      await model.evaluate(batches(), { steps: 2 }),
      await model.evaluate(x, y, { batchSize: 10, steps: 2 }),
    ];
    for (const { loss } of results) expect(loss).toBeCloseTo(first.loss, 6);
    expect(seen).toEqual({ asked: 2, passes: 1, closed: 1 });
    const warn = warnings();
    const all = await model.evaluate(x, y, { batchSize: 10, steps: 8 });
    expect(warn).toHaveBeenCalledTimes(1);
    expect(all.loss).toBeCloseTo((await model.evaluate(x, y)).loss, 6);
  });
});

describe('a producer is asked for what is consumed, and closed when the training ends', () => {
  const endless = Array.from({ length: 1000 }, () => 10);

  test('by the number of steps', async () => {
    const { batches, seen } = producer(endless);
    await regression().fit(batches(), { stepsPerEpoch: 3, epochs: 2, ...quiet });
    expect(seen).toEqual({ asked: 6, passes: 1, closed: 1 });
  });

  test('by a callback, after each batch was asked for when the one before was done', async () => {
    const { batches, seen } = producer(endless);
    const model = regression();
    const stop = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: async (batch) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        expect(seen.asked).toBe(batch + 1);
        if (batch === 4) model.stopTraining = true;
      },
    });
    await model.fit(batches(), { epochs: 3, callbacks: [stop], ...quiet });
    expect(seen).toEqual({ asked: 5, passes: 1, closed: 1 });
  });

  test('by a callback that throws', async () => {
    const { batches, seen } = producer(endless);
    const thrown = new Error('enough');
    const bad = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: (batch) => {
        if (batch === 2) throw thrown;
      },
    });
    await expect(regression().fit(batches(), { callbacks: [bad], ...quiet })).rejects.toBe(thrown);
    expect(seen).toEqual({ asked: 3, passes: 1, closed: 1 });
  });

  test('by an abort between two steps', async () => {
    const { batches, seen } = producer(endless);
    const abort = new AbortController();
    const model = regression();
    const soon = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: (batch) => {
        if (batch === 3) abort.abort();
      },
    });
    await expect(
      model.fit(batches(), { signal: abort.signal, callbacks: [soon], ...quiet }),
    ).rejects.toMatchObject({
      code: 'aborted',
      message: expect.stringContaining('after 4 of some iterations'),
    });
    expect(seen).toEqual({ asked: 4, passes: 1, closed: 1 });
    expect(model.training!.iterations).toBe(4);
  });

  test.each(['at the first batch', 'later'])('by an abort while a batch is awaited, %s', async (when) => {
    let closed = 0;
    let deliver!: () => void;
    const late = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    const abort = new AbortController();
    const batches = async function* () {
      try {
        if (when === 'later') yield rows(0, 10);
        setTimeout(() => abort.abort(), 5);
        await late;
        yield rows(10, 20);
      } finally {
        closed++;
      }
    };
    const model = fl.sequential([fl.layers.dense({ units: 1 })]);
    model.compile({ loss: 'mse' });
    await expect(model.fit(batches(), { signal: abort.signal, ...quiet })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(model.fitting).toBe(false);
    deliver();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(closed).toBe(1);
    // What comes too late is not even looked at.
    expect(model.built).toBe(when === 'later');
    expect(model.training?.iterations).toBe(when === 'later' ? 1 : undefined);
  });

  test('by an abort while the first batch of a later epoch is awaited', async () => {
    const abort = new AbortController();
    const seen = { passes: 0, closed: 0 };
    let deliver!: () => void;
    const late = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    const data = fl.Dataset.from(async function* () {
      seen.passes++;
      try {
        yield rows(0, 10);
        setTimeout(() => abort.abort(), 5);
        await late;
      } finally {
        seen.closed++;
      }
    });
    const fit = regression().fit(data, { stepsPerEpoch: 1, epochs: 2, signal: abort.signal, ...quiet });
    await expect(fit).rejects.toMatchObject({
      code: 'aborted',
      message: expect.stringContaining('in epoch 2 of 2'),
    });
    deliver();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(seen).toEqual({ passes: 1, closed: 1 });
  });

  test('by an abort before anything was asked for', async () => {
    const { batches, seen } = producer(endless);
    const options = { signal: AbortSignal.abort(), ...quiet };
    await expect(regression().fit(batches(), options)).rejects.toMatchObject({ code: 'aborted' });
    const evaluation = regression().evaluate(batches(), { signal: AbortSignal.abort() });
    await expect(evaluation).rejects.toMatchObject({ code: 'aborted' });
    expect(seen.asked).toBe(0);
  });

  test('by a batch that is wrong, which is named', async () => {
    const seen = { closed: 0 };
    const model = regression();
    const bad = (batch: unknown) =>
      fl.Dataset.from(function* () {
        try {
          yield rows(0, 10);
          yield batch as ReturnType<typeof rows>;
        } finally {
          seen.closed++;
        }
      });
    const [good, targets] = rows(10, 20);
    for (const [batch, message] of [
      [[fl.tensor([[1, 2]]), [1]], /^x in batch 2 for 'dense\w*_input|^x in batch 2 for '/],
      [[good, targets.subarray(1)], /^x in batch 2 has 10 samples, but y in batch 2 has 9/],
      [[good, targets.map(() => NaN)], /^y in batch 2 for '.*' holds NaN at row 0/],
      [[good, targets, [1]], /^sampleWeight in batch 2 for '.*' must have 10 weights/],
      [
        [good],
        /^fit: a batch must be \[x, y\] or \[x, y, sampleWeight\], but in batch 2 there is an array of 1/,
      ],
      [good, /^fit: a batch must be .* but in batch 2 there is Tensor/],
    ] as const) {
      const iterations = model.training?.iterations ?? 0;
      await expect(model.fit(bad(batch), quiet)).rejects.toThrow(message);
      expect(model.training!.iterations).toBe(iterations + 1);
    }
    expect(seen.closed).toBe(6);
    const words = fl.sequential([fl.layers.embedding({ inputDim: 3, outputDim: 1, inputShape: [1] })]);
    words.compile({ loss: 'mse' });
    const indices = fl.Dataset.from(function* () {
      for (const index of [0, 3]) yield [[[index]], [[[0]]]] as const;
    });
    await expect(words.fit(indices, quiet)).rejects.toThrow(
      /^x in batch 2 for '.*' holds 3 at row 0, position 0, which is no index/,
    );
    const second = fl.Dataset.from(function* () {
      yield rows(0, 10);
    });
    let pass = 0;
    const worse = second.map((batch) => (pass++ ? [good, [1]] : batch));
    await expect(model.fit(worse, { epochs: 2, ...quiet })).rejects.toThrow(
      /^x in batch 1 of pass 2 has 10 samples/,
    );
    await expect(
      model.fit(x, y, { validationData: second.map(([one]) => [one, [1]]), ...quiet }),
    ).rejects.toThrow(/^validation x in batch 1 has 10 samples/);
    await expect(model.evaluate(second.map(([one]) => [one, [1]]))).rejects.toThrow(
      /^x in batch 1 has 10 samples/,
    );
  });

  test('by its own error, which comes out as it is', async () => {
    const gone = new Error('the disk is gone');
    const model = regression();
    let returned = 0;
    const iterator = {
      calls: 0,
      next() {
        if (this.calls++ === 2) throw gone;
        return { done: false, value: rows(0, 10) };
      },
      return() {
        returned++;
        return { done: true, value: undefined };
      },
    };
    const batches = { [Symbol.iterator]: () => iterator } as unknown as Iterable<fl.Batch> & {
      length?: undefined;
    };
    await expect(model.fit(batches, quiet)).rejects.toBe(gone);
    // One that has thrown is closed already.
    expect(returned).toBe(0);
    expect(model.training!.iterations).toBe(2);
    expect(model.fitting).toBe(false);
  });

  test('an error of closing is told where nothing else went wrong', async () => {
    const sour = new Error('cannot close');
    const batches = async function* () {
      try {
        for (;;) yield rows(0, 10);
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that is what is tested
        throw sour;
      }
    };
    await expect(regression().fit(batches(), { stepsPerEpoch: 1, ...quiet })).rejects.toBe(sour);
    const first = new Error('first');
    const bad = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: () => {
        throw first;
      },
    });
    await expect(regression().fit(batches(), { callbacks: [bad], ...quiet })).rejects.toBe(first);
  });
});

describe('options', () => {
  const batches = () => fl.Dataset.from(x, y).batch(10);

  test.each<[string, fl.FitOptions]>([
    ['batchSize', { batchSize: 10 }],
    ['validationSplit', { validationSplit: 0.2 }],
    ['sampleWeight', { sampleWeight: y }],
    ['validationBatchSize', { validationBatchSize: 5, validationData: fl.Dataset.from(x, y).batch(10) }],
  ])('%s is for data in memory', async (option, options) => {
    await expect(regression().fit(batches(), { ...options, ...quiet })).rejects.toMatchObject({
      code: 'batches-option',
      message: expect.stringContaining(`fit: ${option} is for data in memory`),
    });
  });

  test('so is y, and the options of evaluate', async () => {
    const model = regression();
    const wrong = model.fit as unknown as (...given: unknown[]) => Promise<unknown>;
    for (const given of [
      [batches(), y],
      [batches(), [...y], quiet],
      [batches(), fl.tensor(y), quiet],
    ]) {
      await expect(wrong.apply(model, given)).rejects.toMatchObject({ code: 'batches-option' });
    }
    await wrong.apply(model, [batches(), undefined, quiet]);
    await expect(model.evaluate(batches(), { batchSize: 3 })).rejects.toMatchObject({
      code: 'batches-option',
    });
    await expect(model.evaluate(batches(), { sampleWeight: y })).rejects.toMatchObject({
      code: 'batches-option',
    });
  });

  test('batches where data in memory are wanted', async () => {
    const model = regression();
    for (const wrong of [
      () => model.predict(batches() as never),
      () => model.trainOnBatch(batches() as never, y),
      () => model.testOnBatch(x, new Map() as never),
    ]) {
      expect(wrong).toThrow(
        /^[xy] must be data in memory, but got an iterable\. .* predictBatches take batches/,
      );
    }
    await expect(model.fit(x, batches() as never, quiet)).rejects.toMatchObject({ code: 'data-kind' });
  });

  test('shuffle is ignored', async () => {
    const [one, other] = [regression(), regression()];
    await one.fit(batches(), { shuffle: true, ...quiet });
    await other.fit(batches(), { shuffle: false, ...quiet });
    expect(bytes(one)).toEqual(bytes(other));
  });

  test('numbers out of range', async () => {
    const model = regression();
    for (const options of [
      { stepsPerEpoch: 0 },
      { validationSteps: 1.5 },
      { tolerance: -1 },
    ] as fl.FitOptions[]) {
      await expect(model.fit(x, y, options)).rejects.toMatchObject({ code: 'option-value' });
    }
    await expect(model.evaluate(x, y, { steps: 0 })).rejects.toMatchObject({ code: 'option-value' });
  });

  test('weights of classes beside weights of samples', async () => {
    await expect(
      regression().fit(fl.Dataset.from(x, y, y).batch(10), { classWeight: { 0: 1 }, ...quiet }),
    ).rejects.toMatchObject({ code: 'class-weight' });
  });

  test('the line of an epoch says what was done', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await regression().fit(producer(tens).batches());
    await regression().fit(x, y, { batchSize: 10 });
    expect(log.mock.calls.map(([line]) => String(line).split(' - ').slice(0, 2))).toEqual([
      ['Epoch 1/1', '6 iterations of batch size 10'],
      ['Epoch 1/1', '6 iterations of batch size 10'],
    ]);
  });
});

describe('a model that learns its shapes from the first batch', () => {
  test('before any hook runs', async () => {
    const model = fl.sequential([fl.layers.dense({ units: 1 })]);
    model.compile({ loss: 'mse', metrics: ['mae'] });
    let built = false;
    const look = fl.callbacks.lambdaCallback({
      onTrainBegin: () => {
        built = model.built;
      },
    });
    await model.fit(producer(tens).batches(), {
      callbacks: [look, fl.callbacks.earlyStopping({ monitor: 'mae' })],
      ...quiet,
    });
    expect(built).toBe(true);
  });
});

describe('predictBatches', () => {
  const collect = async (predictions: AsyncIterable<fl.Tensor | readonly fl.Tensor[]>) => {
    const shapes: unknown[] = [];
    const values: number[] = [];
    for await (const one of predictions) {
      shapes.push((one as fl.Tensor).shape);
      values.push(...(one as fl.Tensor).data);
    }
    return { shapes, values };
  };

  test('gives what predict gives, batch by batch, each asked for when the one before is taken', async () => {
    const model = regression();
    const expected = [...rowsOf(model, 10)];
    const { batches, seen } = producer(tens);
    const inputs = fl.Dataset.from(x).batch(10);
    for (const data of [inputs, fl.Dataset.from(x, y).batch(10), inputs.map((one) => [one])]) {
      const { shapes, values } = await collect(model.predictBatches(data));
      expect(shapes).toEqual(tens.map(() => [10, 1]));
      expect(values).toEqual(expected);
    }
    for await (const _ of model.predictBatches(batches())) if (seen.asked === 2) break;
    expect(seen).toEqual({ asked: 2, passes: 1, closed: 1 });
  });

  test('several outputs, and a batch that is wrong', async () => {
    const a = fl.input({ shape: [4] });
    const net = fl.model({
      inputs: a,
      outputs: [fl.layers.dense({ units: 1 })(a), fl.layers.dense({ units: 2 })(a)],
    });
    for await (const outputs of net.predictBatches(fl.Dataset.from(x).batch(30))) {
      expect((outputs as fl.Tensor[]).map(({ shape }) => shape)).toEqual([
        [30, 1],
        [30, 2],
      ]);
    }
    await expect(collect(regression().predictBatches(new Set([x, fl.tensor([[1]])])))).rejects.toThrow(
      /^x in batch 2 for/,
    );
  });
});

function* rowsOf(model: fl.Model, batchSize: number): Generator<number> {
  for (let at = 0; at < n; at += batchSize) yield* model.predict(rows(at, at + batchSize)[0]).data;
}
