/**
 * A seeded generator of uniform numbers in [0, 1) (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A Float32Array of `length` uniform numbers in [-limit, limit). */
export function uniformArray(length, seed, limit = 1) {
  const random = uniform(seed);
  return Float32Array.from({ length }, () => (random() * 2 - 1) * limit);
}
