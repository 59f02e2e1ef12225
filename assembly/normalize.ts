/**
 * Normalisation of the rows of x [rows, cols]. Each kind says which rows it centres and what it divides by; the
 * forward pass leaves 1 / divisor in inverse [rows], and from that and the output follow the gradients of all kinds.
 */
import { sumOfRow } from './rows';
import { laneMask, storePart, sumLanes } from './simd';

/** (x - mean) / sqrt(variance + epsilon). */
// @ts-ignore: decorator
@final @unmanaged
class Layer {
  // @ts-ignore: decorator
  @inline centres(): bool {
    return true;
  }
  // @ts-ignore: decorator
  @inline inverse(squares: f32, cols: f32, epsilon: f32): f32 {
    return 1 / sqrt<f32>(squares / cols + epsilon);
  }
  // @ts-ignore: decorator
  @inline share(_inverse: f32, cols: f32, _epsilon: f32): f32 {
    return 1 / cols;
  }
}

/** x / sqrt(mean of x^2 + epsilon). */
// @ts-ignore: decorator
@final @unmanaged
class RootMeanSquare {
  // @ts-ignore: decorator
  @inline centres(): bool {
    return false;
  }
  // @ts-ignore: decorator
  @inline inverse(squares: f32, cols: f32, epsilon: f32): f32 {
    return 1 / sqrt<f32>(squares / cols + epsilon);
  }
  // @ts-ignore: decorator
  @inline share(_inverse: f32, cols: f32, _epsilon: f32): f32 {
    return 1 / cols;
  }
}

/** x / max(sqrt(sum of x^2), epsilon); a row shorter than epsilon is only scaled, by a constant. */
// @ts-ignore: decorator
@final @unmanaged
class Unit {
  // @ts-ignore: decorator
  @inline centres(): bool {
    return false;
  }
  // @ts-ignore: decorator
  @inline inverse(squares: f32, _cols: f32, epsilon: f32): f32 {
    return min<f32>(1 / sqrt<f32>(squares), 1 / epsilon);
  }
  // @ts-ignore: decorator
  @inline share(inverse: f32, _cols: f32, epsilon: f32): f32 {
    return inverse < 1 / epsilon ? 1 : 0;
  }
}

/** The sum of (x [n] - mean) * (y [n] - mean). */
// @ts-ignore: decorator
@inline
function product(x: usize, y: usize, mean: v128, n: i32): f32 {
  let sum = f32x4.splat(0);
  for (; n >= 4; n -= 4) {
    sum = f32x4.add(sum, f32x4.mul(f32x4.sub(v128.load(x), mean), f32x4.sub(v128.load(y), mean)));
    x += 16;
    y += 16;
  }
  const last = f32x4.mul(f32x4.sub(v128.load(x), mean), f32x4.sub(v128.load(y), mean));
  return sumLanes(f32x4.add(sum, v128.and(last, laneMask(n))));
}

function normalize<Kind>(y: usize, inverse: usize, x: usize, epsilon: f32, rows: i32, cols: i32): void {
  const kind = changetype<Kind>(0);
  for (; rows > 0; rows--) {
    const mean = f32x4.splat(kind.centres() ? sumOfRow(x, cols) / <f32>cols : 0);
    const r = kind.inverse(product(x, x, mean, cols), <f32>cols, epsilon);
    store<f32>(inverse, r);
    const factor = f32x4.splat(r);
    for (let n = cols; n > 0; n -= 4) {
      storePart(y, n, f32x4.mul(f32x4.sub(v128.load(x), mean), factor));
      const step = <usize>min(n, 4) << 2;
      x += step;
      y += step;
    }
    inverse += 4;
  }
}

/** dx = inverse * (dy - [mean of dy, where centred] - y * share * (sum of dy * y)). */
function normalizeBackward<Kind>(
  dx: usize,
  dy: usize,
  y: usize,
  inverse: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const kind = changetype<Kind>(0);
  for (; rows > 0; rows--) {
    const r = load<f32>(inverse);
    const mean = f32x4.splat(kind.centres() ? sumOfRow(dy, cols) / <f32>cols : 0);
    const share = kind.share(r, <f32>cols, epsilon);
    const slope = f32x4.splat(share * product(dy, y, f32x4.splat(0), cols));
    const factor = f32x4.splat(r);
    for (let n = cols; n > 0; n -= 4) {
      const d = f32x4.sub(f32x4.sub(v128.load(dy), mean), f32x4.mul(v128.load(y), slope));
      storePart(dx, n, f32x4.mul(d, factor));
      const step = <usize>min(n, 4) << 2;
      dx += step;
      dy += step;
      y += step;
    }
    inverse += 4;
  }
}

/** y [rows, cols] = (x - mean) / sqrt(variance + epsilon) of each row. */
export function layerNormalize(y: usize, inverse: usize, x: usize, epsilon: f32, rows: i32, cols: i32): void {
  normalize<Layer>(y, inverse, x, epsilon, rows, cols);
}
export function layerNormalizeBackward(
  dx: usize,
  dy: usize,
  y: usize,
  inverse: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  normalizeBackward<Layer>(dx, dy, y, inverse, epsilon, rows, cols);
}

/** y [rows, cols] = x / sqrt(mean of x^2 + epsilon) of each row. */
export function rmsNormalize(y: usize, inverse: usize, x: usize, epsilon: f32, rows: i32, cols: i32): void {
  normalize<RootMeanSquare>(y, inverse, x, epsilon, rows, cols);
}
export function rmsNormalizeBackward(
  dx: usize,
  dy: usize,
  y: usize,
  inverse: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  normalizeBackward<RootMeanSquare>(dx, dy, y, inverse, epsilon, rows, cols);
}

/** y [rows, cols] = x / max(its length, epsilon) of each row. */
export function unitNormalize(y: usize, inverse: usize, x: usize, epsilon: f32, rows: i32, cols: i32): void {
  normalize<Unit>(y, inverse, x, epsilon, rows, cols);
}
export function unitNormalizeBackward(
  dx: usize,
  dy: usize,
  y: usize,
  inverse: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  normalizeBackward<Unit>(dx, dy, y, inverse, epsilon, rows, cols);
}
