import type { Activation } from '../activations.js';
import type { Constraint } from '../constraints.js';
import { ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import { checkOptions } from '../names.js';
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
import type { Shape } from '../shape.js';
import { COMMON, checkCount, Layer, type LayerOptions, optional, type WeightBuilder } from './layer.js';

export interface DenseOptions extends LayerOptions {
  /** How many outputs. */
  units: number;
  /** Default 'linear'. */
  activation?: ActivationLike;
  /** Default true. */
  useBias?: boolean;
  /** Default 'glorotUniform'. */
  kernelInitializer?: InitializerLike;
  /** Default 'zeros'. */
  biasInitializer?: InitializerLike;
  /** Adds a penalty on the kernel to the loss. Default: none. */
  kernelRegularizer?: RegularizerLike;
  /** Adds a penalty on the bias to the loss. Default: none. */
  biasRegularizer?: RegularizerLike;
  /** What is done to the kernel after every step. Default: nothing. */
  kernelConstraint?: ConstraintLike;
  /** What is done to the bias after every step. Default: nothing. */
  biasConstraint?: ConstraintLike;
}

const OPTIONS = [
  ...['units', 'activation', 'useBias', 'kernelInitializer', 'biasInitializer', 'kernelRegularizer'],
  ...['biasRegularizer', 'kernelConstraint', 'biasConstraint', ...COMMON],
];

/**
 * `activation(x . kernel + bias)` over the last axis: [batch, ..., in] to [batch, ..., units]. Weights: kernel
 * [in, units], bias [units]. As the first layer it reads a SparseMatrix without making it dense.
 */
export class Dense extends Layer {
  static override className = 'Dense';
  readonly units: number;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | undefined;
  readonly biasRegularizer: Regularizer | undefined;
  readonly kernelConstraint: Constraint | undefined;
  readonly biasConstraint: Constraint | undefined;
  kernel!: Parameter;
  bias: Parameter | undefined;

  /** @throws ConfigError for units that are no positive whole number, unknown options and identifiers. */
  constructor(options: DenseOptions) {
    super(options);
    checkOptions(options, OPTIONS, 'layers.dense');
    this.units = checkCount(options.units, `layers.dense: units`);
    this.activation = resolveActivation(options.activation ?? 'linear');
    this.useBias = options.useBias ?? true;
    this.kernelInitializer = resolveInitializer(options.kernelInitializer ?? 'glorotUniform');
    this.biasInitializer = resolveInitializer(options.biasInitializer ?? 'zeros');
    this.kernelRegularizer = optional(options.kernelRegularizer, resolveRegularizer);
    this.biasRegularizer = optional(options.biasRegularizer, resolveRegularizer);
    this.kernelConstraint = optional(options.kernelConstraint, resolveConstraint);
    this.biasConstraint = optional(options.biasConstraint, resolveConstraint);
  }

  override build(b: WeightBuilder, shape: Shape): void {
    if (shape.length === 0) {
      throw new ShapeError('layer-shape', 'a dense layer needs an input of shape [batch, ..., features].');
    }
    const { units } = this;
    this.kernel = b.parameter({
      name: 'kernel',
      shape: [shape[shape.length - 1], units],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (!this.useBias) return;
    this.bias = b.parameter({
      name: 'bias',
      shape: [units],
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  override call(b: Builder, x: Value): Value {
    // Nothing but the activation reads the sum, so it may be overwritten.
    return this.activation.apply(b, b.dense(x, this.kernel, this.bias), true);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override get readsSparse(): boolean {
    return this.call === Dense.prototype.call;
  }

  override getConfig(): Record<string, unknown> {
    const { units, useBias } = this;
    return {
      ...super.getConfig(),
      units,
      activation: describe(this.activation),
      useBias,
      kernelInitializer: describe(this.kernelInitializer),
      biasInitializer: describe(this.biasInitializer),
      kernelRegularizer: optional(this.kernelRegularizer, describe),
      biasRegularizer: optional(this.biasRegularizer, describe),
      kernelConstraint: optional(this.kernelConstraint, describe),
      biasConstraint: optional(this.biasConstraint, describe),
    };
  }
}
