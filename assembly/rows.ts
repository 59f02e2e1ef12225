/** What several kernels do to a single row [n]. */
import { expNegative } from './math';
import { laneMask, storeLanes, sumLanes } from './simd';

/** The largest of x [n] in every lane, NaN left out; -Inf if nothing is left. */
// @ts-ignore: decorator
@inline
export function maxOfRow(x: usize, n: i32): v128 {
  const lowest = f32x4.splat(-Infinity);
  let max = lowest;
  let max1 = lowest;
  // pmax(a, b) is a < b ? b : a, which leaves a NaN in b out.
  for (; n >= 8; n -= 8) {
    max = f32x4.pmax(max, v128.load(x));
    max1 = f32x4.pmax(max1, v128.load(x, 16));
    x += 32;
  }
  max = f32x4.pmax(max, max1);
  for (; n > 0; n -= 4) {
    max = f32x4.pmax(max, v128.bitselect(v128.load(x), lowest, laneMask(n)));
    x += 16;
  }
  max = f32x4.pmax(max, v128.shuffle<f32>(max, max, 2, 3, 0, 1));
  return f32x4.pmax(max, v128.shuffle<f32>(max, max, 1, 0, 3, 2));
}

/** The sum of x [n]. */
// @ts-ignore: decorator
@inline
export function sumOfRow(x: usize, n: i32): f32 {
  const end = x + (<usize>(n & ~3) << 2);
  let sum = f32x4.splat(0);
  while (x < end) {
    sum = f32x4.add(sum, v128.load(x));
    x += 16;
  }
  if (n & 3) sum = f32x4.add(sum, v128.and(v128.load(x), laneMask(n & 3)));
  return sumLanes(sum);
}

/** The sum of exp(x - max) over x [n]; the terms go to y [n] if `keep`. In place allowed. */
// @ts-ignore: decorator
@inline
export function expRow(y: usize, x: usize, max: v128, n: i32, keep: bool): f32 {
  const end = x + (<usize>(n & ~7) << 2);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  while (x < end) {
    const e0 = expNegative(f32x4.sub(v128.load(x), max));
    const e1 = expNegative(f32x4.sub(v128.load(x, 16), max));
    if (keep) {
      v128.store(y, e0);
      v128.store(y, e1, 16);
    }
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
    x += 32;
    y += 32;
  }
  if (n & 4) {
    const e = expNegative(f32x4.sub(v128.load(x), max));
    if (keep) v128.store(y, e);
    s0 = f32x4.add(s0, e);
    x += 16;
    y += 16;
  }
  if (n & 3) {
    const e = expNegative(f32x4.sub(v128.load(x), max));
    if (keep) storeLanes(y, e, n & 3);
    s1 = f32x4.add(s1, v128.and(e, laneMask(n & 3)));
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** y [n] *= scale. */
// @ts-ignore: decorator
@inline
export function scaleRow(y: usize, scale: f32, n: i32): void {
  const factor = f32x4.splat(scale);
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, f32x4.mul(v128.load(y), factor));
    y += 16;
  }
  if (n & 3) storeLanes(y, f32x4.mul(v128.load(y), factor), n & 3);
}
