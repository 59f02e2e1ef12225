const bits = new DataView(new ArrayBuffer(4));

/** The float32 values in ascending order as consecutive integers; -0 and 0 share one. */
function ordinal(x: number): number {
  bits.setFloat32(0, x);
  const pattern = bits.getInt32(0);
  return pattern < 0 ? -(pattern & 0x7fffffff) : pattern;
}

/** How many float32 steps apart a and b are: 0 for equal values and for two NaNs, Infinity for one NaN. */
export function ulpDistance(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) {
    return Number.isNaN(a) && Number.isNaN(b) ? 0 : Number.POSITIVE_INFINITY;
  }
  return Math.abs(ordinal(a) - ordinal(b));
}

/** What may lie between two values. An element passes if it meets one of the bounds that are given. */
export interface Tolerance {
  /** As a share of the largest finite |expected| in the whole array. */
  relativeToMax?: number;
  absolute?: number;
  /** In float32 steps from the expected value rounded to float32. */
  ulp?: number;
}

/**
 * Asserts that `actual` is `expected` within `tolerance`, element by element; without one the float32 values
 * must be equal. NaN must meet NaN; infinity counts as the float32 next to the largest finite one.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance = {},
): void {
  if (actual.length !== expected.length) {
    throw new Error(`expected ${expected.length} elements, got ${actual.length}`);
  }
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
  }
  const absolute = Math.max(tolerance.absolute ?? 0, (tolerance.relativeToMax ?? 0) * largest);
  const ulp = tolerance.ulp ?? 0;
  let failures = 0;
  let worst = -1;
  let worstError = -1;
  for (let i = 0; i < expected.length; i++) {
    const distance = ulpDistance(actual[i], expected[i]);
    if (distance <= ulp || Math.abs(actual[i] - expected[i]) <= absolute) continue;
    failures++;
    const error = Math.abs(actual[i] - expected[i]);
    if (worst < 0 || !(error <= worstError)) {
      worst = i;
      worstError = error;
    }
  }
  if (failures === 0) return;
  throw new Error(
    `${failures} of ${expected.length} elements differ; worst at ${worst}: expected ${expected[worst]}, ` +
      `got ${actual[worst]} (difference ${actual[worst] - expected[worst]}, ` +
      `${ulpDistance(actual[worst], expected[worst])} ulp; allowed ${absolute} or ${ulp} ulp)`,
  );
}

/** f'(x) by central differences in float64; good to about ten digits where f is smooth around x. */
export function derivative(f: (x: number) => number, x: number): number {
  const h = 1e-5 * Math.max(1, Math.abs(x));
  return (f(x + h) - f(x - h)) / (2 * h);
}
