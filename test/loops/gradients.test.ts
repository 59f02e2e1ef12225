import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { uniformArray } from '../support/random.js';

const [SAMPLES, INPUTS, HIDDEN, OUTPUTS] = [5, 4, 6, 3];
const x = fl.tensor(uniformArray(SAMPLES * INPUTS, 1), [SAMPLES, INPUTS]);
const y = fl.tensor(uniformArray(SAMPLES * OUTPUTS, 2), [SAMPLES, OUTPUTS]);

function network(): fl.Sequential {
  fl.setSeed(6);
  return fl.sequential([
    fl.layers.dense({ units: HIDDEN, activation: 'tanh', inputShape: [INPUTS], kernelRegularizer: 'l2' }),
    fl.layers.dense({ units: OUTPUTS }),
  ]);
}

/** The mean squared error of the network, and its penalty, in double precision. */
function referenceLoss([w1, b1, w2, b2]: readonly ArrayLike<number>[], input: ArrayLike<number>): number {
  let loss = 0;
  for (let s = 0; s < SAMPLES; s++) {
    const hidden = Array.from({ length: HIDDEN }, (_, j) => {
      let sum = b1[j];
      for (let i = 0; i < INPUTS; i++) sum += input[s * INPUTS + i] * w1[i * HIDDEN + j];
      return Math.tanh(sum);
    });
    for (let k = 0; k < OUTPUTS; k++) {
      let sum = b2[k];
      for (let j = 0; j < HIDDEN; j++) sum += hidden[j] * w2[j * OUTPUTS + k];
      loss += (sum - y.data[s * OUTPUTS + k]) ** 2 / (SAMPLES * OUTPUTS);
    }
  }
  return loss + 0.01 * Array.from(w1).reduce((sum, w) => sum + w * w, 0);
}

/** Central differences of `loss` by each element of `at`, which it reads. */
function differences(loss: () => number, at: Float64Array, h: number): Float64Array {
  return at.map((value, i) => {
    at[i] = value + h;
    const above = loss();
    at[i] = value - h;
    const below = loss();
    at[i] = value;
    return (above - below) / (2 * h);
  });
}

describe('gradients equal central differences', () => {
  test('of a reference in double precision, by weights and by the input', () => {
    const model = network();
    const run = fl.gradients({
      inputs: { x: [INPUTS], y: [OUTPUTS] },
      loss: (b, { x, y }) => b.loss('mse', b.call(model, x), y),
      parameters: model,
      inputGradients: ['x'],
    });
    const { logs, parameters, inputs } = run({ x, y });
    const weights = model.getWeights().map(({ data }) => Float64Array.from(data));
    const input = Float64Array.from(x.data);
    const loss = () => referenceLoss(weights, input);
    expectClose([logs.loss], [loss()], { relativeToMax: 1e-6 });
    parameters.forEach(({ shape, data }, i) => {
      expect(shape).toEqual(model.getWeights()[i].shape);
      expectClose(data, differences(loss, weights[i], 1e-5), { relativeToMax: 1e-6 });
    });
    expect(inputs.x.shape).toEqual([SAMPLES, INPUTS]);
    expectClose(inputs.x.data, differences(loss, input, 1e-5), { relativeToMax: 1e-6 });
  });

  // A loss of several shapes of terms, from one of which the gradient comes through a loss and operations behind it.
  test('of the loss itself, where operations and losses follow one another', () => {
    fl.setSeed(8);
    const model = fl.sequential([
      fl.layers.dense({ units: 5, activation: 'sigmoid', inputShape: [INPUTS] }),
      fl.layers.dense({ units: OUTPUTS, activation: 'softmax' }),
    ]);
    const labels = Int32Array.from([0, 2, 1, 1, 0]);
    const run = fl.gradients({
      inputs: { x: [INPUTS], label: { classes: OUTPUTS }, w: [] },
      loss: (b, { x, label, w }) => {
        const p = b.call(model, x);
        const perRow = b.loss('sparseCategoricalCrossentropy', p, label, { weights: w });
        const sharpness = b.loss(fl.losses.categoricalFocalCrossentropy(), p, 1);
        return {
          squared: b.multiply(perRow, perRow),
          product: b.multiply(perRow, sharpness),
          plain: perRow,
          spread: b.apply('exponential', b.affine(p, 0.5, 0.1)),
          overlap: b.multiply(b.loss(fl.losses.dice(), p, 0.5), w),
        };
      },
      parameters: [model.layers[0], model.layers[1]],
      inputGradients: ['x'],
    });
    const w = [0.5, 1, 1.5, 2, 0.25];
    const input = Float64Array.from(x.data);
    const at = (data: ArrayLike<number>) =>
      run({ x: fl.tensor(Float32Array.from(data), x.shape), label: labels, w });
    const { inputs, parameters, logs } = at(input);
    const { loss, ...terms } = logs;
    expect(Object.keys(terms)).toEqual(['squared', 'product', 'plain', 'spread', 'overlap']);
    expect(Object.values(terms).reduce((sum, term) => sum + term, 0)).toBeCloseTo(loss, 12);
    expectClose(
      inputs.x.data,
      differences(() => at(input).logs.loss, input, 2 ** -7),
      { relativeToMax: 2e-4 },
    );

    model.getWeights().forEach(({ data }, i) => {
      const values = Float64Array.from(data);
      const moved = () => {
        const weights = model.getWeights();
        model.setWeights(
          weights.map((weight, j) => (j === i ? fl.tensor(Float32Array.from(values), weight.shape) : weight)),
        );
        return at(input).logs.loss;
      };
      expectClose(parameters[i].data, differences(moved, values, 2 ** -7), { relativeToMax: 2e-4 });
      moved();
    });
  });
});

