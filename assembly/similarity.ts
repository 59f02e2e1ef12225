/** Losses of a whole row at once; how they are called stands in ./lossrows. */
import { eachRow, none } from './lossrows';
import { sumOfRow } from './rows';
import { laneMask, storePart, sumLanes } from './simd';

/** The sum of x y over a row [n]. */
// @ts-ignore: decorator
@inline
function dot(x: usize, y: usize, n: i32): f32 {
  let sum = f32x4.splat(0);
  for (; n > 0; n -= 4) {
    sum = f32x4.add(sum, v128.and(f32x4.mul(v128.load(x), v128.load(y)), laneMask(n)));
    x += 16;
    y += 16;
  }
  return sumLanes(sum);
}

/** dx [n] = b y + c; in place allowed. */
// @ts-ignore: decorator
@inline
function affineRow(dx: usize, y: usize, b: f32, c: f32, n: i32): void {
  const factor = f32x4.splat(b);
  const rest = f32x4.splat(c);
  for (; n > 0; n -= 4) {
    storePart(dx, n, f32x4.add(f32x4.mul(factor, v128.load(y)), rest));
    dx += 16;
    y += 16;
  }
}

/** -x.y / (|x| |y|); a norm is at least 1e-7, and then a constant. */
// @ts-ignore: decorator
@final @unmanaged
class Cosine {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, _p: v128): f32 {
    const square = dot(x, x, cols);
    const normX = Mathf.sqrt(max<f32>(square, 1e-14));
    const normY = Mathf.sqrt(max<f32>(dot(y, y, cols), 1e-14));
    const cosine = dot(x, y, cols) / (normX * normY);
    if (dx) {
      const turn = f32x4.splat(square > 1e-14 ? cosine : 0);
      for (let n = cols; n > 0; n -= 4) {
        // Quotients, so that the two cancel to 0 in a row of one column.
        const along = f32x4.mul(turn, f32x4.div(v128.load(x), f32x4.splat(normX)));
        const towards = f32x4.div(v128.load(y), f32x4.splat(normY));
        storePart(dx, n, f32x4.mul(f32x4.sub(along, towards), f32x4.splat(factor / normX)));
        dx += 16;
        x += 16;
        y += 16;
      }
    }
    return -cosine;
  }
}

/** 1 - i / d, i = x.y, d = i + a (sum y - i) + b (sum x - i) + e; the parameters are a, b, e. */
// @ts-ignore: decorator
@final @unmanaged
class Overlap {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, p: v128): f32 {
    const alpha = f32x4.extract_lane(p, 0);
    const beta = f32x4.extract_lane(p, 1);
    const both = dot(x, y, cols);
    const missed = alpha * (sumOfRow(y, cols) - both);
    const d = both + missed + beta * (sumOfRow(x, cols) - both) + f32x4.extract_lane(p, 2);
    if (dx) {
      const share = both / d;
      const slope = factor / d;
      affineRow(dx, y, slope * (share * (1 - alpha - beta) - 1), slope * share * beta, cols);
    }
    return 1 - both / d;
  }
}

/** max((1 - y) x) - x.y + 1, at least 0; the first of equal ones takes the gradient. */
// @ts-ignore: decorator
@final @unmanaged
class MarginOfClass {
  row(dx: usize, x: usize, y: usize, factor: f32, cols: i32, _p: v128): f32 {
    let largest: f32 = -Infinity;
    let at = 0;
    for (let c = 0; c < cols; c++) {
      const offset = <usize>c << 2;
      const other: f32 = (<f32>1 - load<f32>(y + offset)) * load<f32>(x + offset);
      if (other > largest) {
        largest = other;
        at = c;
      }
    }
    const margin = largest - dot(x, y, cols) + 1;
    if (dx) {
      const pull: f32 = margin <= 0 ? 0 : margin == margin ? factor : margin;
      affineRow(dx, y, -pull, 0, cols);
      const offset = <usize>at << 2;
      store<f32>(dx + offset, load<f32>(dx + offset) + pull * (<f32>1 - load<f32>(y + offset)));
    }
    return margin <= 0 ? 0 : margin;
  }
}

/** l = -x.y / (|x| |y|), norms of at least 1e-7. */
export function cosineSimilarity(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  eachRow<Cosine>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, none());
}

/** l = max(max((1 - y) x) - x.y + 1, 0), y one-hot. */
export function categoricalHinge(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  rows: i32,
  cols: i32,
): void {
  eachRow<MarginOfClass>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, none());
}

/** l = 1 - i / (i + alpha (sum y - i) + beta (sum x - i) + epsilon), i = x.y. */
export function tversky(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  alpha: f32,
  beta: f32,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const p = f32x4(alpha, beta, epsilon, 0);
  eachRow<Overlap>(loss, dx, x, y, weights, scale, rows, cols, <usize>cols << 2, p);
}

/**
 * As `tversky` with all rows as one: l is the same for each of them, and its gradient counts by the mean of the
 * weights. It belongs to the batch as a whole.
 */
export function tverskyOfBatch(
  loss: usize,
  dx: usize,
  x: usize,
  y: usize,
  weights: usize,
  scale: f32,
  alpha: f32,
  beta: f32,
  epsilon: f32,
  rows: i32,
  cols: i32,
): void {
  const share: f32 = weights ? sumOfRow(weights, rows) / <f32>rows : 1;
  const p = f32x4(alpha, beta, epsilon, 0);
  const l = changetype<Overlap>(0).row(dx, x, y, scale * share, rows * cols, p);
  for (let r = 0; r < rows; r++) {
    const offset = <usize>r << 2;
    store<f32>(loss + offset, weights ? l * load<f32>(weights + offset) : l);
  }
}
