import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { uniformArray } from '../support/random.js';

const SAMPLES = 12;
const x = fl.tensor(uniformArray(SAMPLES * 4, 1), [SAMPLES, 4]);
const y = fl.tensor(uniformArray(SAMPLES * 3, 2), [SAMPLES, 3]);
const labels = Int32Array.from({ length: SAMPLES }, (_, i) => (i * i) % 3);
const rowWeights = Float32Array.from({ length: SAMPLES }, (_, i) => (i % 4) / 2);

const allWeights = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);

/** A model with all that training has beside gradients: masks, moving statistics, penalties, constraints. */
function rich(last: 'linear' | 'softmax' = 'linear'): fl.Model {
  fl.setSeed(11);
  return fl.sequential([
    fl.layers.dense({
      units: 7,
      activation: 'tanh',
      inputShape: [4],
      kernelRegularizer: 'l2',
      biasConstraint: 'nonNeg',
      activityRegularizer: fl.regularizers.l1({ l1: 0.02 }),
    }),
    fl.layers.batchNormalization({ momentum: 0.5 }),
    fl.layers.dropout({ rate: 0.25 }),
    fl.layers.dense({ units: 3, activation: last, kernelRegularizer: 'orthogonal' }),
  ]);
}

/** As `rich`, without what draws from the model's own stream. */
function calm(last: 'linear' | 'softmax' = 'linear'): fl.Model {
  fl.setSeed(11);
  return fl.sequential([
    fl.layers.dense({ units: 7, activation: 'relu', inputShape: [4], kernelRegularizer: 'l1' }),
    fl.layers.batchNormalization({ momentum: 0.5 }),
    fl.layers.dense({ units: 3, activation: last }),
  ]);
}

const optimizers = {
  sgd: () => fl.optimizers.sgd({ learningRate: 0.1, momentum: 0.5, clipnorm: 1 }),
  adam: () => fl.optimizers.adam({ learningRate: 0.02, weightDecay: 0.1 }),
  collecting: () => fl.optimizers.adam({ learningRate: 0.02, gradientAccumulationSteps: 2 }),
};

