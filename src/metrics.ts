import { ConfigError } from './errors.js';
import { checkOptions } from './names.js';
import type { Builder } from './plan/builder.js';
import type { Value } from './plan/value.js';
import { core } from './wasm/core.js';

/**
 * A metric: a value for every row, summed in double precision in the order of the data, so that the result does not
 * depend on the batch size.
 */
export interface Metric {
  /** The key in the history: Keras's name of the metric. */
  readonly name: string;
  /** The options that make an equal one; a metric without them cannot be sent to a worker. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What targets it reads; 'any' is decided when the model is compiled. */
  readonly target: 'values' | 'labels';
  /** 'min' where less is better: what `EarlyStopping` in mode 'auto' asks for. */
  readonly direction: 'min' | 'max';
  /** Emits the value of every row. */
  build(b: Builder, prediction: Value, target: Value): Value;
  /** The metric from the sum of the values and their number. */
  result(total: number, count: number): number;
}

type MetricKernel = 'binaryAccuracy' | 'categoricalAccuracy' | 'sparseCategoricalAccuracy';

/** The share of values on the right side of `threshold` (default 0.5). */
export const binaryAccuracy = (options: { threshold?: number } = {}): Metric => {
  checkOptions(options, ['threshold'], 'metrics.binaryAccuracy');
  const { threshold = 0.5 } = options;
  if (!(threshold > 0 && threshold < 1)) {
    throw new ConfigError(
      'option-value',
      `metrics.binaryAccuracy: threshold must lie between 0 and 1, but got ${String(threshold)}.`,
    );
  }
  return hitRate('binary_accuracy', 'binaryAccuracy', 'values', threshold);
};
/** The share of rows whose largest value stands where the target's does. */
export const categoricalAccuracy = (): Metric =>
  hitRate('categorical_accuracy', 'categoricalAccuracy', 'values', 0);
/** The share of rows whose largest value stands at the class that the target names. */
export const sparseCategoricalAccuracy = (): Metric =>
  hitRate('sparse_categorical_accuracy', 'sparseCategoricalAccuracy', 'labels', 0);
/** mean (prediction - target)^2. */
export const meanSquaredError = (): Metric =>
  errorOf('mean_squared_error', 'meanSquaredError', (mean) => mean);
/** mean |prediction - target|. */
export const meanAbsoluteError = (): Metric =>
  errorOf('mean_absolute_error', 'meanAbsoluteError', (mean) => mean);
/** sqrt(mean (prediction - target)^2). */
export const rootMeanSquaredError = (): Metric =>
  errorOf('root_mean_squared_error', 'meanSquaredError', Math.sqrt);

function hitRate(name: string, kernel: MetricKernel, target: 'values' | 'labels', threshold: number): Metric {
  return {
    name,
    config: threshold ? { threshold } : {},
    target,
    direction: 'max',
    build(b, x, y) {
      const value = b.temporary(x.shape.slice(0, -1), x);
      b.emit(core, kernel, value, x, y, threshold, x.rows, x.cols);
      return value;
    },
    result: (total, count) => total / count,
  };
}

function errorOf(
  name: string,
  kernel: 'meanSquaredError' | 'meanAbsoluteError',
  result: (mean: number) => number,
): Metric {
  return {
    name,
    config: {},
    target: 'values',
    direction: 'min',
    build(b, x, y) {
      const value = b.temporary(x.shape.slice(0, -1), x);
      b.emit(core, kernel, value, 0, x, y, 0, 1, x.rows, x.cols);
      return value;
    },
    result: (total, count) => result(total / count),
  };
}
