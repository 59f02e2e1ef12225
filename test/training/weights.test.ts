import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { uniformArray } from '../support/random.js';

const SAMPLES = 12;
const x = fl.tensor(uniformArray(SAMPLES * 4, 1), [SAMPLES, 4]);
const labels = Int32Array.from({ length: SAMPLES }, (_, i) => i % 3);
const weights = Float32Array.from({ length: SAMPLES }, (_, i) => (i % 4) / 2);

function classifier(loss: fl.CompileOptions['loss'] = 'sparseCategoricalCrossentropy', further = {}) {
  fl.setSeed(3);
  const model = fl.sequential([fl.layers.dense({ units: 3, activation: 'softmax', inputShape: [4] })]);
  model.compile({ optimizer: 'sgd', loss, ...further });
  return model;
}

/** A model that returns its inputs, so that losses are what they are of x and y. */
function identity(shape: number[], options: Partial<fl.CompileOptions> = {}) {
  const model = fl.sequential([fl.layers.reshape({ targetShape: shape, inputShape: shape })]);
  model.compile({ loss: 'mse', ...options });
  return model;
}

const bytes = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);
const fit = { epochs: 2, batchSize: 5, verbose: 0 };

describe('sampleWeight', () => {
  const model = identity([1], { metrics: ['mse'], weightedMetrics: ['mse', 'mae'] });
  const [two, errors] = [
    [[1], [2]],
    [[0], [0]],
  ];

  test('the loss is divided by the number of samples, weighted metrics by the sum of the weights', async () => {
    const logs = await model.evaluate(two, errors, { sampleWeight: [3, 0.5], batchSize: 1 });
    expect(logs).toEqual({ loss: 2.5, mse: 2.5, weighted_mse: 5 / 3.5, mae: 4 / 3.5 });
    expect(model.testOnBatch(two, errors, { sampleWeight: [3, 0.5] })).toEqual(logs);
    expect(model.testOnBatch(two, errors)).toEqual({ loss: 2.5, mse: 2.5, weighted_mse: 2.5, mae: 1.5 });
  });

  test('weights of time steps, or of whole samples', () => {
    const series = identity([2, 1]);
    const steps = [
      [[1], [2]],
      [[3], [4]],
    ];
    const loss = (sampleWeight: fl.SampleWeight) =>
      series.testOnBatch(steps, fl.tensor(new Float32Array(4), [2, 2, 1]), { sampleWeight }).loss;
    expect(
      loss([
        [1, 0],
        [0.5, 2],
      ]),
    ).toBe((1 + 4.5 + 32) / 4);
    expect(loss([2, 1])).toBe((2 + 8 + 9 + 16) / 4);
    expect(loss([[2], [1]])).toBe((2 + 8 + 9 + 16) / 4);
  });

  test('a weight of 2 trains as the sample twice', () => {
    const [weighted, twice] = [
      classifier(),
      classifier({ name: 'sparseCategoricalCrossentropy', config: {} }),
    ];
    const rows = (list: number[]) => list.map((i) => [...x.data.slice(i * 4, i * 4 + 4)]);
    weighted.trainOnBatch(rows([0, 1]), [0, 1], { sampleWeight: [4 / 3, 2 / 3] });
    twice.trainOnBatch(rows([0, 0, 1]), [0, 0, 1]);
    expectClose(bytes(weighted).flat(), bytes(twice).flat(), { absolute: 1e-6 });
  });

  test('for several outputs: one for all, a list, or by name', () => {
    const input = fl.input({ shape: [1] });
    const head = (name: string) => fl.layers.reshape({ targetShape: [1], name })(input);
    const both = fl.model({ inputs: input, outputs: [head('a'), head('b')] });
    both.compile({ loss: 'mse', lossWeights: { a: 1, b: 10 } });
    const logs = (sampleWeight: fl.SampleWeight) => both.testOnBatch(two, [errors, errors], { sampleWeight });
    expect(logs([2, 0])).toEqual({ loss: 11, a_loss: 1, b_loss: 1 });
    expect(logs(Float32Array.of(2, 0))).toEqual(logs([2, 0]));
    expect(
      logs([
        [2, 0],
        [0, 1],
      ]),
    ).toEqual({ loss: 21, a_loss: 1, b_loss: 2 });
    expect(logs({ b: [0, 1] })).toEqual({ loss: 22.5, a_loss: 2.5, b_loss: 2 });
    expect(() => logs({ c: [0, 1] })).toThrow(/part 'c', but the outputs are a, b/);
  });

  test('is split and shuffled with its samples, and counts in validation', async () => {
    const none = { validation: [0, 0], loss: [0, 0] };
    const history = async (options: fl.FitOptions) =>
      (await classifier().fit(x, labels, { ...fit, ...options })).history;
    const half = Float32Array.from({ length: SAMPLES }, (_, i) => (i < SAMPLES / 2 ? 1 : 0));
    expect((await history({ sampleWeight: half, validationSplit: 0.5 })).val_loss).toEqual(none.validation);
    const flipped = half.map((weight) => 1 - weight);
    const trained = await history({ sampleWeight: flipped, validationSplit: 0.5 });
    expect(trained.loss).toEqual(none.loss);
    expect(trained.val_loss[0]).toBeGreaterThan(0.1);
    const given = await history({ validationData: [x, labels, new Float32Array(SAMPLES)] });
    expect(given.val_loss).toEqual(none.validation);
  });

  test.each<[string, () => unknown, string, RegExp]>([
    [
      'too few',
      () => classifier().trainOnBatch(x, labels, { sampleWeight: [1, 2] }),
      'data-length',
      /12 weights.*has 2/,
    ],
    [
      'NaN',
      () => classifier().testOnBatch(x, labels, { sampleWeight: weights.with(3, Number.NaN) }),
      'not-finite',
      /sampleWeight for .* NaN at row 3/,
    ],
    [
      'a misspelt option',
      () => classifier().trainOnBatch(x, labels, { sampleWeights: weights } as object),
      'unknown-option',
      /'sampleWeight'/,
    ],
  ])('refuses %s', (_, work, code, message) => {
    expect(work).toThrow(message);
    expect(work).toThrow(expect.objectContaining({ code }));
  });
});

