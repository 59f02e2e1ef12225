import * as fl from 'fourlane';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const SAMPLES = 40;
const x = fl.tensor(uniformArray(SAMPLES * 4, 1), [SAMPLES, 4]);
const y = fl.tensor(Int32Array.from({ length: SAMPLES }, (_, i) => i % 3));
let model: fl.Sequential;

function classifier(): fl.Sequential {
  return fl.sequential([
    fl.layers.dense({ units: 8, activation: 'relu', name: 'hidden', inputShape: [4] }),
    fl.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }),
  ]);
}

beforeEach(() => {
  fl.setSeed(3);
  model = classifier();
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
});

/** After every error the model still trains, and its weights are sound. */
afterEach(async () => {
  const { history } = await model.fit(x, y, { epochs: 3, verbose: 0 });
  expect(history.loss[2]).toBeLessThan(history.loss[0]);
});

/** Runs `work`, which must fail with this kind of error, and returns its message. */
async function failure(work: () => unknown, kind: new (...args: never[]) => fl.FourlaneError, code: string) {
  const weights = model.getWeights().map(({ data }) => [...data]);
  const error = await (async () => work())().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(kind);
  expect((error as fl.FourlaneError).code).toBe(code);
  expect(model.getWeights().map(({ data }) => [...data])).toEqual(weights);
  return (error as Error).message;
}

const filled = (length: number, change: (data: Float32Array) => void) => {
  const data = uniformArray(length, 2);
  change(data);
  return data;
};

describe('data that do not fit', () => {
  test('the wrong shape names the input and both shapes', async () => {
    const message = await failure(() => model.fit([[1, 2, 3]], [0]), fl.ShapeError, 'data-shape');
    expect(message).toMatch(/x for 'sequential.*_input' must have the shape \[batch, 4\], but got \[1, 3\]/);
  });

  test('a single sample is told to be wrapped', async () => {
    const message = await failure(() => model.predict([1, 2, 3, 4]), fl.ShapeError, 'data-shape');
    expect(message).toContain('wrap it in [ ]');
  });

  test('a flat typed array must hold whole samples', async () => {
    const message = await failure(() => model.predict(new Float32Array(7)), fl.ShapeError, 'data-shape');
    expect(message).toContain('7 values, which is no multiple of the 4');
  });

  test('ragged rows', async () => {
    await failure(
      () =>
        model.fit(
          [
            [1, 2, 3, 4],
            [1, 2],
          ],
          [0, 1],
        ),
      fl.ShapeError,
      'ragged-array',
    );
  });

  test.each<[string, unknown, string]>([
    ['text', ['a', 'b'], 'not-a-number'],
    ['text among numbers', [[1, 2, 3, 'x']], 'not-a-number'],
    ['null', [null], 'not-a-number'],
    ['objects', [{}], 'not-a-number'],
    ['a bare text', 'abc', 'not-a-number'],
    ['true', true, 'not-a-number'],
  ])('%s instead of numbers', async (_, data, code) => {
    await failure(() => model.predict(data as number[]), fl.ValueError, code);
    expect(() => fl.tensor(data as number[])).toThrow(/number/);
  });

  test('labels out of range say row, label and classes', async () => {
    const labels = Int32Array.from({ length: SAMPLES }, (_, i) => (i === 7 ? 3 : 0));
    const message = await failure(() => model.fit(x, labels), fl.ValueError, 'label-range');
    expect(message).toContain('holds 3 at row 7');
    expect(message).toContain('whole numbers from 0 to 2');
    await failure(
      () =>
        model.fit(
          x,
          labels.map((label) => -label),
        ),
      fl.ValueError,
      'label-range',
    );
    await failure(
      () =>
        model.fit(
          x,
          [...labels].map((label) => label / 2),
        ),
      fl.ValueError,
      'label-range',
    );
  });

  test('one-hot labels for a sparse loss name the other loss', async () => {
    const oneHot = Array.from({ length: SAMPLES }, (_, i) => [0, 1, 2].map((c) => Number(c === i % 3)));
    expect(await failure(() => model.fit(x, oneHot), fl.ShapeError, 'data-shape')).toContain(
      'use categoricalCrossentropy',
    );
  });

  test.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('%s in x', async (name, value) => {
    const data = filled(SAMPLES * 4, (values) => {
      values[13] = value;
    });
    const message = await failure(() => model.fit(data, y), fl.ValueError, 'not-finite');
    expect(message).toContain(`x for 'sequential`);
    expect(message).toContain(`holds ${name} at row 3, position 1`);
    await failure(() => model.predict(data), fl.ValueError, 'not-finite');
    await failure(() => model.trainOnBatch(data, y), fl.ValueError, 'not-finite');
  });

  test('NaN in y', async () => {
    const regression = fl.sequential([fl.layers.dense({ units: 1, inputShape: [4] })]);
    regression.compile({ loss: 'mse' });
    const targets = filled(SAMPLES, (values) => {
      values[5] = Number.NaN;
    });
    const message = await failure(() => regression.fit(x, targets), fl.ValueError, 'not-finite');
    expect(message).toContain("y for 'dense");
    expect(message).toContain('holds NaN at row 5');
  });

  test('empty data', async () => {
    await failure(() => model.fit([], []), fl.ValueError, 'data-empty');
    await failure(() => model.evaluate(new Float32Array(0), []), fl.ValueError, 'data-empty');
  });

  test('x and y of different length', async () => {
    const message = await failure(() => model.fit(x, [0, 1, 2]), fl.ShapeError, 'data-length');
    expect(message).toContain(`x has ${SAMPLES} samples, but y has 3`);
  });

  test('missing data', async () => {
    await failure(() => model.fit(undefined as never, y), fl.ValueError, 'data-missing');
  });
});

