import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { built, type Library, open, reason, samples, WIDTH as width } from './support.js';

const N = 200;
const { x, labels } = samples(N);

/** Two epochs over everything as one batch, in the order of the data. */
async function train(fl: Library, first: (fl: Library) => InstanceType<Library['Layer']>) {
  fl.setSeed(4);
  const model = fl.sequential([
    first(fl),
    fl.layers.dense({ units: 256, activation: 'relu' }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const { history } = await model.fit(x, labels, { batchSize: N, epochs: 2, shuffle: false, verbose: 0 });
  return { loss: history.loss, weights: model.getWeights().map(({ data }) => data) };
}

describe.skipIf(!built)(`layers that look at a whole batch${reason}`, () => {
  test('a penalty on outputs is the same on one thread and on two', async () => {
    const activityRegularizer = 'l2';
    const penalized = (fl: Library) =>
      fl.layers.dense({ units: 256, inputShape: [width], activityRegularizer });
    const one = await train(await open(1), penalized);
    const two = await train(await open(2), penalized);
    expectClose(two.loss, one.loss, { relativeToMax: 1e-6 });
    one.weights.forEach((weight, i) => {
      expectClose(two.weights[i], weight, { relativeToMax: 1e-5 });
    });
  });

  test('batch normalisation moves its statistics to those of the first part', async () => {
    const normalized = (fl: Library) => fl.layers.batchNormalization({ momentum: 0, inputShape: [width] });
    const fl = await open(2);
    const { weights } = await train(fl, normalized);
    const mean = (rows: number) =>
      Array.from({ length: width }, (_, c) => {
        let sum = 0;
        for (let r = 0; r < rows; r++) sum += x[r * width + c];
        return sum / rows;
      });
    expectClose(weights[2], mean(N / 2), { absolute: 1e-5 });
    expect((await train(fl, normalized)).weights).toEqual(weights);
    const alone = await train(await open(1), normalized);
    expectClose(alone.weights[2], mean(N), { absolute: 1e-5 });
  });
});
