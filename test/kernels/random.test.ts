import { describe, expect, test } from 'vitest';
import { expectClose, type Tolerance } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes } from '../support/random.js';
import * as reference from '../support/reference/random.js';

const bench = new KernelBench();
const { kernels } = bench;
const seed: reference.Stream = { key0: 0x12345678, key1: 0x9abcdef0, step: 7, stream: 3 };

type Draw = (y: number, s: reference.Stream, n: number) => void;

interface Generator {
  name: string;
  draw: Draw;
  expected: (i: number, s: reference.Stream) => number;
  tolerance: Tolerance;
  mean: number;
  variance: number;
  kurtosis: number;
}

/** Every generator of float32 values with its reference and the moments of its distribution. */
const generators: Generator[] = [
  {
    name: 'randomUniform',
    draw: (y, s, n) => kernels.randomUniform(y, s.key0, s.key1, s.step, s.stream, -1, 3, n),
    expected: (i, s) => -1 + 4 * reference.uniform(i, s),
    tolerance: { ulp: 0 },
    mean: 1,
    variance: 16 / 12,
    kurtosis: 1.8,
  },
  {
    name: 'randomNormal',
    draw: (y, s, n) => kernels.randomNormal(y, s.key0, s.key1, s.step, s.stream, 0.5, 2, n),
    expected: (i, s) => 0.5 + 2 * reference.normal(i, s),
    // A sine or cosine to 8.5e-8 and a radius, seldom above 4, to 2e-7, times the deviation of 2.
    tolerance: { absolute: 1.2e-6 },
    mean: 0.5,
    variance: 4,
    kurtosis: 3,
  },
  {
    name: 'truncatedNormal',
    draw: (y, s, n) => kernels.truncatedNormal(y, s.key0, s.key1, s.step, s.stream, 0.5, 2, n),
    expected: (i, s) => 0.5 + 2 * reference.truncatedNormal(i, s),
    tolerance: { absolute: 1.2e-6 },
    mean: 0.5,
    // Cut at 2, the second moment is 1 - 4 phi(2) / Z and the fourth 3 - 28 phi(2) / Z, Z = 2 Phi(2) - 1.
    variance: 4 * 0.7737413,
    kurtosis: 2.36554,
  },
];

function values(draw: Draw, n: number, s = seed): Float32Array {
  bench.reset();
  const y = bench.reserve(n * 4);
  draw(y, s, n);
  return bench.f32(y, n);
}

function words(n: number, s: reference.Stream): number[] {
  bench.reset();
  const y = bench.reserve(n * 4);
  kernels.randomBits(y, s.key0, s.key1, s.step, s.stream, n);
  return Array.from(bench.i32(y, n), (word) => word >>> 0);
}

function bounds(y: Float32Array): [number, number] {
  return [y.reduce((a, b) => Math.min(a, b)), y.reduce((a, b) => Math.max(a, b))];
}