describe('a step is one of trainOnBatch, to the last bit', () => {
  test.each(Object.entries(optimizers))('of a model, by %s', (_, optimizer) => {
    const [model, other] = [rich(), rich()];
    model.compile({ optimizer: optimizer(), loss: 'huber' });
    const step = fl.trainStep({ model: other, loss: 'huber', optimizer: optimizer() });
    for (let i = 0; i < 5; i++) expect(step({ x, y })).toEqual(model.trainOnBatch(x, y));
    expect(allWeights(other)).toEqual(allWeights(model));
    expect(step.optimizer.iterations).toBe(5);
  });

  test.each(Object.entries(optimizers))('of a loss of values, by %s', (_, optimizer) => {
    const [model, other] = [calm(), calm()];
    model.compile({ optimizer: optimizer(), loss: 'logCosh' });
    const step = fl.trainStep({
      inputs: { x: [4], y: [3] },
      loss: (b, { x, y }) => b.loss(fl.losses.logCosh(), b.call(other, x), y),
      parameters: other,
      optimizer: optimizer(),
    });
    for (let i = 0; i < 5; i++) expect(step({ x, y })).toEqual(model.trainOnBatch(x, y));
    expect(allWeights(other)).toEqual(allWeights(model));
  });

  test('of fit without a shuffle', async () => {
    const [model, other] = [rich(), rich()];
    model.compile({ optimizer: 'adam', loss: 'mse' });
    await model.fit(x, y, { epochs: 3, batchSize: 4, shuffle: false, verbose: 0 });
    const step = fl.trainStep({ model: other, loss: 'mse', optimizer: 'adam' });
    const rows = (data: fl.Tensor, from: number, width: number) =>
      data.data.subarray(from * width, (from + 4) * width);
    for (let epoch = 0; epoch < 3; epoch++) {
      for (const from of [0, 4, 8]) step({ x: rows(x, from, 4), y: rows(y, from, 3) });
    }
    expect(allWeights(other)).toEqual(allWeights(model));
  });

  test('with class numbers', () => {
    const [model, other, third] = [rich('softmax'), rich('softmax'), calm('softmax')];
    const loss = 'sparse_categorical_crossentropy';
    model.compile({ loss });
    const step = fl.trainStep({ model: other, loss });
    expect(step({ x, y: labels })).toEqual(model.trainOnBatch(x, labels));
    expect(allWeights(other)).toEqual(allWeights(model));

    const fourth = calm('softmax');
    third.compile({ loss });
    const composed = fl.trainStep({
      inputs: { image: [4], label: { classes: 3 } },
      loss: (b, { image, label }) => b.loss(loss, b.call(fourth, image), label),
      parameters: fourth,
    });
    expect(composed({ image: x, label: labels })).toEqual(third.trainOnBatch(x, labels));
    expect(allWeights(fourth)).toEqual(allWeights(third));
  });

  test('with weights of rows, as weights of the loss or multiplied', () => {
    const [model, weighted, multiplied] = [calm(), calm(), calm()];
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const parts = { x: [4], y: [3], w: [] };
    const step = fl.trainStep({
      inputs: parts,
      loss: (b, { x, y, w }) => b.loss('mse', b.call(weighted, x), y, { weights: w }),
      parameters: weighted,
      optimizer: 'adam',
    });
    const other = fl.trainStep({
      inputs: parts,
      loss: (b, { x, y, w }) => b.multiply(b.loss('mse', b.call(multiplied, x), y), w),
      parameters: multiplied,
      optimizer: 'adam',
    });
    for (let i = 0; i < 3; i++) {
      const logs = model.trainOnBatch(x, y, { sampleWeight: rowWeights });
      expect(step({ x, y, w: rowWeights })).toEqual(logs);
      expect(other({ x, y, w: rowWeights })).toEqual(logs);
    }
    expect(allWeights(weighted)).toEqual(allWeights(model));
    expect(allWeights(multiplied)).toEqual(allWeights(model));
  });

  test('for batches of every size, of bytes and of sparse rows', () => {
    const build = () => {
      fl.setSeed(5);
      return fl.sequential([fl.layers.dense({ units: 3, inputShape: [4] })]);
    };
    const [model, other] = [build(), build()];
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const step = fl.trainStep({ model: other, loss: 'mse', optimizer: 'adam' });
    const bytes = fl.tensor(
      Uint8Array.from({ length: 24 }, (_, i) => i * 9),
      [6, 4],
      { scale: 1 / 255 },
    );
    const sparse = fl.SparseMatrix.fromRows([[0, 3], [], [1]], 4);
    for (const [data, count] of [
      [x, 12],
      [x.data.subarray(0, 8), 2],
      [bytes, 6],
      [sparse, 3],
      [fl.tensor(uniformArray(80, 4), [20, 4]), 20],
    ] as const) {
      const target = fl.tensor(uniformArray(count * 3, count), [count, 3]);
      expect(step({ x: data, y: target })).toEqual(model.trainOnBatch(data, target));
    }
    expect(allWeights(other)).toEqual(allWeights(model));
  });
});

