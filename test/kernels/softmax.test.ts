import { beforeEach, describe, expect, test } from 'vitest';
import { derivative, expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';
import { logSoftmax, softmax } from '../support/reference/softmax.js';

const bench = new KernelBench();
const { kernels } = bench;
const widths = oddSizes.filter((cols) => cols > 0);

// The rounding of x - max, up to 8, is half an ulp of 8: 4 ulp of the result and 5e-7 of its logarithm.
const kinds = [
  { name: 'softmax', reference: softmax, tolerance: { ulp: 8 }, masked: 0 },
  { name: 'logSoftmax', reference: logSoftmax, tolerance: { absolute: 1e-6 }, masked: -Infinity },
] as const;

beforeEach(() => bench.reset());

function written(address: number, n: number): Float32Array {
  expect(bench.tailIntact(address, 4 * n)).toBe(true);
  return bench.f32(address, n);
}

describe.each(kinds)('$name', ({ name, reference, tolerance, masked }) => {
  const forward = kernels[name];
  const backward = kernels[`${name}Backward`];

  function apply(x: number[]): number[] {
    const y = bench.reserve(4 * x.length);
    forward(y, bench.place(Float32Array.from(x)), 1, x.length);
    return [...written(y, x.length)];
  }

  test.each(widths)('agrees with float64 on rows of %i, also in place', (cols) => {
    for (const rows of [0, 1, 2, 5]) {
      const n = rows * cols;
      const x = uniformArray(n, 1, -4, 4);
      const [y, from] = [bench.reserve(4 * n), bench.place(x)];
      forward(y, from, rows, cols);
      expectClose(written(y, n), reference(x, cols), tolerance);
      forward(from, from, rows, cols);
      expectClose(written(from, n), written(y, n));
    }
  });

  test.each(widths)('has the derivative of the reference on rows of %i, also in place', (cols) => {
    const rows = 2;
    const n = rows * cols;
    const x = uniformArray(n, 2, -3, 3);
    const dy = uniformArray(n, 3);
    const expected = Array.from(x, (value, i) =>
      derivative((at) => {
        const moved = Array.from(x);
        moved[i] = at;
        return reference(moved, cols).reduce((sum, y, j) => sum + dy[j] * y, 0);
      }, value),
    );
    const [dx, gradient, y] = [bench.reserve(4 * n), bench.place(dy), bench.place(x)];
    forward(y, y, rows, cols);
    backward(dx, gradient, y, rows, cols);
    expectClose(written(dx, n), expected, { absolute: 2e-6 });
    backward(gradient, gradient, y, rows, cols);
    expectClose(written(gradient, n), written(dx, n));
  });

  test('does not overflow, and does not change when all logits move together', () => {
    expect(apply([1000, 1001, 998, 1000, 999])).toEqual(apply([0, 1, -2, 0, -1]));
    expect(apply([3e38, -3e38])).toEqual([name === 'softmax' ? 1 : 0, name === 'softmax' ? 0 : -Infinity]);
  });

  test('leaves masked logits out', () => {
    const open = apply([1, 2, 3]);
    expect(apply([1, -Infinity, 2, 3])).toEqual([open[0], masked, open[1], open[2]]);
  });

  test.each([[[NaN, 0, 0, 0, 0]], [[0, 0, 0, 0, NaN]], [[0, Infinity, 1]], [[-Infinity, -Infinity]]])(
    'gives NaN for the whole row %j',
    (x) => {
      expect(apply(x).every(Number.isNaN)).toBe(true);
    },
  );
});
