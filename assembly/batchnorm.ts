/** Normalisation of the columns of x [rows, cols] by statistics: of the batch, or moving ones. */
import { columnSum } from './reduce';
import { storePart } from './simd';

/** mean [cols] and (biased) variance [cols] of the columns of x [rows, cols]; `scratch` has room for x. */
export function columnMoments(mean: usize, variance: usize, scratch: usize, x: usize, rows: i32, cols: i32): void {
  const share: f32 = 1 / <f32>rows;
  columnSum(mean, x, rows, cols, 0);
  scale(mean, share, cols);
  let to = scratch;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c += 4) {
      const d = f32x4.sub(v128.load(x + (<usize>c << 2)), v128.load(mean + (<usize>c << 2)));
      storePart(to + (<usize>c << 2), cols - c, f32x4.mul(d, d));
    }
    x += <usize>cols << 2;
    to += <usize>cols << 2;
  }
  columnSum(variance, scratch, rows, cols, 0);
  scale(variance, share, cols);
}

function scale(y: usize, factor: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    storePart(y, n, f32x4.mul(v128.load(y), f32x4.splat(factor)));
    y += 16;
  }
}

/** y [rows, cols] = (x - mean [cols]) / sqrt(variance [cols] + epsilon). In place (y = x) allowed. */
export function normalizeColumns(
  y: usize,
  x: usize,
  mean: usize,
  variance: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const e = f32x4.splat(epsilon);
  const stride = <usize>cols << 2;
  for (let c = 0; c < cols; c += 4) {
    const at = <usize>c << 2;
    const m = v128.load(mean + at);
    const factor = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(v128.load(variance + at), e)));
    let from = x + at;
    let to = y + at;
    for (let r = 0; r < rows; r++) {
      storePart(to, cols - c, f32x4.mul(f32x4.sub(v128.load(from), m), factor));
      from += stride;
      to += stride;
    }
  }
}

/** Gradient of `normalizeColumns` by fixed statistics: dx [rows, cols] = dy / sqrt(variance + epsilon). */
export function normalizeColumnsBackward(
  dx: usize,
  dy: usize,
  variance: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const e = f32x4.splat(epsilon);
  const stride = <usize>cols << 2;
  for (let c = 0; c < cols; c += 4) {
    const at = <usize>c << 2;
    const factor = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(v128.load(variance + at), e)));
    let from = dy + at;
    let to = dx + at;
    for (let r = 0; r < rows; r++) {
      storePart(to, cols - c, f32x4.mul(v128.load(from), factor));
      from += stride;
      to += stride;
    }
  }
}

/**
 * Gradient through `columnMoments` and `normalizeColumns` with the output y [rows, cols]:
 * dx = (dy - mean of dy - y * mean of dy * y) / sqrt(variance + epsilon), means over the rows.
 */
export function batchNormalizeBackward(
  dx: usize,
  dy: usize,
  y: usize,
  variance: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const e = f32x4.splat(epsilon);
  const stride = <usize>cols << 2;
  const share = f32x4.splat(1 / <f32>rows);
  for (let c = 0; c < cols; c += 4) {
    const at = <usize>c << 2;
    let sum = f32x4.splat(0);
    let product = f32x4.splat(0);
    let from = at;
    for (let r = 0; r < rows; r++) {
      const d = v128.load(dy + from);
      sum = f32x4.add(sum, d);
      product = f32x4.add(product, f32x4.mul(d, v128.load(y + from)));
      from += stride;
    }
    sum = f32x4.mul(sum, share);
    product = f32x4.mul(product, share);
    const factor = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(v128.load(variance + at), e)));
    from = at;
    for (let r = 0; r < rows; r++) {
      const d = f32x4.sub(v128.load(dy + from), sum);
      const slope = f32x4.sub(d, f32x4.mul(v128.load(y + from), product));
      storePart(dx + from, cols - c, f32x4.mul(slope, factor));
      from += stride;
    }
  }
}

/** moving [n] = momentum * moving + (1 - momentum) * value [n]. */
export function moveTowards(moving: usize, value: usize, momentum: f32, rest: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    const kept = f32x4.mul(v128.load(moving), f32x4.splat(momentum));
    storePart(moving, n, f32x4.add(kept, f32x4.mul(v128.load(value), f32x4.splat(rest))));
    moving += 16;
    value += 16;
  }
}
