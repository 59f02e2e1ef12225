/** What the threads of a step make of the gradients of its parts. */
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import * as reference from '../support/reference/replicas.js';
import { built, classifier, type Library, open, reason, samples, WIDTH, weightsOf } from './support.js';

const { x, labels } = samples(200);
const from = (start: number, end: number) =>
  [x.slice(start * WIDTH, end * WIDTH), labels.slice(start, end)] as const;

/** The gradient at the initial weights, as a step of 1 along it says, of the samples from `start` to `end`. */
async function gradient(fl: Library, start: number, end: number, rate = 0): Promise<Float32Array> {
  const model = classifier(fl, { optimizer: fl.optimizers.sgd({ learningRate: 1 }) }, {}, rate);
  const before = weightsOf(model);
  await model.fit(...from(start, end), { batchSize: end - start, shuffle: false, verbose: 0 });
  return weightsOf(model).map((after, i) => before[i] - after);
}

describe.skipIf(!built)(`the gradient of a step${reason}`, () => {
  test.each([
    [2, [100, 100]],
    [2, [99, 98]],
    [3, [67, 67, 66]],
    [3, [33, 32, 32]],
    // A part has enough to do with 18 samples or more, and nothing is cut that is smaller than two.
    [3, [25, 24]],
    [3, [31]],
  ])('with %i threads is the mean over the parts %j, weighted by their samples', async (threads, sizes) => {
    const count = sizes.reduce((a, b) => a + b);
    const together = await gradient(await open(threads), 0, count);
    const alone = await open(1);
    let start = 0;
    const parts = [];
    for (const size of sizes) {
      parts.push(await gradient(alone, start, start + size));
      start += size;
    }
    const shares = sizes.map((size) => size / count);
    expectClose(together, reference.sumReplicas(parts, shares), { absolute: 2 ** -22 });
    const whole = await gradient(alone, 0, count);
    if (sizes.length === 1) expect(together).toEqual(whole);
    else expect(together).not.toEqual(whole);
  });

  test('of the same samples twice is that of one half to the last bit, unless dropout tells the halves apart', async () => {
    const [half, halfLabels] = from(0, 64);
    const twice = Float32Array.from([...half, ...half]);
    const twiceLabels = Int32Array.from([...halfLabels, ...halfLabels]);
    const step = async (threads: number, rate: number) => {
      const fl = await open(threads);
      const model = classifier(fl, { optimizer: 'sgd' }, {}, rate);
      const data = threads === 1 ? ([half, halfLabels] as const) : ([twice, twiceLabels] as const);
      await model.fit(...data, { batchSize: 128, shuffle: false, verbose: 0 });
      return weightsOf(model);
    };
    expect(await step(2, 0)).toEqual(await step(1, 0));
    expect(await step(2, 0.5)).not.toEqual(await step(1, 0.5));
  });

  test('has masks of its own for every replica, step and seed', async () => {
    const [half, halfLabels] = from(0, 64);
    const twice = Float32Array.from([...half, ...half]);
    const twiceLabels = Int32Array.from([...halfLabels, ...halfLabels]);
    /** The loss of each epoch, which the weights leave as it is: only the masks change. */
    const losses = async (threads: number, seed: number) => {
      const fl = await open(threads);
      const model = classifier(fl, { optimizer: fl.optimizers.sgd({ learningRate: 0 }) }, {}, 0.5, seed);
      const data = threads === 1 ? ([half, halfLabels] as const) : ([twice, twiceLabels] as const);
      const settings = { epochs: 3, batchSize: 128, shuffle: false, verbose: 0 };
      return (await model.fit(...data, settings)).history.loss;
    };
    const ofReplicas: number[] = [];
    for (const seed of [1, 2]) {
      const first = await losses(1, seed);
      const both = await losses(2, seed);
      ofReplicas.push(...first, ...both.map((loss, epoch) => 2 * loss - first[epoch]));
    }
    const sorted = ofReplicas.sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThan(1e-6);
  });

  test('of convolutions, whose kernels are another module, is that of one half where both halves are the same', async () => {
    const [side, count] = [7, 32];
    const half = x.slice(0, count * side * side);
    const answers = labels.slice(0, count);
    const step = async (threads: number) => {
      const fl = await open(threads);
      fl.setSeed(2);
      const { conv2D, conv2DTranspose, depthwiseConv2D, flatten, dense } = fl.layers;
      const model = fl.sequential([
        conv2D({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [side, side, 1] }),
        depthwiseConv2D({ kernelSize: 3, padding: 'same' }),
        conv2DTranspose({ filters: 6, kernelSize: 2, strides: 2 }),
        flatten(),
        dense({ units: 4, activation: 'softmax' }),
      ]);
      model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
      const times = threads === 1 ? 1 : 2;
      const images = fl.tensor(
        Float32Array.from({ length: times * half.length }, (_, i) => half[i % half.length]),
        [times * count, side, side, 1],
      );
      const classes = Int32Array.from({ length: times * count }, (_, i) => answers[i % count] % 4);
      await model.fit(images, classes, { epochs: 2, batchSize: times * count, shuffle: false, verbose: 0 });
      return weightsOf(model);
    };
    const together = await step(2);
    expect(together).toEqual(await step(1));
    expect(together.every(Number.isFinite)).toBe(true);
  });
});
