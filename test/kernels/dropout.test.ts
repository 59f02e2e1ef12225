import { describe, expect, test } from 'vitest';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';
import { keeps, keptOf65536, type Stream, uniform } from '../support/reference/random.js';

const bench = new KernelBench();
const seed: Stream = { key0: 0xdeadbeef, key1: 17, step: 5, stream: 2 };

function placeScalars(s: Stream): number {
  const words = new Int32Array(16);
  words.set([s.key0, s.key1, s.step, s.replica ?? 0], 12);
  return bench.place(words);
}

function dropout(x: Float32Array, rate: number, s = seed): Float32Array {
  bench.reset();
  const scalars = placeScalars(s);
  const from = bench.place(x);
  const y = bench.reserve(x.byteLength);
  bench.kernels.dropout(y, from, scalars, s.stream, rate, x.length);
  expect(bench.tailIntact(y, x.byteLength)).toBe(true);
  return bench.f32(y, x.length);
}

describe('dropout', () => {
  test.each([0.1, 0.25, 0.5, 0.9])('equals the reference at rate %f', (rate) => {
    for (const n of [...oddSizes, 1000]) {
      const x = uniformArray(n, 1);
      const scale = Math.fround(65536 / keptOf65536(rate));
      const expected = x.map((v, i) => (keeps(i, seed, rate) ? v * scale : 0));
      expect(dropout(x, rate)).toEqual(expected);
    }
  });

  test('equals the reference for another replica', () => {
    const replica = { ...seed, replica: 3 };
    const y = dropout(new Float32Array(257).fill(1), 0.5, replica);
    expect(Array.from(y, (v) => v > 0)).toEqual(Array.from(y, (_, i) => keeps(i, replica, 0.5)));
  });

  test('backward on dy has the mask of forward, and both work in place', () => {
    const n = 1000;
    const y = dropout(new Float32Array(n).fill(1), 0.3);
    const dy = uniformArray(n, 2);
    const dx = dropout(dy, 0.3);
    expect(dx).toEqual(dy.map((v, i) => (y[i] ? v * y[i] : 0)));
    bench.reset();
    const scalars = placeScalars(seed);
    const inPlace = bench.place(dy);
    bench.kernels.dropout(inPlace, inPlace, scalars, seed.stream, 0.3, n);
    expect(bench.f32(inPlace, n)).toEqual(dx);
  });

  test.each([0, 0.3, 0.9])('behind a relu, the backward of both at rate %f needs only the output', (rate) => {
    for (const n of [...oddSizes, 1000]) {
      const x = uniformArray(n, 1).map((v) => Math.max(v, 0));
      const dy = uniformArray(n, 2);
      const y = dropout(x, rate);
      const expected = dropout(dy, rate).map((v, i) => (x[i] > 0 ? v : 0));
      bench.reset();
      const [from, out] = [bench.place(dy), bench.place(y)];
      const dx = bench.reserve(dy.byteLength);
      bench.kernels.dropoutReluBackward(dx, from, out, rate, n);
      expect(bench.tailIntact(dx, dy.byteLength)).toBe(true);
      expect(bench.f32(dx, n)).toEqual(expected);
    }
  });

  test('keeps the stated share, and the mean', () => {
    const n = 1 << 20;
    const ones = new Float32Array(n).fill(1);
    for (const rate of [0.1, 0.5, 0.8]) {
      const y = dropout(ones, rate);
      const share = y.reduce((count, v) => count + (v ? 1 : 0), 0) / n;
      const error = Math.sqrt((rate * (1 - rate)) / n);
      expect(Math.abs(share - (1 - rate))).toBeLessThan(4 * error + 2 ** -17);
      const mean = y.reduce((sum, v) => sum + v, 0) / n;
      expect(Math.abs(mean - 1)).toBeLessThan((4 * error) / (1 - rate));
    }
  });

  test('draws independent masks for another key, step, stream or replica', () => {
    const n = 4096;
    const ones = new Float32Array(n).fill(1);
    const base = dropout(ones, 0.5);
    for (const change of [{ key0: 1 }, { key1: 1 }, { step: 6 }, { stream: 1 }, { replica: 1 }]) {
      const other = dropout(ones, 0.5, { ...seed, ...change });
      const agreeing = base.reduce((count, v, i) => count + (v === other[i] ? 1 : 0), 0);
      expect(Math.abs(agreeing / n - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(n));
    }
  });

  test('copies at rate 0 and clears at rate 1', () => {
    for (const n of oddSizes) {
      const x = uniformArray(n, 3);
      expect(dropout(x, 0)).toEqual(x);
      expect(dropout(x, 1)).toEqual(new Float32Array(n));
    }
  });

  test('passes NaN on where it keeps and drops it elsewhere', () => {
    const y = dropout(new Float32Array(256).fill(Number.NaN), 0.5);
    y.forEach((v, i) => {
      expect(v).toBe(keeps(i, seed, 0.5) ? Number.NaN : 0);
    });
  });
});

describe('uniformNoise', () => {
  test.each([undefined, 3])('equals the reference for replica %s', (replica) => {
    const s = { ...seed, replica };
    for (const n of [...oddSizes, 1000]) {
      bench.reset();
      const scalars = placeScalars(s);
      const y = bench.reserve(4 * n);
      bench.kernels.uniformNoise(y, scalars, s.stream, -1, 3, n);
      expect(bench.tailIntact(y, 4 * n)).toBe(true);
      expect([...bench.f32(y, n)]).toEqual(Array.from({ length: n }, (_, i) => -1 + 4 * uniform(i, s)));
    }
  });
});
