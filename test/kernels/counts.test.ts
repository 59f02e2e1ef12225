import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, testRandom, uniformArray } from '../support/random.js';

const bench = new KernelBench();
const { kernels } = bench;

interface Batch {
  x: Float32Array;
  y: Float32Array;
  weights: Float32Array | undefined;
  rows: number;
  cols: number;
}

/** Eighths, so that many values are equal and some lie on a threshold; targets 0, 1 and what is between. */
function randomBatch(rows: number, cols: number, weighted: boolean): Batch {
  const next = testRandom(rows * 100 + cols);
  return {
    x: Float32Array.from({ length: rows * cols }, () => Math.floor(10 * next() - 1) / 8),
    y: Float32Array.from({ length: rows * cols }, () => [0, 1, 0.5][Math.floor(3 * next())]),
    weights: weighted ? uniformArray(rows, rows, 0, 2) : undefined,
    rows,
    cols,
  };
}

/** The sums of a kernel that is called for `size` rows at a time, from 1 in the place of 0 on. */
function sumsOf(
  call: (sums: number, x: number, y: number, weights: number, rows: number) => void,
  { x, y, weights, rows, cols }: Batch,
  length: number,
  size = Math.max(rows, 1),
): Float64Array {
  bench.reset();
  const sums = bench.place(new Float64Array(length).fill(1));
  const [at, targets, factors] = [bench.place(x), bench.place(y), weights ? bench.place(weights) : 0];
  for (let r = 0; r < rows; r += size) {
    const offset = 4 * r * cols;
    call(sums, at + offset, targets + offset, factors && factors + 4 * r, Math.min(size, rows - r));
  }
  expect(bench.tailIntact(sums, 8 * length)).toBe(true);
  return bench.f64(sums, length);
}

/** Adds up what `add` says about each element, in their order. */
function expectedSums(
  { x, y, weights, rows, cols }: Batch,
  length: number,
  add: (to: Float64Array, x: number, y: number, weight: number, c: number) => void,
): Float64Array {
  const sums = new Float64Array(length).fill(1);
  for (let i = 0; i < rows * cols; i++) {
    add(sums, x[i], y[i], weights?.[Math.floor(i / cols)] ?? 1, i % cols);
  }
  return sums;
}

const threshold = 0.25;

const cases: Record<
  string,
  {
    length: (cols: number) => number;
    call: (cols: number) => (sums: number, x: number, y: number, weights: number, rows: number) => void;
    add: (to: Float64Array, x: number, y: number, weight: number, c: number) => void;
  }
> = {
  'countOutcomes of all columns': {
    length: () => 4,
    call: (cols) => (s, x, y, w, rows) => kernels.countOutcomes(s, x, y, w, threshold, 0, rows, cols),
    add(to, x, y, weight) {
      to[x > threshold ? (y ? 0 : 1) : y ? 2 : 3] += weight;
    },
  },
  'countOutcomes of each column': {
    length: (cols) => 4 * cols,
    call: (cols) => (s, x, y, w, rows) => kernels.countOutcomes(s, x, y, w, threshold, 1, rows, cols),
    add(to, x, y, weight, c) {
      to[4 * c + (x > threshold ? (y ? 0 : 1) : y ? 2 : 3)] += weight;
    },
  },
  countClasses: {
    length: (cols) => 4 * cols,
    call: (cols) => (s, x, y, w, rows) => kernels.countClasses(s, x, y, w, threshold, rows, cols),
    add(to, x, y, weight, c) {
      if (x > threshold) {
        to[4 * c] += weight * y;
        to[4 * c + 1] += weight * (1 - y);
      } else to[4 * c + 2] += weight * y;
      to[4 * c + 3] += weight * y;
    },
  },
  'countInBins of all columns': {
    length: () => 10,
    call: (cols) => (s, x, y, w, rows) => kernels.countInBins(s, x, y, w, 5, 0, rows, cols),
    add(to, x, y, weight) {
      to[(y ? 5 : 0) + [0, 0.25, 0.5, 0.75].filter((bound) => x > bound).length] += weight;
    },
  },
  'countInBins of each column': {
    length: (cols) => 10 * cols,
    call: (cols) => (s, x, y, w, rows) => kernels.countInBins(s, x, y, w, 5, 1, rows, cols),
    add(to, x, y, weight, c) {
      to[10 * c + (y ? 5 : 0) + [0, 0.25, 0.5, 0.75].filter((bound) => x > bound).length] += weight;
    },
  },
  sumSquares: {
    length: (cols) => 4 * cols + 1,
    call: (cols) => (s, x, y, w, rows) => kernels.sumSquares(s, x, y, w, rows, cols),
    add(to, x, y, weight, c) {
      to[4 * c] += weight;
      to[4 * c + 1] += weight * y;
      to[4 * c + 2] += weight * y * y;
      to[4 * c + 3] += weight * (y - x) ** 2;
      to[to.length - 1] += 1;
    },
  },
};

