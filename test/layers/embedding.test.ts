import * as fl from 'fourlane';
import * as infer from 'fourlane/infer';
import { afterEach, describe, expect, test, vi } from 'vitest';

const x = [
  [1, 2, 0],
  [3, 3, 1],
  [0, 4, 2],
];
const y = [[1], [0], [1]];

function make(options: Partial<Parameters<typeof fl.layers.embedding>[0]> = {}): fl.Sequential {
  fl.setSeed(5);
  const model = fl.sequential([
    fl.layers.embedding({ inputDim: 5, outputDim: 3, inputShape: [3], ...options }),
    fl.layers.flatten(),
    fl.layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

const weightsOf = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);

afterEach(() => vi.restoreAllMocks());

describe('indices', () => {
  test('come as nested arrays, whole floats, Int32Array and bytes, to the same bits', async () => {
    const flat = x.flat();
    const kinds = [
      x,
      Float32Array.from(flat),
      Float64Array.from(flat),
      Int32Array.from(flat),
      Uint8Array.from(flat),
    ];
    const trained = kinds.map(async (data) => {
      const model = make();
      await model.fit(data, y, { epochs: 2, batchSize: 2, verbose: 0 });
      return weightsOf(model);
    });
    const [first, ...others] = await Promise.all(trained);
    for (const other of others) expect(other).toEqual(first);
    expect(first).not.toEqual(weightsOf(make()));
  });

  test.each([
    ['too large', 5],
    ['negative', -1],
    ['no whole number', 1.5],
  ])('that are %s are refused before the first step, wherever they come in', async (_, value) => {
    const model = make();
    const before = weightsOf(model);
    const wrong = [x[0], [0, value, 1], x[2]];
    const message = new RegExp(`x for '.*' holds ${value} at row 1, position 1, .* from 0 to 4`);
    await expect(model.fit(wrong, y, { batchSize: 1, verbose: 0 })).rejects.toThrow(message);
    await expect(model.evaluate(wrong, y)).rejects.toThrow(message);
    expect(() => model.trainOnBatch(wrong, y)).toThrow(message);
    expect(() => model.predict(wrong)).toThrow(fl.ValueError);
    expect(() => infer.load(model.save()).predict(wrong)).toThrow(/holds .* at row 1, position 1/);
    expect(weightsOf(model)).toEqual(before);
  });

  test('are checked at the right input, also of a model inside another', () => {
    const plain = fl.input({ shape: [2] });
    const indices = fl.input({ shape: [3] });
    const outputs = fl.layers.concatenate()([plain, make()(fl.layers.identity()(indices))]);
    const model = fl.model({ inputs: [plain, indices], outputs });
    const wide = [[9.5, -3]];
    expect(model.predict([wide, [[0, 1, 4]]]).shape).toEqual([1, 3]);
    expect(() => model.predict([wide, [[0, 1, 5]]])).toThrow(/holds 5 at row 0, position 2/);
  });

  test('that a layer computed give NaN where there is no row', () => {
    const model = fl.sequential([
      fl.layers.rescaling({ scale: 2, inputShape: [2] }),
      fl.layers.embedding({ inputDim: 4, outputDim: 1, embeddingsInitializer: 'ones' }),
    ]);
    expect([...model.predict([[1, 2]]).data]).toEqual([1, Number.NaN]);
  });

  test('of a sparse matrix are refused', () => {
    expect(() => make().predict(fl.SparseMatrix.fromRows([[0], [1]], 3))).toThrow(/dense/);
  });
});

describe('the table', () => {
  test('is shared by inputs of several lengths', () => {
    const shared = fl.layers.embedding({ inputDim: 5, outputDim: 2 });
    const inputs = [fl.input({ shape: [2] }), fl.input({ shape: [3] })];
    const outputs = fl.layers.concatenate({ axis: 1 })(inputs.map((one) => shared(one)));
    const model = fl.model({ inputs, outputs });
    expect(model.countParams()).toBe(10);
    const [{ data: table }] = model.getWeights();
    const said = model.predict([[[4, 0]], [[1, 1, 3]]]);
    const row = (index: number) => [...table.subarray(2 * index, 2 * index + 2)];
    expect([...said.data]).toEqual([4, 0, 1, 1, 3].flatMap(row));
  });

  test('stays as it is where a row is not used, and keeps its constraint', () => {
    const model = make({ embeddingsConstraint: fl.constraints.maxNorm({ maxValue: 0.01, axis: 1 }) });
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
    const free = make();
    free.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
    const [before] = weightsOf(free);
    free.trainOnBatch([[1, 2, 0]], [[1]]);
    const [after] = weightsOf(free);
    expect(after.slice(9)).toEqual(before.slice(9));
    expect(after.slice(0, 9)).not.toEqual(before.slice(0, 9));
    model.trainOnBatch(x, y);
    const [table] = weightsOf(model);
    for (let row = 0; row < 5; row++) {
      expect(Math.hypot(...table.slice(3 * row, 3 * row + 3))).toBeLessThanOrEqual(0.01 + 1e-8);
    }
  });

  test('can be given', () => {
    const weights = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [0, 0, 0],
      [1, 1, 1],
    ];
    expect(weightsOf(make({ weights }))[0]).toEqual(weights.flat());
    expect(weightsOf(fl.load(make({ weights }).save()))[0]).toEqual(weights.flat());
    expect(() => make({ weights: [[1, 2]] })).toThrow(
      /weights must have the shape \[5, 3\], but got \[1, 2\]/,
    );
  });

  test('has a size', () => {
    expect(() => fl.layers.embedding({ inputDim: 0, outputDim: 1 })).toThrow(/inputDim/);
    expect(() => fl.layers.embedding({ inputDim: 2 ** 24 + 1, outputDim: 1 })).toThrow(/16777216/);
    expect(() => fl.layers.embedding({ inputDim: 1, outputDim: 1.5 })).toThrow(/outputDim/);
  });
});

describe('masks', () => {
  const series = [[1, 2, 0]];
  const step = (model: fl.Model, target: number[][][]) => model.testOnBatch(series, target).loss;

  test('leave padding out of the loss and the metrics, and pass through layers that know them', () => {
    const model = fl.sequential([
      fl.layers.embedding({ inputDim: 3, outputDim: 2, maskZero: true, inputShape: [3] }),
      fl.layers.layerNormalization(),
      fl.layers.dropout({ rate: 0.5 }),
      fl.layers.dense({ units: 1, kernelInitializer: 'zeros' }),
      fl.layers.activation({ activation: 'linear' }),
    ]);
    model.compile({ loss: 'mse', metrics: ['mae'], weightedMetrics: ['mse'] });
    const target = [[[1], [3], [100]]];
    expect(model.testOnBatch(series, target)).toEqual({ loss: 5, mae: 2, mse: 5 });
    const sampleWeight = [[1, 0.5, 7]];
    // The loss divides by the rows that count, a weighted metric by their weights.
    expect(model.testOnBatch(series, target, { sampleWeight })).toEqual({
      loss: 2.75,
      mae: 2,
      mse: 5.5 / 1.5,
    });
    expect(model.testOnBatch([[0, 0, 0]], target).loss).toBe(0);
  });

  test('and ignoreClass are one thing', () => {
    const model = fl.sequential([
      fl.layers.embedding({ inputDim: 3, outputDim: 2, maskZero: true, inputShape: [3] }),
      fl.layers.dense({ units: 2, kernelInitializer: 'identity', activation: 'softmax' }),
    ]);
    const [, kernel, bias] = model.getWeights();
    // Padding would be told for sure, the others are a toss.
    model.setWeights([
      [
        [9, 0],
        [0, 0],
        [0, 0],
      ],
      kernel,
      bias,
    ]);
    model.compile({ loss: fl.losses.sparseCategoricalCrossentropy({ ignoreClass: -1 }) });
    const one = model.testOnBatch(series, [[1, -1, 0]]).loss;
    expect(one).toBeCloseTo(Math.LN2, 6);
  });

  test('end with a warning at a layer that does not know them', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const layers = (maskZero: boolean) => [
      fl.layers.embedding({
        inputDim: 3,
        outputDim: 1,
        maskZero,
        embeddingsInitializer: 'zeros',
        inputShape: [3],
      }),
      fl.layers.reshape({ name: 'again', targetShape: [3, 1] }),
    ];
    const model = fl.sequential(layers(true));
    model.compile({ loss: 'mse' });
    expect(step(model, [[[1], [1], [4]]])).toBe(6);
    step(model, [[[1], [1], [4]]]);
    const warnings = warn.mock.calls.filter(([text]) => /'again' does not support the mask/.test(text));
    expect(warnings).toHaveLength(1);
    const other = fl.sequential(layers(false));
    other.compile({ loss: 'mse' });
    expect(step(other, [[[1], [1], [4]]])).toBe(6);
    expect(warn.mock.calls).toHaveLength(1);
  });

  test('pass through a model that is a layer', () => {
    const inner = fl.sequential([
      fl.layers.embedding({
        inputDim: 3,
        outputDim: 1,
        maskZero: true,
        embeddingsInitializer: 'zeros',
        inputShape: [3],
      }),
    ]);
    const model = fl.sequential([inner, fl.layers.identity()]);
    model.compile({ loss: 'mse' });
    expect(step(model, [[[1], [1], [4]]])).toBe(1);
  });
});
