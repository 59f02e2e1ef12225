import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { Tensor } from '../../src/data/tensor.js';

export interface GoldenTensor {
  shape: number[];
  data: number[];
}

/** The cases of a golden file. */
export function goldenFile<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as T;
}

export function golden<T>(name: string): T[] {
  return goldenFile<{ cases: T[] }>(name).cases;
}

export function toTensor({ shape, data }: GoldenTensor): Tensor {
  return new Tensor(Float32Array.from(data), shape);
}

/** `max|ours - Keras| <= share * max|Keras|`: the measure of all comparisons with Keras. */
export function expectKeras(
  ours: ArrayLike<number>,
  keras: ArrayLike<number>,
  what: string,
  share = 1e-5,
): void {
  expect(ours.length, `${what}: number of values`).toBe(keras.length);
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < keras.length; i++) {
    largest = Math.max(largest, Math.abs(keras[i]));
    const off = Math.abs(ours[i] - keras[i]);
    // Put this way, a NaN becomes the difference too, and stays it.
    if (!(off <= difference)) difference = off;
  }
  if (difference <= share * largest) return;
  expect.fail(`${what}: largest difference ${difference}, allowed ${share} of ${largest}`);
}
