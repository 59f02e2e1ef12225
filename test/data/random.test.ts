import * as fl from 'fourlane';
import { expect, test } from 'vitest';

function moments(data: ArrayLike<number>) {
  const values = Array.from(data);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, stddev: Math.sqrt(variance), least: Math.min(...values), most: Math.max(...values) };
}

test('normal and uniform numbers have the moments and bounds that are asked for', () => {
  const normal = moments(fl.randomNormal([200, 50], { mean: 3, stddev: 2, seed: 1 }).data);
  // Four standard errors of 10,000 numbers.
  expect(Math.abs(normal.mean - 3)).toBeLessThan(0.08);
  expect(Math.abs(normal.stddev - 2)).toBeLessThan(0.06);
  expect(normal.most).toBeGreaterThan(8);
  const uniform = moments(fl.randomUniform([10_000], { minval: -1, maxval: 3, seed: 1 }).data);
  expect(Math.abs(uniform.mean - 1)).toBeLessThan(0.05);
  expect(Math.abs(uniform.stddev - 4 / Math.sqrt(12))).toBeLessThan(0.03);
  expect(uniform.least).toBeGreaterThanOrEqual(-1);
  expect(uniform.most).toBeLessThanOrEqual(3);
});

test('the same seed gives the same numbers; without one they follow from setSeed, one draw after the other', () => {
  const own = () => fl.randomNormal([3, 4], { seed: 7 });
  expect(own()).toEqual(own());
  expect(own().shape).toEqual([3, 4]);
  const draws = (seed: number) => {
    fl.setSeed(seed);
    const weights = () =>
      fl.sequential([fl.layers.dense({ units: 2, inputShape: [2] })]).getWeights()[0].data;
    return [fl.randomNormal([4]).data, weights(), fl.randomNormal([4]).data, fl.randomUniform([4]).data];
  };
  const first = draws(2);
  expect(draws(2)).toEqual(first);
  expect(draws(3)[0]).not.toEqual(first[0]);
  expect(first[2]).not.toEqual(first[0]);
  // A draw moves no stream of a model.
  fl.setSeed(2);
  const model = fl.sequential([fl.layers.dense({ units: 2, inputShape: [2] })]);
  expect(model.getWeights()[0].data).toEqual(first[1]);
});

test('options are checked', () => {
  expect(() => fl.randomNormal([1], { std: 2 } as never)).toThrow(/randomNormal.*'std'/);
  expect(() => fl.randomUniform([1], { seed: -1 })).toThrow(/randomUniform: a seed is a whole number/);
});