describe('classWeight', () => {
  const classes = { 0: 2, 2: 0.5 };
  const same = Float32Array.from(labels, (label) => [2, 1, 0.5][label]);

  test('is the weight of each sample by its class', async () => {
    const [by, given] = [classifier(), classifier()];
    await by.fit(x, labels, { ...fit, classWeight: classes });
    await given.fit(x, labels, { ...fit, sampleWeight: same });
    expect(bytes(by)).toEqual(bytes(given));
    const list = classifier();
    await list.fit(x, labels, { ...fit, classWeight: [2, 1, 0.5] });
    expect(bytes(list)).toEqual(bytes(given));
  });

  test('of one-hot targets and of bits', () => {
    const oneHot = Array.from(labels, (label) => [0, 1, 2].map((c) => Number(c === label)));
    const [by, given] = [classifier('categoricalCrossentropy'), classifier('categoricalCrossentropy')];
    by.trainOnBatch(x, oneHot, { classWeight: classes });
    given.trainOnBatch(x, oneHot, { sampleWeight: same });
    expect(bytes(by)).toEqual(bytes(given));
    expect(identity([1]).trainOnBatch([[2], [3]], [[0], [1]], { classWeight: { 1: 10 } }).loss).toBe(22);
  });

  test('does not count in validation', async () => {
    const options = { ...fit, epochs: 1, validationSplit: 0.25, shuffle: false };
    const { history } = await classifier().fit(x, labels, { ...options, classWeight: { 0: 0, 1: 0, 2: 0 } });
    const plain = await classifier().evaluate(x.data.slice(36), labels.slice(9));
    expect(history.loss).toEqual([0]);
    expect(history.val_loss).toEqual([plain.loss]);
  });

  test.each<[string, object, string]>([
    ['beside sampleWeight', { classWeight: classes, sampleWeight: weights }, 'class-weight'],
    ['for what is no class number', { classWeight: { one: 1 } }, 'class-weight'],
    ['that is no number', { classWeight: { 1: Number.NaN } }, 'class-weight'],
  ])('refuses one %s', async (_, options, code) => {
    await expect(classifier().fit(x, labels, { ...fit, ...options })).rejects.toMatchObject({ code });
  });
});

