/** Metrics that are a mean over the rows. */

import { withoutIgnored } from '../losses/inputs.js';
import type { CrossentropyOptions, Loss, SparseCrossentropyOptions } from '../losses.js';
import * as losses from '../losses.js';
import { checkNumber } from '../names.js';
import { core } from '../wasm/core.js';
import {
  known,
  type Metric,
  type MetricOptions,
  makeMetric,
  type RowMetric,
  ratio,
  type SummedMetric,
} from './metric.js';

type Kernel =
  | 'accuracy'
  | 'binaryAccuracy'
  | 'categoricalAccuracy'
  | 'sparseCategoricalAccuracy'
  | 'topKCategoricalAccuracy'
  | 'sparseTopKCategoricalAccuracy'
  | 'pearsonCorrelation';

export interface ThresholdOptions extends MetricOptions {
  /** What lies above it counts as 1; between 0 and 1. Default 0.5. */
  threshold?: number;
}

export interface TopKOptions extends MetricOptions {
  /** How many of the largest values count, 1 or more. Default 5. */
  k?: number;
}

type CrossentropyMetricOptions = MetricOptions & Omit<CrossentropyOptions, 'reduction'>;
type SparseCrossentropyMetricOptions = MetricOptions & Omit<SparseCrossentropyOptions, 'reduction'>;

/** The share of values that equal their targets. */
export const accuracy = (options: MetricOptions = {}): Metric =>
  rowValue('accuracy', known('accuracy', options, {}));
/** The share of values on the right side of the threshold. */
export const binaryAccuracy = (options: ThresholdOptions = {}): Metric => {
  const config = known('binaryAccuracy', options, { threshold: 0.5 });
  checkNumber(config.threshold, 'metrics.binaryAccuracy: threshold', { above: 0, below: 1 });
  return rowValue('binaryAccuracy', config, 'values', config.threshold);
};
/** The share of rows whose largest value stands where the target's does. */
export const categoricalAccuracy = (options: MetricOptions = {}): Metric =>
  rowValue('categoricalAccuracy', known('categoricalAccuracy', options, {}));
/** The share of rows whose largest value stands at the class that the target names. */
export const sparseCategoricalAccuracy = (options: MetricOptions = {}): Metric =>
  rowValue('sparseCategoricalAccuracy', known('sparseCategoricalAccuracy', options, {}), 'labels');
/** The share of rows in which the value where the target's largest stands is among the k largest. */
export const topKCategoricalAccuracy = (options: TopKOptions = {}): Metric =>
  topK('topKCategoricalAccuracy', options, 'values');
/** The share of rows in which the value of the class that the target names is among the k largest. */
export const sparseTopKCategoricalAccuracy = (options: TopKOptions = {}): Metric =>
  topK('sparseTopKCategoricalAccuracy', options, 'labels');
/** The mean of the correlations of each row with its target (Pearson's); NaN where a row does not vary. */
export const pearsonCorrelation = (options: MetricOptions = {}): Metric =>
  rowValue('pearsonCorrelation', known('pearsonCorrelation', options, {}));

/** mean (prediction - target)^2. */
export const meanSquaredError = (options: MetricOptions = {}): Metric =>
  lossOf('meanSquaredError', options, losses.meanSquaredError());
/** sqrt(mean (prediction - target)^2). */
export const rootMeanSquaredError = (options: MetricOptions = {}): Metric =>
  lossOf('rootMeanSquaredError', options, losses.meanSquaredError(), {
    result: (total, count) => Math.sqrt(ratio(total, count)),
  });
/** mean |prediction - target|. */
export const meanAbsoluteError = (options: MetricOptions = {}): Metric =>
  lossOf('meanAbsoluteError', options, losses.meanAbsoluteError());
/** 100 mean |prediction - target| / max(|target|, 1e-7). */
export const meanAbsolutePercentageError = (options: MetricOptions = {}): Metric =>
  lossOf('meanAbsolutePercentageError', options, losses.meanAbsolutePercentageError());
/** mean (log(max(prediction, 1e-7) + 1) - log(max(target, 1e-7) + 1))^2. */
export const meanSquaredLogarithmicError = (options: MetricOptions = {}): Metric =>
  lossOf('meanSquaredLogarithmicError', options, losses.meanSquaredLogarithmicError());
/** mean log(cosh(prediction - target)). */
export const logCoshError = (options: MetricOptions = {}): Metric =>
  lossOf('logCoshError', options, losses.logCosh(), { name: 'logcosh' });
/** mean (prediction - target log(prediction + 1e-7)). */
export const poisson = (options: MetricOptions = {}): Metric => lossOf('poisson', options, losses.poisson());
/** The mean of sum target log(target / prediction), both clipped to [1e-7, 1]. */
export const klDivergence = (options: MetricOptions = {}): Metric =>
  lossOf('klDivergence', options, losses.klDivergence());
