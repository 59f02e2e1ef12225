import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { expectKeras, type GoldenTensor, golden, goldenFile, toTensor } from '../support/golden.js';

interface RegularizerCase {
  name: string;
  regularizer: keyof typeof fl.regularizers;
  config: Record<string, number>;
  value: number;
  gradient: GoldenTensor;
}

interface RegularizerFile {
  kernel: GoldenTensor;
  x: GoldenTensor;
  activities: RegularizerCase[];
  cases: RegularizerCase[];
}

type Made = (options: object) => fl.Regularizer;
const { kernel, x, activities, cases } = goldenFile<RegularizerFile>('regularizers');

describe('regularizers equal Keras', () => {
  test.each(cases)('$name', ({ regularizer, config, value, gradient }) => {
    const [inputs, units] = kernel.shape;
    const kernelRegularizer = (fl.regularizers[regularizer] as Made)(config);
    const model = fl.sequential([
      fl.layers.dense({ units, useBias: false, kernelRegularizer, inputShape: [inputs] }),
    ]);
    model.setWeights([toTensor(kernel)]);
    // With zeros in and out the loss is the penalty alone, and one step of rate 1 subtracts its gradient.
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 1 }), loss: 'mse' });
    const x = [new Array(inputs).fill(0), new Array(inputs).fill(0)];
    const y = [new Array(units).fill(0), new Array(units).fill(0)];
    expectKeras([model.testOnBatch(x, y).loss], [value], 'penalty of an evaluation');
    expectKeras([model.trainOnBatch(x, y).loss], [value], 'penalty');
    const step = model.getWeights()[0].data.map((after, i) => kernel.data[i] - after);
    // The difference of two weights near 1 is exact to 2^-24 of them, not of the gradient.
    const largest = Math.max(...gradient.data.map(Math.abs));
    step.forEach((value, i) => {
      expect(Math.abs(value - gradient.data[i])).toBeLessThanOrEqual(largest ? 1.5e-7 + 1e-5 * largest : 0);
    });
  });
});

describe('regularizers of outputs equal Keras', () => {
  const [inputs, units] = kernel.shape;
  /** A layer with the penalty, in front of one that makes 0 of everything: the loss is the penalty alone. */
  const build = (options: object) => {
    const model = fl.sequential([
      fl.layers.dense({ units, useBias: false, activation: 'tanh', inputShape: [inputs], ...options }),
      ...('activityRegularizer' in options ? [] : [fl.layers.activityRegularization({ l1: 0.02, l2: 0.03 })]),
      fl.layers.rescaling({ scale: 0 }),
    ]);
    model.setWeights([toTensor(kernel)]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 1 }), loss: 'mse' });
    return model;
  };
  const zeros = fl.tensor(new Float32Array(x.shape[0] * units), [x.shape[0], units]);
  const check = (model: fl.Model, value: number, gradient: GoldenTensor) => {
    expectKeras([model.testOnBatch(toTensor(x), zeros).loss], [value], 'penalty of an evaluation');
    expectKeras([model.trainOnBatch(toTensor(x), zeros).loss], [value], 'penalty');
    const step = model.getWeights()[0].data.map((after, i) => kernel.data[i] - after);
    const largest = Math.max(...gradient.data.map(Math.abs));
    step.forEach((value, i) => {
      expect(Math.abs(value - gradient.data[i])).toBeLessThanOrEqual(1.5e-7 + 1e-5 * largest);
    });
  };

  test.each(activities)('$name', ({ regularizer, config, value, gradient }) => {
    check(build({ activityRegularizer: (fl.regularizers[regularizer] as Made)(config) }), value, gradient);
  });

  test('a layer for it', () => {
    const [{ value, gradient }] = activities.filter(({ regularizer }) => regularizer === 'l1l2');
    check(build({}), value, gradient);
  });
});

interface ConstraintCase {
  name: string;
  constraint: keyof typeof fl.constraints;
  config: object;
  weight: GoldenTensor;
  result: GoldenTensor;
}