describe('losses', () => {
  test('a class that does not count may be any number, and other numbers are refused', async () => {
    const model = classifier(fl.losses.sparseCategoricalCrossentropy({ ignoreClass: -1 }));
    const marked = labels.map((label, i) => (i % 2 ? -1 : label));
    const even = labels.filter((_, i) => i % 2 === 0);
    const rows = even.length;
    const half = Float32Array.from({ length: rows * 4 }, (_, i) => x.data[8 * Math.floor(i / 4) + (i % 4)]);
    const [{ loss }, counted] = [model.testOnBatch(x, marked), model.testOnBatch(half, even)];
    expect(loss).toBeCloseTo(counted.loss, 6);
    await expect(model.fit(x, labels.with(0, -2), fit)).rejects.toMatchObject({ code: 'label-range' });
  });

  test("reduction 'sum' adds the rows of a batch", () => {
    const model = identity([1], { loss: fl.losses.meanSquaredError({ reduction: 'sum' }) });
    expect(model.testOnBatch([[1], [2]], [[0], [0]]).loss).toBe(5);
    expect(model.testOnBatch([[1], [2]], [[0], [0]], { sampleWeight: [3, 0.5] }).loss).toBe(5);
    expect(model.testOnBatch([[1], [2]], [[0], [0]], { sampleWeight: [3, 1] }).loss).toBe(7);
  });

  test.each<[() => unknown, RegExp]>([
    [() => fl.losses.huber({ delta: 0 }), /huber: delta must be a number above 0, but got 0/],
    [
      () => fl.losses.meanSquaredError({ reduction: 'none' as 'sum' }),
      /reduction must be 'sum_over_batch_size', /,
    ],
    [
      () => fl.losses.binaryCrossentropy({ labelSmoothing: 2 }),
      /labelSmoothing must be .* at most 1, but got 2/,
    ],
    [() => fl.losses.categoricalCrossentropy({ axis: 1 as -1 }), /axis must be -1, but got 1/],
    [() => fl.losses.cosineSimilarity({ axis: 0 as -1 }), /axis must be -1, but got 0/],
    [
      () => fl.losses.sparseCategoricalCrossentropy({ ignoreClass: 0.5 }),
      /ignoreClass must be a whole number/,
    ],
    [() => fl.losses.binaryFocalCrossentropy({ gamma: -1 }), /gamma must be a number of at least 0/],
    [() => fl.losses.categoricalFocalCrossentropy({ alpha: [1] as never }), /alpha must be a number/],
    [() => fl.losses.tversky({ beta: -1 }), /tversky: beta must be a number of at least 0/],
    [() => fl.losses.dice({ axis: [2] }), /axis must be null .* got \[2\]/],
    [() => fl.losses.hinge({ delta: 1 } as object), /losses.hinge has no option 'delta'/],
    [() => fl.metrics.binaryAccuracy({ threshold: 1 }), /threshold must be a number above 0 and below 1/],
    [() => fl.metrics.topKCategoricalAccuracy({ k: 0 }), /k must be a whole number of at least 1/],
    [() => fl.metrics.precision({ thresholds: [0.5] as never }), /thresholds must be a number/],
    [() => fl.metrics.recall({ classId: -1 }), /classId must be a whole number/],
    [
      () => fl.metrics.f1Score({ average: 'mean' as 'macro' }),
      /average must be 'micro', 'macro', 'weighted' or null/,
    ],
    [() => fl.metrics.fBetaScore({ beta: 0 }), /beta must be a number above 0/],
    [() => fl.metrics.auc({ curve: 'roc' as 'ROC' }), /curve must be 'ROC', 'PR' or 'PRGAIN', but got roc/],
    [() => fl.metrics.auc({ numThresholds: 1 }), /numThresholds must be a whole number of at least 2/],
    [() => fl.metrics.auc({ numLabels: 3 }), /numLabels is for multiLabel/],
    [() => fl.metrics.precisionAtRecall({} as { recall: number }), /recall must be .* got undefined/],
    [() => fl.metrics.r2Score({ numRegressors: -1 }), /numRegressors must be a whole number of at least 0/],
    [() => identity([2], { metrics: ['f1_score'] }), /average for an output of 2 columns must be 'micro'/],
    [
      () => identity([2], { metrics: [fl.metrics.precision({ classId: 2 })] }),
      /classId must be .* at most 1/,
    ],
    [
      () => identity([2], { metrics: [fl.metrics.auc({ labelWeights: [1] })] }),
      /labelWeights is for 1 columns/,
    ],
    [() => identity([1], { metrics: ['auc', fl.metrics.auc()] }), /two metrics are called 'auc'/],
  ])('%s is refused', (work, message) => {
    expect(work).toThrow(fl.ConfigError);
    expect(work).toThrow(message);
  });

  test('metrics of one kind side by side, by names of their own', async () => {
    const at = (threshold: number) =>
      fl.metrics.recall({ thresholds: threshold, name: `recall_${threshold}` });
    const model = identity([1], { metrics: [at(0.25), at(0.75)] });
    expect(model.testOnBatch([[0.5], [0.8]], [[1], [1]])).toMatchObject({
      'recall_0.25': 1,
      'recall_0.75': 0.5,
    });
    expect(model.metricDirections).toEqual({ 'recall_0.25': 'max', 'recall_0.75': 'max' });
  });
});

