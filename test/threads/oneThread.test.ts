/** What threads compute is what one thread computes, as far as the order of float32 sums allows. */
import { describe, expect, test } from 'vitest';
import type { Builder, ModelData, Parameter, Value, WeightBuilder } from '../../src/index.js';
import { expectClose } from '../support/compare.js';
import { uniformArray } from '../support/random.js';
import {
  built,
  CLASSES,
  classifier,
  type Library,
  type Model,
  open,
  reason,
  samples,
  WIDTH,
  weightsOf,
} from './support.js';

type Run = (fl: Library) => Promise<{ model: Model; logs: Record<string, number | number[]> }>;

/** Weights and logs with 2 and with 3 threads, beside those with one. */
async function compare(run: Run, tolerance = 2e-5) {
  const { model, logs } = await run(await open(1));
  const expected = weightsOf(model);
  for (const threads of [2, 3]) {
    const fl = await open(threads);
    const result = await run(fl);
    const weights = weightsOf(result.model);
    expectClose(weights, expected, { relativeToMax: tolerance });
    // Different sums were taken: the threads have really been at work.
    expect(weights).not.toEqual(expected);
    expect(Object.keys(result.logs)).toEqual(Object.keys(logs));
    for (const [key, values] of Object.entries(logs)) {
      expectClose([result.logs[key]].flat(), [values].flat(), { absolute: 2e-5 });
    }
  }
}

const { x, labels } = samples(400);
const quiet = { verbose: 0, epochs: 2 };
const oneHot = Float32Array.from({ length: 400 * CLASSES }, (_, i) =>
  Number(labels[Math.floor(i / CLASSES)] === i % CLASSES),
);

async function train(model: Model, batchSize: number, options: object = {}, y: ModelData = labels) {
  const { history } = await model.fit(x, y, { ...quiet, batchSize, ...options });
  return { model, logs: history };
}

describe.skipIf(!built)(`training with 2 and 3 threads is that with one${reason}`, () => {
  test.each([64, 97, 128, 211, 399, 400])('in batches of %i of 400 samples', async (batchSize) => {
    await compare((fl) => train(classifier(fl, { optimizer: 'sgd' }), batchSize));
  });

  test.each<[string, (fl: Library) => object]>([
    ['sgd with momentum', (fl) => ({ optimizer: fl.optimizers.sgd({ momentum: 0.9, nesterov: true }) })],
    ['rmsprop with decay', (fl) => ({ optimizer: fl.optimizers.rmsprop({ weightDecay: 0.01 }) })],
    ['adam, clipped by the norm of each', (fl) => ({ optimizer: fl.optimizers.adam({ clipnorm: 0.01 }) })],
    [
      'adagrad, clipped by the norm of all',
      (fl) => ({ optimizer: fl.optimizers.adagrad({ globalClipnorm: 0.01 }) }),
    ],
    ['sgd, clipped by value', (fl) => ({ optimizer: fl.optimizers.sgd({ clipvalue: 1e-4 }) })],
  ])('with %s', async (_, compile) => {
    // Adam and RMSprop divide by the size of gradients, whose rounding counts where they are all but 0.
    await compare((fl) => train(classifier(fl, compile(fl)), 128), 5e-4);
  });

  test('with regularizers, whose penalty is counted once', async () => {
    const hidden = { kernelRegularizer: 'l2', biasRegularizer: 'l1' };
    await compare((fl) =>
      train(classifier(fl, { optimizer: 'sgd' }, hidden), 128, { validationSplit: 0.25 }),
    );
  });

  test('with frozen layers', async () => {
    const hidden = { trainable: false };
    await compare((fl) => train(classifier(fl, { optimizer: 'sgd' }, hidden), 128));
  });

  test('on bytes and on float64', async () => {
    const bytes = Uint8Array.from(x, (value) => (value + 1) * 127);
    for (const data of [bytes, Float64Array.from(x)]) {
      await compare(async (fl) => {
        const model = classifier(fl, { optimizer: 'sgd' });
        const images = fl.tensor(data, [400, WIDTH], { scale: 1 / 127, offset: -1 });
        const { history } = await model.fit(images, labels, { ...quiet, batchSize: 100 });
        return { model, logs: history };
      });
    }
  });

  test.each([false, true])('on a sparse matrix (with values: %s)', async (weighted) => {
    const rows = Array.from({ length: 400 }, (_, r) =>
      Array.from({ length: 1 + (r % 13) }, (_, i) => (r * 17 + i * 29) % 500).sort((a, b) => a - b),
    );
    const odd = Float32Array.from(rows, (row) => row[0] % 2);
    await compare(async (fl) => {
      fl.setSeed(3);
      const model = fl.sequential([
        fl.layers.dense({ units: 64, activation: 'relu', inputShape: [500] }),
        fl.layers.dense({ units: 256, activation: 'relu' }),
        fl.layers.dense({ units: 1, activation: 'sigmoid' }),
      ]);
      model.compile({
        optimizer: 'sgd',
        loss: 'binaryCrossentropy',
        metrics: ['accuracy', 'meanAbsoluteError'],
      });
      const { shape, indptr, indices } = fl.SparseMatrix.fromRows(rows, 500);
      const values = weighted ? uniformArray(indices.length, 9) : undefined;
      const matrix = new fl.SparseMatrix({ shape, indptr, indices, values });
      const { history } = await model.fit(matrix, odd, { ...quiet, batchSize: 128 });
      return { model, logs: history };
    });
  });

  test('with two inputs, a shared layer, and two outputs with losses and metrics of their own', async () => {
    await compare(async (fl) => {
      fl.setSeed(4);
      const { dense, concatenate } = fl.layers;
      const [a, b] = ['a', 'b'].map((name) => fl.input({ shape: [WIDTH], name }));
      const shared = dense({ units: 96, activation: 'relu' });
      const joined = concatenate()([shared(a), shared(b)]);
      const hidden = dense({ units: 64, activation: 'gelu' })(joined);
      const outputs = [
        dense({ units: CLASSES, activation: 'softmax', name: 'kind' })(hidden),
        dense({ units: 2, name: 'size' })(hidden),
      ];
      const model = fl.model({ inputs: [a, b], outputs });
      model.compile({
        optimizer: 'sgd',
        loss: { kind: 'categoricalCrossentropy', size: 'meanSquaredError' },
        lossWeights: { kind: 1, size: 0.3 },
        metrics: { kind: ['accuracy'], size: ['meanAbsoluteError', 'rootMeanSquaredError'] },
      });
      const inputs = { a: fl.tensor(x, [400, WIDTH]), b: fl.tensor(x.toReversed(), [400, WIDTH]) };
      const targets = {
        kind: fl.tensor(oneHot, [400, CLASSES]),
        size: fl.tensor(x.slice(0, 800), [400, 2]),
      };
      const options = { ...quiet, batchSize: 96, validationSplit: 0.2 };
      const { history } = await model.fit(inputs, targets, options);
      return { model, logs: { ...history, ...(await model.evaluate(inputs, targets, { batchSize: 128 })) } };
    });
  });

  test('with a layer of one’s own', async () => {
    await compare(async (fl) => {
      class Scale extends fl.Layer {
        static override className = 'Scale';
        factor!: Parameter;
        override build(b: WeightBuilder) {
          this.factor = b.parameter({ name: 'factor', shape: [WIDTH], initializer: 'ones' });
        }
        override call(b: Builder, input: Value) {
          return b.multiply(input, this.factor);
        }
      }
      fl.setSeed(6);
      const model = fl.sequential([
        new Scale({ inputShape: [WIDTH] }),
        fl.layers.dense({ units: 256, activation: 'silu' }),
        fl.layers.dense({ units: 64 }),
        fl.layers.dense({ units: CLASSES }),
      ]);
      model.compile({ optimizer: 'sgd', loss: 'meanAbsoluteError', metrics: ['mse'] });
      const targets = fl.tensor(oneHot, [400, CLASSES]);
      const { history } = await model.fit(x, targets, { ...quiet, batchSize: 128 });
      return { model, logs: history };
    });
  });
});

