import { beforeEach, describe, expect, test } from 'vitest';
import type { SpatialKernels } from '../../src/wasm/generated/spatial.js';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { uniformArray } from '../support/random.js';
import { largest, mean, pool, slidingRanges } from '../support/reference/pooling.js';

const bench = new KernelBench<SpatialKernels>('spatial');
const { kernels } = bench;

beforeEach(() => bench.reset());

/** The windows of [5, 7, channels]: `size` by `size`, 2 apart, over the edges. */
function placeWindows(size: number): number {
  const g = bench.reserve(72);
  kernels.poolingAxis(g, 1, 1, 1, 0, 1, 1);
  [5, 7].forEach((n, i) => {
    const count = Math.ceil(n / 2);
    const front = Math.floor(Math.max((count - 1) * 2 + size - n, 0) / 2);
    kernels.poolingAxis(g + 24 * (i + 1), size, 2, 1, front, n, count);
  });
  return g;
}

const COUNT = 2;
const PIXELS = 5 * 7;
const WINDOWS = 3 * 4;

describe.each([2, 3])('windows of %i by themselves', (size) => {
  const ranges = [5, 7].map((n) => slidingRanges(n, size, 2, 'same'));

  test.each([1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31])('over %i channels', (channels) => {
    const sample = PIXELS * channels;
    const outputs = COUNT * WINDOWS * channels;
    // What stands behind x must not be the largest entry, or it would hide that it was written behind y.
    const placed = uniformArray(COUNT * sample + 16, channels);
    const x = placed.subarray(0, COUNT * sample);
    const dy = uniformArray(outputs, 99);
    const expected = (fold: (entries: number[]) => number) =>
      Array.from({ length: COUNT }, (_, i) =>
        pool(x.subarray(i * sample, (i + 1) * sample), [5, 7, channels], ranges, fold),
      ).flat();
    const g = placeWindows(size);
    const [from, upstream] = [bench.place(placed), bench.place(dy)];
    const [y, index, plain, means] = [4, 1, 4, 4].map((bytes) => bench.reserve(bytes * outputs));
    const [dx, spread] = [4, 4].map((bytes) => bench.reserve(bytes * x.length));
    kernels.findLargest(y, index, from, g, channels, COUNT);
    kernels.maxPooling(plain, from, g, channels, COUNT);
    kernels.averagePooling(means, from, g, channels, COUNT);
    kernels.maxPoolingBackward(dx, upstream, index, g, channels, COUNT);
    kernels.averagePoolingBackward(spread, upstream, g, channels, COUNT);
    for (const address of [y, plain, means]) expect(bench.tailIntact(address, 4 * outputs)).toBe(true);
    expect(bench.tailIntact(index, outputs)).toBe(true);
    for (const address of [dx, spread]) expect(bench.tailIntact(address, 4 * x.length)).toBe(true);
    expectClose(bench.f32(y, outputs), expected(largest));
    expectClose(bench.f32(plain, outputs), expected(largest));
    // Positions count from where the window begins, be that in the padding.
    const positions = new Uint8Array(bench.memory.buffer, index, outputs);
    const fronts = [5, 7].map((n) => Math.floor(Math.max((Math.ceil(n / 2) - 1) * 2 + size - n, 0) / 2));
    bench.f32(y, outputs).forEach((value, i) => {
      const window = Math.floor(i / channels);
      const row = (Math.floor(window / 4) % 3) * 2 - fronts[0] + Math.floor(positions[i] / size);
      const column = (window % 4) * 2 - fronts[1] + (positions[i] % size);
      const sampleIndex = Math.floor(window / WINDOWS);
      expect(x[sampleIndex * sample + (row * 7 + column) * channels + (i % channels)]).toBe(value);
    });
    expectClose(bench.f32(means, outputs), expected(mean), { absolute: 2 ** -22 });
    // Nothing of the gradient is lost on its way, and the largest entries alone have it.
    const total = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
    expect(total(bench.f32(dx, x.length))).toBeCloseTo(total(dy), 4);
    expect(total(bench.f32(spread, x.length))).toBeCloseTo(total(dy), 4);
    const chosen = new Set(expected(largest).map(Math.fround));
    bench.f32(dx, x.length).forEach((value, i) => {
      if (!chosen.has(x[i])) expect(value).toBe(0);
    });
  });
});
