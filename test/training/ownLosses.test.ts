import * as fl from 'fourlane';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { expectClose } from '../support/compare.js';
import { uniformArray } from '../support/random.js';

const N = 24;
const x = fl.tensor(uniformArray(N * 3, 1), [N, 3]);
const y = fl.tensor(uniformArray(N * 2, 2), [N, 2]);

type Values = [b: fl.Builder, yTrue: fl.Value, yPred: fl.Value];
const squares = (...[b, yTrue, yPred]: Values) => b.apply('square', b.subtract(yPred, yTrue));

function make(loss: fl.CompileOptions['loss'], layers: fl.Layer[] = []): fl.Sequential {
  fl.setSeed(9);
  const model = fl.sequential([
    fl.layers.dense({ units: 2, activation: 'tanh', inputShape: [3] }),
    ...layers,
  ]);
  model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.5 }), loss });
  return model;
}

const weightsOf = (model: fl.Model) => model.getWeights().flatMap(({ data }) => [...data]);

afterEach(() => vi.restoreAllMocks());

describe('a function as loss', () => {
  test.each([
    ['each element', squares],
    ['each row', (...values: Values) => values[0].mean(squares(...values))],
  ])('that gives a value for %s trains as the one of the table', async (_, loss) => {
    const sampleWeight = uniformArray(N, 3, 0.5, 2);
    for (const options of [{}, { sampleWeight }]) {
      const [own, shipped] = [make(loss), make('mse')];
      const histories = [];
      for (const model of [own, shipped]) {
        const fitted = await model.fit(x, y, { epochs: 3, batchSize: 10, verbose: 0, ...options });
        histories.push(fitted.history.loss);
      }
      expectClose(weightsOf(own), weightsOf(shipped), { absolute: 1e-6 });
      expectClose(histories[0], histories[1], { absolute: 1e-6 });
      const logs = await Promise.all([own, shipped].map((model) => model.evaluate(x, y)));
      expect(logs[0].loss).toBeCloseTo(logs[1].loss, 6);
    }
  });

  test('has the weight of its output among others, and leaves out what a mask does', () => {
    const input = fl.input({ shape: [3] });
    const embedded = fl.layers.embedding({ inputDim: 3, outputDim: 1, maskZero: true })(input);
    const outputs = [
      fl.layers.identity({ name: 'a' })(embedded),
      fl.layers.identity({ name: 'b' })(embedded),
    ];
    const step = (loss: fl.CompileOptions['loss']) => {
      const model = fl.model({ inputs: input, outputs });
      model.setWeights([[[1], [2], [4]]]);
      model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 1 }), loss, lossWeights: [1, 0.25] });
      const target = fl.tensor(new Float32Array(6), [2, 3, 1]);
      const logs = model.trainOnBatch(
        [
          [1, 2, 0],
          [2, 0, 0],
        ],
        [target, target],
      );
      return [logs.loss, ...weightsOf(model)];
    };
    expectClose(step(squares), step('mse'), { absolute: 1e-6 });
    // (4 + 16 + 16) / 3 rows that count, times 1 + 1/4
    expect(step(squares)[0]).toBeCloseTo(15, 5);
  });

  test('is found by its name once it is registered', () => {
    expect(() => make('own squares' as 'mse')).toThrow(fl.ConfigError);
    fl.register('own squares', squares);
    expect(fl.register('own squares', squares)).toBe(squares);
    const byName = make({ name: 'own squares', config: {} });
    const byFunction = make(squares);
    expect(byName.trainOnBatch(x, y)).toEqual(byFunction.trainOnBatch(x, y));
    expect(weightsOf(byName)).toEqual(weightsOf(byFunction));
  });
});

describe('addLoss in a layer', () => {
  class Penalty extends fl.Layer {
    override call(b: fl.Builder, x: fl.Value): fl.Value {
      b.addLoss(b.affine(b.apply('square', x), 3, 0));
      return x;
    }
  }

  test('adds the mean of all elements to the loss, in training and evaluation', async () => {
    const own = make('mse', [new Penalty()]);
    // The penalty of the table is a sum over the two elements of a row.
    const shipped = make('mse', [fl.layers.activityRegularization({ l2: 1.5 })]);
    for (const model of [own, shipped]) await model.fit(x, y, { epochs: 2, batchSize: 10, verbose: 0 });
    expectClose(weightsOf(own), weightsOf(shipped), { absolute: 1e-6 });
    const logs = await Promise.all([own, shipped].map((model) => model.evaluate(x, y)));
    expect(logs[0].loss).toBeCloseTo(logs[1].loss, 5);
    const plain = make('mse');
    plain.setWeights(own.getWeights());
    const { loss } = await plain.evaluate(x, y);
    const said = [...plain.predict(x).data];
    const mean = said.reduce((sum, value) => sum + value * value, 0) / (2 * N);
    expect(logs[0].loss).toBeCloseTo(loss + 3 * mean, 5);
  });

  test('counts by samples where the output has several rows for each, and so do other penalties', () => {
    const penalized = (layer: fl.Layer) => {
      const model = fl.sequential([
        fl.layers.rescaling({ scale: 1, inputShape: [5, 2] }),
        layer,
        fl.layers.rescaling({ scale: 0 }),
      ]);
      model.compile({ loss: 'mse' });
      return model.testOnBatch(
        fl.tensor(new Float32Array(30).fill(2), [3, 5, 2]),
        fl.tensor(new Float32Array(30), [3, 5, 2]),
      ).loss;
    };
    expect(penalized(new Penalty())).toBeCloseTo(12, 5);
    expect(penalized(fl.layers.activityRegularization({ l1: 0.5 }))).toBeCloseTo(10, 5);
    const dense = {
      kernelInitializer: 'ones',
      kernelRegularizer: fl.regularizers.l1({ l1: 1 }),
      units: 2,
    } as const;
    expect(penalized(fl.layers.dense(dense))).toBeCloseTo(4, 5);
  });
});

describe('losses without a model', () => {
  test('take nested arrays, numbers without an axis, labels and weights', () => {
    expect(fl.losses.huber().compute([[1], [2]], [[1.5], [4]])).toBe(0.8125);
    expect(fl.losses.meanSquaredError().compute([1, 2], [2, 4])).toBe(2.5);
    expect(fl.losses.meanSquaredError().compute([1, 2], [2, 4], [1, 0.5])).toBe(1.5);
    expect(fl.losses.meanSquaredError({ reduction: 'sum' }).compute([1, 2], [2, 4])).toBe(5);
    expect([...fl.losses.meanSquaredError().computeRows([1, 2], [2, 4], [1, 0.5]).data]).toEqual([1, 2]);
    const sparse = fl.losses.sparseCategoricalCrossentropy({ ignoreClass: -1 });
    expect(
      sparse.compute(
        [1, -1],
        [
          [0.5, 0.5],
          [1, 0],
        ],
      ),
    ).toBeCloseTo(Math.LN2, 6);
    expect(() => sparse.compute([2], [[0.5, 0.5]])).toThrow(
      /losses.sparseCategoricalCrossentropy for 'yTrue' holds 2/,
    );
    expect(() => fl.losses.huber().compute([[1, 2]], [[1]])).toThrow(fl.ShapeError);
  });
});