describe('terms', () => {
  test('are summed, each by its name, and count as the means of their elements', () => {
    const model = calm();
    const step = fl.trainStep({
      inputs: { x: [4], y: [3] },
      loss: (b, { x, y }) => {
        const prediction = b.call(model, x);
        const distance = b.subtract(prediction, y);
        return {
          half: b.affine(b.multiply(distance, distance), 0.5, 0),
          other: b.loss('mse', prediction, y),
        };
      },
      parameters: model,
      optimizer: fl.optimizers.sgd({ learningRate: 0.01 / 1.5 }),
      regularization: false,
    });
    const before = allWeights(model);
    const { loss, half, other, ...rest } = step({ x, y });
    expect(rest).toEqual({});
    expect(half).toBeCloseTo(other / 2, 6);
    expect(loss).toBeCloseTo(1.5 * other, 6);

    // One step on 1.5 times the loss at a rate of 1 / 1.5 is one on the loss.
    const plain = calm();
    plain.setWeights(before.map((data, i) => fl.tensor(data, model.getWeights()[i].shape)));
    const simple = fl.trainStep({
      model: plain,
      loss: 'mse',
      optimizer: fl.optimizers.sgd({ learningRate: 0.01 }),
      regularization: false,
    });
    simple({ x, y });
    allWeights(model).forEach((data, i) => {
      expectClose(data, allWeights(plain)[i], { relativeToMax: 1e-6 });
    });
  });

  test('that are the same value twice count twice', () => {
    const steps = [1, 2].map((times) => {
      const model = calm();
      const optimizer = fl.optimizers.sgd({ learningRate: 0.25 / times });
      const step = fl.trainStep({
        inputs: { x: [4], y: [3] },
        loss: (b, { x, y }): Record<string, fl.Value> => {
          const term = b.loss('mse', b.call(model, x), y);
          return times === 1 ? { term } : { term, again: term };
        },
        parameters: model,
        optimizer,
        regularization: false,
      });
      return { loss: step({ x, y }).loss, weights: allWeights(model).flat() };
    });
    expect(steps[1].loss).toBe(2 * steps[0].loss);
    expectClose(steps[1].weights, steps[0].weights, { relativeToMax: 1e-6 });
  });

  test('may be of weights alone', () => {
    fl.setSeed(1);
    const layer = fl.layers.dense({ units: 2, inputShape: [3], useBias: false });
    const model = fl.sequential([layer]);
    const [kernel] = layer.parameters;
    const [{ data: before }] = model.getWeights();
    const step = fl.trainStep({
      inputs: { x: [3] },
      loss: (b) => b.multiply(kernel, kernel),
      parameters: kernel,
      optimizer: fl.optimizers.sgd({ learningRate: 0.6 }),
    });
    const logs = step({ x: new Float32Array(6) });
    expectClose([logs.loss], [meanOf([...before].map((w) => w * w))], { relativeToMax: 1e-6 });
    // w - 0.6 * 2 w / 6
    expectClose(
      model.getWeights()[0].data,
      [...before].map((w) => 0.8 * w),
      { relativeToMax: 1e-6 },
    );
  });
});

describe('regularizers', () => {
  test('count where asked, also those of what layers put out', () => {
    const logs = [true, false].map((regularization) => {
      const model = rich();
      return fl.trainStep({ model, loss: 'mse', regularization })({ x, y }).loss;
    });
    const model = rich();
    model.compile({ loss: 'mse' });
    expect(logs[0]).toBe(model.trainOnBatch(x, y).loss);
    expect(logs[1]).toBeLessThan(logs[0]);
  });

  test('on time steps are divided by the samples, not by the rows', () => {
    const series = fl.tensor(uniformArray(2 * 5 * 3, 8), [2, 5, 3]);
    const penalty = (regularization: boolean) => {
      fl.setSeed(2);
      const layer = fl.layers.dense({ units: 2, inputShape: [5, 3], activityRegularizer: 'l1' });
      const model = fl.sequential([layer]);
      const output = model.predict(series);
      const step = fl.trainStep({ model, loss: 'mse', regularization });
      const loss = step({ x: series, y: new Float32Array(20) }).loss;
      return { loss, expected: (0.01 * [...output.data].reduce((sum, v) => sum + Math.abs(v), 0)) / 2 };
    };
    const { loss, expected } = penalty(true);
    expectClose([loss - penalty(false).loss], [expected], { relativeToMax: 1e-5 });
  });
});

