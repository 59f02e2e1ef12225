import { beforeEach, describe, expect, test } from 'vitest';
import { derivative, expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';
import { binary, withRow } from '../support/reference/elementwise.js';

type Binary = keyof typeof binary;

const bench = new KernelBench();
const { kernels } = bench;
const binaryNames = Object.keys(binary) as Binary[];
const special = [NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-39, 1, -1, 3e38, -3e38, 1e-38];

beforeEach(() => bench.reset());

function written(address: number, n: number): Float32Array {
  expect(bench.tailIntact(address, 4 * n)).toBe(true);
  return bench.f32(address, n);
}

describe.each(binaryNames)('%s', (name) => {
  const reference = binary[name];

  test.each(oddSizes)('is the rounded exact result for %i elements, also in place', (n) => {
    const a = uniformArray(n, 1, -3, 3);
    const b = uniformArray(n, 2, -3, 3);
    const expected = Array.from(a, (value, i) => reference(value, b[i]));
    const [y, left, right] = [bench.reserve(4 * n), bench.place(a), bench.place(b)];
    kernels[name](y, left, right, n);
    expectClose(written(y, n), expected);
    kernels[name](left, left, right, n);
    expectClose(written(left, n), expected);
  });

  test('treats special values as IEEE 754 does', () => {
    const pairs = special.flatMap((a) => special.map((b) => [fround(a), fround(b)] as const));
    const y = bench.reserve(4 * pairs.length);
    const a = bench.place(Float32Array.from(pairs, ([value]) => value));
    const b = bench.place(Float32Array.from(pairs, ([, value]) => value));
    kernels[name](y, a, b, pairs.length);
    const expected = Float32Array.from(pairs, ([left, right]) => reference(left, right));
    expect([...written(y, pairs.length)]).toEqual([...expected]);
  });
});

describe.each(['maximum', 'minimum'] as const)('%sBackward', (name) => {
  const backward = kernels[`${name}Backward`];

  test.each(oddSizes)('is the derivative to the first operand for %i elements, also in place', (n) => {
    const dy = uniformArray(n, 1);
    const a = uniformArray(n, 2);
    const b = uniformArray(n, 3);
    const expected = Array.from(a, (value, i) => dy[i] * derivative((at) => binary[name](at, b[i]), value));
    const [dx, gradient, left, right] = [
      bench.reserve(4 * n),
      bench.place(dy),
      bench.place(a),
      bench.place(b),
    ];
    backward(dx, gradient, left, right, n);
    expectClose(written(dx, n), expected, { absolute: 1e-9 });
    backward(gradient, gradient, left, right, n);
    expectClose(written(gradient, n), expected, { absolute: 1e-9 });
  });

  test('gives each of two equal operands one half', () => {
    const [dx, dy, a] = [bench.reserve(20), bench.place(uniformArray(5, 1)), bench.place(uniformArray(5, 2))];
    backward(dx, dy, a, a, 5);
    expectClose(
      written(dx, 5),
      Array.from(bench.f32(dy, 5), (value) => value / 2),
    );
  });
});

describe.each(oddSizes)('over %i elements', (n) => {
  const x = uniformArray(n, 4, -5, 5);

  test('fill and copy', () => {
    const [y, z] = [bench.reserve(4 * n), bench.reserve(4 * n)];
    kernels.fill(y, -2.5, n);
    expectClose(written(y, n), new Float32Array(n).fill(-2.5));
    kernels.copy(z, bench.place(x), n);
    expectClose(written(z, n), x);
  });

  test('fillShare', () => {
    const y = bench.reserve(4 * n);
    kernels.fillShare(y, 2.5, n);
    expectClose(written(y, n), new Float32Array(n).fill(2.5 / n));
  });

  test('affine, also in place', () => {
    const expected = Array.from(x, (value) => fround(fround(0.3) * value) + fround(-1.7));
    const [y, from] = [bench.reserve(4 * n), bench.place(x)];
    kernels.affine(y, from, 0.3, -1.7, n);
    expectClose(written(y, n), expected);
    kernels.affine(from, from, 0.3, -1.7, n);
    expectClose(written(from, n), expected);
  });

  test('convertU8', () => {
    const bytes = Uint8Array.from({ length: n }, (_, i) => 255 - i);
    const y = bench.reserve(4 * n);
    kernels.convertU8(y, bench.place(bytes), 1 / 255, -0.5, n);
    expectClose(
      written(y, n),
      Array.from(bytes, (byte) => fround(fround(1 / 255) * byte) - 0.5),
    );
  });

  test.each([0, 1, 2, 5, 13])('addRow and multiplyRow with %i rows, also in place', (rows) => {
    const matrix = uniformArray(rows * n, 5);
    const [y, from, row] = [bench.reserve(4 * rows * n), bench.place(matrix), bench.place(x)];
    kernels.addRow(y, from, row, rows, n);
    expectClose(written(y, rows * n), withRow(binary.add, matrix, x));
    kernels.multiplyRow(from, from, row, rows, n);
    expectClose(written(from, rows * n), withRow(binary.multiply, matrix, x));
  });

  test('allFinite finds NaN and infinity at every place, and looks no further', () => {
    const at = bench.place(Float32Array.from([...x, NaN, NaN, NaN, NaN]));
    const memory = new Float32Array(bench.memory.buffer, at, n);
    expect(kernels.allFinite(at, n)).toBe(1);
    for (let i = 0; i < n; i++) {
      for (const value of [NaN, Infinity, -Infinity]) {
        memory[i] = value;
        expect(kernels.allFinite(at, n)).toBe(0);
      }
      memory[i] = 3.4e38;
    }
    expect(kernels.allFinite(at, n)).toBe(1);
  });
});

function fround(x: number): number {
  return Math.fround(x);
}
