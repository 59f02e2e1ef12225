import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GEMM_SCRATCH_BYTES } from '../../src/wasm/core.js';
import { KernelBench } from '../support/kernels.js';
import { uniformArray } from '../support/random.js';
import { gemmReference } from '../support/reference/gemm.js';

const bench = new KernelBench();
const orientations = [
  { kernel: 'gemmNN', transposeA: false, transposeB: false },
  { kernel: 'gemmNT', transposeA: false, transposeB: true },
  { kernel: 'gemmTN', transposeA: true, transposeB: false },
] as const;
const starts = ['zeros', 'bias', 'add'] as const;
type Orientation = (typeof orientations)[number];

/** Compares one product with the reference, as closely as k float32 roundings allow. */
function check(
  { kernel, transposeA, transposeB }: Orientation,
  m: number,
  n: number,
  k: number,
  start: (typeof starts)[number],
): void {
  bench.reset();
  const a = uniformArray(m * k, m * 31 + k);
  const b = uniformArray(k * n, n * 17 + k);
  const bias = uniformArray(n, 5);
  const before = uniformArray(m * n, 9);
  const c = start === 'add' ? bench.place(before) : bench.reserve(m * n * 4);
  const startAt = { zeros: 0, bias: bench.place(bias), add: c }[start];
  const scratch = bench.reserve(GEMM_SCRATCH_BYTES);
  bench.kernels[kernel](c, bench.place(a), bench.place(b), startAt, scratch, m, n, k);
  const value = {
    zeros: () => 0,
    bias: (_: number, j: number) => bias[j],
    add: (i: number, j: number) => before[i * n + j],
  };
  const expected = gemmReference(a, b, value[start], { m, n, k, transposeA, transposeB });
  const actual = bench.f32(c, m * n);
  // Each of k additions rounds the running sum by up to 2^-24 of it; roundings add up like a random walk.
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const tolerance = 2 ** -24 * 4 * Math.sqrt(k) * largest;
  for (let i = 0; i < m * n; i++) {
    if (Math.abs(actual[i] - expected[i]) <= tolerance) continue;
    expect.fail(`${kernel} ${m}x${n}x${k} ${start}: element ${i} is ${actual[i]}, expected ${expected[i]}`);
  }
  expect(bench.tailIntact(c, m * n * 4) || start === 'add').toBe(true);
}

describe.each(orientations)('$kernel', (orientation) => {
  test.each(starts)('equals the reference over all small shapes, starting from %s', (start) => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
    for (const m of sizes)
      for (const n of sizes) for (const k of [1, 2, 3, 5, 8, 17]) check(orientation, m, n, k, start);
  });

  test.each(starts)(
    'equals the reference over shapes that cross block borders, starting from %s',
    (start) => {
      const shapes = [
        [129, 65, 257],
        [5, 300, 70],
        [128, 10, 1030],
        [31, 1, 2053],
        [1, 301, 519],
        [40, 16, 2500],
        [512, 24, 33],
        [1024, 20, 67],
        [263, 72, 8],
        [261, 72, 16],
        [135, 136, 24],
        [48, 80, 203],
        [16, 24, 2100],
        [12, 128, 3],
        [100, 136, 803],
      ];
      for (const [m, n, k] of shapes) check(orientation, m, n, k, start);
    },
  );

  test('equals the reference over random shapes', () => {
    const size = fc.integer({ min: 1, max: 90 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(...starts),
        (m, n, k, start) => check(orientation, m, n, k, start),
      ),
      { numRuns: 60 },
    );
  });

  test('leaves C alone where there are no rows or no columns', () => {
    for (const [m, n] of [
      [0, 7],
      [7, 0],
    ]) {
      bench.reset();
      const c = bench.reserve(64);
      const scratch = bench.reserve(GEMM_SCRATCH_BYTES);
      const data = bench.place(uniformArray(64, 1));
      bench.kernels[orientation.kernel](c, data, data, 0, scratch, m, n, 3);
      expect(bench.tailIntact(c, 0)).toBe(true);
    }
  });

  test('carries NaN and Infinity to exactly the elements that read them', () => {
    const [m, n, k] = [6, 9, 7];
    bench.reset();
    const a = uniformArray(m * k, 3);
    const b = uniformArray(k * n, 4);
    a[0] = Number.NaN;
    const c = bench.reserve(m * n * 4);
    const scratch = bench.reserve(GEMM_SCRATCH_BYTES);
    bench.kernels[orientation.kernel](c, bench.place(a), bench.place(b), 0, scratch, m, n, k);
    bench.f32(c, m * n).forEach((value, i) => {
      expect(Number.isNaN(value)).toBe(Math.floor(i / n) === 0);
    });
  });
});
