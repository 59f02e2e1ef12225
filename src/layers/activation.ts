import type { Activation as ActivationFunction } from '../activations.js';
import { elu, leakyRelu, relu, softmax } from '../activations.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { type ActivationLike, describe, resolveActivation } from '../resolve.js';
import { Layer, type LayerOptions } from './layer.js';

const COMMON = ['name', 'trainable', 'inputShape'];

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

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.activation.config };
  }
}

export interface ActivationOptions extends LayerOptions {
  activation: ActivationLike;
}

/** Applies the activation function that it is given. */
export class Activation extends ActivationLayer {
  static override className = 'Activation';

  constructor({ activation, ...options }: ActivationOptions) {
    super(resolveActivation(activation), options, 'layers.activation');
  }

  override getConfig(): Record<string, unknown> {
    const { name, trainable } = this;
    return { name, trainable, activation: describe(this.activation) };
  }
}

/** max(x, 0). */
export class ReLU extends ActivationLayer {
  static override className = 'ReLU';

  constructor(options: LayerOptions = {}) {
    super(relu(), options, 'layers.relu');
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

/** exp(x) / sum exp(x) over the last axis. */
export class Softmax extends ActivationLayer {
  static override className = 'Softmax';

  constructor(options: LayerOptions = {}) {
    super(softmax(), options, 'layers.softmax');
  }
}
