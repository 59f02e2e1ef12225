import * as fl from 'fourlane';
import { digits } from 'fourlane/datasets';
import { describe, expect, test } from 'vitest';
import { goldenHash, hashOf } from '../runtimes/scenario.js';

const { x, y } = digits();

async function train(options: fl.FitOptions = {}, seed = 5): Promise<fl.Sequential> {
  fl.setSeed(seed);
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 32, activation: 'tanh' }),
    fl.layers.dropout({ rate: 0.25 }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  await model.fit(x, y, { epochs: 2, verbose: 0, ...options });
  return model;
}

describe('the same seed gives the same bits', () => {
  test('training twice', async () => {
    expect(hashOf((await train()).getWeights())).toBe(hashOf((await train()).getWeights()));
  });

  test('another seed gives other weights', async () => {
    expect(hashOf((await train({}, 6)).getWeights())).not.toBe(hashOf((await train()).getWeights()));
  });

  test('whatever else is computed meanwhile, and however often the loop yields', async () => {
    const alone = hashOf((await train()).getWeights());
    fl.setSeed(5);
    const other = fl.sequential([fl.layers.dense({ units: 700, inputShape: [64] })]);
    const [busy] = await Promise.all([
      train({ yieldEvery: 0 }),
      (async () => {
        for (let i = 0; i < 30; i++) {
          other.predict(x);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })(),
    ]);
    expect(hashOf(busy.getWeights())).toBe(alone);
  });

  test('training one model never moves the stream of another', async () => {
    const make = () => {
      const model = fl.sequential([
        fl.layers.dropout({ rate: 0.5, inputShape: [64] }),
        fl.layers.dense({ units: 10, activation: 'softmax' }),
      ]);
      model.compile({ optimizer: 'sgd', loss: 'sparse_categorical_crossentropy' });
      return model;
    };
    fl.setSeed(1);
    const [, second] = [make(), make()];
    await second.fit(x, y, { verbose: 0 });
    const alone = hashOf(second.getWeights());
    fl.setSeed(1);
    const [first, again] = [make(), make()];
    await first.fit(x, y, { epochs: 3, verbose: 0 });
    await again.fit(x, y, { verbose: 0 });
    expect(hashOf(again.getWeights())).toBe(alone);
  });

  test('an epoch more is the same run continued', async () => {
    const whole = await train({ epochs: 3 });
    const parts = await train({ epochs: 2 });
    await parts.fit(x, y, { initialEpoch: 2, epochs: 3, verbose: 0 });
    expect(hashOf(parts.getWeights())).toBe(hashOf(whole.getWeights()));
  });

  test('the shuffle gives every sample once an epoch and another order each epoch', async () => {
    // One weight for each sample: with rate -1/n its gradient counts how often the sample was seen.
    const n = 50;
    const order: number[][] = [];
    const identity = fl.tensor(
      Float32Array.from({ length: n * n }, (_, i) => Number(i % n === Math.floor(i / n))),
      [n, n],
    );
    const model = fl.sequential([
      fl.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', inputShape: [n] }),
    ]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.5 }), loss: 'mse' });
    const seen = new Set<number>();
    const watch = fl.callbacks.lambdaCallback({
      onEpochBegin: () => {
        order.push([]);
        model.setWeights([new Float32Array(n)]);
        seen.clear();
      },
      onTrainBatchEnd: () => {
        model.getWeights()[0].data.forEach((value, i) => {
          if (value && !seen.has(i)) {
            seen.add(i);
            order.at(-1)!.push(i);
          }
        });
      },
    });
    const ones = new Float32Array(n).fill(1);
    await model.fit(identity, ones, { epochs: 2, batchSize: 1, callbacks: [watch], verbose: 0 });
    const sorted = Array.from({ length: n }, (_, i) => i);
    for (const epoch of order) expect([...epoch].sort((a, b) => a - b)).toEqual(sorted);
    expect(order[0]).not.toEqual(sorted);
    expect(order[0]).not.toEqual(order[1]);
  });

  test('the golden hash', async () => {
    const { scenario } = await import('../runtimes/scenario.js');
    const [datasets, infer] = [await import('fourlane/datasets'), await import('fourlane/infer')];
    expect((await scenario(fl, datasets, infer)).hash).toBe(goldenHash);
  });

  test('a layer with a seed of its own does not depend on the model', () => {
    const weights = (modelSeed: number, ownSeed: number) => {
      fl.setSeed(modelSeed);
      return fl
        .sequential([
          fl.layers.dense({
            units: 3,
            kernelInitializer: fl.initializers.glorotUniform({ seed: ownSeed }),
            inputShape: [3],
          }),
        ])
        .getWeights()[0].data;
    };
    expect(weights(2, 9)).toEqual(weights(1, 9));
    expect(weights(1, 10)).not.toEqual(weights(1, 9));
  });
});
