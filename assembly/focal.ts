/** Focal cross-entropies (Lin et al. 2017) of probabilities; how they are called stands in ./lossrows. */
import { Bernoulli } from './bernoulli';
import { eachRow, first, meanLoss, second, third } from './lossrows';
import { expSaturating, log } from './math';
import { sumOfRow } from './rows';
import { laneMask, one, storePart, sumLanes, unlessZero } from './simd';

/** Probabilities are clipped to [1e-7, 1 - 1e-7], as Keras does. */
const TABLE: usize = memory.data<f32>([1e-7, 0.9999999], 16);

// @ts-ignore: decorator
@inline
function clipped(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, v128.load32_splat(TABLE)), v128.load32_splat(TABLE, 4));
}

/** v, or 0 where x was clipped. */
// @ts-ignore: decorator
@inline
function unlessClipped(x: v128, v: v128): v128 {
  const out = v128.or(f32x4.lt(x, v128.load32_splat(TABLE)), f32x4.gt(x, v128.load32_splat(TABLE, 4)));
  return v128.andnot(v, out);
}

/** q^exponent for q >= 0; 0^0 is 1. */
// @ts-ignore: decorator
@inline
function power(q: v128, exponent: v128): v128 {
  return expSaturating(unlessZero(exponent, f32x4.mul(exponent, log(q))));
}

/** weight * (1 - p_t)^gamma * cross-entropy, weight = y a + (1 - y) b; parameters gamma, a, b. */
// @ts-ignore: decorator
@final @unmanaged
class BernoulliFocal {
  // @ts-ignore: decorator
  @inline value(x: v128, y: v128, p: v128): v128 {
    const factor = f32x4.mul(this.weight(y, p), power(this.miss(x, y), first(p)));
    return f32x4.mul(factor, changetype<Bernoulli>(0).value(clipped(x), y, p));
  }
  // @ts-ignore: decorator
  @inline gradient(x: v128, y: v128, p: v128): v128 {
    const gamma = first(p);
    const op = changetype<Bernoulli>(0);
    const c = clipped(x);
    const q = this.miss(x, y);
    const slope = unlessClipped(x, f32x4.mul(power(q, gamma), op.gradient(c, y, p)));
    const turn = f32x4.mul(f32x4.mul(gamma, power(q, f32x4.sub(gamma, one()))), op.value(c, y, p));
    const direction = f32x4.sub(one(), f32x4.add(y, y));
    return f32x4.mul(this.weight(y, p), f32x4.add(slope, f32x4.mul(turn, direction)));
  }
  /** 1 - p_t */
  // @ts-ignore: decorator
  @inline miss(x: v128, y: v128): v128 {
    const notY = f32x4.sub(one(), y);
    return f32x4.add(f32x4.mul(y, f32x4.sub(one(), x)), f32x4.mul(notY, x));
  }
  // @ts-ignore: decorator
  @inline weight(y: v128, p: v128): v128 {
    const b = third(p);
    return f32x4.add(b, f32x4.mul(y, f32x4.sub(second(p), b)));
  }
}

/** -alpha * sum y (1 - o)^gamma log(o), o = p / sum p; parameters gamma, alpha. */
// @ts-ignore: decorator
@final @unmanaged
class CategoricalFocal {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, p: v128): f32 {
    const gamma = first(p);
    const alpha = f32x4.extract_lane(p, 1);
    const total = f32x4.splat(sumOfRow(x, cols));
    const slope = f32x4.splat((alpha * factor) / f32x4.extract_lane(total, 0));
    const start = dx;
    let sum = f32x4.splat(0);
    let pull = f32x4.splat(0);
    for (let n = cols; n > 0; n -= 4) {
      const share = f32x4.div(v128.load(x), total);
      const o = clipped(share);
      const q = f32x4.sub(one(), o);
      const ys = v128.load(y);
      const logs = log(o);
      const factors = power(q, gamma);
      sum = f32x4.sub(sum, v128.and(f32x4.mul(ys, f32x4.mul(factors, logs)), laneMask(n)));
      if (dx) {
        const turn = f32x4.mul(f32x4.mul(gamma, power(q, f32x4.sub(gamma, one()))), logs);
        const raw = f32x4.mul(ys, f32x4.sub(turn, f32x4.div(factors, o)));
        const gradient = f32x4.mul(unlessClipped(share, raw), slope);
        pull = f32x4.add(pull, v128.and(f32x4.mul(gradient, share), laneMask(n)));
        storePart(dx, n, gradient);
        dx += 16;
      }
      x += 16;
      y += 16;
    }
    if (dx) {
      const back = f32x4.splat(sumLanes(pull));
      dx = start;
      for (let n = cols; n > 0; n -= 4) {
        storePart(dx, n, f32x4.sub(v128.load(dx), back));
        dx += 16;
      }
    }
    return alpha * sumLanes(sum);
  }
}

/** l = the mean of (y a + (1 - y) b) (1 - q)^gamma * the binary cross-entropy, q = y x + (1 - y) (1 - x). */
export function binaryFocalCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  gamma: f32,
  a: f32,
  b: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<BernoulliFocal>(loss, dx, x, y, weights, scale, rows, cols, f32x4(gamma, a, b, 0));
}

/** l = -alpha sum y (1 - o)^gamma log(o), o = x / sum x. */
export function categoricalFocalCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  gamma: f32,
  alpha: f32,
  rows: i32,
  cols: i32,
): void {
  const p = f32x4(gamma, alpha, 0, 0);
  eachRow<CategoricalFocal>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, p);
}