describe.each(Object.entries(cases))('%s', (_, { length, call, add }) => {
  test.each([true, false])('equals the reference however rows are cut (weighted: %s)', (weighted) => {
    for (const cols of oddSizes.filter((size) => size > 0 && size < 40)) {
      for (const rows of [0, 1, 5, 17]) {
        const batch = randomBatch(rows, cols, weighted);
        const expected = expectedSums(batch, length(cols), add);
        const whole = sumsOf(call(cols), batch, length(cols));
        expectClose(whole, expected, { relativeToMax: 1e-14 });
        expect(sumsOf(call(cols), batch, length(cols), 3)).toEqual(whole);
      }
    }
  });
});

test('countInBins: what lies outside of 0 to 1 counts as 0 or 1, NaN as 0', () => {
  bench.reset();
  const sums = bench.place(new Float64Array(6));
  const x = bench.place(Float32Array.of(-3, Number.NaN, 7, Infinity, 0.5));
  kernels.countInBins(sums, x, bench.place(new Float32Array(5)), 0, 3, 0, 1, 5);
  expect([...bench.f64(sums, 6)]).toEqual([2, 1, 2, 0, 0, 0]);
});

/** What a kernel makes of rows. */
function rowsOf(call: (y: number, x: number) => void, x: Float32Array): number[] {
  bench.reset();
  const y = bench.reserve(x.byteLength);
  call(y, bench.place(x));
  expect(bench.tailIntact(y, x.byteLength)).toBe(true);
  return [...bench.f32(y, x.length)];
}

describe('what is counted', () => {
  const low = Math.fround(-1e10);

  test('keepLargest keeps the first of equal ones', () => {
    const x = Float32Array.of(1, 3, 2, 3, 0, 0, 0, 0);
    expect(rowsOf((y, at) => kernels.keepLargest(y, at, 2, 2, 4), x)).toEqual([
      low,
      3,
      low,
      3,
      0,
      0,
      low,
      low,
    ]);
  });

  test('markLargest marks all of equal ones, but no 0', () => {
    const x = Float32Array.of(1, 3, 3, -1, -2, -1, 0, 0, -1);
    expect(rowsOf((y, at) => kernels.markLargest(y, at, 3, 3), x)).toEqual([0, 1, 1, 1, 0, 1, 0, 0, 0]);
  });

  test('signedClasses makes -1 and 1 of 0 and 1, and leaves all else', () => {
    for (const n of oddSizes) {
      const bits = Float32Array.from({ length: n }, (_, i) => (i * 7) % 2);
      const call = (y: number, x: number) => kernels.signedClasses(y, x, n);
      expect(rowsOf(call, bits)).toEqual([...bits].map((bit) => 2 * bit - 1));
      if (!n) continue;
      const other = bits.with(n - 1, -1);
      expect(rowsOf(call, other)).toEqual([...other]);
    }
  });

  test('unitMean divides by the mean', () => {
    expect(rowsOf((y, x) => kernels.unitMean(y, x, 5), Float32Array.of(1, 2, 0, 3, 4))).toEqual([
      0.5, 1, 0, 1.5, 2,
    ]);
    expect(rowsOf((y, x) => kernels.unitMean(y, x, 3), new Float32Array(3))).toEqual([0, 0, 0]);
  });

  test.each([
    { balance: 0, weights: [1, 2, 3, 4], expected: [0, 2, 0, 4] },
    { balance: 1, weights: [1, 2, 3, 4], expected: [0, 4, 0, 8] },
    { balance: 1, weights: undefined, expected: [0, 2, 0, 2] },
  ])('ignoreLabel and maskWeights, balance $balance, weights $weights', ({ balance, weights, expected }) => {
    bench.reset();
    const [mask, counted, labels] = [bench.reserve(16), bench.reserve(16), bench.reserve(16)];
    const before = weights ? bench.place(Float32Array.from(weights)) : 0;
    kernels.ignoreLabel(mask, labels, bench.place(Int32Array.of(-1, 2, -1, 0)), -1, 4);
    kernels.maskWeights(counted, mask, before, balance, 4);
    expect([...bench.f32(mask, 4)]).toEqual([0, 1, 0, 1]);
    expect([...bench.f32(counted, 4)]).toEqual(expected);
    expect([...bench.i32(labels, 4)]).toEqual([0, 2, 0, 0]);
    for (const at of [mask, counted, labels]) expect(bench.tailIntact(at, 16)).toBe(true);
  });
});