describe('constraints equal Keras', () => {
  test.each(golden<ConstraintCase>('constraints'))('$name', ({ constraint, config, weight, result }) => {
    const make = fl.constraints[constraint] as (options: object) => fl.Constraint;
    class Holder extends fl.Layer {
      held!: fl.Parameter;
      override build(b: fl.WeightBuilder): void {
        // A neighbour on each side, whose values must stay.
        const neighbour = { shape: [3], initializer: 'ones' } as const;
        b.parameter({ name: 'before', ...neighbour });
        this.held = b.parameter({ name: 'held', shape: weight.shape, constraint: make(config) });
        b.parameter({ name: 'after', ...neighbour });
      }
      override call(_b: fl.Builder, x: fl.Value): fl.Value {
        return x;
      }
    }
    const input = fl.input({ shape: [1] });
    const model = fl.model({ inputs: input, outputs: new Holder()(input) });
    const [before, , after] = model.getWeights();
    model.setWeights([before, toTensor(weight), after]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
    model.testOnBatch([[1]], [[1]]);
    expect([...model.getWeights()[1].data]).toEqual(weight.data);
    model.trainOnBatch([[1]], [[1]]);
    const [first, held, last] = model.getWeights();
    expectKeras(held.data, result.data, 'weight');
    expect([...first.data, ...last.data]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('are no part of a frozen layer', () => {
    const layer = fl.layers.dense({
      units: 2,
      kernelConstraint: 'unit_norm',
      inputShape: [3],
      trainable: false,
    });
    const model = fl.sequential([layer]);
    const weights = model.getWeights();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    model.trainOnBatch([[1, 2, 3]], [[1, 2]]);
    expect(model.getWeights()).toEqual(weights);
  });

  test.each([
    ['an axis that there is not', { axis: 2 }],
    ['axes that are no neighbours', { axis: [0, 2] }],
  ])('refuse %s', (_, config) => {
    const layer = fl.layers.dense({
      units: 2,
      kernelConstraint: fl.constraints.maxNorm(config),
      inputShape: [3],
    });
    const model = fl.sequential([layer]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(() => model.trainOnBatch([[1, 2, 3]], [[1, 2]])).toThrow(/maxNorm: axis .* \[3, 2\]/);
  });

  test('refuse limits that cannot be met', () => {
    expect(() => fl.constraints.minMaxNorm({ minValue: 2, maxValue: 1 })).toThrow(/minValue <= maxValue/);
    expect(() => fl.constraints.maxNorm({ maxValue: -1 })).toThrow(fl.ValueError);
  });
});

interface InitializerCase {
  name: string;
  initializer: keyof typeof fl.initializers;
  config: Record<string, unknown>;
  shape: number[];
  distribution: 'uniform' | 'normal' | 'truncatedNormal' | 'fixed' | 'orthogonal';
  minimum?: number;
  maximum?: number;
  sampleMean?: number;
  sampleStddev?: number;
  value?: GoldenTensor;
  orthogonal?: 'rows' | 'columns';
  squaredNorm?: number;
}

describe('initializers draw from the distributions of Keras', () => {
  const all = golden<InitializerCase>('initializers');
  const ours = all.filter(({ distribution }) => distribution !== 'orthogonal');
  const camel = (value: unknown) =>
    typeof value === 'string' ? value.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) : value;

  test.each(ours)(
    '$name',
    ({ initializer, config, shape, minimum, maximum, sampleMean, sampleStddev, value }) => {
      fl.setSeed(11);
      const options = Object.fromEntries(Object.entries(config).map(([key, entry]) => [key, camel(entry)]));
      const make = fl.initializers[initializer] as (options: object) => fl.Initializer;
      const samples: number[] = [];
      // A kernel of the wanted shape in a layer of its own, many times over.
      class Holder extends fl.Layer {
        override build(b: fl.WeightBuilder): void {
          b.parameter({ name: 'kernel', shape, initializer: make(options) });
        }
        override call(_b: fl.Builder, x: fl.Value): fl.Value {
          return x;
        }
      }
      while (samples.length < 30_000) {
        const x = fl.input({ shape: [1] });
        samples.push(...fl.model({ inputs: x, outputs: new Holder()(x) }).getWeights()[0].data);
        if (value !== undefined) break;
      }
      const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
      const stddev = Math.sqrt(
        samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples.length,
      );
      if (value !== undefined) {
        expect(samples).toEqual(value.data.map(Math.fround));
        return;
      }
      // Four standard errors of the mean and of the standard deviation.
      const error = (4 * sampleStddev!) / Math.sqrt(samples.length);
      expect(Math.abs(mean - sampleMean!)).toBeLessThan(error);
      expect(Math.abs(stddev - sampleStddev!)).toBeLessThan(error);
      if (minimum !== undefined)
        expect(Math.min(...samples)).toBeGreaterThanOrEqual(Math.fround(minimum) - 1e-7);
      if (maximum !== undefined)
        expect(Math.max(...samples)).toBeLessThanOrEqual(Math.fround(maximum) + 1e-7);
    },
  );

  test.each(all.filter(({ distribution }) => distribution === 'orthogonal'))(
    '$name',
    ({ config, shape, orthogonal, squaredNorm }) => {
      const [cols] = shape.slice(-1);
      const fill = (seed: number) => {
        const kernelInitializer = fl.initializers.orthogonal({ ...config, seed });
        const layer = fl.layers.dense({ units: cols, kernelInitializer, useBias: false });
        const inputShape = [shape.slice(0, -1).reduce((size, axis) => size * axis)];
        return fl.sequential([fl.layers.identity({ inputShape }), layer]).getWeights()[0].data;
      };
      const matrix = fill(3);
      expect(fill(3)).toEqual(matrix);
      expect(fill(4)).not.toEqual(matrix);
      const rows = matrix.length / cols;
      const entry = (i: number, j: number) => matrix[orthogonal === 'rows' ? i * cols + j : j * cols + i];
      const [count, length] = orthogonal === 'rows' ? [rows, cols] : [cols, rows];
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) {
          let product = 0;
          for (let k = 0; k < length; k++) product += entry(i, k) * entry(j, k);
          expect(Math.abs(product - (i === j ? squaredNorm! : 0))).toBeLessThan(1e-6 * squaredNorm!);
        }
      }
    },
  );

  test('refuse weights that are no matrices', () => {
    for (const biasInitializer of ['identity', 'orthogonal'] as const) {
      const layer = fl.layers.dense({ units: 3, biasInitializer, inputShape: [2] });
      expect(() => fl.sequential([layer])).toThrow(/is for matrices/);
    }
  });
});
