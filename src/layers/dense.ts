import type { Activation } from '../activations.js';
import { ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Regularizer } from '../regularizers.js';
import {
  type ActivationLike,
  describe,
  type InitializerLike,
  type RegularizerLike,
  resolveActivation,
  resolveInitializer,
  resolveRegularizer,
} from '../resolve.js';
import type { Shape } from '../shape.js';
import { checkCount, Layer, type LayerOptions, type WeightBuilder } from './layer.js';

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
  kernelRegularizer?: RegularizerLike;
  biasRegularizer?: RegularizerLike;
}

const OPTIONS = [
  ...['units', 'activation', 'useBias', 'kernelInitializer', 'biasInitializer', 'kernelRegularizer'],
  ...['biasRegularizer', 'name', 'trainable', 'inputShape'],
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
    this.kernelRegularizer = options.kernelRegularizer && resolveRegularizer(options.kernelRegularizer);
    this.biasRegularizer = options.biasRegularizer && resolveRegularizer(options.biasRegularizer);
  }

  override build(b: WeightBuilder, shape: Shape): void {
    if (shape.length === 0) {
      throw new ShapeError('layer-shape', 'a dense layer needs an input of shape [batch, ..., features].');
    }
    const { units, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer } = this;
    this.kernel = b.parameter({
      name: 'kernel',
      shape: [shape[shape.length - 1], units],
      initializer: kernelInitializer,
      regularizer: kernelRegularizer,
    });
    if (!this.useBias) return;
    this.bias = b.parameter({
      name: 'bias',
      shape: [units],
      initializer: biasInitializer,
      regularizer: biasRegularizer,
    });
  }

  override call(b: Builder, x: Value): Value {
    // Nothing but the activation reads the sum, so it may be overwritten.
    return this.activation.apply(b, b.dense(x, this.kernel, this.bias), true);
  }

  override get readsSparse(): boolean {
    return this.call === Dense.prototype.call;
  }

  override getConfig(): Record<string, unknown> {
    const { units, useBias, kernelRegularizer, biasRegularizer } = this;
    return {
      ...super.getConfig(),
      units,
      activation: describe(this.activation),
      useBias,
      kernelInitializer: describe(this.kernelInitializer),
      biasInitializer: describe(this.biasInitializer),
      kernelRegularizer: kernelRegularizer && describe(kernelRegularizer),
      biasRegularizer: biasRegularizer && describe(biasRegularizer),
    };
  }
}
