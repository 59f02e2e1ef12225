import * as fl from 'fourlane';
import { uniformArray } from '../support/random.js';

export const x = fl.tensor(uniformArray(44 * 6, 1), [44, 6]);
export const y = fl.tensor(uniformArray(44 * 3, 2), [44, 3]);
/** Three batches of 16 an epoch, the last of 3; 9 samples are held out. */
export const options = { batchSize: 16, validationSplit: 0.2, verbose: 0 } as const;

/** Everything that keeps something from step to step: dropout, noise, moving statistics, penalties; odd sizes. */
export function make(optimizer: fl.CompileOptions['optimizer'] = 'adam', seed = 5): fl.Sequential {
  fl.setSeed(seed);
  const model = fl.sequential([
    fl.layers.dense({ units: 7, activation: 'tanh', kernelRegularizer: 'l2', inputShape: [6] }),
    fl.layers.batchNormalization(),
    fl.layers.dropout({ rate: 0.2 }),
    fl.layers.gaussianNoise({ stddev: 0.1, seed: 3 }),
    fl.layers.dense({ units: 3 }),
  ]);
  model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
  return model;
}

/** The bytes of all weights. */
export function bytesOf(model: fl.Model): string {
  return model
    .getWeights()
    .map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'))
    .join(' ');
}

/** Every optimizer, and everything that one can be told to keep. */
export const optimizers: readonly [string, () => fl.Optimizer][] = [
  ['sgd, which keeps nothing', () => fl.optimizers.sgd()],
  ['sgd with momentum', () => fl.optimizers.sgd({ momentum: 0.9, nesterov: true })],
  ['adagrad', () => fl.optimizers.adagrad()],
  ['adam', () => fl.optimizers.adam({ clipnorm: 1 })],
  ['amsgrad', () => fl.optimizers.adam({ amsgrad: true })],
  ['adamw', () => fl.optimizers.adamw({ excludeFromWeightDecay: ['bias'] })],
  ['rmsprop with all its slots', () => fl.optimizers.rmsprop({ centered: true, momentum: 0.5 })],
  ['adamax', () => fl.optimizers.adamax()],
  ['nadam', () => fl.optimizers.nadam()],
  ['adadelta', () => fl.optimizers.adadelta({ learningRate: 1 })],
  ['ftrl', () => fl.optimizers.ftrl({ learningRate: 0.5 })],
  ['lion', () => fl.optimizers.lion()],
  ['lamb', () => fl.optimizers.lamb()],
  // Interrupted in the middle of four gradients.
  ['gradients that are collected', () => fl.optimizers.adam({ gradientAccumulationSteps: 4 })],
  ['averages', () => fl.optimizers.sgd({ useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 5 })],
  [
    'a schedule',
    () =>
      fl.optimizers.sgd({
        learningRate: fl.schedules.exponentialDecay({
          initialLearningRate: 0.1,
          decaySteps: 2,
          decayRate: 0.9,
        }),
      }),
  ],
];
