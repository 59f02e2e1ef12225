/** A small seeded generator for test data alone (mulberry32); nothing of the library depends on it. */
export function testRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** `length` float32 values uniform in [low, high). */
export function uniformArray(length: number, seed: number, low = -1, high = 1): Float32Array {
  const next = testRandom(seed);
  return Float32Array.from({ length }, () => low + (high - low) * next());
}

/** The sizes that kernels are checked over: around the vector width, primes, and a few larger ones. */
export const oddSizes = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 31, 37, 61, 127, 257,
];
