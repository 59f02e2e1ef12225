import { checkOptions } from './names.js';
import type { Builder } from './plan/builder.js';
import type { Value } from './plan/value.js';
import { core } from './wasm/core.js';

export interface LossInputs {
  prediction: Value;
  target: Value;
  /** A weight for every row of the prediction; without it every row counts once. */
  weights?: Value;
  /** What the gradient is multiplied with: the weight of this loss among others. Default 1. */
  scale?: number;
}

/** A loss function: a value for every row of the prediction, and the gradient of the mean of all rows. */
export interface Loss {
  readonly name: string;
  /** The options that make an equal one; a loss without them cannot be sent to a worker. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether targets look like the prediction, or are one class number a row. */
  readonly target: 'values' | 'labels';
  /** The activation whose outputs it reads as probabilities, if it does. */
  readonly activation?: 'sigmoid' | 'softmax';
  /** Whether it reads what stands before that activation instead. */
  readonly fromLogits: boolean;
  /** Emits its steps and returns the loss of every row. In a plan for training it contributes the gradient. */
  build(b: Builder, inputs: LossInputs): Value;
}

export interface CrossentropyOptions {
  /** Whether the prediction is what stands before sigmoid or softmax. Default false. */
  fromLogits?: boolean;
}

type LossKernel =
  | 'meanSquaredError'
  | 'meanAbsoluteError'
  | 'binaryCrossentropy'
  | 'sigmoidBinaryCrossentropy'
  | 'categoricalCrossentropy'
  | 'softmaxCategoricalCrossentropy'
  | 'sparseCategoricalCrossentropy'
  | 'softmaxSparseCategoricalCrossentropy';

/** mean (prediction - target)^2 over the last axis. */
export const meanSquaredError = (): Loss => distance('meanSquaredError');
/** mean |prediction - target| over the last axis; the gradient where they are equal is 0. */
export const meanAbsoluteError = (): Loss => distance('meanAbsoluteError');

/**
 * -mean (t log p + (1 - t) log(1 - p)) over the last axis. Behind a sigmoid it is computed from what stands before it,
 * exact and stable. Keras clips p to [1e-7, 1 - 1e-7]; here nothing is clipped.
 */
export const binaryCrossentropy = (options: CrossentropyOptions = {}): Loss =>
  crossentropy('binaryCrossentropy', 'sigmoidBinaryCrossentropy', 'sigmoid', 'values', options);

/**
 * -sum t log p over the last axis, p divided by its sum as in Keras; targets are one-hot or any distribution. Behind a
 * softmax it is computed from what stands before it. Nothing is clipped.
 */
export const categoricalCrossentropy = (options: CrossentropyOptions = {}): Loss =>
  crossentropy('categoricalCrossentropy', 'softmaxCategoricalCrossentropy', 'softmax', 'values', options);

/** As `categoricalCrossentropy` with class numbers as targets, one a row. */
export const sparseCategoricalCrossentropy = (options: CrossentropyOptions = {}): Loss => {
  const [plain, fused] = ['sparseCategoricalCrossentropy', 'softmaxSparseCategoricalCrossentropy'] as const;
  return crossentropy(plain, fused, 'softmax', 'labels', options);
};

function distance(name: LossKernel): Loss {
  return {
    name,
    config: {},
    target: 'values',
    fromLogits: false,
    build: (b, inputs) => emitLoss(b, name, inputs.prediction, inputs),
  };
}

function crossentropy(
  name: LossKernel,
  fused: LossKernel,
  activation: 'sigmoid' | 'softmax',
  target: 'values' | 'labels',
  options: CrossentropyOptions,
): Loss {
  checkOptions(options, ['fromLogits'], `losses.${name}`);
  const { fromLogits = false } = options;
  return {
    name,
    config: { fromLogits },
    target,
    activation,
    fromLogits,
    build(b, inputs) {
      const { prediction } = inputs;
      const logits = fromLogits ? prediction : b.logitsOf(prediction, activation);
      return logits ? emitLoss(b, fused, logits, inputs) : emitLoss(b, name, prediction, inputs);
    },
  };
}

/** Value and gradient come from one kernel in one pass; without a gradient to write it gets address 0. */
function emitLoss(
  b: Builder,
  kernel: LossKernel,
  x: Value,
  { target, weights, scale = 1 }: LossInputs,
): Value {
  const loss = b.temporary(x.shape.slice(0, -1), x);
  const emit = (dx: Value | 0) =>
    b.emit(core, kernel, loss, dx, x, target, weights ?? 0, scale, x.rows, x.cols);
  if (x.needsGradient) b.gradient(x, emit);
  else emit(0);
  return loss;
}
