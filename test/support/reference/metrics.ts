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

export const metrics: Record<string, Metric> = {
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
