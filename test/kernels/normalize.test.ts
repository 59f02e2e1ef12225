import { beforeEach, describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';
import * as reference from '../support/reference/normalize.js';

const bench = new KernelBench();
const { kernels } = bench;
const widths = oddSizes.filter((cols) => cols > 0);
const EPSILON = 0.125;

beforeEach(() => bench.reset());

function written(address: number, n: number): Float32Array {
  expect(bench.tailIntact(address, 4 * n)).toBe(true);
  return bench.f32(address, n);
}

describe.each(['layer', 'rms', 'unit'] as const)('%sNormalize', (kind) => {
  test.each(widths)('agrees with float64 on rows of %i, with its gradient', (cols) => {
    // By the larger epsilon every row is a short one, which is only scaled.
    for (const [rows, epsilon] of [0, 1, 3].flatMap((rows) => [EPSILON, 40].map((e) => [rows, e]))) {
      const n = rows * cols;
      const [x, dy] = [uniformArray(n, 1, -2, 3), uniformArray(n, 2)];
      const [y, dx, inverse] = [bench.reserve(4 * n), bench.reserve(4 * n), bench.reserve(4 * rows)];
      kernels[`${kind}Normalize`](y, inverse, bench.place(x), epsilon, rows, cols);
      const normalize = (values: ArrayLike<number>) => reference.normalizeRows(kind, values, cols, epsilon);
      expectClose(written(y, n), normalize(x), { relativeToMax: 2e-6 });
      written(inverse, rows);
      kernels[`${kind}NormalizeBackward`](dx, bench.place(dy), y, inverse, epsilon, rows, cols);
      expectClose(written(dx, n), reference.gradient(normalize, x, dy), { absolute: 1e-5 });
    }
  });
});

describe.each(widths)('over %i columns', (cols) => {
  test.each([1, 2, 33])('and %i rows: moments, normalizeColumns and both gradients', (rows) => {
    const n = rows * cols;
    const [x, dy] = [uniformArray(n, 3, -2, 3), uniformArray(n, 4)];
    const [mean, variance] = [bench.reserve(4 * cols), bench.reserve(4 * cols)];
    const [y, dx, fixed] = [bench.reserve(4 * n), bench.reserve(4 * n), bench.reserve(4 * n)];
    const [from, upstream] = [bench.place(x), bench.place(dy)];
    kernels.columnMoments(mean, variance, from, 0, rows, cols);
    const expected = reference.columnMoments(x, cols);
    expectClose(written(mean, cols), expected.mean, { absolute: 1e-6 });
    expectClose(written(variance, cols), expected.variance, { absolute: 2e-6 });
    kernels.normalizeColumns(y, from, mean, variance, EPSILON, rows, cols);
    const normalize = (values: ArrayLike<number>) => reference.normalizeColumns(values, cols, EPSILON);
    expectClose(written(y, n), normalize(x), { absolute: 1e-5 });
    const scratch = bench.reserve(12 * cols);
    kernels.batchNormalizeBackward(dx, scratch, upstream, y, variance, 0, EPSILON, rows, cols);
    written(scratch, 3 * cols);
    if (n < 600) expectClose(written(dx, n), reference.gradient(normalize, x, dy), { absolute: 1e-5 });
    kernels.normalizeColumnsBackward(fixed, upstream, variance, EPSILON, rows, cols);
    const slope = (i: number) => dy[i] / Math.sqrt(expected.variance[i % cols] + EPSILON);
    expectClose(
      written(fixed, n),
      Array.from(dy, (_, i) => slope(i)),
      { absolute: 1e-5 },
    );
  });

  test('moments of the rows that count, and the gradient through them', () => {
    const rows = 5;
    const n = rows * cols;
    const [x, dy] = [uniformArray(n, 3, -2, 3), uniformArray(n, 4)];
    const weights = bench.place(Float32Array.of(1, 0, 1, 1, 0));
    const counts = (i: number) => [0, 2, 3].includes(Math.floor(i / cols));
    const [mean, variance] = [bench.reserve(4 * cols), bench.reserve(4 * cols)];
    const [y, dx, from] = [bench.reserve(4 * n), bench.reserve(4 * n), bench.place(x)];
    kernels.columnMoments(mean, variance, from, weights, rows, cols);
    const moments = (values: ArrayLike<number>) =>
      reference.columnMoments(
        Array.from(values).filter((_, i) => counts(i)),
        cols,
      );
    expectClose(written(mean, cols), moments(x).mean, { absolute: 2e-6 });
    expectClose(written(variance, cols), moments(x).variance, { absolute: 3e-6 });
    kernels.normalizeColumns(y, from, mean, variance, EPSILON, rows, cols);
    const scratch = bench.reserve(12 * cols);
    kernels.batchNormalizeBackward(dx, scratch, bench.place(dy), y, variance, weights, EPSILON, rows, cols);
    const normalize = (values: ArrayLike<number>) => {
      const { mean: m, variance: v } = moments(values);
      return Array.from(values, (value, i) => (value - m[i % cols]) / Math.sqrt(v[i % cols] + EPSILON));
    };
    if (n < 200) expectClose(written(dx, n), reference.gradient(normalize, x, dy), { absolute: 1e-5 });
  });

  test('moveTowards', () => {
    const [moving, value] = [uniformArray(cols, 5), uniformArray(cols, 6)];
    const at = bench.place(moving);
    kernels.moveTowards(at, bench.place(value), 0.75, 0.25, cols);
    expectClose(
      written(at, cols),
      Array.from(moving, (m, i) => 0.75 * m + 0.25 * value[i]),
      { absolute: 1e-7 },
    );
  });

  test('constrainNorm and nonNegative', () => {
    const [outer, length] = [2, 3];
    const n = outer * length * cols;
    const w = uniformArray(n, 7, -2, 2);
    const [at, other] = [bench.place(w), bench.place(w)];
    kernels.constrainNorm(at, 0.5, 1.5, 0.75, 1e-7, outer, length, cols);
    const norm = (i: number) => {
      const first = Math.floor(i / (length * cols)) * length * cols + (i % cols);
      return Math.hypot(...[0, 1, 2].map((step) => w[first + step * cols]));
    };
    const wanted = (size: number) => 0.75 * Math.min(Math.max(size, 0.5), 1.5) + 0.25 * size;
    expectClose(
      written(at, n),
      Array.from(w, (value, i) => (value * wanted(norm(i))) / norm(i)),
      {
        absolute: 1e-6,
      },
    );
    kernels.nonNegative(other, n);
    expectClose(
      written(other, n),
      Array.from(w, (value) => Math.max(value, 0)),
    );
  });

  test('repeatRows and sumRepeats', () => {
    const [rows, times] = [2, 3];
    const [x, many] = [uniformArray(rows * cols, 8), uniformArray(rows * times * cols, 9)];
    const [y, sum] = [bench.reserve(4 * many.length), bench.reserve(4 * x.length)];
    kernels.repeatRows(y, bench.place(x), times, cols, rows);
    const source = (i: number) => Math.floor(i / (times * cols)) * cols + (i % cols);
    expectClose(
      written(y, many.length),
      Array.from(many, (_, i) => x[source(i)]),
    );
    kernels.sumRepeats(sum, bench.place(many), times, cols, rows);
    const sums = new Array<number>(x.length).fill(0);
    many.forEach((value, i) => {
      sums[source(i)] += value;
    });
    expectClose(written(sum, x.length), sums, { absolute: 1e-6 });
  });

  test.each([1, 3, 4])('transpose with %i inner elements', (inner) => {
    const [rows, count] = [3, 2];
    const n = count * rows * cols * inner;
    const x = uniformArray(n, 10);
    const y = bench.reserve(4 * n);
    kernels.transpose(y, bench.place(x), rows, cols, inner, count);
    const expected: number[] = [];
    for (let s = 0; s < count; s++)
      for (let c = 0; c < cols; c++)
        for (let r = 0; r < rows; r++)
          for (let i = 0; i < inner; i++) expected.push(x[((s * rows + r) * cols + c) * inner + i]);
    expectClose(written(y, n), expected);
  });

  test('rectify, also in place, with its gradient', () => {
    const [x, dy] = [uniformArray(cols, 11, -3, 3), uniformArray(cols, 12)];
    const [y, from, dx] = [bench.reserve(4 * cols), bench.place(x), bench.reserve(4 * cols)];
    kernels.rectify(y, from, 0.25, 2, 0.5, -0.125, cols);
    const f = (v: number) => (v > 0.5 ? Math.min(v, 2) : 0.25 * (v - 0.5) - 0.125);
    expectClose(written(y, cols), Array.from(x, f), { absolute: 1e-7 });
    kernels.rectifyBackward(dx, bench.place(dy), from, 0.25, 2, 0.5, cols);
    const slope = (v: number) => (v <= 0.5 ? 0.25 : Number(v < 2));
    expectClose(
      written(dx, cols),
      Array.from(x, (v, i) => dy[i] * slope(v)),
    );
    kernels.rectify(from, from, 0.25, 2, 0.5, -0.125, cols);
    expectClose(written(from, cols), written(y, cols));
  });
});

test('rectify at special values: no ceiling, a slope of 0, infinity and NaN', () => {
  const x = bench.place(Float32Array.of(NaN, -Infinity, Infinity, 3e38, 0));
  const y = bench.reserve(20);
  kernels.rectify(y, x, 0, Infinity, 0, 0, 5);
  expect([...written(y, 5)]).toEqual([NaN, 0, Infinity, Math.fround(3e38), 0]);
});

test('unitNormalize leaves a row of zeros, which has a bounded gradient', () => {
  const [y, inverse, dx] = [bench.reserve(20), bench.reserve(4), bench.reserve(20)];
  kernels.unitNormalize(y, inverse, bench.place(new Float32Array(5)), 0.5, 1, 5);
  expect([...written(y, 5)]).toEqual([0, 0, 0, 0, 0]);
  kernels.unitNormalizeBackward(dx, bench.place(new Float32Array(5).fill(3)), y, inverse, 0.5, 1, 5);
  expect([...written(dx, 5)]).toEqual([6, 6, 6, 6, 6]);
});
