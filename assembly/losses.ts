/** Losses that measure a distance; how they are called stands in ./lossrows. */
import { meanLoss } from './lossrows';
import { signOf } from './simd';

// @ts-ignore: decorator
@final @unmanaged
class SquaredError {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128): v128 {
    const d = f32x4.sub(x, y);
    return f32x4.mul(d, d);
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128): v128 {
    const d = f32x4.sub(x, y);
    return f32x4.add(d, d);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class AbsoluteError {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128): v128 {
    return f32x4.abs(f32x4.sub(x, y));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128): v128 {
    return signOf(f32x4.sub(x, y));
  }
}

/** l = the mean of (x - y)^2. */
export function meanSquaredError(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<SquaredError>(loss, dx, x, y, weights, scale, rows, cols);
}

/** l = the mean of |x - y|; the derivative of |x - y| at 0 is 0. */
export function meanAbsoluteError(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<AbsoluteError>(loss, dx, x, y, weights, scale, rows, cols);
}
