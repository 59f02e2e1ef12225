import { laneMask, one, storePart, sumLanes } from './simd';

/**
 * The loops of the losses in ./losses and ./crossentropy, which have the formulas of Keras 3 and give value
 * and gradient in one call:
 *
 *     name(loss, dx, x, y, weights, scale, rows, cols)
 *
 * loss [rows] = weights * l, l the loss of a row of x [rows, cols], and dx [rows, cols] = scale / rows *
 * weights * the derivative of l: the gradient of scale times the mean over the rows. weights [rows] may be 0
 * for ones, dx may be 0, and dx may be x. y is [rows, cols] or, where the name begins with sparse or
 * softmaxSparse, i32 labels [rows]. NaN in a row makes its loss NaN.
 *
 * Parameters of a formula stand between scale and rows, and reach an Op as the lanes of the vector p.
 *
 * An Op is a class of one of two kinds. A loss of a row has row(dx, x, y, factor, cols, p), which returns l
 * and writes dx = factor * its derivative, unless dx is 0. A loss of elements, of which a row takes the mean, has
 * value(x, y, p) and gradient(x, y, p), the derivative by x; the two are inlined into one loop, where the
 * compiler computes what they share once.
 */

/** What losses without parameters hand on. */
// @ts-ignore: decorator
@inline
export function none(): v128 {
  return f32x4.splat(0);
}

/** The first parameter in every lane; the others alike. */
// @ts-ignore: decorator
@inline
export function first(p: v128): v128 {
  return f32x4.splat(f32x4.extract_lane(p, 0));
}

// @ts-ignore: decorator
@inline
export function second(p: v128): v128 {
  return f32x4.splat(f32x4.extract_lane(p, 1));
}

// @ts-ignore: decorator
@inline
export function third(p: v128): v128 {
  return f32x4.splat(f32x4.extract_lane(p, 2));
}

/** The sum of Op over the elements of a row [cols]; dx = factor * its derivative. */
// @ts-ignore: decorator
@inline
function sumOf<Op>(dx: usize, x: usize, y: usize, factor: f32, cols: i32, p: v128): f32 {
  const op = changetype<Op>(0);
  const share = f32x4.splat(factor);
  let sum = f32x4.splat(0);
  for (let n = cols; n > 0; n -= 4) {
    const xs = v128.load(x);
    const ys = v128.load(y);
    sum = f32x4.add(sum, v128.and(op.value(xs, ys, p), laneMask(n)));
    if (dx) {
      storePart(dx, n, f32x4.mul(op.gradient(xs, ys, p), share));
      dx += 16;
    }
    x += 16;
    y += 16;
  }
  return sumLanes(sum);
}

/** The loss of a row that is the mean of Op over its elements. */
// @ts-ignore: decorator
@final @unmanaged
class Mean<Op> {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, p: v128): f32 {
    return sumOf<Op>(dx, x, y, factor / <f32>cols, cols, p) / <f32>cols;
  }
}

/** The loss of a row that is the sum of Op over its elements. */
// @ts-ignore: decorator
@final @unmanaged
export class Sum<Op> {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, p: v128): f32 {
    return sumOf<Op>(dx, x, y, factor, cols, p);
  }
}

/** Op, a loss of a row, for each row; `yRow` is the length of a row of y in bytes. */
export function eachRow<Op>(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
  yRow: usize,
  p: v128,
): void {
  const row = <usize>cols << 2;
  const share = scale / <f32>rows;
  for (let r = 0; r < rows; r++) {
    const weight = weights ? load<f32>(weights) : 1;
    store<f32>(loss, weight * changetype<Op>(0).row(dx, x, y, share * weight, cols, p));
    loss += 4;
    dx += dx ? row : 0;
    x += row;
    y += yRow;
    weights += weights ? 4 : 0;
  }
}

/** The mean of a single column is its element, so four rows go at a time. */
export function eachValue<Op>(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  p: v128,
): void {
  const op = changetype<Op>(0);
  const share = f32x4.splat(scale / <f32>rows);
  for (; rows > 0; rows -= 4) {
    const xs = v128.load(x);
    const ys = v128.load(y);
    const weight = weights ? v128.load(weights) : one();
    storePart(loss, rows, f32x4.mul(weight, op.value(xs, ys, p)));
    if (dx) {
      storePart(dx, rows, f32x4.mul(op.gradient(xs, ys, p), f32x4.mul(share, weight)));
      dx += 16;
    }
    loss += 16;
    x += 16;
    y += 16;
    weights += weights ? 16 : 0;
  }
}

/** The mean of Op, a loss of elements, for each row. */
export function meanLoss<Op>(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
  p: v128,
): void {
  if (cols == 1) eachValue<Op>(loss, dx, x, y, weights, scale, rows, p);
  else eachRow<Mean<Op>>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, p);
}
