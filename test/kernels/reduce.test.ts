import { beforeEach, describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';
import * as reference from '../support/reference/reduce.js';

const bench = new KernelBench();
const { kernels } = bench;
// Around the chunk of rows that columnSum adds up on its own.
const heights = [0, 1, 2, 3, 31, 32, 33, 64, 65, 131];

beforeEach(() => bench.reset());

function written(address: number, n: number): Float32Array {
  expect(bench.tailIntact(address, 4 * n)).toBe(true);
  return bench.f32(address, n);
}

describe.each(oddSizes)('over %i columns', (cols) => {
  test.each(heights)('and %i rows: columnSum', (rows) => {
    const x = uniformArray(rows * cols, 1);
    const before = uniformArray(cols, 2);
    const sums = reference.columnSum(x, cols);
    const [y, from, accumulated] = [bench.reserve(4 * cols), bench.place(x), bench.place(before)];
    kernels.columnSum(y, from, rows, cols, 0);
    expectClose(written(y, cols), sums, { absolute: rows * 2 ** -24 });
    kernels.columnSum(accumulated, from, rows, cols, 1);
    expectClose(
      written(accumulated, cols),
      sums.map((sum, c) => before[c] + sum),
      { absolute: (rows + 1) * 2 ** -24 },
    );
  });

  test.each([0, 1, 2, 5])('and %i rows: rowSum and rowBroadcast', (rows) => {
    const x = uniformArray(rows * cols, 1);
    const perRow = uniformArray(rows, 2);
    const [sums, matrix] = [bench.reserve(4 * rows), bench.reserve(4 * rows * cols)];
    kernels.rowSum(sums, bench.place(x), 0.5, rows, cols);
    expectClose(
      written(sums, rows),
      reference.rowSum(x, rows, cols).map((sum) => 0.5 * sum),
      { absolute: cols * 2 ** -24 },
    );
    kernels.rowBroadcast(matrix, bench.place(perRow), 0.5, rows, cols);
    expectClose(
      written(matrix, rows * cols),
      Array.from(x, (_, i) => 0.5 * perRow[Math.floor(i / cols)]),
    );
  });
});

test('columnSum stays accurate over many rows', () => {
  const rows = 65536;
  const x = new Float32Array(rows).fill(0.1);
  const y = bench.reserve(4);
  kernels.columnSum(y, bench.place(x), rows, 1, 0);
  expectClose(written(y, 1), [rows * x[0]], { relativeToMax: 3e-5 });
});

test.each([NaN, Infinity])('sums let %f through, and only where it stands', (value) => {
  const x = uniformArray(5 * 7, 1);
  x[2 * 7 + 6] = value;
  const [columns, rows, from] = [bench.reserve(4 * 7), bench.reserve(4 * 5), bench.place(x)];
  kernels.columnSum(columns, from, 5, 7, 0);
  kernels.rowSum(rows, from, 1, 5, 7);
  expect([...written(columns, 7)].map(Number.isFinite)).toEqual([true, true, true, true, true, true, false]);
  expect([...written(rows, 5)].map(Number.isFinite)).toEqual([true, true, false, true, true]);
});

test.each(oddSizes)('sumTo adds %i elements in float64, in order, whatever the portions', (n) => {
  const x = uniformArray(n, 3, -1e6, 1e6);
  const [whole, parts, from] = [
    bench.place(Float64Array.of(0.1)),
    bench.place(Float64Array.of(0.1)),
    bench.place(x),
  ];
  kernels.sumTo(whole, from, n);
  expect(bench.f64(whole, 1)[0]).toBe(x.reduce((sum, value) => sum + value, 0.1));
  const head = n >> 1;
  kernels.sumTo(parts, from, head);
  kernels.sumTo(parts, from + 4 * head, n - head);
  expect(bench.f64(parts, 1)[0]).toBe(bench.f64(whole, 1)[0]);
  expect(bench.tailIntact(whole, 8)).toBe(true);
});
