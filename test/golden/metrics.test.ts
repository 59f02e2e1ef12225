import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { Builder } from '../../src/plan/builder.js';
import { Value } from '../../src/plan/value.js';
import { resolveMetric } from '../../src/resolve.js';
import { type GoldenTensor, golden, toTensor } from '../support/golden.js';

interface MetricCase {
  name: string;
  metric: keyof typeof fl.metrics;
  config: { ignoreClass?: number };
  batches: { prediction: GoldenTensor; target: GoldenTensor; sampleWeight?: GoldenTensor }[];
  /** After each batch: a number, or a list. */
  results: (number | number[])[];
  resolvesTo?: keyof typeof fl.metrics;
}

const cases = golden<MetricCase>('metrics');
const labels = (shape: number[], target: number[]) =>
  shape.at(-1)! > 1 && (target.length < shape.length || target.at(-1) === 1);

function concat(tensors: GoldenTensor[]): GoldenTensor {
  const [, ...shape] = tensors[0].shape;
  return {
    shape: [tensors.reduce((sum, tensor) => sum + tensor.shape[0], 0), ...shape],
    data: tensors.flatMap(({ data }) => data),
  };
}

describe('metrics equal Keras', () => {
  test.each(cases.filter(({ results }) => !Array.isArray(results[0])))(
    '$name',
    async ({ metric, config, batches, results, resolvesTo }) => {
      const { prediction, target } = batches[0];
      const sampleShape = prediction.shape.slice(1);
      // A model that returns its input: the metric sees the predictions as they are.
      const model = fl.sequential([fl.layers.reshape({ targetShape: sampleShape, inputShape: sampleShape })]);
      const sparse = labels(prediction.shape, target.shape);
      const make = resolvesTo ? undefined : fl.metrics[metric];
      const one = make ? (make as (options: object) => fl.Metric)(config) : ('accuracy' as const);
      // Any loss that reads the same kind of target.
      const loss = sparse
        ? fl.losses.sparseCategoricalCrossentropy(config.ignoreClass === undefined ? {} : config)
        : 'meanSquaredError';
      model.compile({ loss, weightedMetrics: [one] });
      const key = typeof one === 'string' ? one : one.name;
      for (let count = 1; count <= batches.length; count++) {
        const x = toTensor(concat(batches.slice(0, count).map((batch) => batch.prediction)));
        const y = toTensor(concat(batches.slice(0, count).map((batch) => batch.target)));
        const weights =
          batches[0].sampleWeight && batches.slice(0, count).map((batch) => batch.sampleWeight!);
        const options = weights ? { sampleWeight: toTensor(concat(weights)) } : {};
        const logs = await Promise.all(
          [1, 4, 32].map((batchSize) => model.evaluate(x, y, { batchSize, ...options })),
        );
        const expected = results[count - 1] as number;
        const allowed = 1e-6 * Math.max(1, Math.abs(expected));
        for (const log of logs) expect(Math.abs(log[key] - expected)).toBeLessThanOrEqual(allowed);
        // The same to the last bit, whatever the batch size.
        expect(new Set(logs.map((log) => log[key])).size).toBe(1);
      }
    },
  );
});

