import { beforeEach, describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';

const bench = new KernelBench();
const rows = 3;

const kinds = [
  { name: 'copyColumns', combine: (_y: number, x: number) => x },
  { name: 'addColumns', combine: (y: number, x: number) => y + x },
] as const;

beforeEach(() => bench.reset());

describe.each(kinds)('$name', ({ name, combine }) => {
  test.each(oddSizes)('moves a block of %i columns and touches nothing beside it', (cols) => {
    for (const [yStride, yFirst, xStride, xFirst] of [
      [cols, 0, cols, 0],
      [cols + 5, 3, cols + 2, 1],
      [cols + 1, 0, cols + 7, 7],
    ]) {
      const x = uniformArray(rows * xStride, 1);
      const y = uniformArray(rows * yStride, 2);
      const expected = Array.from(y, (value, i) => {
        const c = (i % yStride) - yFirst;
        const from = Math.floor(i / yStride) * xStride + xFirst + c;
        return c >= 0 && c < cols ? combine(value, x[from]) : value;
      });
      const [to, source] = [bench.place(y), bench.place(x)];
      bench.kernels[name](to + 4 * yFirst, source + 4 * xFirst, yStride, xStride, cols, rows);
      expectClose(bench.f32(to, y.length), expected);
      expect(bench.tailIntact(to, y.byteLength)).toBe(true);
    }
  });
});
