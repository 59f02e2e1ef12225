import { ConfigError, ShapeError } from '../errors.js';
import type { LossDefinition } from '../losses.js';
import type { Builder } from '../plan/builder.js';
import { Value } from '../plan/value.js';
import { nameOf } from '../registry.js';
import { formatShape, sameShape } from '../shape.js';
import { countedRows, sampleWeights } from './inputs.js';

/**
 * A loss of one's own, composed of builder operations: a value for each element of the output, for each of its rows or for
 * each sample, of which the mean is taken. The gradient follows.
 */
export type LossFunction = (b: Builder, yTrue: Value, yPred: Value) => Value;

/** The loss that a function stands for. */
export function lossOf(fn: LossFunction): LossDefinition {
  const known = nameOf(fn);
  return {
    name: known ?? (fn.name || 'loss'),
    ...(known === undefined ? {} : { config: {} }),
    target: 'values',
    fromLogits: false,
    build(b, inputs) {
      const { prediction, target, plain } = inputs;
      const { weights } = plain ? inputs : countedRows(b, inputs, null, true);
      const value = fn(b, target, prediction);
      if (!(value instanceof Value && value.batched)) throw noLoss(this.name, value);
      const perRow = sameShape(value.shape, prediction.shape) && value.shape.length ? b.mean(value) : value;
      return weights ? b.multiply(perRow, fitting(b, weights, perRow)) : perRow;
    },
  };
}

function fitting(b: Builder, weights: Value, perRow: Value): Value {
  if (sameShape(weights.shape, perRow.shape)) return weights;
  if (perRow.shape.length === 0) return sampleWeights(b, weights);
  throw new ShapeError(
    'loss-shape',
    `The loss function gives values of shape ${formatShape(perRow.shape, true)}, but there are weights of shape ` +
      `${formatShape(weights.shape, true)}.`,
  );
}

function noLoss(name: string, got: unknown): ConfigError {
  return new ConfigError(
    'loss-value',
    `The loss function '${name}' must return a value that b made, with numbers for each sample, but got ` +
      `${got instanceof Value ? `one of shape ${formatShape(got.shape, false)} for the whole batch` : String(got)}.`,
  );
}
