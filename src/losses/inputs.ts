/** What a loss reads, and what stands before its formula: weights and targets. */
import type { Builder } from '../plan/builder.js';
import { Value } from '../plan/value.js';
import { sizeOf } from '../shape.js';
import { core } from '../wasm/core.js';

export interface LossInputs {
  prediction: Value;
  target: Value;
  /** A weight for every row of the prediction; without it every row counts once. */
  weights?: Value;
}

/**
 * Rows of the class that does not count get the weight 0 and a label that can be read; with `balance` the others share
 * the number of all rows, so that a mean is one over them alone.
 */
export function withoutIgnored(
  b: Builder,
  inputs: LossInputs,
  ignoreClass: number | null | undefined,
  balance: boolean,
): LossInputs {
  if (ignoreClass == null) return inputs;
  const { target, weights } = inputs;
  const counted = b.temporary(target.shape, target);
  const labels = new Value(target.shape, { batched: target.batched, type: 'int32' });
  const rows = target.count;
  b.emit(core, 'ignoreLabel', counted, labels, target, weights ?? 0, ignoreClass, balance ? 1 : 0, rows);
  return { ...inputs, target: labels, weights: counted };
}

/** The weights with which the mean over the rows is the loss of the batch. */
export function reduced(
  b: Builder,
  reduction: string,
  { prediction, weights }: LossInputs,
): Value | undefined {
  if (reduction === 'sum') {
    const product = b.temporary(prediction.shape.slice(0, -1), prediction);
    const rows = prediction.rows;
    if (weights) b.emit(core, 'affine', product, weights, rows, 0, rows);
    else b.emit(core, 'fill', product, rows, rows);
    return product;
  }
  if (reduction !== 'mean_with_sample_weight' || !weights) return weights;
  const share = b.temporary(weights.shape, weights);
  b.emit(core, 'unitMean', share, weights, weights.count);
  return share;
}

/** Targets moved towards equal shares: of 1/2 each, or of one by the number of classes. */
export function smoothed(
  b: Builder,
  inputs: LossInputs,
  activation: 'sigmoid' | 'softmax',
  labelSmoothing = 0,
): LossInputs {
  if (!labelSmoothing) return inputs;
  const share = labelSmoothing / (activation === 'sigmoid' ? 2 : inputs.prediction.cols);
  return { ...inputs, target: b.affine(inputs.target, 1 - labelSmoothing, share) };
}

/** Weights of rows, as the one of each sample: their mean. */
export function sampleWeights(b: Builder, weights: Value): Value {
  return weights.shape.length ? b.mean(b.reshape(weights, [sizeOf(weights.shape)])) : weights;
}
