import { ConfigError } from './errors.js';
import { type LossInputs, reduced, sampleWeights, smoothed, withoutIgnored } from './losses/inputs.js';
import { checkChoice, checkNumber, checkOptions } from './names.js';
import type { Builder } from './plan/builder.js';
import type { Argument, StepArguments } from './plan/step.js';
import type { Size, Value } from './plan/value.js';
import { type Shape, sizeOf } from './shape.js';
import { shipped } from './shipped.js';
import { core } from './wasm/core.js';
import type { CoreKernels } from './wasm/generated/core.js';

export type { LossInputs } from './losses/inputs.js';

/** A loss function: a value for every row of the prediction, whose mean is the loss of a batch. */
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
  /** A class number that marks rows which do not count. */
  readonly ignoreClass?: number;
  /** Whether it needs all samples of a batch at once, so that threads cannot share them. */
  readonly wholeBatch?: boolean;
  /** Emits its steps and returns the loss of every row. What is composed of operations can be trained on as it is. */
  build(b: Builder, inputs: LossInputs): Value;
}

const REDUCTIONS = ['sum_over_batch_size', 'mean', 'mean_with_sample_weight', 'sum'] as const;

export interface LossOptions {
  /**
   * How the loss of a batch follows from those of its rows: their sum by the number of rows ('sum_over_batch_size', the
   * default, and 'mean'), by the sum of the sample weights ('mean_with_sample_weight'), or as it is ('sum').
   */
  reduction?: (typeof REDUCTIONS)[number];
}

export interface AxisOptions extends LossOptions {
  /** The axis of the classes or components: the last one, -1. */
  axis?: -1;
}

export interface SparseCrossentropyOptions extends AxisOptions {
  /** Whether the prediction is what stands before sigmoid or softmax. Default false. */
  fromLogits?: boolean;
  /** A class number that marks rows which do not count; default null, none. */
  ignoreClass?: number | null;
}

export interface CrossentropyOptions extends AxisOptions {
  /** Whether the prediction is what stands before sigmoid or softmax. Default false. */
  fromLogits?: boolean;
  /** From 0 (default) to 1: how far targets are moved towards equal shares. */
  labelSmoothing?: number;
}

export interface CategoricalFocalOptions extends CrossentropyOptions {
  /** What all classes are weighted with. Default 0.25. */
  alpha?: number;
  /** How much less well classified samples count, from 0. Default 2. */
  gamma?: number;
}

export interface BinaryFocalOptions extends CategoricalFocalOptions {
  /** Whether ones count alpha and zeros 1 - alpha. Default false. */
  applyClassBalancing?: boolean;
}

export interface HuberOptions extends LossOptions {
  /** The error from which on the loss grows linearly, above 0. Default 1. */
  delta?: number;
}

export interface DiceOptions {
  /** What is one overlap: the whole batch (null, default), the last axis (-1), or all axes of a sample ([1, 2, …]). */
  axis?: null | -1 | readonly number[];
}

export interface TverskyOptions extends DiceOptions {
  /** The weight of what the prediction lacks. Default 0.5. */
  alpha?: number;
  /** The weight of what the prediction has too much. Default 0.5. */
  beta?: number;
}

/** The kernels that are called as losses are: loss, dx, x, y, weights, scale, parameters, rows, cols. */
type LossKernel = {
  [Name in keyof CoreKernels]: CoreKernels[Name] extends (
    ...args: [number, number, number, number, number, number, number, number, ...infer Rest]
  ) => void
    ? Rest extends number[]
      ? Name
      : never
    : never;
}[keyof CoreKernels];

/** mean (prediction - target)^2 over the last axis. */
export const meanSquaredError = (options: LossOptions = {}): Loss => distance('meanSquaredError', options);
/** mean |prediction - target| over the last axis; the gradient where they are equal is 0. */
export const meanAbsoluteError = (options: LossOptions = {}): Loss => distance('meanAbsoluteError', options);
/** 100 mean |prediction - target| / max(|target|, 1e-7) over the last axis. */
export const meanAbsolutePercentageError = (options: LossOptions = {}): Loss =>
  distance('meanAbsolutePercentageError', options);
/** mean (log(max(prediction, 1e-7) + 1) - log(max(target, 1e-7) + 1))^2 over the last axis. */
export const meanSquaredLogarithmicError = (options: LossOptions = {}): Loss =>
  distance('meanSquaredLogarithmicError', options);