describe('parts of one’s own', () => {
  const distance: fl.Metric = {
    name: 'distance',
    target: 'values',
    direction: 'min',
    build: (b, prediction, target) => b.sum(b.apply('absolute', b.subtract(prediction, target))),
    result: (total, count) => total / count,
  };
  const half: fl.Loss = {
    ...fl.losses.meanSquaredError(),
    name: 'half',
    build: (b, inputs) => b.affine(fl.losses.meanSquaredError().build(b, inputs), 0.5, 0),
  };

  test('a metric of builder operations counts by weights where it is a weighted one', () => {
    const model = identity([2], { metrics: [distance], weightedMetrics: [distance] });
    const logs = model.testOnBatch(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [0, 0],
        [0, 0],
      ],
      { sampleWeight: [3, 1] },
    );
    expect(logs).toMatchObject({ distance: 5, weighted_distance: 4 });
  });

  test('a loss of builder operations is given the weights', () => {
    const model = identity([1], { loss: half });
    expect(model.testOnBatch([[1], [2]], [[0], [0]], { sampleWeight: [3, 0.5] }).loss).toBe(1.25);
  });

  test('a loss of builder operations is trained on as it is', () => {
    const squares: fl.Loss = {
      ...fl.losses.meanSquaredError(),
      build(b, { prediction, target }) {
        const distance = b.subtract(prediction, target);
        return b.mean(b.multiply(distance, distance));
      },
    };
    const trained = (loss: fl.Loss, lossWeights: number) => {
      fl.setSeed(3);
      const model = fl.sequential([fl.layers.dense({ units: 3, inputShape: [2] })]);
      model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.25 }), loss, lossWeights });
      const logs = model.trainOnBatch([[1, 2], [-3, 0.5], [4, 1]], [[1, 0, 2], [0, 1, 1], [2, 2, 0]]); // biome-ignore format: rows
      return [logs.loss, ...model.getWeights().flatMap(({ data }) => [...data])];
    };
    const expected = trained(fl.losses.meanSquaredError(), 0.5);
    expect(trained(half, 1)).toEqual(expected);
    expectClose(trained(squares, 0.5), expected, { relativeToMax: 1e-6 });
  });
});
