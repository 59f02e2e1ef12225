/** The metrics of Keras 3, of one row each. */

export interface Metric {
  /** What y holds: 0 or 1 for each value of x, a distribution, or one label. */
  target: 'binary' | 'distribution' | 'label';
  /** The value of a row; a label is y[0]. */
  row: (x: number[], y: number[], threshold: number) => number;
}

/** The first maximum, as in NumPy but for NaN, which is never one. */
export function argmax(x: number[]): number {
  return x.reduce((best, v, c) => (v > x[best] || (Number.isNaN(x[best]) && !Number.isNaN(v)) ? c : best), 0);
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Whether fewer than k values are larger than the one at that place; NaN counts as -Infinity. */
function amongLargest(x: number[], at: number, k: number): boolean {
  const own = Number.isNaN(x[at]) ? -Infinity : x[at];
  return x.filter((v) => v > own).length < k;
}

export const metrics: Record<string, Metric> = {
  accuracy: {
    target: 'binary',
    row: (x, y) => x.filter((v, c) => v === y[c]).length / x.length,
  },
  topKCategoricalAccuracy: {
    target: 'distribution',
    row: (x, y, k) => (amongLargest(x, argmax(y), k) ? 1 : 0),
  },
  sparseTopKCategoricalAccuracy: {
    target: 'label',
    row: (x, y, k) => (amongLargest(x, y[0], k) ? 1 : 0),
  },
  pearsonCorrelation: {
    target: 'binary',
    row(x, y) {
      const [dx, dy] = [x.map((v) => v - mean(x)), y.map((v) => v - mean(y))];
      const both = mean(dx.map((v, c) => v * dy[c]));
      return both / Math.sqrt(mean(dx.map((v) => v * v)) * mean(dy.map((v) => v * v)));
    },
  },
  binaryAccuracy: {
    target: 'binary',
    row: (x, y, threshold) => x.filter((v, c) => (v > threshold ? 1 : 0) === y[c]).length / x.length,
  },
  categoricalAccuracy: {
    target: 'distribution',
    row: (x, y) => (argmax(x) === argmax(y) ? 1 : 0),
  },
  sparseCategoricalAccuracy: {
    target: 'label',
    row: (x, y) => (argmax(x) === y[0] ? 1 : 0),
  },
};
