/** Losses that measure a distance; how they are called stands in ./lossrows. */
import { eachRow, first, meanLoss, none, Sum } from './lossrows';
import { expNegative, log, log1pUnit, tanh } from './math';
import { one, signOf } from './simd';

/** Keras's epsilon, which keeps logarithms and quotients finite; 0.5, 100, log(2). */
const TABLE: usize = memory.data<f32>([1e-7, 0.5, 100.0, 0.6931472], 16);

// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load32_splat(TABLE + (i << 2));
}

/** At least epsilon; NaN stays. */
// @ts-ignore: decorator
@inline
function floored(x: v128): v128 {
  return f32x4.pmax(x, constant(0));
}

/** Within [epsilon, 1]; NaN stays. */
// @ts-ignore: decorator
@inline
function clipped(x: v128): v128 {
  return f32x4.pmin(floored(x), one());
}

// @ts-ignore: decorator
@final @unmanaged
class SquaredError {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, _p: v128): v128 {
    const d = f32x4.sub(x, y);
    return f32x4.mul(d, d);
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, _p: v128): v128 {
    const d = f32x4.sub(x, y);
    return f32x4.add(d, d);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class AbsoluteError {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, _p: v128): v128 {
    return f32x4.abs(f32x4.sub(x, y));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, _p: v128): v128 {
    return signOf(f32x4.sub(x, y));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class PercentageError {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    const share = f32x4.div(f32x4.abs(f32x4.sub(x, y)), floored(f32x4.abs(y)));
    return f32x4.mul(share, constant(2));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    return f32x4.div(f32x4.mul(signOf(f32x4.sub(x, y)), constant(2)), floored(f32x4.abs(y)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class LogarithmicError {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    const d = this.distance(x, y);
    return f32x4.mul(d, d);
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    const d = this.distance(x, y);
    const slope = f32x4.div(f32x4.add(d, d), f32x4.add(floored(x), one()));
    // NaN is not below epsilon, so it stays.
    return v128.andnot(slope, f32x4.lt(x, constant(0)));
  }
  // @ts-ignore: decorator
  @inline distance(x: v128, y: v128): v128 {
    return f32x4.sub(log(f32x4.add(floored(x), one())), log(f32x4.add(floored(y), one())));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Huber {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    const d = f32x4.sub(x, y);
    const c = this.gradient(x, y, p);
    return f32x4.mul(c, f32x4.sub(d, f32x4.mul(c, constant(1))));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    const delta = first(p);
    return f32x4.pmax(f32x4.pmin(f32x4.sub(x, y), delta), f32x4.neg(delta));
  }
}

/** log(cosh(d)) as |d| + log(1 + exp(-2|d|)) - log(2), which does not overflow. */
// @ts-ignore: decorator
@final @unmanaged
class LogCosh {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    const d = f32x4.abs(f32x4.sub(x, y));
    const tail = log1pUnit(expNegative(f32x4.neg(f32x4.add(d, d))));
    return f32x4.add(d, f32x4.sub(tail, constant(3)));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    return tanh(f32x4.sub(x, y));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class PoissonDistance {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    return f32x4.sub(x, f32x4.mul(y, log(f32x4.add(x, constant(0)))));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    return f32x4.sub(one(), f32x4.div(y, f32x4.add(x, constant(0))));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class HingeDistance {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    return f32x4.pmax(f32x4.sub(one(), f32x4.mul(y, x)), f32x4.splat(0));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    const z = f32x4.mul(y, x);
    return v128.or(v128.andnot(f32x4.neg(y), f32x4.ge(z, one())), f32x4.ne(z, z));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class SquaredHingeDistance {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    const m = f32x4.pmax(f32x4.sub(one(), f32x4.mul(y, x)), f32x4.splat(0));
    return f32x4.mul(m, m);
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    const m = f32x4.pmax(f32x4.sub(one(), f32x4.mul(y, x)), f32x4.splat(0));
    return f32x4.neg(f32x4.mul(y, f32x4.add(m, m)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Divergence {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    const share = clipped(y);
    return f32x4.mul(share, log(f32x4.div(share, clipped(x))));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    const slope = f32x4.neg(f32x4.div(clipped(y), clipped(x)));
    return v128.andnot(slope, v128.or(f32x4.lt(x, constant(0)), f32x4.gt(x, one())));
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
  meanLoss<SquaredError>(loss, dx, x, y, weights, scale, rows, cols, none());
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
  meanLoss<AbsoluteError>(loss, dx, x, y, weights, scale, rows, cols, none());
}

/** l = 100 * the mean of |x - y| / max(|y|, 1e-7). */
export function meanAbsolutePercentageError(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<PercentageError>(loss, dx, x, y, weights, scale, rows, cols, none());
}

/** l = the mean of (log(max(x, 1e-7) + 1) - log(max(y, 1e-7) + 1))^2. */
export function meanSquaredLogarithmicError(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<LogarithmicError>(loss, dx, x, y, weights, scale, rows, cols, none());
}

/** l = the mean of d^2 / 2 where |d| <= delta, of delta (|d| - delta / 2) elsewhere, d = x - y. */
export function huber(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  delta: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<Huber>(loss, dx, x, y, weights, scale, rows, cols, f32x4.splat(delta));
}

/** l = the mean of log(cosh(x - y)). */
export function logCosh(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<LogCosh>(loss, dx, x, y, weights, scale, rows, cols, none());
}

/** l = the mean of x - y log(x + 1e-7). */
export function poisson(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<PoissonDistance>(loss, dx, x, y, weights, scale, rows, cols, none());
}

/** l = the mean of max(1 - x y, 0), y -1 or 1. */
export function hinge(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<HingeDistance>(loss, dx, x, y, weights, scale, rows, cols, none());
}

/** l = the mean of max(1 - x y, 0)^2, y -1 or 1. */
export function squaredHinge(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<SquaredHingeDistance>(loss, dx, x, y, weights, scale, rows, cols, none());
}

/** l = the sum of y log(y / x), both clipped to [1e-7, 1]. */
export function klDivergence(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  eachRow<Sum<Divergence>>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, none());
}
