import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { expectKeras, type GoldenTensor, goldenFile, toTensor } from '../support/golden.js';

interface GoldenModel {
  loss: 'binary_crossentropy';
  weights: GoldenTensor[];
  inputs: GoldenTensor[];
  target: GoldenTensor;
  sampleWeight: GoldenTensor;
}

interface StepsCase {
  name: string;
  kind: 'steps';
  model: 'A' | 'B' | 'C';
  optimizer: 'sgd';
  config: Record<string, number>;
  losses: number[];
  weights: GoldenTensor[];
}

interface FitCase {
  name: string;
  kind: 'fit';
  model: 'A' | 'B' | 'C';
  optimizer: 'sgd';
  config: Record<string, number>;
  metrics: 'accuracy'[];
  rows: number;
  fit: Omit<fl.FitOptions, 'sampleWeight'> & { sampleWeight?: boolean };
  history: Record<string, number[]>;
}

const file = goldenFile<{ models: Record<string, GoldenModel>; cases: (StepsCase | FitCase)[] }>('training');

const build = {
  A: () =>
    fl.sequential([
      fl.layers.dense({
        units: 8,
        activation: 'tanh',
        kernelRegularizer: fl.regularizers.l2({ l2: 0.01 }),
        inputShape: [10],
      }),
      fl.layers.dense({ units: 1, activation: 'sigmoid' }),
    ]),
  B: () =>
    fl.sequential([
      fl.layers.dense({ units: 16, activation: 'relu', inputShape: [12] }),
      fl.layers.dense({ units: 16, activation: 'relu' }),
      fl.layers.dense({ units: 5, activation: 'softmax' }),
    ]),
  C: () => {
    const left = fl.input({ shape: [6] });
    const right = fl.input({ shape: [6] });
    const shared = fl.layers.dense({ units: 5, activation: 'tanh' });
    const first = shared(left);
    const second = shared(right);
    const mixed = fl.layers.dense({ units: 5, activation: 'relu' })(fl.layers.concatenate()([first, second]));
    const total = fl.layers.add()([mixed, first]);
    return fl.model({ inputs: [left, right], outputs: fl.layers.dense({ units: 2 })(total) });
  },
};

function rows({ shape, data }: GoldenTensor, start: number, end: number): fl.Tensor {
  const width = data.length / shape[0];
  return toTensor({ shape: [end - start, ...shape.slice(1)], data: data.slice(start * width, end * width) });
}

function compiled(one: StepsCase | FitCase, metrics: 'accuracy'[] = []): fl.Model {
  const { weights, loss } = file.models[one.model];
  const model = build[one.model]();
  model.setWeights(weights.map(toTensor));
  model.compile({ optimizer: fl.optimizers[one.optimizer](one.config), loss, metrics });
  return model;
}

describe('ten training steps equal Keras', () => {
  test.each(file.cases.filter((one): one is StepsCase => one.kind === 'steps'))('$name', (one) => {
    const { inputs, target } = file.models[one.model];
    const model = compiled(one);
    const losses = one.losses.map((_, step) => {
      const batch = (tensor: GoldenTensor) => rows(tensor, step * 8, step * 8 + 8);
      return model.trainOnBatch(inputs.map(batch), batch(target)).loss;
    });
    expectKeras(losses, one.losses, 'losses', 1e-4);
    if (one.optimizer !== 'sgd') return;
    model.getWeights().forEach(({ data }, i) => {
      expectKeras(data, one.weights[i].data, `weight ${i}`, 1e-4);
    });
  });
});

describe('the history of fit equals Keras', () => {
  const isFit = (one: StepsCase | FitCase): one is FitCase => one.kind === 'fit';
  test.each(file.cases.filter(isFit))('$name', async (one) => {
    const { inputs, target, sampleWeight } = file.models[one.model];
    const model = compiled(one, one.metrics);
    const x = inputs.map((input) => rows(input, 0, one.rows));
    const weights = one.fit.sampleWeight ? { sampleWeight: rows(sampleWeight, 0, one.rows) } : {};
    const options = { ...one.fit, ...weights, verbose: 0 } as fl.FitOptions;
    const { history } = await model.fit(x, rows(target, 0, one.rows), options);
    expect(Object.keys(history).sort()).toEqual(Object.keys(one.history).sort());
    for (const [key, values] of Object.entries(one.history)) expectKeras(history[key], values, key, 1e-5);
  });
});
