/** Softmax and its logarithm over the rows of [rows, cols], and their gradients. */
import { expSaturating, log } from './math';
import { laneMask, storeLanes, sumLanes } from './simd';

/** The largest of x [n], in every lane. It may miss a NaN, which exp(x - max) then brings into the sum. */
// @ts-ignore: decorator
@inline
function maxOf(x: usize, n: i32): v128 {
  const lowest = f32x4.splat(f32.NEGATIVE_INFINITY);
  const end = x + (<usize>(n & ~3) << 2);
  let max = lowest;
  while (x < end) {
    max = f32x4.pmax(max, v128.load(x));
    x += 16;
  }
  if (n & 3) max = f32x4.pmax(max, v128.bitselect(v128.load(x), lowest, laneMask(n & 3)));
  max = f32x4.pmax(max, i32x4.shuffle(max, max, 2, 3, 0, 1));
  return f32x4.pmax(max, i32x4.shuffle(max, max, 1, 0, 3, 2));
}

/** The sum of exp(x - max) over x [n]; the terms go to y [n] if `keep`. */
// @ts-ignore: decorator
@inline
function expSum(y: usize, x: usize, max: v128, n: i32, keep: bool): f32 {
  const end = x + (<usize>(n & ~7) << 2);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  while (x < end) {
    const e0 = expSaturating(f32x4.sub(v128.load(x), max));
    const e1 = expSaturating(f32x4.sub(v128.load(x, 16), max));
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
    const e = expSaturating(f32x4.sub(v128.load(x), max));
    if (keep) v128.store(y, e);
    s0 = f32x4.add(s0, e);
    x += 16;
    y += 16;
  }
  if (n & 3) {
    const e = expSaturating(f32x4.sub(v128.load(x), max));
    if (keep) storeLanes(y, e, n & 3);
    s1 = f32x4.add(s1, v128.and(e, laneMask(n & 3)));
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** The sum of dy [n] * y [n]. */
// @ts-ignore: decorator
@inline
function dot(dy: usize, y: usize, n: i32): f32 {
  const end = y + (<usize>(n & ~3) << 2);
  let sum = f32x4.splat(0);
  while (y < end) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(dy), v128.load(y)));
    dy += 16;
    y += 16;
  }
  if (n & 3) sum = f32x4.add(sum, v128.and(f32x4.mul(v128.load(dy), v128.load(y)), laneMask(n & 3)));
  return sumLanes(sum);
}

/** The sum of x [n]. */
// @ts-ignore: decorator
@inline
function sumOf(x: usize, n: i32): f32 {
  const end = x + (<usize>(n & ~3) << 2);
  let sum = f32x4.splat(0);
  while (x < end) {
    sum = f32x4.add(sum, v128.load(x));
    x += 16;
  }
  if (n & 3) sum = f32x4.add(sum, v128.and(v128.load(x), laneMask(n & 3)));
  return sumLanes(sum);
}

/**
 * y [rows, cols] = softmax of each row of x [rows, cols]. A logit of -Inf gives an exact 0; a row with NaN or
 * +Inf, or of nothing but -Inf, gives NaN. In place allowed.
 */
export function softmax(y: usize, x: usize, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r++) {
    const scale = f32x4.splat(1 / expSum(y, x, maxOf(x, cols), cols, true));
    const end = <usize>(cols & ~3) << 2;
    let c: usize = 0;
    for (; c < end; c += 16) v128.store(y + c, f32x4.mul(v128.load(y + c), scale));
    if (cols & 3) storeLanes(y + c, f32x4.mul(v128.load(y + c), scale), cols & 3);
    y += stride;
    x += stride;
  }
}

/**
 * Gradient of `softmax` from its output: dx [rows, cols] = y * (dy - (row sum of dy * y)).
 * In place (dx = dy) allowed.
 */
export function softmaxBackward(dx: usize, dy: usize, y: usize, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r++) {
    const mean = f32x4.splat(dot(dy, y, cols));
    const end = <usize>(cols & ~3) << 2;
    let c: usize = 0;
    for (; c < end; c += 16) {
      v128.store(dx + c, f32x4.mul(v128.load(y + c), f32x4.sub(v128.load(dy + c), mean)));
    }
    if (cols & 3) {
      storeLanes(dx + c, f32x4.mul(v128.load(y + c), f32x4.sub(v128.load(dy + c), mean)), cols & 3);
    }
    dx += stride;
    dy += stride;
    y += stride;
  }
}

/**
 * y [rows, cols] = x - log(sum(exp(x))) of each row of x [rows, cols]. A logit of -Inf stays -Inf; a row with
 * NaN or +Inf, or of nothing but -Inf, gives NaN. In place allowed.
 */
export function logSoftmax(y: usize, x: usize, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r++) {
    const max = maxOf(x, cols);
    // The full log: a NaN in the sum has to reach the whole row.
    const logSum = log(f32x4.splat(expSum(0, x, max, cols, false)));
    const end = <usize>(cols & ~3) << 2;
    let c: usize = 0;
    for (; c < end; c += 16) {
      v128.store(y + c, f32x4.sub(f32x4.sub(v128.load(x + c), max), logSum));
    }
    if (cols & 3) storeLanes(y + c, f32x4.sub(f32x4.sub(v128.load(x + c), max), logSum), cols & 3);
    y += stride;
    x += stride;
  }
}

/**
 * Gradient of `logSoftmax` from its output: dx [rows, cols] = dy - exp(y) * (row sum of dy).
 * In place (dx = dy) allowed.
 */
export function logSoftmaxBackward(dx: usize, dy: usize, y: usize, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r++) {
    const sum = f32x4.splat(sumOf(dy, cols));
    const end = <usize>(cols & ~3) << 2;
    let c: usize = 0;
    for (; c < end; c += 16) {
      const share = f32x4.mul(expSaturating(v128.load(y + c)), sum);
      v128.store(dx + c, f32x4.sub(v128.load(dy + c), share));
    }
    if (cols & 3) {
      const share = f32x4.mul(expSaturating(v128.load(y + c)), sum);
      storeLanes(dx + c, f32x4.sub(v128.load(dy + c), share), cols & 3);
    }
    dx += stride;
    dy += stride;
    y += stride;
  }
}
