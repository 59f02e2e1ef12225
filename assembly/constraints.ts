/** Constraints: what is done to a weight after a step. */
import { storePart } from './simd';

/** w [n] = max(w, 0); a NaN stays. */
export function nonNegative(w: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storePart(w, n, f32x4.pmax(v128.load(w), f32x4.splat(0)));
    w += 16;
  }
}

/**
 * Scales w [outer, length, inner] so that its norm over the middle axis moves the share `rate` of the way into
 * [low, high]: w *= (rate * clip(norm, low, high) + (1 - rate) * norm) / (epsilon + norm).
 */
export function constrainNorm(
  w: usize,
  low: f32,
  high: f32,
  rate: f32,
  epsilon: f32,
  outer: i32,
  length: i32,
  inner: i32,
): void {
  const stride = <usize>inner << 2;
  for (; outer > 0; outer--) {
    for (let c = 0; c < inner; c += 4) {
      const column = w + (<usize>c << 2);
      let squares = f32x4.splat(0);
      let at = column;
      for (let i = 0; i < length; i++) {
        squares = f32x4.add(squares, f32x4.mul(v128.load(at), v128.load(at)));
        at += stride;
      }
      const norm = f32x4.sqrt(squares);
      const inside = f32x4.pmin(f32x4.pmax(norm, f32x4.splat(low)), f32x4.splat(high));
      const wanted = f32x4.add(
        f32x4.mul(f32x4.splat(rate), inside),
        f32x4.mul(f32x4.splat(1 - rate), norm),
      );
      const factor = f32x4.div(wanted, f32x4.add(f32x4.splat(epsilon), norm));
      at = column;
      for (let i = 0; i < length; i++) {
        storePart(at, inner - c, f32x4.mul(v128.load(at), factor));
        at += stride;
      }
    }
    w += <usize>length * stride;
  }
}