describe('randomBits', () => {
  test('gives the published answers of Philox4x32-10', () => {
    // kat_vectors of Random123. Word w of block 0 stands at 4 w.
    const zeros = words(16, { key0: 0, key1: 0, step: 0, stream: 0 });
    expect([0, 4, 8, 12].map((i) => zeros[i])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const pi = reference.philoxBlock(
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
    );
    expect(pi).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });

  test('equals the reference for every word of a stream', () => {
    const n = 300;
    expect(words(n, seed)).toEqual(Array.from({ length: n }, (_, i) => reference.word(i, seed)));
  });
});

describe.each(generators)('$name', ({ draw, expected, tolerance, mean, variance, kurtosis }) => {
  test('equals the reference', () => {
    const n = 2000;
    const all = Array.from({ length: n }, (_, i) => expected(i, seed));
    expectClose(values(draw, n), all, tolerance);
  });

  test('writes n elements: the first n of any longer draw', () => {
    const longest = values(draw, 300);
    for (const n of oddSizes) {
      bench.reset();
      const y = bench.reserve(n * 4);
      draw(y, seed, n);
      expect(bench.f32(y, n)).toEqual(longest.slice(0, n));
      expect(bench.tailIntact(y, n * 4)).toBe(true);
    }
  });

  test('draws independent values for another key, step or stream', () => {
    const n = 4096;
    const base = values(draw, n);
    for (const change of [{ key0: 1 }, { key1: 1 }, { step: 8 }, { stream: 4 }]) {
      const other = values(draw, n, { ...seed, ...change });
      let product = 0;
      for (let i = 0; i < n; i++) product += (base[i] - mean) * (other[i] - mean);
      // The correlation of n independent pairs has a standard error of 1 / sqrt(n).
      expect(Math.abs(product / n / variance)).toBeLessThan(4 / Math.sqrt(n));
    }
  });

  test('has the moments of its distribution', () => {
    const n = 1 << 20;
    const y = values(draw, n);
    const [first, second, third, fourth] = [1, 2, 3, 4].map(
      (power) => y.reduce((sum, v) => sum + (v - mean) ** power, 0) / n,
    );
    // Four standard errors; for the third and fourth moment those of the normal distribution, the widest
    // here.
    expect(Math.abs(first)).toBeLessThan(4 * Math.sqrt(variance / n));
    expect(Math.abs(second / variance - 1)).toBeLessThan(4 * Math.sqrt((kurtosis - 1) / n));
    expect(Math.abs(third / variance ** 1.5)).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(fourth / variance ** 2 - kurtosis)).toBeLessThan(4 * Math.sqrt(96 / n));
  });
});

test('randomUniform fills [low, high) to its ends', () => {
  const draw: Draw = (y, s, n) => kernels.randomUniform(y, s.key0, s.key1, s.step, s.stream, 0, 1, n);
  const [least, largest] = bounds(values(draw, 1 << 20));
  expect(least).toBeGreaterThanOrEqual(0);
  expect(least).toBeLessThan(2e-5);
  expect(largest).toBeLessThan(1);
  expect(largest).toBeGreaterThan(1 - 2e-5);
});

test('truncatedNormal ends at two standard deviations', () => {
  const draw: Draw = (y, s, n) => kernels.truncatedNormal(y, s.key0, s.key1, s.step, s.stream, 0, 1, n);
  const [least, largest] = bounds(values(draw, 1 << 20));
  expect(least).toBeGreaterThanOrEqual(-2);
  expect(least).toBeLessThan(-1.999);
  expect(largest).toBeLessThanOrEqual(2);
  expect(largest).toBeGreaterThan(1.999);
});

describe('permutation', () => {
  function permutation(n: number, s = seed): Int32Array {
    bench.reset();
    const y = bench.reserve(n * 4);
    kernels.permutation(y, s.key0, s.key1, s.step, s.stream, n);
    expect(bench.tailIntact(y, n * 4)).toBe(true);
    return bench.i32(y, n);
  }

  test('equals the reference', () => {
    for (const n of oddSizes) expect([...permutation(n)]).toEqual(reference.permutation(n, seed));
  });

  test('holds every number once', () => {
    for (const n of [...oddSizes, 60_000]) {
      expect(permutation(n).sort()).toEqual(Int32Array.from({ length: n }, (_, i) => i));
    }
  });

  test('puts every number in every place equally often', () => {
    const n = 10;
    const trials = 20_000;
    const counts = new Float64Array(n * n);
    for (let step = 0; step < trials; step++) {
      permutation(n, { ...seed, step }).forEach((value, place) => {
        counts[place * n + value]++;
      });
    }
    const mean = trials / n;
    const chiSquare = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
    const freedom = (n - 1) ** 2;
    expect(Math.abs(chiSquare - freedom)).toBeLessThan(4 * Math.sqrt(2 * freedom));
  });
});