/** mean log(cosh(prediction - target)) over the last axis. */
export const logCosh = (options: LossOptions = {}): Loss => distance('logCosh', options);
/** mean (prediction - target log(prediction + 1e-7)) over the last axis. */
export const poisson = (options: LossOptions = {}): Loss => distance('poisson', options);
/** sum target log(target / prediction) over the last axis, both clipped to [1e-7, 1]. */
export const klDivergence = (options: LossOptions = {}): Loss => distance('klDivergence', options);
/** max(max((1 - target) prediction) - sum target prediction + 1, 0) over the last axis; targets are one-hot. */
export const categoricalHinge = (options: LossOptions = {}): Loss => distance('categoricalHinge', options);
/** mean max(1 - target prediction, 0) over the last axis; targets are -1 or 1, or all of a batch 0 or 1. */
export const hinge = (options: LossOptions = {}): Loss => marginLoss('hinge', options);
/** mean max(1 - target prediction, 0)^2 over the last axis; targets as for `hinge`. */
export const squaredHinge = (options: LossOptions = {}): Loss => marginLoss('squaredHinge', options);

/** -1 where prediction and target point in one direction, 1 where in opposite ones: -sum of both, each by its norm. */
export const cosineSimilarity = (options: AxisOptions = {}): Loss => {
  const config = known('cosineSimilarity', options, { axis: -1, ...REDUCED });
  return makeLoss('cosineSimilarity', config, (b, inputs) => emitLoss(b, 'cosineSimilarity', inputs));
};

/** mean d^2 / 2 where |d| <= delta, delta (|d| - delta / 2) elsewhere, over the last axis; d = prediction - target. */
export const huber = (options: HuberOptions = {}): Loss => {
  const config = known('huber', options, { delta: 1, ...REDUCED });
  const { delta } = config;
  checkNumber(delta, 'losses.huber: delta', { above: 0 });
  return makeLoss('huber', config, (b, inputs) => emitLoss(b, 'huber', inputs, [delta]));
};

/**
 * -mean (t log p + (1 - t) log(1 - p)) over the last axis. Behind a sigmoid it is computed from what stands before it,
 * exact and stable. Keras clips p to [1e-7, 1 - 1e-7]; here nothing is clipped.
 */
export const binaryCrossentropy = (options: CrossentropyOptions = {}): Loss => {
  const config = known('binaryCrossentropy', options, CROSSENTROPY);
  const kernels = ['binaryCrossentropy', 'sigmoidBinaryCrossentropy'] as const;
  return crossentropy('binaryCrossentropy', config, kernels, 'sigmoid');
};

/**
 * -sum t log p over the last axis, p divided by its sum as in Keras; targets are one-hot or any distribution. Behind a
 * softmax it is computed from what stands before it. Nothing is clipped.
 */
export const categoricalCrossentropy = (options: CrossentropyOptions = {}): Loss => {
  const config = known('categoricalCrossentropy', options, CROSSENTROPY);
  const kernels = ['categoricalCrossentropy', 'softmaxCategoricalCrossentropy'] as const;
  return crossentropy('categoricalCrossentropy', config, kernels, 'softmax');
};

/** As `categoricalCrossentropy` with class numbers as targets, one a row. */
export const sparseCategoricalCrossentropy = (options: SparseCrossentropyOptions = {}): Loss => {
  const name = 'sparseCategoricalCrossentropy';
  const config = known(name, options, {
    fromLogits: false,
    ignoreClass: null as number | null,
    axis: -1,
    ...REDUCED,
  });
  const { ignoreClass } = config;
  if (ignoreClass !== null) checkNumber(ignoreClass, `losses.${name}: ignoreClass`, { whole: true });
  const kernels = ['sparseCategoricalCrossentropy', 'softmaxSparseCategoricalCrossentropy'] as const;
  return crossentropy(name, config, kernels, 'softmax', 'labels');
};

/**
 * mean (1 - q)^gamma * binary cross-entropy over the last axis, q the probability of the target (Lin et al. 2017).
 * Probabilities are clipped to [1e-7, 1 - 1e-7].
 */
