import type { Activation as ActivationFunction } from '../activations.js';
import { elu, leakyRelu, relu, softmax } from '../activations.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { type ActivationLike, resolveActivation } from '../resolve.js';
import { Layer, type LayerOptions } from './layer.js';

const COMMON = ['name', 'trainable', 'inputShape'];

/** Applies an activation function; the shape stays. */
export class Activation extends Layer {
  readonly activation: ActivationFunction;

  constructor(activation: ActivationLike, options: LayerOptions = {}) {
    super(options);
    this.activation = resolveActivation(activation);
  }

  override call(b: Builder, x: Value): Value {
    return this.activation.apply(b, x);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), activation: this.activation.name };
  }
}

/** max(x, 0). */
export class ReLU extends Activation {
  constructor(options: LayerOptions = {}) {
    checkOptions(options, COMMON, 'layers.relu');
    super(relu(), options);
  }
}

/** x above 0, negativeSlope * x below. Keras's layer has 0.3 where its function has 0.2. */
export class LeakyReLU extends Activation {
  constructor({ negativeSlope = 0.3, ...options }: LayerOptions & { negativeSlope?: number } = {}) {
    checkOptions(options, COMMON, 'layers.leakyRelu');
    super(leakyRelu({ negativeSlope }), options);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.activation.config };
  }
}

/** x above 0, alpha * (exp(x) - 1) below (default alpha 1). */
export class ELU extends Activation {
  constructor({ alpha = 1, ...options }: LayerOptions & { alpha?: number } = {}) {
    checkOptions(options, COMMON, 'layers.elu');
    super(elu({ alpha }), options);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), ...this.activation.config };
  }
}

/** exp(x) / sum exp(x) over the last axis. */
export class Softmax extends Activation {
  constructor(options: LayerOptions = {}) {
    checkOptions(options, COMMON, 'layers.softmax');
    super(softmax(), options);
  }
}
