import { expSaturating, log, log1pUnit } from './math';
import { laneMask, storeLanes, sumLanes } from './simd';
import { Absolute, Square, sumOf } from './sums';

/**
 * Losses with the formulas of Keras 3, value and gradient in one call:
 *
 *     name(loss, dx, x, y, weights, scale, rows, cols)
 *
 * loss [rows] = weights * l, l the loss of a row of x [rows, cols], and dx [rows, cols] = scale / rows *
 * weights * the derivative of l: the gradient of scale times the mean over the rows. weights [rows] may be 0
 * for ones, dx may be 0, and dx may be x. y is [rows, cols] or, where the name begins with sparse or
 * softmaxSparse, i32 labels [rows].
 *
 * Keras clips probabilities to [1e-7, 1 - 1e-7]; these are exact up to 0 and 1, where 0 * log(0) counts as 0
 * and a certain mistake as infinity. NaN in a row makes its loss NaN.
 */

/** 1, 0.5, 2, -0 */
const TABLE: usize = memory.data<f32>([1.0, 0.5, 2.0, -0.0], 16);

// @ts-ignore: decorator
@inline
function one(): v128 {
  return v128.load32_splat(TABLE);
}

// @ts-ignore: decorator
@inline
function half(): v128 {
  return v128.load32_splat(TABLE, 4);
}

// @ts-ignore: decorator
@inline
function two(): v128 {
  return v128.load32_splat(TABLE, 8);
}

/** v, or 0 where a is 0: a product or quotient with a that counts as 0 even if the other side is infinite. */
// @ts-ignore: decorator
@inline
function unlessZero(a: v128, v: v128): v128 {
  return v128.and(v, f32x4.ne(a, f32x4.splat(0)));
}

/** -1, 0 or 1, and NaN for NaN. */
// @ts-ignore: decorator
@inline
function signOf(x: v128): v128 {
  const signed = v128.or(one(), v128.and(x, v128.load32_splat(TABLE, 12)));
  return v128.or(unlessZero(x, signed), f32x4.ne(x, x));
}

// @ts-ignore: decorator
@inline
function storeUpTo4(y: usize, v: v128, count: i32): void {
  if (count >= 4) v128.store(y, v);
  else storeLanes(y, v, count);
}

function logOf(x: f32): f32 {
  return f32x4.extract_lane(log(f32x4.splat(x)), 0);
}

// Losses of single elements, of which a row takes the mean: the value, and its derivative by x. Both are
// inlined into one loop, where the compiler computes what they share once.

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
    return f32x4.mul(f32x4.sub(x, y), two());
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

/**
 * -y log p - (1 - y) log(1 - p), taken from whichever of p and 1 - p is the smaller: that difference is
 * exact, and the logarithm of the other one is log1p(-smaller).
 */
// @ts-ignore: decorator
@final @unmanaged
class Bernoulli {
  // @ts-ignore: decorator
  @inline value(p: v128, y: v128): v128 {
    const upper = f32x4.gt(p, half());
    const smaller = v128.bitselect(f32x4.sub(one(), p), p, upper);
    const share = v128.bitselect(f32x4.sub(one(), y), y, upper);
    const rest = f32x4.mul(f32x4.sub(one(), share), log1pUnit(f32x4.neg(smaller)));
    return f32x4.neg(f32x4.add(unlessZero(share, f32x4.mul(share, log(smaller))), rest));
  }
  // @ts-ignore: decorator
  @inline gradient(p: v128, y: v128): v128 {
    const above = f32x4.sub(one(), p);
    const notY = f32x4.sub(one(), y);
    return f32x4.sub(unlessZero(notY, f32x4.div(notY, above)), unlessZero(y, f32x4.div(y, p)));
  }
}

/**
 * The same of p = sigmoid(z), as max(z, 0) - z y + log(1 + exp(-|z|)): nothing overflows and the tails keep
 * their relative accuracy. `miss` is what the label lacks on the side of z.
 */
// @ts-ignore: decorator
@final @unmanaged
class BernoulliLogit {
  // @ts-ignore: decorator
  @inline value(z: v128, y: v128): v128 {
    const miss = v128.bitselect(y, f32x4.sub(one(), y), i32x4.shr_s(z, 31));
    const distance = f32x4.abs(z);
    const tail = log1pUnit(expSaturating(f32x4.neg(distance)));
    return f32x4.add(unlessZero(miss, f32x4.mul(distance, miss)), tail);
  }
  // @ts-ignore: decorator
  @inline gradient(z: v128, y: v128): v128 {
    const negative = i32x4.shr_s(z, 31);
    const miss = v128.bitselect(y, f32x4.sub(one(), y), negative);
    const e = expSaturating(f32x4.neg(f32x4.abs(z)));
    const towards = f32x4.sub(miss, f32x4.div(e, f32x4.add(one(), e)));
    return v128.xor(towards, i32x4.shl(negative, 31));
  }
}

