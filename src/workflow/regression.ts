import { asDense, type Numbers } from '../data/prepare/arrays.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../shape.js';

/**
 * Mean of (yTrue - yPred)² over samples and outputs. scikit-learn's `mean_squared_error`.
 *
 * @param yTrue numbers of shape [n], [n, 1] or [n, outputs].
 * @param yPred as many; [n] and [n, 1] go together.
 * @throws ShapeError `shape-mismatch` or `no-samples`; ValueError `not-finite`; what `asDense` raises.
 */
export function meanSquaredError(yTrue: Numbers, yPred: Numbers): number {
  const { truth, predicted } = numberPair(yTrue, yPred);
  return sum(truth.length, (i) => (truth[i] - predicted[i]) ** 2) / truth.length;
}

/**
 * Mean of |yTrue - yPred| over samples and outputs. scikit-learn's `mean_absolute_error`.
 *
 * @throws as `meanSquaredError`.
 */
export function meanAbsoluteError(yTrue: Numbers, yPred: Numbers): number {
  const { truth, predicted } = numberPair(yTrue, yPred);
  return sum(truth.length, (i) => Math.abs(truth[i] - predicted[i])) / truth.length;
}

/**
 * Coefficient of determination 1 - Σ(yTrue - yPred)² / Σ(yTrue - mean)², the mean of it over outputs. 1 is perfect, 0
 * is as good as always predicting the mean. For a constant yTrue it is 1 if the prediction is perfect, else 0. NaN
 * for a single sample. scikit-learn's `r2_score`.
 *
 * @throws as `meanSquaredError`.
 */
export function r2Score(yTrue: Numbers, yPred: Numbers): number {
  const { truth, predicted, samples, outputs } = numberPair(yTrue, yPred);
  if (samples < 2) return Number.NaN;
  const scoreOf = (output: number) => {
    const at = (i: number) => i * outputs + output;
    const mean = sum(samples, (i) => truth[at(i)]) / samples;
    const residual = sum(samples, (i) => (truth[at(i)] - predicted[at(i)]) ** 2);
    const total = sum(samples, (i) => (truth[at(i)] - mean) ** 2);
    if (total === 0) return residual === 0 ? 1 : 0;
    return 1 - residual / total;
  };
  return sum(outputs, scoreOf) / outputs;
}

function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}

function numberPair(yTrue: Numbers, yPred: Numbers) {
  const [truth, predicted] = [finite(yTrue, 'yTrue'), finite(yPred, 'yPred')];
  const [samples, outputs = 1] = truth.shape;
  const rank = Math.max(truth.shape.length, predicted.shape.length);
  if (rank > 2 || predicted.shape[0] !== samples || (predicted.shape[1] ?? 1) !== outputs) {
    throw new ShapeError(
      'shape-mismatch',
      `yPred: expected numbers of shape [n] or [n, outputs] as in yTrue, ${formatShape(truth.shape)}, ` +
        `got ${formatShape(predicted.shape)}.`,
    );
  }
  if (truth.data.length === 0)
    throw new ShapeError('no-samples', 'yTrue: expected at least one sample, got none.');
  return { truth: truth.data, predicted: predicted.data, samples, outputs };
}

function finite(value: Numbers, argument: string) {
  const dense = asDense(value, argument);
  for (let i = 0; i < dense.data.length; i++) {
    if (!Number.isFinite(dense.data[i])) {
      throw new ValueError(
        'not-finite',
        `${argument}: expected finite numbers, got ${dense.data[i]} at position ${i}.`,
      );
    }
  }
  return dense;
}
