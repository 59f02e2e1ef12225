import {
  type Activation as ActivationFunction,
  type AxisOptions,
  elu,
  leakyRelu,
  type ReluOptions,
  relu,
  softmax,
} from '../activations.js';
import type { Constraint } from '../constraints.js';
import type { Initializer } from '../initializers.js';
import { checkOptions } from '../names.js';
import { sampleAxes } from '../plan/axes.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Regularizer } from '../regularizers.js';
import {
  type ActivationLike,
  type ConstraintLike,
  describe,
  type InitializerLike,
  type RegularizerLike,
  resolveActivation,
  resolveConstraint,
  resolveInitializer,
  resolveRegularizer,
} from '../resolve.js';
import { type Shape, sizeOf } from '../shape.js';
import { COMMON, Layer, type LayerOptions, optional, type WeightBuilder } from './layer.js';

/** A layer that applies an activation function and nothing else; the shape stays. */
export abstract class ActivationLayer extends Layer {
  readonly activation: ActivationFunction;

  constructor(activation: ActivationFunction, options: LayerOptions, where: string) {
    super(options);
    checkOptions(options, COMMON, where);
    this.activation = activation;
  }

  override call(b: Builder, x: Value): Value {
    return this.activation.apply(b, x);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.activation.config };
  }
}

export interface ActivationOptions extends LayerOptions {
  /** The function, by name or from `fl.activations`. */
  activation: ActivationLike;
}

/** Applies the activation function that it is given. */
export class Activation extends ActivationLayer {
  static override className = 'Activation';

  constructor({ activation, ...options }: ActivationOptions) {
    super(resolveActivation(activation), options, 'layers.activation');
  }

  override getConfig(): Record<string, unknown> {
    const { name, trainable, activityRegularizer } = this;
    return {
      name,
      trainable,
      activityRegularizer: optional(activityRegularizer, describe),
      activation: describe(this.activation),
    };
  }
}

export interface ReLUOptions extends LayerOptions, ReluOptions {}

/**
 * max(x, 0); with options min(x, maxValue) above the threshold, negativeSlope * (x - threshold) elsewhere.
 */
export class ReLU extends ActivationLayer {
  static override className = 'ReLU';

  /** @throws ValueError where an option is negative. */
  constructor({ negativeSlope, maxValue, threshold, ...options }: ReLUOptions = {}) {
    super(relu({ negativeSlope, maxValue, threshold }), options, 'layers.relu');
  }
}

export interface LeakyReLUOptions extends LayerOptions {
  /** Default 0.3, where the function of that name has 0.2. */
  negativeSlope?: number;
}

/** x above 0, negativeSlope * x below. */
export class LeakyReLU extends ActivationLayer {
  static override className = 'LeakyReLU';

  constructor({ negativeSlope = 0.3, ...options }: LeakyReLUOptions = {}) {
    super(leakyRelu({ negativeSlope }), options, 'layers.leakyRelu');
  }
}

export interface ELUOptions extends LayerOptions {
  /** Default 1. */
  alpha?: number;
}

/** x above 0, alpha * (exp(x) - 1) below. */
export class ELU extends ActivationLayer {
  static override className = 'ELU';

  constructor({ alpha = 1, ...options }: ELUOptions = {}) {
    super(elu({ alpha }), options, 'layers.elu');
  }
}

export interface SoftmaxOptions extends LayerOptions, AxisOptions {}

/** exp(x) / sum exp(x) over an axis (default -1, the last; 1 is the first after the batch). */
export class Softmax extends ActivationLayer {
  static override className = 'Softmax';

  constructor({ axis, ...options }: SoftmaxOptions = {}) {
    super(softmax({ axis }), options, 'layers.softmax');
  }
}

export interface PReLUOptions extends LayerOptions {
  /** Default 'zeros'. */
  alphaInitializer?: InitializerLike;
  /** Adds a penalty on the slopes to the loss. Default: none. */
  alphaRegularizer?: RegularizerLike;
  /** What is done to the slopes after every step. Default: nothing. */
  alphaConstraint?: ConstraintLike;
  /** Axes along which all share one slope; 1 is the first after the batch. Default: none. */
  sharedAxes?: readonly number[];
}

/** x above 0, alpha * x below, with a slope that is learnt for every element of a sample (He et al. 2015). */
export class PReLU extends Layer {
  static override className = 'PReLU';
  readonly alphaInitializer: Initializer;
  readonly alphaRegularizer: Regularizer | undefined;
  readonly alphaConstraint: Constraint | undefined;
  readonly sharedAxes: readonly number[] | undefined;
  alpha!: Parameter;

  constructor(options: PReLUOptions = {}) {
    super(options);
    const own = ['alphaInitializer', 'alphaRegularizer', 'alphaConstraint', 'sharedAxes'];
    checkOptions(options, [...own, ...COMMON], 'layers.prelu');
    this.alphaInitializer = resolveInitializer(options.alphaInitializer ?? 'zeros');
    this.alphaRegularizer = optional(options.alphaRegularizer, resolveRegularizer);
    this.alphaConstraint = optional(options.alphaConstraint, resolveConstraint);
    this.sharedAxes = options.sharedAxes;
  }

  override build(b: WeightBuilder, shape: Shape): void {
    const shared = sampleAxes(this.sharedAxes ?? [], shape);
    this.alpha = b.parameter({
      name: 'alpha',
      shape: shape.map((size, axis) => (shared.includes(axis) ? 1 : size)),
      initializer: this.alphaInitializer,
      regularizer: this.alphaRegularizer,
      constraint: this.alphaConstraint,
    });
  }

  override call(b: Builder, x: Value): Value {
    const size = sizeOf(x.shape);
    const slope = b.reshape(b.broadcast(this.alpha, x.shape), [size]);
    const below = b.reshape(b.apply('relu', b.affine(x, -1, 0)), [size]);
    return b.subtract(b.apply('relu', x), b.reshape(b.multiply(below, slope), x.shape));
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      alphaInitializer: describe(this.alphaInitializer),
      alphaRegularizer: optional(this.alphaRegularizer, describe),
      alphaConstraint: optional(this.alphaConstraint, describe),
      sharedAxes: this.sharedAxes,
    };
  }
}
