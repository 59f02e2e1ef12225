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
  results: number[];
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
  test.each(cases)('$name', async ({ metric, config, batches, results, resolvesTo }) => {
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
      const weights = batches[0].sampleWeight && batches.slice(0, count).map((batch) => batch.sampleWeight!);
      const options = weights ? { sampleWeight: toTensor(concat(weights)) } : {};
      const logs = await Promise.all(
        [1, 4, 32].map((batchSize) => model.evaluate(x, y, { batchSize, ...options })),
      );
      const expected = results[count - 1];
      const allowed = 1e-6 * Math.max(1, Math.abs(expected));
      for (const log of logs) expect(Math.abs(log[key] - expected)).toBeLessThanOrEqual(allowed);
      // The same to the last bit, whatever the batch size.
      expect(new Set(logs.map((log) => log[key])).size).toBe(1);
    }
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
