/** What stands before a loss: weights and targets as its formula takes them. */
import { laneMask, one, storePart } from './simd';

/**
 * y [n] = 2 x - 1 if all of x are 0 or 1, else x: the classes of hinge losses. In place allowed.
 */
export function signedClasses(y: usize, x: usize, n: i32): void {
  let binary = true;
  for (let i = 0; i < n && binary; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    const bits = v128.or(f32x4.eq(v, f32x4.splat(0)), f32x4.eq(v, one()));
    binary = !v128.any_true(v128.andnot(laneMask(n - i), bits));
  }
  for (let i = 0; i < n; i += 4) {
    const offset = <usize>i << 2;
    const v = v128.load(x + offset);
    storePart(y + offset, n - i, binary ? f32x4.sub(f32x4.add(v, v), one()) : v);
  }
}

/** y [n] = x [n] / their mean; 0 where all of them are. In place allowed. */
export function unitMean(y: usize, x: usize, n: i32): void {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += load<f32>(x + (<usize>i << 2));
  const factor = sum == 0 ? 0 : <f64>n / sum;
  for (let i = 0; i < n; i++) {
    const offset = <usize>i << 2;
    store<f32>(y + offset, <f32>(factor * load<f32>(x + offset)));
  }
}

/** For i32 labels [rows], one of which does not count: y = the labels with 0 in its place, mask = 0 there and 1 elsewhere. */
export function ignoreLabel(mask: usize, y: usize, labels: usize, ignored: i32, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    const offset = <usize>r << 2;
    const label = load<i32>(labels + offset);
    store<i32>(y + offset, label == ignored ? 0 : label);
    store<f32>(mask + offset, label == ignored ? 0 : 1);
  }
}

/**
 * weights [rows] = before [rows] (1 where that is 0) where mask [rows] is not 0, else 0; times rows / the number of those
 * that count if `balance` is not 0, so that a mean over all rows is one over them alone.
 */
export function maskWeights(weights: usize, mask: usize, before: usize, balance: i32, rows: i32): void {
  let valid = 0;
  for (let r = 0; r < rows; r++) valid += i32(load<f32>(mask + (<usize>r << 2)) != 0);
  const factor: f32 = balance && valid ? <f32>rows / <f32>valid : 1;
  for (let r = 0; r < rows; r++) {
    const offset = <usize>r << 2;
    const weight: f32 = before ? load<f32>(before + offset) : 1;
    store<f32>(weights + offset, load<f32>(mask + offset) != 0 ? weight * factor : 0);
  }
}
