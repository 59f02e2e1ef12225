import { signOf, storePart } from './simd';
import { Absolute, Square, sumOf } from './sums';

/**
 * Adds rows * (l1 sum |w| + l2 sum w^2) of w [n] to the float64 at state, a sum over rows in which every row
 * bears the penalty, and unless dw is 0 the derivative of the mean, l1 sign(w) + 2 l2 w, to dw [n].
 */
export function regularize(state: usize, dw: usize, w: usize, l1: f32, l2: f32, rows: f32, n: i32): void {
  const penalty = <f64>l1 * sumOf<Absolute>(w, n) + <f64>l2 * sumOf<Square>(w, n);
  store<f64>(state, load<f64>(state) + <f64>rows * penalty);
  if (!dw) return;
  const step = f32x4.splat(l1);
  const slope = f32x4.splat(2 * l2);
  for (; n > 0; n -= 4) {
    const ws = v128.load(w);
    const derivative = f32x4.add(f32x4.mul(step, signOf(ws)), f32x4.mul(slope, ws));
    storePart(dw, n, f32x4.add(v128.load(dw), derivative));
    dw += 16;
    w += 16;
  }
}

/** dy [n] = (l1 sign(y) + 2 l2 y [n]) / rows: the derivative of l1 sum |y| + l2 sum y^2 over the rows of a batch. */
export function regularizeBackward(dy: usize, y: usize, l1: f32, l2: f32, rows: f32, n: i32): void {
  const step = f32x4.splat(l1 / rows);
  const slope = f32x4.splat((2 * l2) / rows);
  for (; n > 0; n -= 4) {
    const ys = v128.load(y);
    storePart(dy, n, f32x4.add(f32x4.mul(step, signOf(ys)), f32x4.mul(slope, ys)));
    dy += 16;
    y += 16;
  }
}
