import * as fl from 'fourlane';
import { beforeEach, describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const x = fl.tensor(uniformArray(40 * 4, 1), [40, 4]);
const y = uniformArray(40, 2);
const HOOKS = [
  ...(['onTrainBegin', 'onEpochBegin', 'onTrainBatchBegin', 'onTrainBatchEnd', 'onTestBegin'] as const),
  ...(['onTestBatchBegin', 'onTestBatchEnd', 'onTestEnd', 'onEpochEnd', 'onTrainEnd'] as const),
];

/** The iterations of two epochs of four that are done when a hook of the second epoch, or batch 2 of it, is called. */
const DONE: Record<(typeof HOOKS)[number], number> = {
  onTrainBegin: 0,
  onEpochBegin: 4,
  onTrainBatchBegin: 6,
  onTrainBatchEnd: 7,
  onTestBegin: 8,
  onTestBatchBegin: 8,
  onTestBatchEnd: 8,
  onTestEnd: 8,
  onEpochEnd: 8,
  onTrainEnd: 8,
};

function makeModel(optimizer: fl.Optimizer = fl.optimizers.adam()): fl.Sequential {
  fl.setSeed(8);
  const model = fl.sequential([
    fl.layers.dense({ units: 3, activation: 'tanh', inputShape: [4] }),
    fl.layers.dropout({ rate: 0.25 }),
    fl.layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

const options = { epochs: 2, batchSize: 8, validationSplit: 0.2, verbose: 0 };
const weightsOf = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);

/** What the weights are after so many iterations without any callback that throws. */
async function weightsAfter(iterations: number): Promise<number[][]> {
  const model = makeModel();
  const states = [weightsOf(model)];
  const record = fl.callbacks.lambdaCallback({ onTrainBatchEnd: () => void states.push(weightsOf(model)) });
  await model.fit(x, y, { ...options, callbacks: [record] });
  return states[iterations];
}

describe('a callback that throws ends the run with its own error', () => {
  let model: fl.Sequential;
  beforeEach(() => {
    model = makeModel();
  });

  test.each(HOOKS.flatMap((hook) => [false, true].map((late) => ({ hook, late }))))(
    '$hook, by a promise: $late',
    async ({ hook, late }) => {
      const mine = new Error('mine');
      class Thrower extends fl.Callback {}
      let epoch = -1;
      Object.defineProperty(Thrower.prototype, hook, {
        value: (batch: unknown) => {
          const trainBatch = hook.startsWith('onTrainBatch');
          if (hook !== 'onTrainBegin' && hook !== 'onTrainEnd' && epoch < 1) return undefined;
          if (trainBatch && batch !== 2) return undefined;
          if (late) return Promise.reject(mine);
          throw mine;
        },
      });
      const count = fl.callbacks.lambdaCallback({
        onEpochBegin: (number) => {
          epoch = number;
        },
      });
      const ends: string[] = [];
      const after = fl.callbacks.lambdaCallback({ onTrainEnd: () => void ends.push('end') });
      const callbacks = [count, new Thrower(), after];
      await expect(model.fit(x, y, { ...options, callbacks })).rejects.toBe(mine);
      expect(ends).toEqual([]);

      // The model is as it was after its last whole iteration, and can be used, trained and compiled again.
      expect(weightsOf(model)).toEqual(await weightsAfter(DONE[hook]));
      expect(model.training!.iterations).toBe(DONE[hook]);
      expect(model.fitting).toBe(false);
      expect(model.predict(x).shape).toEqual([40, 1]);
      const { epoch: epochs } = await model.fit(x, y, options);
      expect(epochs).toEqual([0, 1]);
      model.compile({ loss: 'mse' });
    },
  );

  test('moving averages take the place of the weights all the same', async () => {
    const optimizer = () => fl.optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 });
    const whole = makeModel(optimizer());
    await whole.fit(x, y, { ...options, epochs: 1 });
    const broken = makeModel(optimizer());
    const thrower = fl.callbacks.lambdaCallback({
      onEpochEnd: () => {
        throw new Error('mine');
      },
    });
    await expect(broken.fit(x, y, { ...options, epochs: 1, callbacks: [thrower] })).rejects.toThrow('mine');
    expect(weightsOf(broken)).toEqual(weightsOf(whole));
  });
});
