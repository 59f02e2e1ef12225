/** Normalisation of the columns of x [rows, cols] by statistics: of the batch, or moving ones. */
import { columnSum } from './reduce';
import { storeLanes, storePart } from './simd';

/** Rows whose sums are taken on their own before they are added to the total, as in ./reduce. */
const CHUNK = 32;
/** Rows that are in the L2 cache still when the next block of columns needs their lines. */
const BLOCK_ROWS = 256;

/** Every row counts once. */
// @ts-ignore: decorator
@final @unmanaged
class Each {
  // @ts-ignore: decorator
  @inline share(v: v128, _weight: usize): v128 {
    return v;
  }
  // @ts-ignore: decorator
  @inline step(): usize {
    return 0;
  }
}

/** Every row counts by its weight. */
// @ts-ignore: decorator
@final @unmanaged
class Weighted {
  // @ts-ignore: decorator
  @inline share(v: v128, weight: usize): v128 {
    return f32x4.mul(v, v128.load32_splat(weight));
  }
  // @ts-ignore: decorator
  @inline step(): usize {
    return 4;
  }
}

/** 1 / how much the rows count together; Keras adds 1e-7 to a sum of weights. */
function shareOf(weights: usize, rows: i32): f32 {
  if (!weights) return 1 / <f32>rows;
  let sum: f32 = 0;
  for (let r = 0; r < rows; r++) sum += load<f32>(weights + (<usize>r << 2));
  return 1 / (sum + 1e-7);
}

/**
 * mean [cols] and (biased) variance [cols] of the columns of x [rows, cols], each row by its weight in weights [rows],
 * which may be 0 for ones.
 */
export function columnMoments(mean: usize, variance: usize, x: usize, weights: usize, rows: i32, cols: i32): void {
  const share = shareOf(weights, rows);
  if (weights) {
    weightedSum(mean, x, weights, rows, cols);
    scale(mean, share, cols);
    squaredDistances<Weighted>(variance, x, mean, weights, rows, cols);
  } else {
    columnSum(mean, x, rows, cols, 0);
    scale(mean, share, cols);
    squaredDistances<Each>(variance, x, mean, 0, rows, cols);
  }
  scale(variance, share, cols);
}

/** y [cols] = the sum over the rows of x [rows, cols] times weights [rows]. */
function weightedSum(y: usize, x: usize, weights: usize, rows: i32, cols: i32): void {
  memory.fill(y, 0, <usize>cols << 2);
  for (; rows > 0; rows--) {
    const weight = v128.load32_splat(weights);
    for (let c = 0; c < cols; c += 4) {
      const at = y + (<usize>c << 2);
      storePart(at, cols - c, f32x4.add(v128.load(at), f32x4.mul(v128.load(x + (<usize>c << 2)), weight)));
    }
    x += <usize>cols << 2;
    weights += 4;
  }
}

/** y [cols] = the sum over the rows of (x [rows, cols] - mean [cols])^2, each by its weight. */
function squaredDistances<Weight>(y: usize, x: usize, mean: usize, weights: usize, rows: i32, cols: i32): void {
  const op = changetype<Weight>(0);
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r += CHUNK) {
    const count = min(CHUNK, rows - r);
    let c = 0;
    for (; c + 8 <= cols; c += 8) {
      const at = <usize>c << 2;
      const m0 = v128.load(mean + at);
      const m1 = v128.load(mean + at, 16);
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let from = x + at;
      let weight = weights;
      for (let i = 0; i < count; i++) {
        const d0 = f32x4.sub(v128.load(from), m0);
        const d1 = f32x4.sub(v128.load(from, 16), m1);
        s0 = f32x4.add(s0, op.share(f32x4.mul(d0, d0), weight));
        s1 = f32x4.add(s1, op.share(f32x4.mul(d1, d1), weight));
        from += stride;
        weight += op.step();
      }
      const to = y + at;
      if (r) {
        s0 = f32x4.add(v128.load(to), s0);
        s1 = f32x4.add(v128.load(to, 16), s1);
      }
      v128.store(to, s0);
      v128.store(to, s1, 16);
    }
    for (; c < cols; c += 4) {
      const at = <usize>c << 2;
      const m = v128.load(mean + at);
      let sum = f32x4.splat(0);
      let from = x + at;
      let weight = weights;
      for (let i = 0; i < count; i++) {
        const d = f32x4.sub(v128.load(from), m);
        sum = f32x4.add(sum, op.share(f32x4.mul(d, d), weight));
        from += stride;
        weight += op.step();
      }
      storePart(y + at, cols - c, r ? f32x4.add(v128.load(y + at), sum) : sum);
    }
    x += <usize>count * stride;
    weights += <usize>count * op.step();
  }
}