export const binaryFocalCrossentropy = (options: BinaryFocalOptions = {}): Loss => {
  const config = known('binaryFocalCrossentropy', options, { applyClassBalancing: false, ...FOCAL });
  const { alpha, applyClassBalancing, gamma } = config;
  const parameters = applyClassBalancing ? [gamma, alpha, 1 - alpha] : [gamma, 1, 1];
  return focal('binaryFocalCrossentropy', config, 'sigmoid', parameters);
};

/**
 * -alpha sum t (1 - p)^gamma log p over the last axis, p divided by its sum and clipped to [1e-7, 1 - 1e-7]; targets
 * are one-hot (Lin et al. 2017).
 */
export const categoricalFocalCrossentropy = (options: CategoricalFocalOptions = {}): Loss => {
  const config = known('categoricalFocalCrossentropy', options, FOCAL);
  return focal('categoricalFocalCrossentropy', config, 'softmax', [config.gamma, config.alpha]);
};

/** 1 - 2 sum t p / (sum t + sum p + 1e-7): what two sets lack of covering each other. */
export const dice = (options: DiceOptions = {}): Loss => {
  const config = known('dice', options, { axis: null });
  return overlap('dice', config, [0.5, 0.5, 0.5e-7]);
};

/** 1 - i / (i + alpha (sum t - i) + beta (sum p - i) + 1e-7), i = sum t p (Salehi et al. 2017). */
export const tversky = (options: TverskyOptions = {}): Loss => {
  const config = known('tversky', options, { alpha: 0.5, beta: 0.5, axis: null });
  const { alpha, beta } = config;
  checkNumber(alpha, 'losses.tversky: alpha', { from: 0 });
  checkNumber(beta, 'losses.tversky: beta', { from: 0 });
  return overlap('tversky', config, [alpha, beta, 1e-7]);
};

const REDUCED = { reduction: 'sum_over_batch_size' };
const CROSSENTROPY = { fromLogits: false, labelSmoothing: 0, axis: -1, ...REDUCED };
const FOCAL = { alpha: 0.25, gamma: 2, ...CROSSENTROPY };

interface Config {
  readonly [option: string]: unknown;
  readonly reduction?: string;
  readonly fromLogits?: boolean;
  readonly ignoreClass?: number | null;
  readonly labelSmoothing?: number;
}

/** Options with their defaults. @throws ConfigError for unknown ones, and values that no loss can have. */
function known<T extends object>(name: string, options: object, defaults: T): T {
  const where = `losses.${name}`;
  checkOptions(options, Object.keys(defaults), where);
  const config = { ...defaults, ...options } as T & Config;
  const { axis, labelSmoothing, reduction } = config;
  if (reduction !== undefined) checkChoice(reduction, `${where}: reduction`, REDUCTIONS);
  if ('axis' in defaults && defaults.axis === -1) checkChoice(axis, `${where}: axis`, [-1]);
  if (labelSmoothing !== undefined) {
    checkNumber(labelSmoothing, `${where}: labelSmoothing`, { from: 0, to: 1 });
  }
  return config;
}

function makeLoss(name: string, config: Config, build: Loss['build'], kind: Partial<Loss> = {}): Loss {
  const { ignoreClass, reduction = 'sum_over_batch_size' } = config;
  const whole = reduction === 'sum' || reduction === 'mean_with_sample_weight' || ignoreClass != null;
  return shipped({
    name,
    config,
    target: 'values',
    fromLogits: false,
    ...(whole ? { wholeBatch: true } : {}),
    ...kind,
    build(b, inputs) {
      const balance = reduction === 'mean' || reduction === 'sum_over_batch_size';
      const counted = withoutIgnored(b, inputs, ignoreClass, balance);
      return build(b, { ...counted, weights: reduced(b, reduction, counted) });
    },
  });
}

function distance(name: LossKernel, options: LossOptions): Loss {
  return makeLoss(name, known(name, options, REDUCED), (b, inputs) => emitLoss(b, name, inputs));
}

function marginLoss(name: LossKernel, options: LossOptions): Loss {
  return makeLoss(name, known(name, options, REDUCED), (b, inputs) => {
    const target = b.temporary(inputs.target.shape, inputs.target);
    b.emit(core, 'signedClasses', target, inputs.target, target.count);
    return emitLoss(b, name, { ...inputs, target });
  });
}