describe('metrics without a model equal Keras', () => {
  test.each(cases)('$name', ({ metric, config, batches, results, resolvesTo }) => {
    const made = (fl.metrics[resolvesTo ?? metric] as (options: object) => fl.Metric)(config);
    const count = (batch: MetricCase['batches'][number]) =>
      made.updateState(
        toTensor(batch.target),
        toTensor(batch.prediction),
        batch.sampleWeight && toTensor(batch.sampleWeight),
      );
    expect(made.result()).toBe(0);
    for (let round = 0; round < 2; round++) {
      batches.forEach((batch, i) => {
        count(batch);
        const [ours, keras] = [[made.result()].flat(), [results[i]].flat()];
        expect(ours.length).toBe(keras.length);
        ours.forEach((value, at) => {
          expect(Math.abs(value - keras[at])).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(keras[at])));
        });
      });
      made.resetState();
    }
  });

  test('several side by side, and shapes that change', () => {
    const [one, other] = [fl.metrics.meanAbsoluteError(), fl.metrics.meanAbsoluteError()];
    one.updateState([1, 2], [2, 4]);
    other.updateState([[1, 2]], [[1, 2]]);
    expect([one.result(), other.result()]).toEqual([1.5, 0]);
    expect(() => one.updateState([[1, 2]], [[1, 2]])).toThrow(/resetState/);
    expect(() => one.updateState([1, 2], [1])).toThrow(/yPred has 1 samples, but yTrue has 2/);
    expect(one.result()).toBe(1.5);
  });

  test('mean and sum of values alone', () => {
    const [mean, sum] = [fl.metrics.mean(), fl.metrics.sum()];
    for (const metric of [mean, sum]) {
      metric.updateState([1, 3, 5]);
      metric.updateState([11], undefined, [3]);
    }
    expect([mean.result(), sum.result()]).toEqual([7, 42]);
  });

  test('a function of one’s own, also in compile', () => {
    const far = (b: fl.Builder, yTrue: fl.Value, yPred: fl.Value) =>
      b.apply('absolute', b.subtract(yPred, yTrue));
    const metric = fl.metrics.meanMetricWrapper({ fn: far });
    metric.updateState([[1, 2]], [[2, 4]]);
    metric.updateState([[0, 0]], [[0, 5]], [3]);
    expect(metric.result()).toBe((1.5 + 3 * 2.5) / 4);
    const model = fl.sequential([fl.layers.rescaling({ scale: 1, inputShape: [2] })]);
    const named = fl.metrics.meanMetricWrapper({ fn: far, name: 'distance', direction: 'max' });
    model.compile({ loss: 'mse', metrics: [metric, named] });
    expect(model.testOnBatch([[2, 4]], [[1, 2]])).toMatchObject({ far: 1.5, distance: 1.5 });
    expect(model.metricDirections).toEqual({ far: 'min', distance: 'max' });
    expect(() => fl.metrics.meanMetricWrapper({} as { fn: fl.LossFunction })).toThrow(
      /fn must be a function/,
    );
  });

  test('a list has no place in logs', () => {
    const model = fl.sequential([fl.layers.rescaling({ scale: 1, inputShape: [2] })]);
    const metrics = [fl.metrics.recall({ thresholds: [0.25, 0.5] })];
    expect(() => model.compile({ loss: 'mse', metrics })).toThrow(/recall' gives a list of values/);
    model.compile({ loss: 'mse', metrics: [fl.metrics.recall({ thresholds: 0.25 })] });
  });
});

/** The kernels that a metric emits for an output and its targets, with the numbers that they are given. */
function emitted({ build, target }: fl.RowMetric, sampleShape: number[]) {
  const b = new Builder();
  const value = (shape: number[]) => new Value(shape, { batched: true });
  build(b, value(sampleShape), value(target === 'labels' ? sampleShape.slice(0, -1) : sampleShape));
  return b.steps.map(({ kernel, args }) => [
    kernel,
    ...args.filter((argument) => typeof argument === 'number'),
  ]);
}

describe("'accuracy' means what it means to Keras", () => {
  test.each(cases.filter(({ resolvesTo }) => resolvesTo))('$name', ({ batches, resolvesTo }) => {
    const [{ prediction, target }] = batches;
    const sparse = labels(prediction.shape, target.shape);
    const resolved = resolveMetric('accuracy', prediction.shape.at(-1)!, sparse ? 'labels' : 'values');
    const expected = (fl.metrics[resolvesTo!] as () => fl.Metric)();
    expect(resolved.name).toBe('accuracy');
    expect(resolved.target).toBe(expected.target);
    const sampleShape = prediction.shape.slice(1);
    expect(emitted(resolved as fl.RowMetric, sampleShape)).toEqual(
      emitted(expected as fl.RowMetric, sampleShape),
    );
  });
});
