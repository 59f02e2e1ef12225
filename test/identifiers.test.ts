import * as fl from 'fourlane';
import { expect, test } from 'vitest';

test('choices within options are read in both spellings', () => {
  const scaled = (options: fl.initializers.VarianceScalingOptions) => {
    fl.setSeed(2);
    const kernelInitializer = fl.initializers.varianceScaling(options);
    return fl.sequential([fl.layers.dense({ units: 4, kernelInitializer, inputShape: [9] })]).getWeights()[0];
  };
  const camel = scaled({ mode: 'fanAvg', distribution: 'untruncatedNormal' });
  expect(scaled({ mode: 'fan_avg', distribution: 'untruncated_normal' })).toEqual(camel);
  expect(scaled({ mode: 'fan_in', distribution: 'untruncated_normal' })).not.toEqual(camel);

  for (const reduction of ['mean_with_sample_weight', 'meanWithSampleWeight'] as const) {
    expect(fl.losses.huber({ reduction }).config?.reduction).toBe('mean_with_sample_weight');
  }
  for (const classAggregation of ['variance_weighted_average', 'varianceWeightedAverage'] as const) {
    expect(fl.metrics.r2Score({ classAggregation }).config?.classAggregation).toBe(
      'variance_weighted_average',
    );
  }
  expect(() => fl.losses.huber({ reduction: 'avg' as never })).toThrow(/reduction must be/);
  expect(() => fl.losses.huber({ reduction: 5 as never })).toThrow(/reduction must be/);
});