describe('models that cannot be', () => {
  test.each([
    ['activation', () => fl.layers.dense({ units: 3, activation: 'rleu' as 'relu' }), 'relu'],
    [
      'loss',
      () => model.compile({ loss: 'binary_crosentropy' as 'binary_crossentropy' }),
      'binaryCrossentropy',
    ],
    ['optimizer', () => model.compile({ optimizer: 'adm' as 'adam', loss: 'mse' }), 'adam'],
    [
      'metric',
      () => model.compile({ loss: 'mse', metrics: ['mean_square_error' as 'mse'] }),
      'meanSquaredError',
    ],
    [
      'initializer',
      () => fl.layers.dense({ units: 1, kernelInitializer: 'glorot' as 'zeros' }),
      'glorotNormal',
    ],
  ])('an unknown %s suggests the nearest', async (kind, work, suggestion) => {
    const message = await failure(work, fl.ConfigError, 'unknown-identifier');
    expect(message).toContain(`Unknown ${kind}`);
    if (kind !== 'initializer') expect(message).toContain(`Did you mean '${suggestion}'?`);
    else expect(message).toContain(suggestion);
  });

  test('an unknown option suggests the nearest', async () => {
    const options = { units: 3, activaton: 'relu' } as unknown as fl.DenseOptions;
    expect(await failure(() => fl.layers.dense(options), fl.ConfigError, 'unknown-option')).toContain(
      "no option 'activaton'. Did you mean 'activation'?",
    );
    const fit = { epoch: 3 } as fl.FitOptions;
    expect(await failure(() => model.fit(x, y, fit), fl.ConfigError, 'unknown-option')).toContain("'epochs'");
  });

  test.each([-5, 0, 2.5, Number.NaN])('%s units', async (units) => {
    const message = await failure(() => fl.layers.dense({ units }), fl.ConfigError, 'option-value');
    expect(message).toContain(`units must be a whole number of 1 or more, but got ${units}`);
  });

  test('training and evaluating without compile', async () => {
    const raw = classifier();
    for (const work of [() => raw.fit(x, y), () => raw.evaluate(x, y), () => raw.trainOnBatch(x, y)]) {
      expect(await failure(work, fl.ConfigError, 'not-compiled')).toContain('must be compiled');
    }
    expect(raw.predict(x).shape).toEqual([SAMPLES, 3]);
  });

  test.each([
    ['linear', 3, 'categorical_crossentropy', {}],
    ['relu', 3, 'sparse_categorical_crossentropy', {}],
    ['sigmoid', 3, 'categorical_crossentropy', {}],
    ['softmax', 3, 'binary_crossentropy', {}],
    ['tanh', 1, 'binary_crossentropy', {}],
    ['softmax', 1, 'binary_crossentropy', {}],
    ['sigmoid', 1, 'categorical_crossentropy', {}],
    ['softmax', 3, 'categorical_crossentropy', { fromLogits: true }],
    ['sigmoid', 1, 'binary_crossentropy', { fromLogits: true }],
  ] as const)('%s on %i units does not fit %s %o', async (activation, units, name, options) => {
    const other = fl.sequential([fl.layers.dense({ units, activation, inputShape: [4] })]);
    const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as 'binaryCrossentropy';
    const loss = fl.losses[camel](options);
    const message = await failure(() => other.compile({ loss }), fl.ConfigError, 'loss-activation');
    expect(message).toContain(`the loss '${camel}' does not fit output`);
    expect(message).toContain('Use ');
  });

  test('a metric of the other kind than the loss', async () => {
    const message = await failure(
      () => model.compile({ loss: 'sparse_categorical_crossentropy', metrics: ['mae'] }),
      fl.ConfigError,
      'metric-target',
    );
    expect(message).toContain("metric 'mae'");
  });

  test('shapes that do not fit inside a model name the layer', async () => {
    const [a, b] = [fl.input({ shape: [4] }), fl.input({ shape: [5] })];
    const message = await failure(() => fl.layers.add({ name: 'sum' })([a, b]), fl.ShapeError, 'layer-shape');
    expect(message).toMatch(/^Layer 'sum': .*\[batch, 4\] and \[batch, 5\]/);
    const shared = fl.layers.dense({ units: 2, name: 'shared' });
    shared(a);
    expect(await failure(() => shared(b), fl.ShapeError, 'layer-shape')).toContain("Layer 'shared'");
  });

  test('an input that is not among those of the model', async () => {
    const [a, b] = [fl.input({ shape: [4] }), fl.input({ shape: [4], name: 'forgotten' })];
    const outputs = fl.layers.add()([a, b]);
    const message = await failure(
      () => fl.model({ inputs: a, outputs }),
      fl.ConfigError,
      'graph-disconnected',
    );
    expect(message).toContain("'forgotten'");
  });

  test('a sparse matrix that does not go into a dense layer', async () => {
    const other = fl.sequential([
      fl.layers.dropout({ rate: 0.5, inputShape: [9] }),
      fl.layers.dense({ units: 1 }),
    ]);
    other.compile({ loss: 'mse' });
    const sparse = fl.SparseMatrix.fromRows([[1], [2]], 9);
    await failure(() => other.fit(sparse, [0, 1]), fl.ConfigError, 'sparse-input');
    await failure(() => model.predict(sparse), fl.ShapeError, 'data-shape');
  });

  test('a model larger than memory', async () => {
    const huge = () =>
      fl.sequential([
        fl.layers.dense({ units: 40_000, inputShape: [40_000], useBias: false, kernelInitializer: 'zeros' }),
      ]);
    const message = await failure(huge, fl.RuntimeUnsupportedError, 'memory-exhausted');
    expect(message).toMatch(/needs 6103\.5 MiB of memory.*WebAssembly ends at 4096\.0 MiB/);
  });

  test('clips that exclude each other', async () => {
    await failure(() => fl.optimizers.sgd({ clipnorm: 1, clipvalue: 1 }), fl.ConfigError, 'option-value');
  });
});