function crossentropy(
  name: string,
  config: Config,
  [plain, fused]: readonly [LossKernel, LossKernel],
  activation: 'sigmoid' | 'softmax',
  target: Loss['target'] = 'values',
): Loss {
  const { fromLogits = false, ignoreClass, labelSmoothing } = config;
  const ignored = ignoreClass == null ? {} : { ignoreClass };
  const build: Loss['build'] = (b, inputs) => {
    const { prediction } = inputs;
    const logits = fromLogits ? prediction : b.logitsOf(prediction, activation);
    const given = smoothed(b, inputs, activation, labelSmoothing);
    return emitLoss(b, logits ? fused : plain, { ...given, prediction: logits ?? prediction });
  };
  return makeLoss(name, config, build, { target, activation, fromLogits, ...ignored });
}

function focal(
  name: LossKernel,
  config: Config & { alpha: number; gamma: number },
  activation: 'sigmoid' | 'softmax',
  parameters: readonly number[],
): Loss {
  const { alpha, fromLogits = false, gamma, labelSmoothing } = config;
  checkNumber(alpha, `losses.${name}: alpha`, { from: 0, to: 1 });
  checkNumber(gamma, `losses.${name}: gamma`, { from: 0 });
  const build: Loss['build'] = (b, inputs) => {
    const x = inputs.prediction;
    const probabilities = activation === 'sigmoid' ? () => b.apply('sigmoid', x) : () => b.softmax(x);
    const prediction = fromLogits ? probabilities() : x;
    return emitLoss(b, name, { ...smoothed(b, inputs, activation, labelSmoothing), prediction }, parameters);
  };
  return makeLoss(name, config, build, { activation, fromLogits });
}

function overlap(name: string, config: Config, parameters: readonly number[]): Loss {
  const { axis } = config;
  const axes = Array.isArray(axis) ? axis : undefined;
  if (axis !== null && axis !== -1 && !axes?.every((a, i) => a === i + 1)) {
    throw new ConfigError(
      'option-value',
      `losses.${name}: axis must be null for the whole batch, -1, or all axes of a sample ([1, 2, …]), but got ` +
        `${JSON.stringify(axis)}.`,
    );
  }
  const build: Loss['build'] = (b, inputs) => {
    if (axis === null) return emitLoss(b, 'tverskyOfBatch', inputs, parameters);
    if (!axes) return emitLoss(b, 'tversky', inputs, parameters);
    const { prediction, target, weights } = inputs;
    if (axes.length !== prediction.shape.length) {
      throw new ConfigError(
        'option-value',
        `losses.${name}: axis names ${axes.length} axes, but a sample has ${prediction.shape.length}.`,
      );
    }
    const shape: Shape = [sizeOf(prediction.shape)];
    const flat = { prediction: b.reshape(prediction, shape), target: b.reshape(target, shape) };
    return emitLoss(
      b,
      'tversky',
      { ...inputs, ...flat, weights: weights && sampleWeights(b, weights) },
      parameters,
    );
  };
  return makeLoss(name, config, build, axis === null ? { wholeBatch: true } : {});
}

/**
 * Value and gradient come from one kernel. Where the loss itself is minimised they come in one pass; where operations
 * stand behind it, it is called again with the gradient of every row as its weight.
 */
function emitLoss(
  b: Builder,
  kernel: LossKernel,
  { prediction: x, target, weights }: LossInputs,
  parameters: readonly Argument[] = [],
): Value {
  const shape = x.shape.slice(0, -1);
  const loss = b.temporary(shape, x, { needsGradient: x.needsGradient });
  const call = (to: Value, dx: Value | 0, weights: Value | 0, scale: Size) =>
    [to, dx, x, target, weights, scale, ...parameters, x.rows, x.cols] as StepArguments<
      CoreKernels[LossKernel]
    >;
  const step = b.emit(core, kernel, ...call(loss, 0, weights ?? 0, 1));
  if (!x.needsGradient) return loss;
  b.onMinimize(loss, (scale) => {
    b.gradient(x, (dx) => b.revise(step, call(loss, dx, weights ?? 0, scale)));
  });
  b.onBackward(loss, (dy) => {
    let factors = dy;
    if (weights) {
      factors = b.temporary(shape, x);
      b.emit(core, 'multiply', factors, dy, weights, factors.count);
    }
    // Kernels divide by the number of rows, which dy has been already.
    b.gradient(x, (dx) => b.emit(core, kernel, ...call(b.temporary(shape, x), dx, factors, x.rows)));
  });
  return loss;
}
