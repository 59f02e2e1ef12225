import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { uniformArray } from '../support/random.js';

const N = 6;
const WIDTH = 3;
const x = fl.tensor(uniformArray(N * WIDTH, 1, -2, 5), [N, WIDTH]);
const y = fl.tensor(uniformArray(N * WIDTH, 2), [N, WIDTH]);

function build(options: object = {}, trainable = true): fl.Sequential {
  const normalization = fl.layers.batchNormalization({
    name: 'normal',
    trainable,
    inputShape: [WIDTH],
    ...options,
  });
  const model = fl.sequential([normalization]);
  model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.125 }), loss: 'mse' });
  return model;
}

/** Mean and biased variance of every column. */
function moments(data: ArrayLike<number>): [number[], number[]] {
  const columns = Array.from({ length: WIDTH }, (_, c) =>
    Array.from({ length: data.length / WIDTH }, (_, r) => data[r * WIDTH + c]),
  );
  const mean = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const variance = columns.map(
    (column, c) => column.reduce((sum, value) => sum + (value - mean[c]) ** 2, 0) / column.length,
  );
  return [mean, variance];
}

describe('batch normalisation in training', () => {
  test('moves its statistics towards those of the batch, once a step', () => {
    const model = build({ momentum: 0.75 });
    const [mean, variance] = moments(x.data);
    for (let step = 1; step <= 3; step++) {
      model.trainOnBatch(x, y);
      const [, , movingMean, movingVariance] = model.getWeights();
      const kept = 0.75 ** step;
      expectClose(
        movingMean.data,
        mean.map((value) => (1 - kept) * value),
        { ulp: 8 },
      );
      expectClose(
        movingVariance.data,
        variance.map((value) => kept + (1 - kept) * value),
        { ulp: 8 },
      );
    }
  });

  test('leaves them where nothing is trained', async () => {
    const model = build();
    const before = model.getWeights();
    model.predict(x);
    await model.evaluate(x, y);
    model.testOnBatch(x, y);
    expect(model.getWeights()).toEqual(before);
  });

  test('makes predictions by the moving statistics', () => {
    const model = build({ epsilon: 0.5 });
    model.setWeights([
      [2, 1, 0.5],
      [0, 1, -1],
      [1, 2, 3],
      [0.5, 1.5, 3.5],
    ]);
    const [, [gamma, beta, mean, variance]] = [0, model.getWeights().map(({ data }) => data)];
    const expected = Array.from(x.data, (value, i) => {
      const c = i % WIDTH;
      return (gamma[c] * (value - mean[c])) / Math.sqrt(variance[c] + 0.5) + beta[c];
    });
    expectClose(model.predict(x).data, expected, { absolute: 1e-6 });
    expect(model.predict(x).data).toEqual(fl.load(model.save()).predict(x).data);
  });

  test.each([
    ['the layer', (model: fl.Model) => Object.assign(model.getLayer('normal'), { trainable: false })],
    ['the model', (model: fl.Model) => Object.assign(model, { trainable: false })],
  ])('uses the moving statistics and keeps them where %s is frozen', (_, freeze) => {
    const model = build();
    freeze(model);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = model.getWeights();
    const { loss } = model.testOnBatch(x, y);
    expect(model.trainOnBatch(x, y).loss).toBe(loss);
    expect(model.getWeights()).toEqual(before);
  });

  test('freezes with a model that is a layer, and trains again with it', () => {
    const inner = build();
    const outer = fl.sequential([inner, fl.layers.dense({ units: WIDTH })]);
    const moved = () => {
      const before = [...inner.getWeights()[2].data];
      outer.compile({ optimizer: 'sgd', loss: 'mse' });
      outer.trainOnBatch(x, y);
      return [...inner.getWeights()[2].data].some((value, i) => value !== before[i]);
    };
    inner.trainable = false;
    expect(moved()).toBe(false);
    inner.trainable = true;
    expect(moved()).toBe(true);
  });

  test('has the weights of Keras in their order, two of them not trained', () => {
    const layer = build().getLayer('normal');
    expect(layer.parameters.map(({ name }) => name)).toEqual([
      'gamma',
      'beta',
      'moving_mean',
      'moving_variance',
    ]);
    expect(layer.trainableParameters().map(({ name }) => name)).toEqual(['gamma', 'beta']);
  });
});

describe('options that do not fit', () => {
  test.each([
    [() => build({ momentum: 2 }), /momentum must be from 0 to 1, but got 2/],
    [() => build({ axis: 3 }), /axis 3 is none of an input with 1 axes/],
    [() => build({ epsilon: -1 }), /epsilon must be 0 or above/],
    [() => build({ axes: 1 }), /no option 'axes'. Did you mean 'axis'/],
    [
      () => fl.sequential([fl.layers.groupNormalization({ groups: 2, inputShape: [3] })]),
      /3 channels do not divide into 2 groups/,
    ],
    [() => fl.layers.groupNormalization({ groups: 0 }), /groups must be -1 or a whole number/],
  ])('%s', (make, message) => {
    expect(make).toThrow(message);
  });
});