describe('what is frozen', () => {
  const parts = () => {
    fl.setSeed(4);
    const { batchNormalization, dense } = fl.layers;
    const first = fl.sequential([dense({ units: 5, inputShape: [4] }), batchNormalization()]);
    const second = fl.sequential([
      dense({ units: 5, inputShape: [5], activation: 'tanh' }),
      dense({ units: 3 }),
    ]);
    return { first, second };
  };
  const loss =
    ({ first, second }: ReturnType<typeof parts>) =>
    (b: fl.LossBuilder, { x, y }: { x: fl.Value; y: fl.Value }) =>
      b.loss('mse', b.call(second, b.call(first, x)), y);

  test('keeps every byte, and gradients flow through it', () => {
    const both = parts();
    const inputs = { x: [4], y: [3] };
    const step = fl.trainStep({ inputs, loss: loss(both), parameters: both.first, optimizer: 'adam' });
    const before = [allWeights(both.first), allWeights(both.second)];
    const losses = Array.from({ length: 20 }, () => step({ x, y }).loss);
    expect(allWeights(both.second)).toEqual(before[1]);
    expect(allWeights(both.first)).not.toEqual(before[0]);
    expect(losses[19]).toBeLessThan(losses[0]);
  });

  test('moves its statistics where it is trainable, as in Keras, and not where it is frozen', () => {
    const [moving, frozen] = [parts(), parts()];
    frozen.first.trainable = false;
    for (const both of [moving, frozen]) {
      const before = allWeights(both.first);
      const inputs = { x: [4], y: [3] };
      fl.trainStep({ inputs, loss: loss(both), parameters: both.second })({ x, y });
      const after = allWeights(both.first);
      expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
      if (both === frozen) expect(after).toEqual(before);
      else expect(after[4]).not.toEqual(before[4]);
    }
  });

  test('may be called as in inference', () => {
    fl.setSeed(4);
    const teacher = fl.sequential([
      fl.layers.dropout({ rate: 0.5, inputShape: [4] }),
      fl.layers.dense({ units: 3 }),
    ]);
    const student = fl.sequential([fl.layers.dense({ units: 3, inputShape: [4] })]);
    const step = fl.trainStep({
      inputs: { x: [4] },
      loss: (b, { x }) => b.loss('mse', b.call(student, x), b.call(teacher, x, { training: false })),
      parameters: student,
    });
    const expected = meanSquare(teacher.predict(x), student.predict(x));
    expect(step({ x }).loss).toBeCloseTo(expected, 6);
  });

  test('is what stopGradient holds back', () => {
    const both = parts();
    const step = fl.trainStep({
      inputs: { x: [4] },
      loss: (b, { x }) => {
        const hidden = b.call(both.first, x);
        return b.loss('mse', hidden, b.stopGradient(b.affine(hidden, 0.5, 0)));
      },
      parameters: both.first.layers[0],
      optimizer: fl.optimizers.sgd({ learningRate: 0.1 }),
    });
    expect(step({ x }).loss).toBeGreaterThan(step({ x }).loss);
  });
});

describe('what belongs to the step', () => {
  test('the learning rate may be set between steps', () => {
    const [model, other] = [calm(), calm()];
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const step = fl.trainStep({ model: other, loss: 'mse', optimizer: 'sgd' });
    for (const rate of [0.1, 0.02, 0]) {
      model.optimizer!.learningRate = rate;
      step.optimizer.learningRate = rate;
      model.trainOnBatch(x, y);
      step({ x, y });
    }
    expect(allWeights(other)).toEqual(allWeights(model));
  });

  test('two steps on the same weights keep slots and iterations of their own', () => {
    const model = calm();
    const make = () => fl.trainStep({ model, loss: 'mse', optimizer: 'adam' });
    const [one, other] = [make(), make()];
    one({ x, y });
    one({ x, y });
    const before = other.training.snapshot();
    expect(before.slots.every((value) => value === 0)).toBe(true);
    other({ x, y });
    expect([one.optimizer.iterations, other.optimizer.iterations]).toEqual([2, 1]);
  });

  test('a snapshot goes on as if nothing had happened', () => {
    const [model, other] = [calm(), calm()];
    const make = (of: fl.Model) => fl.trainStep({ model: of, loss: 'mse', optimizer: 'adam' });
    const [step, next] = [make(model), make(other)];
    for (let i = 0; i < 3; i++) step({ x, y });
    other.setWeights(model.getWeights());
    next.training.restore(step.training.snapshot());
    step({ x, y });
    next({ x, y });
    expect(allWeights(other)).toEqual(allWeights(model));
  });

  test('random streams: the same seed gives the same bits, and a step takes none from models made later', () => {
    const run = () => {
      fl.setSeed(9);
      const model = fl.sequential([
        fl.layers.dropout({ rate: 0.5, inputShape: [4] }),
        fl.layers.dense({ units: 3 }),
      ]);
      const make = () =>
        fl.trainStep({
          inputs: { x: [4], y: [3] },
          loss: (b, { x, y }) => b.loss('mse', b.call(model, x), y),
          parameters: model,
        });
      const [one, other] = [make(), make()];
      const losses = [one({ x, y }).loss, other({ x, y }).loss];
      return { losses, weights: allWeights(model), later: allWeights(calmWithoutSeed()) };
    };
    const calmWithoutSeed = () => fl.sequential([fl.layers.dense({ units: 3, inputShape: [4] })]);
    const first = run();
    expect(run()).toEqual(first);
    fl.setSeed(9);
    calmWithoutSeed();
    expect(allWeights(calmWithoutSeed())).toEqual(first.later);
  });
});

