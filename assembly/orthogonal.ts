/** Orthogonal rows: the initializer that makes them, and the regularizer that asks for them. */
import { multiplyAdd, storePart } from './simd';

/** The sum of x [n] * y [n] in float64. */
function dot(x: usize, y: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (; n > 0; n--) {
    sum += <f64>load<f32>(x) * <f64>load<f32>(y);
    x += 4;
    y += 4;
  }
  return sum;
}

/** y [n] += factor * x [n]. */
function addScaled(y: usize, x: usize, factor: f32, n: i32): void {
  const f = f32x4.splat(factor);
  for (; n > 0; n -= 4) {
    storePart(y, n, multiplyAdd(v128.load(y), f, v128.load(x)));
    x += 16;
    y += 16;
  }
}

/**
 * Makes the rows of q [rows, cols], rows <= cols, orthonormal by Gram and Schmidt, and multiplies them by gain. Twice
 * is enough (Giraud, Langou, Rozloznik 2005). The same as the Q of a QR decomposition whose R has a positive diagonal.
 */
export function orthonormalize(q: usize, gain: f32, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r++) {
    const row = q + <usize>r * stride;
    for (let pass = 0; pass < 2; pass++) {
      for (let before = q; before < row; before += stride) {
        addScaled(row, before, <f32>-dot(row, before, cols), cols);
      }
      const length = sqrt<f64>(dot(row, row, cols));
      addScaled(row, row, <f32>(1 / length - 1), cols);
    }
  }
  addScaled(q, q, gain - 1, rows * cols);
}

/**
 * Adds samples * factor * (sum of abs(u_i . u_j) over all i != j) of the rows of u [rows, cols] to the float64 at
 * state, and writes the derivative of the mean to du [rows, cols].
 */
export function orthogonalPenalty(
  state: usize,
  du: usize,
  u: usize,
  factor: f32,
  samples: f32,
  rows: i32,
  cols: i32,
): void {
  const stride = <usize>cols << 2;
  memory.fill(du, 0, <usize>rows * stride);
  let total: f64 = 0;
  for (let i: usize = 0; i < <usize>rows; i++) {
    for (let j: usize = 0; j < i; j++) {
      const p = dot(u + i * stride, u + j * stride, cols);
      total += abs<f64>(p);
      const slope: f32 = p > 0 ? 2 * factor : p < 0 ? -2 * factor : 0;
      addScaled(du + i * stride, u + j * stride, slope, cols);
      addScaled(du + j * stride, u + i * stride, slope, cols);
    }
  }
  store<f64>(state, load<f64>(state) + <f64>samples * <f64>(2 * factor) * total);
}