describe('runs that are ended', () => {
  test('an abort in mid-epoch leaves the model as after the last whole step', async () => {
    const controller = new AbortController();
    let steps = 0;
    const callback = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: () => {
        if (++steps === 7) controller.abort('enough');
      },
    });
    const run = model.fit(x, y, {
      epochs: 10,
      batchSize: 8,
      callbacks: [callback],
      signal: controller.signal,
      verbose: 0,
    });
    const error = (await run.catch((thrown: unknown) => thrown)) as fl.FourlaneError;
    expect(error.name).toBe('AbortError');
    expect(error.code).toBe('aborted');
    expect(error.message).toContain('in epoch 2 of 10, after 2 of 5 iterations');
    expect(error.cause).toBe('enough');
    expect(steps).toBe(7);
    expect(model.getWeights().every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  test('a second fit of the same model is refused, the first goes on', async () => {
    const first = model.fit(x, y, { epochs: 5, verbose: 0 });
    await expect(model.fit(x, y, { verbose: 0 })).rejects.toMatchObject({ code: 'fit-pending' });
    expect(() => model.trainOnBatch(x, y)).toThrow(/being trained/);
    expect((await first).epoch).toEqual([0, 1, 2, 3, 4]);
  });

  test('a callback that throws ends the run with its own error', async () => {
    const callback = fl.callbacks.lambdaCallback({
      onEpochEnd: () => {
        throw new TypeError('mine');
      },
    });
    await expect(model.fit(x, y, { callbacks: [callback], verbose: 0 })).rejects.toThrow(
      new TypeError('mine'),
    );
  });

  test.each([
    [{ validationSplit: 1 }, /validationSplit/],
    [{ validationSplit: 0.999 }, /leaves 0 for training/],
    [{ epochs: -1 }, /epochs must be a whole number/],
    [{ batchSize: 0 }, /batchSize must be a whole number/],
  ])('%o', async (options, message) => {
    await expect(model.fit(x, y, options)).rejects.toThrow(message);
  });
});