describe('errors', () => {
  const model = calm();
  const inputs = { x: [4], y: [3] } as const;
  const loss = (b: fl.LossBuilder, { x, y }: { x: fl.Value; y: fl.Value }) =>
    b.loss('mse', b.call(model, x), y);
  const unplaced = fl.layers.dense({ units: 3 });
  const step = (options: object) => () =>
    fl.trainStep({ inputs, loss, parameters: model, ...options } as never);

  test.each<[string, () => unknown, string, RegExp]>([
    ['an unknown option', step({ losses: 1 }), 'unknown-option', /trainStep.*'losses'/],
    ['no inputs', step({ inputs: undefined }), 'option-value', /inputs must give the shape of each part/],
    [
      'an input that is no shape',
      step({ inputs: { x: 4 } }),
      'option-value',
      /inputs\.x must be the shape.*got 4/,
    ],
    ['no loss', step({ loss: 'mse' }), 'option-value', /loss must be a function.*got mse/],
    ['a loss that is no value', step({ loss: () => 3 }), 'loss-value', /must return a value.*got 3/],
    ['terms that are no values', step({ loss: () => ({ a: 1 }) }), 'loss-value', /got a: 1/],
    [
      'a term called loss',
      step({ loss: (b: never, v: never) => ({ loss: loss(b, v) }) }),
      'loss-value',
      /under names other than 'loss'/,
    ],
    [
      'parameters that are none',
      step({ parameters: ['dense'] }),
      'option-value',
      /must be layers, models or weights/,
    ],
    ['no weights', step({ parameters: fl.layers.flatten({ name: 'flat' }) }), 'no-parameters', /\('flat'\)/],
    [
      'a weight without a place',
      () => {
        const layer = fl.layers.dense({ units: 3 });
        layer.buildFor([[4]]);
        return step({ parameters: layer.parameters, loss: () => 0 })();
      },
      'layer-weights',
      /trainStep: the weight 'kernel' has no place yet/,
    ],
    [
      'weights that take no part',
      step({ loss: (b: fl.LossBuilder, v: { x: fl.Value }) => b.loss('mse', v.x, 0) }),
      'no-gradient',
      /trainStep: the loss does not depend on the weight 'kernel', the weight 'bias'/,
    ],
    [
      'a target of another shape',
      step({ inputs: { x: [4], y: [2] } }),
      'operand-shape',
      /loss 'meanSquaredError': the target for a prediction \[batch, 3\] must have the shape \[batch, 3\], but got \[batch, 2\]/,
    ],
    [
      'an input of another shape',
      step({ inputs: { x: [5], y: [3] } }),
      'layer-shape',
      /Layer 'sequential.*input 1 must have the shape \[batch, 4\], but got \[batch, 5\]/,
    ],
    [
      'a layer without a place',
      step({ loss: (b: fl.LossBuilder, v: { x: fl.Value }) => b.call(unplaced, v.x) }),
      'layer-weights',
      /Layer 'dense.*make it part of a model/,
    ],
    [
      'a target that is trained',
      step({
        loss: (b: fl.LossBuilder, v: { x: fl.Value }) =>
          b.loss('mse', b.call(model, v.x), b.affine(b.call(model, v.x), 2, 0)),
      }),
      'loss-target',
      /b\.stopGradient/,
    ],
    [
      'values for a sparse loss',
      step({
        loss: (b: fl.LossBuilder, v: { x: fl.Value; y: fl.Value }) =>
          b.loss('sparseCategoricalCrossentropy', b.call(model, v.x), v.y),
      }),
      'loss-target',
      /must be an input such as \{ classes: 3 \}/,
    ],
    [
      'more classes than the prediction has',
      step({
        inputs: { x: [4], y: { classes: 4 } },
        loss: (b: fl.LossBuilder, v: { x: fl.Value; y: fl.Value }) =>
          b.loss('sparseCategoricalCrossentropy', b.call(model, v.x), v.y),
      }),
      'operand-shape',
      /the target has 4 classes, but the prediction \[batch, 3\]/,
    ],
    [
      'class numbers in operations',
      step({ inputs: { x: [4], y: { classes: 3 } } }),
      'class-numbers',
      /one-hot/,
    ],
    ['an unknown optimizer', step({ optimizer: 'adamm' }), 'unknown-identifier', /adam/],
    [
      'a loss that does not fit the activation',
      () => fl.trainStep({ model, loss: 'binaryCrossentropy' }),
      'loss-activation',
      /ends in 'linear'/,
    ],
  ])('%s', (_, make, code, message) => {
    expect(make).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['a part that is missing', { x }, 'data-parts', /has no part 'y'; expected x, y/],
    ['a part too many', { x, y, z: y }, 'data-parts', /has a part 'z'/],
    ['another shape', { x: y, y }, 'data-shape', /trainStep for 'x' must have the shape \[batch, 4\]/],
    ['another length', { x, y: y.data.subarray(3) }, 'data-length', /'x' has 12 samples, but .*'y' has 11/],
    [
      'NaN',
      { x, y: y.data.map((v, i) => (i === 7 ? Number.NaN : v)) },
      'not-finite',
      /'y' holds NaN at row 2/,
    ],
  ])('data: %s, and nothing has changed', (_, batch, code, message) => {
    const own = calm();
    const step = fl.trainStep({ model: own, loss: 'mse', optimizer: 'adam', name: 'trainStep' });
    step({ x, y });
    const before = { weights: allWeights(own), training: step.training.snapshot() };
    expect(() => step(batch as never)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
    expect({ weights: allWeights(own), training: step.training.snapshot() }).toEqual(before);
  });

  test('while a fit trains the model', async () => {
    const own = calm();
    own.compile({ loss: 'mse' });
    const step = fl.trainStep({ model: own, loss: 'mse' });
    const running = own.fit(x, y, { epochs: 2, verbose: 0 });
    expect(() => step({ x, y })).toThrow(expect.objectContaining({ code: 'fit-pending' }));
    await running;
    step({ x, y });
  });

  test('a class number out of range', () => {
    const step = fl.trainStep({ model: calm('softmax'), loss: 'sparseCategoricalCrossentropy' });
    const wrong = labels.map((label, i) => (i === 5 ? 3 : label));
    expect(() => step({ x, y: wrong })).toThrow(expect.objectContaining({ code: 'label-range' }));
  });

  test('a loss with another number of terms than before', () => {
    let calls = 0;
    const own = calm();
    const step = fl.trainStep({
      inputs,
      loss: (b, { x, y }): Record<string, fl.Value> => {
        const term = b.loss('mse', b.call(own, x), y);
        return calls++ ? { a: term, b: term } : { a: term };
      },
      parameters: own,
    });
    expect(() => step({ x, y })).toThrow(/returned 2 terms, but 1 before/);
  });
});

test('types know the parts of a batch', () => {
  const model = calm('softmax');
  const step = fl.trainStep({
    inputs: { image: [4], label: { classes: 3 } },
    // @ts-expect-error: there is no such input
    loss: (b, { image, label, other }) => {
      expect(other).toBeUndefined();
      return b.loss('sparseCategoricalCrossentropy', b.call(model, image), label);
    },
    parameters: model,
  });
  // @ts-expect-error: a part is missing
  expect(() => step({ image: x })).toThrow(/'label'/);
  // @ts-expect-error: no such loss
  expect(() => fl.trainStep({ model, loss: 'crossentropy' })).toThrow(/crossentropy/);
});

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanSquare(a: fl.Tensor, b: fl.Tensor): number {
  return meanOf(Array.from(a.data, (value, i) => (value - b.data[i]) ** 2));
}
