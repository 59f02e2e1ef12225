import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Shape } from '../shape.js';
import { COMMON, Layer, type LayerOptions, type WeightBuilder } from './layer.js';

export interface WrapperOptions extends LayerOptions {
  /** The layer that is wrapped. */
  layer: Layer;
}

/**
 * The base of layers around another: weights, freezing and masks are those of the inner one. By itself it does what that
 * does; `call` of a class that extends it does something with `this.layer.emit(b, inputs)`.
 */
export class Wrapper extends Layer {
  static override className = 'Wrapper';
  readonly layer: Layer;

  /** @param own names of options beside the common ones. @throws ConfigError where `layer` is none. */
  constructor(options: WrapperOptions, own: readonly string[] = []) {
    super(options);
    checkOptions(options, ['layer', ...own, ...COMMON], 'wrapper layer');
    if (!(options.layer instanceof Layer)) {
      throw new ConfigError(
        'option-value',
        `A wrapper needs a layer to wrap, but got ${String(options.layer)}.`,
      );
    }
    this.layer = options.layer;
    if (options.trainable === false) this.layer.trainable = false;
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  override set trainable(trainable: boolean) {
    super.trainable = trainable;
    this.layer.trainable = trainable;
  }

  override build(_b: WeightBuilder, ...shapes: Shape[]): void {
    this.layer.buildFor(shapes);
    this.parameters.push(...this.layer.parameters);
  }

  override call(b: Builder, ...inputs: Value[]): Value | readonly Value[] {
    return this.layer.emit(b, inputs);
  }

  override flatLayers(): Layer[] {
    return [this, ...this.layer.flatLayers()];
  }

  override trainableParameters(): readonly Parameter[] {
    return this.trainable ? this.layer.trainableParameters() : [];
  }

  override get supportsMasking(): boolean {
    return this.layer.supportsMasking;
  }

  override computeMask(b: Builder, _inputs: readonly Value[], output: Value): Value | undefined {
    return b.maskOf(output);
  }

  override getConfig(): Record<string, unknown> {
    const { className } = this.layer;
    return { ...super.getConfig(), layer: { className, config: this.layer.getConfig() } };
  }
}