/** mean max(1 - target prediction, 0); targets are -1 or 1, or all of a batch 0 or 1. */
export const hinge = (options: MetricOptions = {}): Metric => lossOf('hinge', options, losses.hinge());
/** mean max(1 - target prediction, 0)^2; targets as for `hinge`. */
export const squaredHinge = (options: MetricOptions = {}): Metric =>
  lossOf('squaredHinge', options, losses.squaredHinge());
/** The mean of max(max((1 - target) prediction) - sum target prediction + 1, 0). */
export const categoricalHinge = (options: MetricOptions = {}): Metric =>
  lossOf('categoricalHinge', options, losses.categoricalHinge());
/** The mean of the cosines between prediction and target: 1 where they point in one direction. */
export const cosineSimilarity = (options: MetricOptions & { axis?: -1 } = {}): Metric => {
  const { name, ...own } = options;
  return lossOf('cosineSimilarity', { name }, losses.cosineSimilarity(own), {
    direction: 'max',
    result: (total, count) => ratio(-total, count),
  });
};
/** As the loss of that name. */
export const binaryCrossentropy = (options: CrossentropyMetricOptions = {}): Metric => {
  const { name, ...own } = options;
  return lossOf('binaryCrossentropy', { name }, losses.binaryCrossentropy(own));
};
/** As the loss of that name. */
export const categoricalCrossentropy = (options: CrossentropyMetricOptions = {}): Metric => {
  const { name, ...own } = options;
  return lossOf('categoricalCrossentropy', { name }, losses.categoricalCrossentropy(own));
};
/**
 * As the loss of that name. Rows of `ignoreClass` count 0; as in Keras they are left out of the number of rows only
 * where samples have weights.
 */
export const sparseCategoricalCrossentropy = (options: SparseCrossentropyMetricOptions = {}): Metric => {
  const { name, ignoreClass = null, ...own } = options;
  const make = losses.sparseCategoricalCrossentropy;
  const loss = make(own);
  if (ignoreClass === null) return lossOf('sparseCategoricalCrossentropy', { name }, loss);
  const { config } = lossOf('sparseCategoricalCrossentropy', { name }, make({ ...own, ignoreClass }));
  return makeMetric<SummedMetric>('sparseCategoricalCrossentropy', config as MetricOptions, {
    target: 'labels',
    direction: 'min',
    sums: () => 2,
    build(b, { sums, ...inputs }) {
      const counted = withoutIgnored(b, inputs, ignoreClass, false);
      const weights = inputs.weights && counted.weights;
      const values = loss.build(b, { ...counted, weights: weights ? undefined : counted.weights });
      b.emit(core, 'accumulate', sums, values, weights ?? 0, values.count);
    },
    result: ([total, count]) => ratio(total, count),
  });
};

/** The mean of all predictions; targets are not looked at. */
export const mean = (options: MetricOptions = {}): Metric =>
  makeMetric<RowMetric>('mean', known('mean', options, {}), {
    build: (b, x) => b.mean(x),
    result: ratio,
  });
/** The sum of all predictions; targets are not looked at. */
export const sum = (options: MetricOptions = {}): Metric =>
  makeMetric<RowMetric>('sum', known('sum', options, {}), {
    build: (b, x) => b.sum(x),
    result: (total) => total,
  });

function topK(kernel: Kernel, options: TopKOptions, target: 'values' | 'labels'): Metric {
  const config = known(kernel, options, { k: 5 });
  checkNumber(config.k, `metrics.${kernel}: k`, { from: 1, whole: true });
  return rowValue(kernel, config, target, config.k);
}

function rowValue(
  kernel: Kernel,
  config: MetricOptions,
  target: 'values' | 'labels' = 'values',
  parameter = 0,
): Metric {
  return makeMetric<RowMetric>(kernel, config, {
    target,
    build(b, x, y) {
      const value = b.temporary(x.shape.slice(0, -1), x);
      b.emit(core, kernel, value, x, y, parameter, x.rows, x.cols);
      return value;
    },
    result: ratio,
  });
}

/** A loss as a metric. */
function lossOf(
  kind: string,
  options: MetricOptions,
  { config: { reduction: _, ...config } = {}, target, build }: Loss,
  parts: Partial<RowMetric> = {},
): Metric {
  const { name } = known(kind, options, {});
  const named = name === undefined ? config : { ...config, name };
  return makeMetric<RowMetric>(kind, named, {
    target,
    direction: 'min',
    build: (b, prediction, target) => build(b, { prediction, target }),
    result: ratio,
    ...parts,
  });
}
