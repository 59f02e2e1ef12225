import type { Constraint } from '../constraints.js';
import { ConfigError, ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import { checkOptions } from '../names.js';
import { overAxes, sampleAxes, sampleAxis } from '../plan/axes.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Regularizer } from '../regularizers.js';
import {
  type ConstraintLike,
  describe,
  type InitializerLike,
  type RegularizerLike,
  resolveConstraint,
  resolveInitializer,
  resolveRegularizer,
} from '../resolve.js';
import { type Shape, sizeOf } from '../shape.js';
import { COMMON, Layer, type LayerOptions, optional, type WeightBuilder } from './layer.js';

/** An axis, or several: 1 is the first after the batch, -1 the last. */
export type Axes = number | readonly number[];

export interface ScaledOptions extends LayerOptions {
  /** Added before a root is taken. Default 0.001. */
  epsilon?: number;
  /** Whether beta is added. Default true. */
  center?: boolean;
  /** Whether gamma multiplies. Default true. */
  scale?: boolean;
  /** Default 'zeros'. */
  betaInitializer?: InitializerLike;
  /** Default 'ones'. */
  gammaInitializer?: InitializerLike;
  /** Adds a penalty on beta to the loss. Default: none. */
  betaRegularizer?: RegularizerLike;
  /** Adds a penalty on gamma to the loss. Default: none. */
  gammaRegularizer?: RegularizerLike;
  /** What is done to beta after every step. Default: nothing. */
  betaConstraint?: ConstraintLike;
  /** What is done to gamma after every step. Default: nothing. */
  gammaConstraint?: ConstraintLike;
}

const SCALED = [
  ...['epsilon', 'center', 'scale', 'betaInitializer', 'gammaInitializer', 'betaRegularizer'],
  ...['gammaRegularizer', 'betaConstraint', 'gammaConstraint', ...COMMON],
];

/** What is normalised, then multiplied by gamma and moved by beta. */
abstract class Scaled extends Layer {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly betaInitializer: Initializer;
  readonly gammaInitializer: Initializer;
  readonly betaRegularizer: Regularizer | undefined;
  readonly gammaRegularizer: Regularizer | undefined;
  readonly betaConstraint: Constraint | undefined;
  readonly gammaConstraint: Constraint | undefined;
  gamma: Parameter | undefined;
  beta: Parameter | undefined;

  constructor(options: ScaledOptions, own: readonly string[], where: string) {
    super(options);
    checkOptions(options, [...own, ...SCALED], where);
    this.epsilon = checkEpsilon(options.epsilon ?? 1e-3, where);
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.betaInitializer = resolveInitializer(options.betaInitializer ?? 'zeros');
    this.gammaInitializer = resolveInitializer(options.gammaInitializer ?? 'ones');
    this.betaRegularizer = optional(options.betaRegularizer, resolveRegularizer);
    this.gammaRegularizer = optional(options.gammaRegularizer, resolveRegularizer);
    this.betaConstraint = optional(options.betaConstraint, resolveConstraint);
    this.gammaConstraint = optional(options.gammaConstraint, resolveConstraint);
  }

  /** Makes gamma and beta of that shape, as far as they are wanted. */
  protected buildScale(b: WeightBuilder, shape: Shape): void {
    if (this.scale) {
      this.gamma = b.parameter({
        name: 'gamma',
        shape,
        initializer: this.gammaInitializer,
        regularizer: this.gammaRegularizer,
        constraint: this.gammaConstraint,
      });
    }
    if (!this.center) return;
    this.beta = b.parameter({
      name: 'beta',
      shape,
      initializer: this.betaInitializer,
      regularizer: this.betaRegularizer,
      constraint: this.betaConstraint,
    });
  }

  /** gamma x + beta over the last axis. */
  protected scaled(b: Builder, x: Value): Value {
    const row = (weight: Parameter) => b.reshape(weight, [sizeOf(weight.shape)]);
    const scaled = this.gamma ? b.multiply(x, row(this.gamma)) : x;
    return this.beta ? b.add(scaled, row(this.beta)) : scaled;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Record<string, unknown> {
    const { epsilon, center, scale } = this;
    return {
      ...super.getConfig(),
      epsilon,
      center,
      scale,
      betaInitializer: describe(this.betaInitializer),
      gammaInitializer: describe(this.gammaInitializer),
      betaRegularizer: optional(this.betaRegularizer, describe),
      gammaRegularizer: optional(this.gammaRegularizer, describe),
      betaConstraint: optional(this.betaConstraint, describe),
      gammaConstraint: optional(this.gammaConstraint, describe),
    };
  }
}

export interface BatchNormalizationOptions extends ScaledOptions {
  /** The axis whose entries are normalised each by itself; 1 is the first after the batch. Default -1, the last. */
  axis?: number;
  /** What the moving statistics keep of themselves in a step. Default 0.99. */
  momentum?: number;
  /** Default 'zeros'. */
  movingMeanInitializer?: InitializerLike;
  /** Default 'ones'. */
  movingVarianceInitializer?: InitializerLike;
}

/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta for every entry of an axis (Ioffe and Szegedy 2015). In training
 * mean and variance are those of the batch, over all other axes, and moving ones follow them; otherwise, and where
 * `trainable` is false, the moving ones are used. Where the input has a mask, mean and variance are those of the rows that
 * count. Weights: gamma, beta, movingMean, movingVariance.
 *
 * Where threads divide a batch each normalises its own part, and the moving statistics follow those of the first part.
 */
export class BatchNormalization extends Scaled {
  static override className = 'BatchNormalization';
  readonly axis: number;
  readonly momentum: number;
  readonly movingMeanInitializer: Initializer;
  readonly movingVarianceInitializer: Initializer;
  movingMean!: Parameter;
  movingVariance!: Parameter;

  /** @throws ConfigError for a momentum outside 0 to 1. */
  constructor(options: BatchNormalizationOptions = {}) {
    const where = 'layers.batchNormalization';
    super(options, ['axis', 'momentum', 'movingMeanInitializer', 'movingVarianceInitializer'], where);
    const { axis = -1, momentum = 0.99 } = options;
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new ConfigError(
        'option-value',
        `${where}: momentum must be from 0 to 1, but got ${String(momentum)}.`,
      );
    }
    this.axis = axis;
    this.momentum = momentum;
    this.movingMeanInitializer = resolveInitializer(options.movingMeanInitializer ?? 'zeros');
    this.movingVarianceInitializer = resolveInitializer(options.movingVarianceInitializer ?? 'ones');
  }

  override build(b: WeightBuilder, input: Shape): void {
    const shape = [input[sampleAxis(this.axis, input)]];
    this.buildScale(b, shape);
    const moving = { shape, trainable: false };
    this.movingMean = b.parameter({
      ...moving,
      name: 'moving_mean',
      initializer: this.movingMeanInitializer,
    });
    this.movingVariance = b.parameter({
      ...moving,
      name: 'moving_variance',
      initializer: this.movingVarianceInitializer,
    });
  }

  override call(b: Builder, x: Value): Value {
    const axis = sampleAxis(this.axis, x.shape);
    const mask = b.maskOf(x);
    if (mask && b.training && axis !== x.shape.length - 1) {
      throw new ConfigError(
        'mask-axis',
        `only the last axis of an input with a mask can be normalised, but axis is ${this.axis}.`,
      );
    }
    return overAxes(b, x, [axis], (rows) => this.scaled(b, this.#normalized(b, rows, mask)));
  }

  #normalized(b: Builder, x: Value, mask: Value | undefined): Value {
    const { epsilon, momentum, movingMean, movingVariance } = this;
    if (!b.training || b.isFrozen(this)) return b.normalizeColumns(x, movingMean, movingVariance, epsilon);
    const { y, mean, variance } = b.batchNormalize(x, epsilon, mask);
    b.moveTowards(movingMean, mean, momentum);
    b.moveTowards(movingVariance, variance, momentum);
    return y;
  }

  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      axis: this.axis,
      momentum: this.momentum,
      movingMeanInitializer: describe(this.movingMeanInitializer),
      movingVarianceInitializer: describe(this.movingVarianceInitializer),
    };
  }
}