// Losses of a row: each returns l and writes dx = factor * its derivative, unless dx is 0.

// @ts-ignore: decorator
@final @unmanaged
class Mean<Op> {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32): f32 {
    const op = changetype<Op>(0);
    const share = f32x4.splat(factor / <f32>cols);
    let sum = f32x4.splat(0);
    for (let n = cols; n > 0; n -= 4) {
      const xs = v128.load(x);
      const ys = v128.load(y);
      sum = f32x4.add(sum, v128.and(op.value(xs, ys), laneMask(n)));
      if (dx) {
        storeUpTo4(dx, f32x4.mul(op.gradient(xs, ys), share), n);
        dx += 16;
      }
      x += 16;
      y += 16;
    }
    return sumLanes(sum) / <f32>cols;
  }
}

/** -sum y log(p / sum p): Keras makes a distribution of p first. */
// @ts-ignore: decorator
@final @unmanaged
class Categorical {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32): f32 {
    const total = f32x4.splat(sumOfRow(x, cols));
    const pull = f32x4.div(f32x4.splat(sumOfRow(y, cols)), total);
    let sum = f32x4.splat(0);
    for (let n = cols; n > 0; n -= 4) {
      const p = v128.load(x);
      const ys = v128.load(y);
      const term = unlessZero(ys, f32x4.mul(ys, log(f32x4.div(p, total))));
      sum = f32x4.sub(sum, v128.and(term, laneMask(n)));
      if (dx) {
        const gradient = f32x4.sub(pull, unlessZero(ys, f32x4.div(ys, p)));
        storeUpTo4(dx, f32x4.mul(gradient, f32x4.splat(factor)), n);
        dx += 16;
      }
      x += 16;
      y += 16;
    }
    return sumLanes(sum);
  }
}

/** -log(p[y] / sum p) */
// @ts-ignore: decorator
@final @unmanaged
class SparseCategorical {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32): f32 {
    const at = <usize>load<u32>(y) << 2;
    const p = load<f32>(x + at);
    const total = sumOfRow(x, cols);
    if (dx) {
      const share = factor / total;
      fillRow(dx, share, cols);
      store<f32>(dx + at, share - factor / p);
    }
    return -logOf(p / total);
  }
}

/** -sum y log softmax(x), as sum y (log(sum exp(x - max)) + max - x): exact for any x that is finite. */
// @ts-ignore: decorator
@final @unmanaged
class CategoricalLogit {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32): f32 {
    const max = f32x4.splat(maxOfRow(x, cols));
    const labels = sumOfRow(y, cols);
    let distance = f32x4.splat(0);
    for (let n: usize = 0; n < <usize>cols; n += 4) {
      const ys = v128.load(y + (n << 2));
      const term = unlessZero(ys, f32x4.mul(ys, f32x4.sub(max, v128.load(x + (n << 2)))));
      distance = f32x4.add(distance, v128.and(term, laneMask(cols - <i32>n)));
    }
    const total = expRow(dx, x, max, cols);
    if (dx) {
      const scale = f32x4.splat((factor * labels) / total);
      for (let n = cols; n > 0; n -= 4) {
        const pull = f32x4.mul(v128.load(y), f32x4.splat(factor));
        storeUpTo4(dx, f32x4.sub(f32x4.mul(v128.load(dx), scale), pull), n);
        dx += 16;
        y += 16;
      }
    }
    return labels * logOf(total) + sumLanes(distance);
  }
}

/** -log softmax(x)[y], as log(sum exp(x - max)) + max - x[y] */
// @ts-ignore: decorator
@final @unmanaged
class SparseCategoricalLogit {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32): f32 {
    const at = <usize>load<u32>(y) << 2;
    const max = maxOfRow(x, cols);
    const distance = max - load<f32>(x + at);
    const total = expRow(dx, x, f32x4.splat(max), cols);
    if (dx) {
      scaleRow(dx, factor / total, cols);
      store<f32>(dx + at, load<f32>(dx + at) - factor);
    }
    return logOf(total) + distance;
  }
}

function sumOfRow(x: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  for (; n > 0; n -= 4) {
    sum = f32x4.add(sum, v128.and(v128.load(x), laneMask(n)));
    x += 16;
  }
  return sumLanes(sum);
}

