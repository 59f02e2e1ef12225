import { beforeEach, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';
import * as reference from '../support/reference/replicas.js';

const bench = new KernelBench();
beforeEach(() => bench.reset());

/** Places replicas `stride` bytes apart and sums them; what is `behind` each of them must stay. */
function sum(replicas: readonly Float32Array[], shares: readonly number[], stride: number) {
  const n = replicas[0].length;
  const words = new Float32Array(1 + shares.length);
  new Int32Array(words.buffer)[0] = replicas.length;
  words.set(shares, 1);
  const sharesAt = bench.place(words);
  const y = bench.reserve(replicas.length * stride);
  const memory = new Float32Array(bench.memory.buffer);
  replicas.forEach((replica, r) => {
    memory.set(replica, (y + r * stride) / 4);
  });
  bench.kernels.sumReplicas(y, sharesAt, stride, n);
  expect(bench.tailIntact(y, 4 * n)).toBe(true);
  replicas.slice(1).forEach((replica, r) => {
    expect(bench.f32(y + (r + 1) * stride, n)).toEqual(replica);
  });
  return bench.f32(y, n);
}

test.each([1, 2, 3, 5, 8])('the weighted sum of %i replicas equals the reference', (count) => {
  for (const n of [...oddSizes, 1000]) {
    const replicas = Array.from({ length: count }, (_, r) => uniformArray(n, r + 1));
    const weights = uniformArray(count, 99, 0.5, 1.5);
    const total = weights.reduce((a, b) => a + b);
    // One replica is all of the batch.
    const shares = count === 1 ? [1] : Array.from(weights, (weight) => Math.fround(weight / total));
    const stride = Math.ceil((4 * n + 16) / 64) * 64;
    const expected = reference.sumReplicas(replicas, shares);
    expectClose(sum(replicas, shares, stride), expected, { absolute: count * 2 ** -24 });
  }
});

test('replicas are added in their order', () => {
  const [large, small] = [2 ** 24, 1];
  const at = (value: number) => new Float32Array([value]);
  // (large + small) + small loses both, small + small + large would not.
  expect(sum([at(large), at(small), at(small)], [1, 1, 1], 64)[0]).toBe(large);
  expect(sum([at(small), at(small), at(large)], [1, 1, 1], 64)[0]).toBe(large + 2);
});

test('NaN and infinity come through where they stand', () => {
  const second = new Float32Array([1, Number.NaN, Infinity, 4]);
  expect(Array.from(sum([new Float32Array(4), second], [0.5, 0.5], 64))).toEqual([
    0.5,
    Number.NaN,
    Infinity,
    2,
  ]);
});