test('a training step follows the gradients', () => {
  const model = network();
  const loss = (b: fl.LossBuilder, { x, y }: { x: fl.Value; y: fl.Value }) =>
    b.loss('mse', b.call(model, x), y);
  const inputs = { x: [INPUTS], y: [OUTPUTS] } as const;
  const { logs, parameters } = fl.gradients({ inputs, loss, parameters: model })({ x, y });
  const before = model.getWeights();
  const optimizer = fl.optimizers.sgd({ learningRate: 0.5 });
  expect(fl.trainStep({ inputs, loss, parameters: model, optimizer })({ x, y })).toEqual(logs);
  model.getWeights().forEach(({ data }, i) => {
    const expected = Float32Array.from(before[i].data, (w, j) => w - 0.5 * parameters[i].data[j]);
    expectClose(data, expected, { ulp: 1 });
  });
});

test('an example that follows the sign of the gradient is an adversarial one', () => {
  const model = network();
  const run = fl.gradients({
    inputs: { x: [INPUTS], y: [OUTPUTS] },
    loss: (b, { x, y }) => b.loss('mse', b.call(model, x), y),
    inputGradients: ['x'],
  });
  const { logs, inputs, parameters } = run({ x, y });
  const adversarial = Float32Array.from(x.data, (value, i) => value + 0.05 * Math.sign(inputs.x.data[i]));
  expect(run({ x: fl.tensor(adversarial, x.shape), y }).logs.loss).toBeGreaterThan(logs.loss);
  expect(parameters).toEqual([]);
});

test('nothing changes, and layers behave as in inference unless asked otherwise', () => {
  fl.setSeed(3);
  const model = fl.sequential([
    fl.layers.batchNormalization({ inputShape: [INPUTS] }),
    fl.layers.dropout({ rate: 0.5 }),
    fl.layers.dense({ units: OUTPUTS }),
  ]);
  const before = model.getWeights();
  const of = (training: boolean) =>
    fl.gradients({
      inputs: { x: [INPUTS], y: [OUTPUTS] },
      loss: (b, { x, y }) => b.loss('mse', b.call(model, x), y),
      parameters: model,
      training,
    });
  model.compile({ loss: 'mse' });
  expect(of(false)({ x, y }).logs).toEqual(model.testOnBatch(x, y));
  const inTraining = of(true);
  const { logs } = inTraining({ x, y });
  expect(logs.loss).not.toBe(model.testOnBatch(x, y).loss);
  expect(inTraining({ x, y }).logs).toEqual(logs);
  expect(model.getWeights()).toEqual(before);
});

test('an input that takes no part, and one of class numbers, have no gradient', () => {
  const model = network();
  const make = (inputGradients: readonly string[]) => () =>
    fl.gradients({
      inputs: { x: [INPUTS], other: [2], label: { classes: 3 } },
      loss: (b, { x }) => b.loss('mse', b.call(model, x), 0),
      inputGradients: inputGradients as never,
    });
  expect(make(['other'])).toThrow(/gradients: the loss does not depend on the input 'other'/);
  expect(make(['label'])).toThrow(/names 'label', but the inputs of numbers are x, other/);
  expect(make(['z'])).toThrow(/names 'z'/);
});
