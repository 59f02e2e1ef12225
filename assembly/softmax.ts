/** Softmax and its logarithm over the rows of [rows, cols], and their gradients. */
import { expNegative, log } from './math';
import { expRow, maxOfRow, scaleRow, sumOfRow } from './rows';
import { laneMask, storeLanes, sumLanes } from './simd';

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

/**
 * y [rows, cols] = softmax of each row of x [rows, cols]. A logit of -Inf gives an exact 0; a row with NaN or
 * +Inf, or of nothing but -Inf, gives NaN. In place allowed.
 */
export function softmax(y: usize, x: usize, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r++) {
    const total = expRow(y, x, maxOfRow(x, cols), cols, true);
    scaleRow(y, 1 / total, cols);
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
    const max = maxOfRow(x, cols);
    // The full log: a NaN in the sum has to reach the whole row.
    const logSum = log(f32x4.splat(expRow(0, x, max, cols, false)));
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
    const sum = f32x4.splat(sumOfRow(dy, cols));
    const end = <usize>(cols & ~3) << 2;
    let c: usize = 0;
    for (; c < end; c += 16) {
      const share = f32x4.mul(expNegative(v128.load(y + c)), sum);
      v128.store(dx + c, f32x4.sub(v128.load(dy + c), share));
    }
    if (cols & 3) {
      const share = f32x4.mul(expNegative(v128.load(y + c)), sum);
      storeLanes(dx + c, f32x4.sub(v128.load(dy + c), share), cols & 3);
    }
    dx += stride;
    dy += stride;
    y += stride;
  }
}
