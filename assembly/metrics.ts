import { maxOfRow } from './rows';
import { laneMask } from './simd';

/**
 * Metrics as a value per row, and their running sums:
 *
 *     name(value, x, y, parameter, rows, cols)
 *
 * value [rows] from the predictions x [rows, cols] and from y, which is [rows, cols] or, where the name
 * begins with sparse, i32 labels [rows]. The names are those of Keras 3. The parameter is the threshold of
 * binaryAccuracy and the k of those with TopK in their names; the others do not look at it.
 */

/** Where the first of the largest of x [n] stands, NaN left out; 0 if all are NaN. */
function argmax(x: usize, n: i32): i32 {
  const max = maxOfRow(x, n);
  for (let c = 0; c < n; c += 4) {
    const equal = v128.and(f32x4.eq(v128.load(x + (<usize>c << 2)), max), laneMask(n - c));
    if (v128.any_true(equal)) return c + ctz(i32x4.bitmask(equal));
  }
  return 0;
}

/** value = the share of columns in which y is 1 and x > threshold, or y is 0 and x is not. */
export function binaryAccuracy(value: usize, x: usize, y: usize, threshold: f32, rows: i32, cols: i32): void {
  const bound = f32x4.splat(threshold);
  const one = f32x4.splat(1);
  for (let r = 0; r < rows; r++) {
    let hits = 0;
    for (let c = 0; c < cols; c += 4) {
      const offset = <usize>c << 2;
      const predicted = v128.and(f32x4.gt(v128.load(x + offset), bound), one);
      const equal = v128.and(f32x4.eq(predicted, v128.load(y + offset)), laneMask(cols - c));
      hits += popcnt(i32x4.bitmask(equal));
    }
    store<f32>(value, <f32>hits / <f32>cols);
    value += 4;
    x += <usize>cols << 2;
    y += <usize>cols << 2;
  }
}

/** value = 1 if the largest of the row of x stands where the largest of the row of y does, else 0. */
export function categoricalAccuracy(
  value: usize,
  x: usize,
  y: usize,
  _threshold: f32,
  rows: i32,
  cols: i32,
): void {
  for (let r = 0; r < rows; r++) {
    store<f32>(value, argmax(x, cols) == argmax(y, cols) ? 1 : 0);
    value += 4;
    x += <usize>cols << 2;
    y += <usize>cols << 2;
  }
}

/** value = 1 if the largest of the row of x stands at the label, else 0. */
export function sparseCategoricalAccuracy(
  value: usize,
  x: usize,
  y: usize,
  _threshold: f32,
  rows: i32,
  cols: i32,
): void {
  for (let r = 0; r < rows; r++) {
    store<f32>(value, argmax(x, cols) == load<i32>(y) ? 1 : 0);
    value += 4;
    x += <usize>cols << 2;
    y += 4;
  }
}

/** value = the share of columns in which x equals y. */
export function accuracy(value: usize, x: usize, y: usize, _: f32, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    let hits = 0;
    for (let c = 0; c < cols; c += 4) {
      const offset = <usize>c << 2;
      const equal = v128.and(f32x4.eq(v128.load(x + offset), v128.load(y + offset)), laneMask(cols - c));
      hits += popcnt(i32x4.bitmask(equal));
    }
    store<f32>(value, <f32>hits / <f32>cols);
    value += 4;
    x += <usize>cols << 2;
    y += <usize>cols << 2;
  }
}

/** Whether fewer than k of x [n] are larger than the one at `label`; NaN counts as -Inf. */
function amongLargest(x: usize, label: i32, k: f32, n: i32): bool {
  if (<u32>label >= <u32>n) return false;
  const own = load<f32>(x + (<usize>label << 2));
  const bound = f32x4.splat(own == own ? own : -Infinity);
  let larger = 0;
  for (let c = 0; c < n; c += 4) {
    const above = v128.and(f32x4.gt(v128.load(x + (<usize>c << 2)), bound), laneMask(n - c));
    larger += popcnt(i32x4.bitmask(above));
  }
  return <f32>larger < k;
}

/** value = 1 if x is among its k largest where the largest of the row of y stands, else 0. */
export function topKCategoricalAccuracy(
  value: usize,
  x: usize,
  y: usize,
  k: f32,
  rows: i32,
  cols: i32,
): void {
  for (let r = 0; r < rows; r++) {
    store<f32>(value, amongLargest(x, argmax(y, cols), k, cols) ? 1 : 0);
    value += 4;
    x += <usize>cols << 2;
    y += <usize>cols << 2;
  }
}

/** value = 1 if x is among its k largest at the label, else 0. */
export function sparseTopKCategoricalAccuracy(
  value: usize,
  x: usize,
  y: usize,
  k: f32,
  rows: i32,
  cols: i32,
): void {
  for (let r = 0; r < rows; r++) {
    store<f32>(value, amongLargest(x, load<i32>(y), k, cols) ? 1 : 0);
    value += 4;
    x += <usize>cols << 2;
    y += 4;
  }
}

/** value = the correlation of a row of x with one of y (Pearson's); NaN if one of them does not vary. */
export function pearsonCorrelation(value: usize, x: usize, y: usize, _: f32, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    let meanX: f64 = 0;
    let meanY: f64 = 0;
    for (let c = 0; c < cols; c++) {
      meanX += load<f32>(x + (<usize>c << 2));
      meanY += load<f32>(y + (<usize>c << 2));
    }
    meanX /= <f64>cols;
    meanY /= <f64>cols;
    let both: f64 = 0;
    let squareX: f64 = 0;
    let squareY: f64 = 0;
    for (let c = 0; c < cols; c++) {
      const dx = <f64>load<f32>(x + (<usize>c << 2)) - meanX;
      const dy = <f64>load<f32>(y + (<usize>c << 2)) - meanY;
      both += dx * dy;
      squareX += dx * dx;
      squareY += dy * dy;
    }
    store<f32>(value, <f32>(both / sqrt(squareX * squareY)));
    value += 4;
    x += <usize>cols << 2;
    y += <usize>cols << 2;
  }
}

/**
 * Adds values * weights and weights, both [rows], to the two float64 at state; weights may be 0 for ones. One
 * row after the other, so that the sums do not depend on how the rows are cut into batches.
 */
export function accumulate(state: usize, values: usize, weights: usize, rows: i32): void {
  let sum = load<f64>(state);
  let count = load<f64>(state, 8);
  for (let r = 0; r < rows; r++) {
    const weight: f64 = weights ? load<f32>(weights + (<usize>r << 2)) : 1;
    sum += weight * <f64>load<f32>(values + (<usize>r << 2));
    count += weight;
  }
  store<f64>(state, sum);
  store<f64>(state, count, 8);
}