export interface LayerNormalizationOptions extends ScaledOptions {
  /** The axes over which mean and variance are taken. Default -1, the last. */
  axis?: Axes;
}

/**
 * gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance of every sample over some axes (Ba et al. 2016).
 * Weights: gamma and beta, of the shape of those axes.
 */
export class LayerNormalization extends Scaled {
  static override className = 'LayerNormalization';
  readonly axis: Axes;

  constructor(options: LayerNormalizationOptions = {}) {
    super(options, ['axis'], 'layers.layerNormalization');
    this.axis = options.axis ?? -1;
  }

  override build(b: WeightBuilder, shape: Shape): void {
    this.buildScale(
      b,
      sampleAxes(this.axis, shape).map((axis) => shape[axis]),
    );
  }

  override call(b: Builder, x: Value): Value {
    return overAxes(b, x, sampleAxes(this.axis, x.shape), (rows) =>
      this.scaled(b, b.normalizeRows('layer', rows, this.epsilon)),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}

export interface GroupNormalizationOptions extends ScaledOptions {
  /** How many groups the channels are divided into; -1 makes every channel one. Default 32. */
  groups?: number;
  /** The axis of the channels. Default -1, the last. */
  axis?: number;
}

/**
 * As layer normalisation, with mean and variance of every sample over a group of channels and all other axes (Wu and He
 * 2018). Weights: gamma and beta, one number for each channel.
 */
export class GroupNormalization extends Scaled {
  static override className = 'GroupNormalization';
  readonly groups: number;
  readonly axis: number;

  /** @throws ConfigError where groups is neither -1 nor a positive whole number. */
  constructor(options: GroupNormalizationOptions = {}) {
    super(options, ['groups', 'axis'], 'layers.groupNormalization');
    const { groups = 32, axis = -1 } = options;
    if (!Number.isInteger(groups) || (groups < 1 && groups !== -1)) {
      throw new ConfigError(
        'option-value',
        `layers.groupNormalization: groups must be -1 or a whole number of 1 or more, but got ${String(groups)}.`,
      );
    }
    this.groups = groups;
    this.axis = axis;
  }

  override build(b: WeightBuilder, shape: Shape): void {
    const channels = shape[sampleAxis(this.axis, shape)];
    if (channels % this.#groupsOf(channels)) {
      throw new ShapeError('layer-shape', `${channels} channels do not divide into ${this.groups} groups.`);
    }
    this.buildScale(b, [channels]);
  }

  override call(b: Builder, x: Value): Value {
    const axis = sampleAxis(this.axis, x.shape);
    const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
    const groups = this.#groupsOf(x.shape[axis]);
    const first = b.permute(x, [axis, ...others]);
    const rows = b.reshape(first, [groups, sizeOf(x.shape) / groups]);
    const normalized = b.reshape(b.normalizeRows('layer', rows, this.epsilon), first.shape);
    // The channels go to the end for gamma and beta, and from there to their own place.
    const last = b.permute(normalized, [...others.map((_, i) => i + 1), 0]);
    const order = [...others, axis];
    return b.permute(
      this.scaled(b, last),
      order.map((_, i) => order.indexOf(i)),
    );
  }

  #groupsOf(channels: number): number {
    return this.groups === -1 ? channels : this.groups;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), groups: this.groups, axis: this.axis };
  }
}

