/**
 * Cross-entropies of probabilities and of logits; how they are called stands in ./lossrows.
 *
 * Keras clips probabilities to [1e-7, 1 - 1e-7]; these are exact up to 0 and 1, where 0 * log(0) counts as 0
 * and a certain mistake as infinity.
 */
import { Bernoulli } from './bernoulli';
import { fill } from './elementwise';
import { eachRow, eachValue, meanLoss, none } from './lossrows';
import { expNegative, log, log1pUnit } from './math';
import { expRow, maxOfRow, scaleRow, sumOfRow } from './rows';
import { laneMask, one, storeLanes, storePart, sumLanes, unlessZero } from './simd';

function logOf(x: f32): f32 {
  return f32x4.extract_lane(log(f32x4.splat(x)), 0);
}

/** `expRow` for both losses of logits, too long to be inlined twice; y [n] takes the terms unless it is 0. */
function expTerms(y: usize, x: usize, max: f32, n: i32): f32 {
  return expRow(y, x, f32x4.splat(max), n, y != 0);
}

/**
 * `Bernoulli` of p = sigmoid(z), as max(z, 0) - z y + log(1 + exp(-|z|)): nothing overflows and the tails keep
 * their relative accuracy. `miss` is what the label lacks on the side of z.
 */
// @ts-ignore: decorator
@final @unmanaged
class BernoulliLogit {
  // @ts-ignore: decorator
  @inline value(z: v128, y: v128, _p: v128): v128 {
    return f32x4.add(this.head(z, y), log1pUnit(this.tail(z)));
  }
  // @ts-ignore: decorator
  @inline head(z: v128, y: v128): v128 {
    const miss = v128.bitselect(y, f32x4.sub(one(), y), i32x4.shr_s(z, 31));
    return unlessZero(miss, f32x4.mul(f32x4.abs(z), miss));
  }
  /** exp(-|z|) */
  // @ts-ignore: decorator
  @inline tail(z: v128): v128 {
    return expNegative(f32x4.neg(f32x4.abs(z)));
  }
  // @ts-ignore: decorator
  @inline gradient(z: v128, y: v128, _p: v128): v128 {
    return this.gradientOf(z, y, this.tail(z));
  }
  // @ts-ignore: decorator
  @inline gradientOf(z: v128, y: v128, e: v128): v128 {
    const negative = i32x4.shr_s(z, 31);
    const miss = v128.bitselect(y, f32x4.sub(one(), y), negative);
    const towards = f32x4.sub(miss, f32x4.div(e, f32x4.add(one(), e)));
    return v128.xor(towards, i32x4.shl(negative, 31));
  }
}

/** How many terms of 1 to 2 may be multiplied: 2^64 is far from the end of float32. */
const FACTORS = 64;

/**
 * The mean of `BernoulliLogit` over a row. The sum of log(1 + e) is the logarithm of a product, taken once for 64 terms.
 * What rounding takes from the product is kept beside it (Fast2Sum, Dekker 1971), so that terms far below 1 count fully.
 */
// @ts-ignore: decorator
@final @unmanaged
class BernoulliLogits {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, p: v128): f32 {
    const op = changetype<BernoulliLogit>(0);
    const share = f32x4.splat(factor / <f32>cols);
    let sum = f32x4.splat(0);
    for (let block = cols; block > 0; block -= 4 * FACTORS) {
      let product = one();
      let lost = f32x4.splat(0);
      let n = min(block, 4 * FACTORS);
      for (; n >= 4; n -= 4) {
        const z = v128.load(x);
        const ys = v128.load(y);
        const e = op.tail(z);
        const more = f32x4.mul(product, e);
        const next = f32x4.add(product, more);
        lost = f32x4.add(f32x4.add(lost, f32x4.mul(lost, e)), f32x4.sub(more, f32x4.sub(next, product)));
        product = next;
        sum = f32x4.add(sum, op.head(z, ys));
        if (dx) {
          v128.store(dx, f32x4.mul(op.gradientOf(z, ys, e), share));
          dx += 16;
        }
        x += 16;
        y += 16;
      }
      sum = f32x4.add(sum, f32x4.add(log(product), f32x4.div(lost, product)));
      if (n > 0) {
        const z = v128.load(x);
        const ys = v128.load(y);
        sum = f32x4.add(sum, v128.and(op.value(z, ys, p), laneMask(n)));
        if (dx) storeLanes(dx, f32x4.mul(op.gradient(z, ys, p), share), n);
      }
    }
    return sumLanes(sum) / <f32>cols;
  }
}

/** -sum y log(p / sum p): Keras makes a distribution of p first. */
// @ts-ignore: decorator
@final @unmanaged
class Categorical {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, _p: v128): f32 {
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
        storePart(dx, n, f32x4.mul(gradient, f32x4.splat(factor)));
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
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, _p: v128): f32 {
    const at = <usize>load<u32>(y) << 2;
    const p = load<f32>(x + at);
    const total = sumOfRow(x, cols);
    if (dx) {
      const share = factor / total;
      fill(dx, share, cols);
      store<f32>(dx + at, share - factor / p);
    }
    return -logOf(p / total);
  }
}

/** -sum y log softmax(x), as sum y (log(sum exp(x - max)) + max - x): exact for any x that is finite. */
// @ts-ignore: decorator
@final @unmanaged
class CategoricalLogit {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, _p: v128): f32 {
    const max = maxOfRow(x, cols);
    const labels = sumOfRow(y, cols);
    let distance = f32x4.splat(0);
    for (let c = 0; c < cols; c += 4) {
      const at = <usize>c << 2;
      const ys = v128.load(y + at);
      const term = unlessZero(ys, f32x4.mul(ys, f32x4.sub(max, v128.load(x + at))));
      distance = f32x4.add(distance, v128.and(term, laneMask(cols - c)));
    }
    const total = expTerms(dx, x, f32x4.extract_lane(max, 0), cols);
    if (dx) {
      const scale = f32x4.splat((factor * labels) / total);
      for (let n = cols; n > 0; n -= 4) {
        const pull = f32x4.mul(v128.load(y), f32x4.splat(factor));
        storePart(dx, n, f32x4.sub(f32x4.mul(v128.load(dx), scale), pull));
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
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, _p: v128): f32 {
    const at = <usize>load<u32>(y) << 2;
    const max = f32x4.extract_lane(maxOfRow(x, cols), 0);
    const distance = max - load<f32>(x + at);
    const total = expTerms(dx, x, max, cols);
    if (dx) {
      scaleRow(dx, factor / total, cols);
      store<f32>(dx + at, load<f32>(dx + at) - factor);
    }
    return logOf(total) + distance;
  }
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
  meanLoss<Bernoulli>(loss, dx, x, y, weights, scale, rows, cols, none());
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
  if (cols == 1) eachValue<BernoulliLogit>(loss, dx, x, y, weights, scale, rows, none());
  else eachRow<BernoulliLogits>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, none());
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
  eachRow<Categorical>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, none());
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
  eachRow<CategoricalLogit>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, none());
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
  eachRow<SparseCategorical>(loss, dx, x, y, weights, scale, rows, cols, 4, none());
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
  eachRow<SparseCategoricalLogit>(loss, dx, x, y, weights, scale, rows, cols, 4, none());
}