test.skipIf(!built)(
  `a layer that writes what all replicas share keeps its model on one thread${reason}`,
  async () => {
    const run = async (threads: number) => {
      const fl = await open(threads);
      class Counter extends fl.Layer {
        static override className = 'Counter';
        count!: Parameter;
        override build(b: WeightBuilder) {
          this.count = b.parameter({ name: 'count', shape: [1], initializer: 'zeros', trainable: false });
        }
        override call(b: Builder, input: Value) {
          const y = b.affine(input, 1, 0);
          const count = b.value(this.count);
          b.emit(fl.core, 'affine', count, count, 1, 1, 1);
          return y;
        }
      }
      fl.setSeed(6);
      const model = fl.sequential([
        new Counter({ inputShape: [WIDTH] }),
        fl.layers.dense({ units: 256, activation: 'relu' }),
        fl.layers.dense({ units: CLASSES }),
      ]);
      model.compile({ optimizer: 'sgd', loss: 'mse' });
      await train(model, 200, { epochs: 3 }, fl.tensor(oneHot, [400, CLASSES]));
      return weightsOf(model);
    };
    const [one, two] = [await run(1), await run(2)];
    expect(two).toEqual(one);
    expect(one[0]).toBe(6);
  },
);

describe.skipIf(!built)(`evaluation with 3 threads${reason}`, () => {
  test('gives loss and metrics to 1e-6, whatever the batch size', async () => {
    const evaluate = async (threads: number, batchSize: number) => {
      const fl = await open(threads);
      const model = classifier(fl, { metrics: ['accuracy'] }, { kernelRegularizer: 'l2' });
      return model.evaluate(x, labels, { batchSize });
    };
    const expected = await evaluate(1, 32);
    for (const batchSize of [100, 128, 399, 400]) {
      const logs = await evaluate(3, batchSize);
      expect(Object.keys(logs)).toEqual(Object.keys(expected));
      for (const key of Object.keys(expected)) expectClose([logs[key]], [expected[key]], { absolute: 1e-6 });
    }
  });
});