export interface RMSNormalizationOptions extends LayerOptions {
  /** The axes over which the mean is taken. Default -1, the last. */
  axis?: Axes;
  /** Default 0.000001. */
  epsilon?: number;
}

/** scale x / sqrt(mean of x^2 + epsilon) (Zhang and Sennrich 2019). Weight: scale, of the shape of the axes. */
export class RMSNormalization extends Layer {
  static override className = 'RMSNormalization';
  readonly axis: Axes;
  readonly epsilon: number;
  scale!: Parameter;

  constructor(options: RMSNormalizationOptions = {}) {
    super(options);
    const where = 'layers.rmsNormalization';
    checkOptions(options, ['axis', 'epsilon', ...COMMON], where);
    this.axis = options.axis ?? -1;
    this.epsilon = checkEpsilon(options.epsilon ?? 1e-6, where);
  }

  override build(b: WeightBuilder, shape: Shape): void {
    const axes = sampleAxes(this.axis, shape).map((axis) => shape[axis]);
    this.scale = b.parameter({ name: 'scale', shape: axes, initializer: 'ones' });
  }

  override call(b: Builder, x: Value): Value {
    return overAxes(b, x, sampleAxes(this.axis, x.shape), (rows) =>
      b.multiply(b.normalizeRows('rms', rows, this.epsilon), b.reshape(this.scale, [rows.cols])),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis, epsilon: this.epsilon };
  }
}

export interface UnitNormalizationOptions extends LayerOptions {
  /** The axes over which the length is taken. Default -1, the last. */
  axis?: Axes;
}

/** Keras divides by at least this. */
const SHORTEST = 1e-12;

/** x / its length over some axes. */
export class UnitNormalization extends Layer {
  static override className = 'UnitNormalization';
  readonly axis: Axes;

  constructor(options: UnitNormalizationOptions = {}) {
    super(options);
    checkOptions(options, ['axis', ...COMMON], 'layers.unitNormalization');
    this.axis = options.axis ?? -1;
  }

  override call(b: Builder, x: Value): Value {
    return overAxes(b, x, sampleAxes(this.axis, x.shape), (rows) => b.normalizeRows('unit', rows, SHORTEST));
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}

function checkEpsilon(epsilon: number, where: string): number {
  if (epsilon >= 0 && Number.isFinite(epsilon)) return epsilon;
  throw new ConfigError('option-value', `${where}: epsilon must be 0 or above, but got ${String(epsilon)}.`);
}
