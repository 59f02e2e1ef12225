/**
 * Metrics that are more than a mean over the rows, as running sums:
 *
 *     name(sums, x, y, weights, parameters, rows, cols)
 *
 * adds to the float64 at sums what x [rows, cols] and y [rows, cols] give, each row times its weight in
 * weights [rows], which may be 0 for ones. One element after the other, so that the sums do not depend on how the
 * rows are cut into batches. And what x is turned into before it is counted.
 */
import { maxOfRow } from './rows';

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, row: i32): f64 {
  return weights ? load<f32>(weights + (<usize>row << 2)) : 1;
}

// @ts-ignore: decorator
@inline
function addTo(sums: usize, index: i32, value: f64): void {
  const at = sums + (<usize>index << 3);
  store<f64>(at, load<f64>(at) + value);
}

/**
 * sums [4], or [cols, 4] if `apart` is not 0: true positives, false positives, false negatives, true negatives
 * of x > threshold and y != 0.
 */
export function countOutcomes(
  sums: usize,
  x: usize,
  y: usize,
  weights: usize,
  threshold: f32,
  apart: i32,
  rows: i32,
  cols: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const weight = weightOf(weights, r);
    for (let c = 0; c < cols; c++) {
      const positive = load<f32>(x) > threshold;
      const actual = load<f32>(y) != 0;
      addTo(sums, (apart ? 4 * c : 0) + (positive ? i32(!actual) : 2 + i32(!actual)), weight);
      x += 4;
      y += 4;
    }
  }
}

/**
 * sums [cols, 4]: true positives, false positives, false negatives of x > threshold and the share y, and the sum
 * of y, for each column.
 */
export function countClasses(
  sums: usize,
  x: usize,
  y: usize,
  weights: usize,
  threshold: f32,
  rows: i32,
  cols: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const weight = weightOf(weights, r);
    for (let c = 0; c < cols; c++) {
      const share = <f64>load<f32>(y);
      const positive = load<f32>(x) > threshold;
      if (positive) {
        addTo(sums, 4 * c, weight * share);
        addTo(sums, 4 * c + 1, weight * (1 - share));
      } else addTo(sums, 4 * c + 2, weight * share);
      addTo(sums, 4 * c + 3, weight * share);
      x += 4;
      y += 4;
    }
  }
}

/**
 * sums [2, bins], or [cols, 2, bins] if `apart` is not 0: how much y == 0 and y != 0 there is in each bin, which
 * is x * (bins - 1) rounded up: bin b lies above the thresholds 0, 1, ... b - 1 of bins - 1. What lies outside of
 * [0, 1] counts as 0 or 1, NaN as 0.
 */
export function countInBins(
  sums: usize,
  x: usize,
  y: usize,
  weights: usize,
  bins: i32,
  apart: i32,
  rows: i32,
  cols: i32,
): void {
  const intervals = <f64>(bins - 1);
  for (let r = 0; r < rows; r++) {
    const weight = weightOf(weights, r);
    for (let c = 0; c < cols; c++) {
      const inRange = max<f64>(min<f64>(<f64>load<f32>(x), 1), 0);
      const bin = inRange == inRange ? <i32>ceil<f64>(inRange * intervals) : 0;
      const histogram = (apart ? 2 * c : 0) + i32(load<f32>(y) != 0);
      addTo(sums, histogram * bins + bin, weight);
      x += 4;
      y += 4;
    }
  }
}

/**
 * sums [4 * cols + 1]: for each column the sums of the weights, of y, of y^2 and of (y - x)^2; behind them the
 * number of values.
 */
export function sumSquares(sums: usize, x: usize, y: usize, weights: usize, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    const weight = weightOf(weights, r);
    for (let c = 0; c < cols; c++) {
      const target = <f64>load<f32>(y);
      const error = target - <f64>load<f32>(x);
      addTo(sums, 4 * c, weight);
      addTo(sums, 4 * c + 1, weight * target);
      addTo(sums, 4 * c + 2, weight * target * target);
      addTo(sums, 4 * c + 3, weight * error * error);
      x += 4;
      y += 4;
    }
    addTo(sums, 4 * cols, <f64>cols);
  }
}

/** y [rows, cols] = x where it is among the k largest of its row, the first of equal ones, and -1e10 elsewhere. */
export function keepLargest(y: usize, x: usize, k: i32, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < cols; c++) {
      const own = load<f32>(x + (<usize>c << 2));
      let before = 0;
      for (let other = 0; other < cols; other++) {
        const value = load<f32>(x + (<usize>other << 2));
        before += i32(value > own || (value == own && other < c));
      }
      store<f32>(y + (<usize>c << 2), before < k ? own : <f32>-1e10);
    }
    x += <usize>cols << 2;
    y += <usize>cols << 2;
  }
}

/** y [rows, cols] = 1 where x is the largest of its row and not 0 (|x| > 1e-9), 0 elsewhere. */
export function markLargest(y: usize, x: usize, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    const largest = f32x4.extract_lane(maxOfRow(x, cols), 0);
    for (let c = 0; c < cols; c++) {
      const own = load<f32>(x);
      store<f32>(y, own >= largest && abs<f32>(own) > 1e-9 ? 1 : 0);
      x += 4;
      y += 4;
    }
  }
}
