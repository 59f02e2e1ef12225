import { beforeEach, describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';

const bench = new KernelBench();
const { kernels } = bench;
const widths = oddSizes.filter((cols) => cols > 0 && cols < 100);
const LIMIT = 6;
const indices = Int32Array.of(5, 0, 5, -1, 3, 0, 5);
const rows = indices.length;

beforeEach(() => bench.reset());

function written(address: number, n: number): Float32Array {
  expect(bench.tailIntact(address, 4 * n)).toBe(true);
  return bench.f32(address, n);
}

describe.each(widths)('rows of %i', (cols) => {
  test('gatherRows picks rows, and gives NaN where there is none', () => {
    const table = uniformArray(LIMIT * cols, 1);
    const y = bench.reserve(4 * rows * cols);
    const beyond = indices.map((index) => (index === 3 ? LIMIT : index));
    kernels.gatherRows(y, bench.place(table), bench.place(beyond), LIMIT, cols, rows);
    const expected = Array.from({ length: rows * cols }, (_, i) => {
      const index = beyond[Math.floor(i / cols)];
      return index < 0 || index >= LIMIT ? Number.NaN : table[index * cols + (i % cols)];
    });
    expectClose(written(y, rows * cols), expected);
  });

  test('scatterRows adds them in their order', () => {
    const [table, dy] = [uniformArray(LIMIT * cols, 1), uniformArray(rows * cols, 2)];
    const to = bench.place(table);
    kernels.scatterRows(to, bench.place(dy), bench.place(indices), cols, rows);
    const expected = table.slice();
    dy.forEach((value, i) => {
      const at = indices[Math.floor(i / cols)] * cols + (i % cols);
      if (at >= 0) expected[at] += value;
    });
    expectClose(written(to, LIMIT * cols), expected);
  });

  test('rowMask and maskRows', () => {
    const x = uniformArray(4 * cols, 3);
    x.fill(0.5, 0, cols);
    x.fill(0.5, 2 * cols, 3 * cols - 1);
    x[3 * cols] = Number.NaN;
    const [mask, y, from] = [bench.reserve(16), bench.reserve(16 * cols), bench.place(x)];
    kernels.rowMask(mask, from, 0.5, 4, cols);
    expect([...written(mask, 4)]).toEqual([0, 1, 1, 1]);
    kernels.maskRows(y, from, bench.place(Float32Array.of(0, 1, 1, 0)), 4, cols);
    const expected = x.map((value, i) => ([1, 2].includes(Math.floor(i / cols)) ? value : 0));
    expectClose(written(y, 4 * cols), expected);
  });
});

test.each(oddSizes)('toIndices and indexMask of %i numbers', (n) => {
  const special = [0, -0, 5, 6, 5.75, -1, -0.5, Number.NaN, Infinity, -Infinity, 3e9, 1];
  const expected = [0, 0, 5, -1, 5, -1, 0, -1, -1, -1, -1, 1];
  const x = Float32Array.from({ length: n }, (_, i) => special[i % special.length]);
  const [y, mask] = [bench.reserve(4 * n), bench.reserve(4 * n)];
  kernels.toIndices(y, bench.place(x), LIMIT, n);
  const wanted = Array.from(x, (_, i) => expected[i % special.length]);
  expect([...bench.i32(y, n)]).toEqual(wanted);
  kernels.indexMask(mask, y, n);
  expect([...written(mask, n)]).toEqual(wanted.map((index) => Number(index !== 0)));
  expect(bench.tailIntact(y, 4 * n)).toBe(true);
});