/** The largest of x [n], NaN left out: it returns through exp(x - max). */
function maxOfRow(x: usize, n: i32): f32 {
  const lowest = f32x4.splat(-Infinity);
  let max = lowest;
  let max1 = lowest;
  for (; n >= 8; n -= 8) {
    max = f32x4.pmax(max, v128.load(x));
    max1 = f32x4.pmax(max1, v128.load(x, 16));
    x += 32;
  }
  max = f32x4.pmax(max, max1);
  for (; n > 0; n -= 4) {
    max = f32x4.pmax(max, v128.bitselect(v128.load(x), lowest, laneMask(n)));
    x += 16;
  }
  max = f32x4.pmax(max, v128.shuffle<f32>(max, max, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(max, v128.shuffle<f32>(max, max, 1, 0, 3, 2)), 0);
}

/** The sum of exp(x - max) over x [n]; y [n] takes the terms unless it is 0. */
function expRow(y: usize, x: usize, max: v128, n: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  for (; n >= 8; n -= 8) {
    const e0 = expSaturating(f32x4.sub(v128.load(x), max));
    const e1 = expSaturating(f32x4.sub(v128.load(x, 16), max));
    if (y) {
      v128.store(y, e0);
      v128.store(y, e1, 16);
      y += 32;
    }
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
    x += 32;
  }
  for (; n > 0; n -= 4) {
    const e = expSaturating(f32x4.sub(v128.load(x), max));
    if (y) {
      storeUpTo4(y, e, n);
      y += 16;
    }
    s0 = f32x4.add(s0, v128.and(e, laneMask(n)));
    x += 16;
  }
  return sumLanes(f32x4.add(s0, s1));
}

function fillRow(y: usize, value: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    storeUpTo4(y, f32x4.splat(value), n);
    y += 16;
  }
}

function scaleRow(y: usize, scale: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    storeUpTo4(y, f32x4.mul(v128.load(y), f32x4.splat(scale)), n);
    y += 16;
  }
}

/** `yRow` is the length of a row of y in bytes. */
function eachRow<Op>(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
  yRow: usize,
): void {
  const row = <usize>cols << 2;
  const share = scale / <f32>rows;
  for (let r = 0; r < rows; r++) {
    const weight = weights ? load<f32>(weights) : 1;
    store<f32>(loss, weight * changetype<Op>(0).row(dx, x, y, share * weight, cols));
    loss += 4;
    dx += dx ? row : 0;
    x += row;
    y += yRow;
    weights += weights ? 4 : 0;
  }
}

/** A single column needs no sum, so four rows go at a time. */
function eachValue<Op>(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
): void {
  const op = changetype<Op>(0);
  const share = f32x4.splat(scale / <f32>rows);
  for (; rows > 0; rows -= 4) {
    const xs = v128.load(x);
    const ys = v128.load(y);
    const weight = weights ? v128.load(weights) : one();
    storeUpTo4(loss, f32x4.mul(weight, op.value(xs, ys)), rows);
    if (dx) {
      storeUpTo4(dx, f32x4.mul(op.gradient(xs, ys), f32x4.mul(share, weight)), rows);
      dx += 16;
    }
    loss += 16;
    x += 16;
    y += 16;
    weights += weights ? 16 : 0;
  }
}

function meanLoss<Op>(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  if (cols == 1) eachValue<Op>(loss, dx, x, y, weights, scale, rows);
  else eachRow<Mean<Op>>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2);
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

/** l = the mean of -y log x - (1 - y) log(1 - x), x probabilities, y in [0, 1]. */
export function binaryCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<Bernoulli>(loss, dx, x, y, weights, scale, rows, cols);
}

/** l = the mean of the binary cross-entropy of sigmoid(x), x logits, y in [0, 1]. */
export function sigmoidBinaryCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  meanLoss<BernoulliLogit>(loss, dx, x, y, weights, scale, rows, cols);
}

/** l = -sum y log(x / sum x), x probabilities, y one-hot or any other weights. */
export function categoricalCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  eachRow<Categorical>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2);
}

/** l = -sum y log softmax(x), x logits, y one-hot or any other weights. A row of -Inf alone gives NaN. */
export function softmaxCategoricalCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  eachRow<CategoricalLogit>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2);
}

/** l = -log(x[y] / sum x), x probabilities, y i32 labels [rows]. */
export function sparseCategoricalCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  eachRow<SparseCategorical>(loss, dx, x, y, weights, scale, rows, cols, 4);
}

/** l = -log softmax(x)[y], x logits, y i32 labels [rows]. A row of -Inf alone gives NaN. */
export function softmaxSparseCategoricalCrossentropy(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  eachRow<SparseCategoricalLogit>(loss, dx, x, y, weights, scale, rows, cols, 4);
}

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
    storeUpTo4(dw, f32x4.add(v128.load(dw), derivative), n);
    dw += 16;
    w += 16;
  }
}