function scale(y: usize, factor: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    storePart(y, n, f32x4.mul(v128.load(y), f32x4.splat(factor)));
    y += 16;
  }
}

/** 1 / sqrt(variance + epsilon). */
// @ts-ignore: decorator
@inline
function inverseOf(variance: usize, epsilon: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(v128.load(variance), epsilon)));
}

/** y [rows, cols] = (x - mean [cols]) / sqrt(variance [cols] + epsilon). In place (y = x) allowed. */
export function normalizeColumns(
  y: usize,
  x: usize,
  mean: usize,
  variance: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const e = f32x4.splat(epsilon);
  const stride = <usize>cols << 2;
  for (; rows > 0; rows -= BLOCK_ROWS) {
    const count = min(BLOCK_ROWS, rows);
    let c = 0;
    for (; c + 16 <= cols; c += 16) {
      const at = <usize>c << 2;
      const m0 = v128.load(mean + at);
      const m1 = v128.load(mean + at, 16);
      const m2 = v128.load(mean + at, 32);
      const m3 = v128.load(mean + at, 48);
      const f0 = inverseOf(variance + at, e);
      const f1 = inverseOf(variance + at + 16, e);
      const f2 = inverseOf(variance + at + 32, e);
      const f3 = inverseOf(variance + at + 48, e);
      let from = x + at;
      let to = y + at;
      for (let r = 0; r < count; r++) {
        v128.store(to, f32x4.mul(f32x4.sub(v128.load(from), m0), f0));
        v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 16), m1), f1), 16);
        v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 32), m2), f2), 32);
        v128.store(to, f32x4.mul(f32x4.sub(v128.load(from, 48), m3), f3), 48);
        from += stride;
        to += stride;
      }
    }
    for (; c < cols; c += 4) {
      const at = <usize>c << 2;
      const m = v128.load(mean + at);
      const factor = inverseOf(variance + at, e);
      let from = x + at;
      let to = y + at;
      for (let r = 0; r < count; r++) {
        storePart(to, cols - c, f32x4.mul(f32x4.sub(v128.load(from), m), factor));
        from += stride;
        to += stride;
      }
    }
    x += <usize>count * stride;
    y += <usize>count * stride;
  }
}

/** Gradient of `normalizeColumns` by fixed statistics: dx [rows, cols] = dy / sqrt(variance + epsilon). */
export function normalizeColumnsBackward(
  dx: usize,
  dy: usize,
  variance: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const e = f32x4.splat(epsilon);
  const stride = <usize>cols << 2;
  for (; rows > 0; rows -= BLOCK_ROWS) {
    const count = min(BLOCK_ROWS, rows);
    let c = 0;
    for (; c + 16 <= cols; c += 16) {
      const at = <usize>c << 2;
      const f0 = inverseOf(variance + at, e);
      const f1 = inverseOf(variance + at + 16, e);
      const f2 = inverseOf(variance + at + 32, e);
      const f3 = inverseOf(variance + at + 48, e);
      let from = dy + at;
      let to = dx + at;
      for (let r = 0; r < count; r++) {
        v128.store(to, f32x4.mul(v128.load(from), f0));
        v128.store(to, f32x4.mul(v128.load(from, 16), f1), 16);
        v128.store(to, f32x4.mul(v128.load(from, 32), f2), 32);
        v128.store(to, f32x4.mul(v128.load(from, 48), f3), 48);
        from += stride;
        to += stride;
      }
    }
    for (; c < cols; c += 4) {
      const at = <usize>c << 2;
      const factor = inverseOf(variance + at, e);
      let from = dy + at;
      let to = dx + at;
      for (let r = 0; r < count; r++) {
        storePart(to, cols - c, f32x4.mul(v128.load(from), factor));
        from += stride;
        to += stride;
      }
    }
    dy += <usize>count * stride;
    dx += <usize>count * stride;
  }
}

/**
 * Gradient through `columnMoments` and `normalizeColumns` with the output y [rows, cols], weights [rows] or 0:
 * dx = (dy - w * sum of dy - w * y * sum of dy * y) / sqrt(variance + epsilon), sums over the rows and w the share that
 * a row has in the moments. `scratch` has room for [3, cols].
 */
export function batchNormalizeBackward(
  dx: usize,
  scratch: usize,
  dy: usize,
  y: usize,
  variance: usize,
  weights: usize,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const row = <usize>cols << 2;
  const e = f32x4.splat(epsilon);
  sumWithProducts(scratch, scratch + row, dy, y, rows, cols);
  scale(scratch, shareOf(weights, rows), 2 * cols);
  for (let c = 0; c < cols; c += 4) {
    const at = <usize>c << 2;
    storePart(scratch + 2 * row + at, cols - c, inverseOf(variance + at, e));
  }
  if (weights) centre<Weighted>(dx, dy, y, scratch, weights, rows, cols);
  else centre<Each>(dx, dy, y, scratch, 0, rows, cols);
}

