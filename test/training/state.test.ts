import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const x = fl.tensor(uniformArray(40 * 6, 1), [40, 6]);
const y = fl.tensor(uniformArray(40 * 3, 2), [40, 3]);
const options = { epochs: 2, batchSize: 16, verbose: 0 } as const;

/** With a shuffle and a dropout, which follow the epoch and the step; odd sizes, which are padded in memory. */
function make(optimizer: fl.Optimizer): fl.Model {
  fl.setSeed(5);
  const model = fl.sequential([
    fl.layers.dense({ units: 7, activation: 'tanh', inputShape: [6] }),
    fl.layers.dropout({ rate: 0.2 }),
    fl.layers.dense({ units: 3 }),
  ]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

describe('training goes on in another model with the snapshot of its state', () => {
  test.each<[string, () => fl.Optimizer]>([
    ['sgd, which keeps nothing', () => fl.optimizers.sgd()],
    ['sgd with momentum', () => fl.optimizers.sgd({ momentum: 0.9 })],
    ['adagrad', () => fl.optimizers.adagrad()],
    ['adam', () => fl.optimizers.adam()],
    ['rmsprop', () => fl.optimizers.rmsprop()],
    ['rmsprop with all its slots', () => fl.optimizers.rmsprop({ centered: true, momentum: 0.5 })],
    ['amsgrad', () => fl.optimizers.adam({ amsgrad: true })],
    ['adamax', () => fl.optimizers.adamax()],
    ['nadam', () => fl.optimizers.nadam()],
    ['adadelta', () => fl.optimizers.adadelta({ learningRate: 1 })],
    ['ftrl', () => fl.optimizers.ftrl({ learningRate: 0.5 })],
    ['lion', () => fl.optimizers.lion()],
    ['lamb', () => fl.optimizers.lamb()],
    // The first run ends in the middle of four gradients.
    ['gradients that are collected', () => fl.optimizers.adam({ gradientAccumulationSteps: 4 })],
    ['averages', () => fl.optimizers.sgd({ useEma: true, emaOverwriteFrequency: 5 })],
    ['a schedule', () => fl.optimizers.sgd({ learningRate: (iteration) => 0.1 / (1 + iteration) })],
  ])('%s', async (_, optimizer) => {
    const whole = make(optimizer());
    await whole.fit(x, y, options);
    await whole.fit(x, y, options);

    const first = make(optimizer());
    await first.fit(x, y, options);
    const [weights, snapshot] = [first.getWeights(), first.training!.snapshot()];
    // What the first does from here on does not reach the copy.
    await first.fit(x, y, options);

    const second = make(optimizer());
    second.setWeights(weights);
    second.trainingState().restore(snapshot);
    await second.fit(x, y, options);
    expect(second.getWeights()).toEqual(whole.getWeights());
  });
});
