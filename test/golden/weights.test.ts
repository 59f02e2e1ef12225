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

describe('regularizers equal Keras', () => {
  const { kernel, cases } = goldenFile<{ kernel: GoldenTensor; cases: RegularizerCase[] }>('regularizers');
  test.each(cases.filter(({ regularizer }) => regularizer in fl.regularizers))(
    '$name',
    ({ regularizer, config, value, gradient }) => {
      const [inputs, units] = kernel.shape;
      const kernelRegularizer = (fl.regularizers[regularizer] as (options: object) => fl.Regularizer)(config);
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
    },
  );
});

interface InitializerCase {
  name: string;
  initializer: keyof typeof fl.initializers;
  config: Record<string, unknown>;
  shape: number[];
  distribution: 'uniform' | 'normal' | 'truncatedNormal' | 'fixed';
  minimum?: number;
  maximum?: number;
  sampleMean?: number;
  sampleStddev?: number;
  value?: GoldenTensor;
}

describe('initializers draw from the distributions of Keras', () => {
  const ours = golden<InitializerCase>('initializers').filter(
    ({ initializer }) => initializer in fl.initializers,
  );
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
});