/** sum [cols] and product [cols] = the sums over the rows of x and of x * y, both [rows, cols]. */
function sumWithProducts(sum: usize, product: usize, x: usize, y: usize, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r += CHUNK) {
    const count = min(CHUNK, rows - r);
    let c = 0;
    for (; c + 16 <= cols; c += 16) {
      const at = <usize>c << 2;
      let s0 = f32x4.splat(0);
      let s1 = s0;
      let s2 = s0;
      let s3 = s0;
      let p0 = s0;
      let p1 = s0;
      let p2 = s0;
      let p3 = s0;
      let from = x + at;
      let other = y + at;
      for (let i = 0; i < count; i++) {
        const d0 = v128.load(from);
        s0 = f32x4.add(s0, d0);
        p0 = f32x4.add(p0, f32x4.mul(d0, v128.load(other)));
        const d1 = v128.load(from, 16);
        s1 = f32x4.add(s1, d1);
        p1 = f32x4.add(p1, f32x4.mul(d1, v128.load(other, 16)));
        const d2 = v128.load(from, 32);
        s2 = f32x4.add(s2, d2);
        p2 = f32x4.add(p2, f32x4.mul(d2, v128.load(other, 32)));
        const d3 = v128.load(from, 48);
        s3 = f32x4.add(s3, d3);
        p3 = f32x4.add(p3, f32x4.mul(d3, v128.load(other, 48)));
        from += stride;
        other += stride;
      }
      addTo(sum + at, 16, s0, r);
      addTo(sum + at + 16, 16, s1, r);
      addTo(sum + at + 32, 16, s2, r);
      addTo(sum + at + 48, 16, s3, r);
      addTo(product + at, 16, p0, r);
      addTo(product + at + 16, 16, p1, r);
      addTo(product + at + 32, 16, p2, r);
      addTo(product + at + 48, 16, p3, r);
    }
    for (; c < cols; c += 4) {
      const at = <usize>c << 2;
      let s = f32x4.splat(0);
      let p = s;
      let from = x + at;
      let other = y + at;
      for (let i = 0; i < count; i++) {
        const d = v128.load(from);
        s = f32x4.add(s, d);
        p = f32x4.add(p, f32x4.mul(d, v128.load(other)));
        from += stride;
        other += stride;
      }
      addTo(sum + at, cols - c, s, r);
      addTo(product + at, cols - c, p, r);
    }
    x += <usize>count * stride;
    y += <usize>count * stride;
  }
}

/** Puts the first `lanes` of v there, added to what is there unless it is the first chunk. */
// @ts-ignore: decorator
@inline
function addTo(at: usize, lanes: i32, v: v128, chunk: i32): void {
  storePart(at, lanes, chunk ? f32x4.add(v128.load(at), v) : v);
}

/**
 * dx = (dy - w * (sum + y * product)) * factor, the three [cols] behind one another at `table`. Row after row, because
 * columns of long rows would throw one another out of the cache.
 */
function centre<Weight>(dx: usize, dy: usize, y: usize, table: usize, weights: usize, rows: i32, cols: i32): void {
  const op = changetype<Weight>(0);
  const products = table + (<usize>cols << 2);
  const factors = products + (<usize>cols << 2);
  for (; rows > 0; rows--) {
    const whole = <usize>(cols & ~3) << 2;
    let at: usize = 0;
    for (; at < whole; at += 16) v128.store(dx + at, centred<Weight>(dy, y, table, products, factors, weights, at));
    if (cols & 3) storeLanes(dx + at, centred<Weight>(dy, y, table, products, factors, weights, at), cols & 3);
    dx += <usize>cols << 2;
    dy += <usize>cols << 2;
    y += <usize>cols << 2;
    weights += op.step();
  }
}

// @ts-ignore: decorator
@inline
function centred<Weight>(
  dy: usize,
  y: usize,
  sums: usize,
  products: usize,
  factors: usize,
  weight: usize,
  at: usize,
): v128 {
  const mean = f32x4.add(v128.load(sums + at), f32x4.mul(v128.load(y + at), v128.load(products + at)));
  const d = f32x4.sub(v128.load(dy + at), changetype<Weight>(0).share(mean, weight));
  return f32x4.mul(d, v128.load(factors + at));
}

/** moving [n] = momentum * moving + (1 - momentum) * value [n]. */
export function moveTowards(moving: usize, value: usize, momentum: f32, rest: f32, n: i32): void {
  for (; n > 0; n -= 4) {
    const kept = f32x4.mul(v128.load(moving), f32x4.splat(momentum));
    storePart(moving, n, f32x4.add(kept, f32x4.mul(v128.load(value), f32x4.splat(rest))));
    moving += 16;
    value += 16;
  }
}
