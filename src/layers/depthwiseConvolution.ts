import type { Builder } from '../plan/builder.js';
import { convolve, convolveDepthwise } from '../plan/convolution.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Shape } from '../shape.js';
import { checkCount, type WeightBuilder } from './layer.js';
import type { RecipeOptions } from './recipe.js';
import { Windowed, type WindowedOptions } from './windowed.js';

/** The initializer of the kernel is 'glorotUniform' by default. */
export interface DepthwiseOptions extends WindowedOptions, RecipeOptions<'depthwise'> {
  /** How many kernels, and so outputs, every channel has. Default 1. */
  depthMultiplier?: number;
}

/** The initializers of both kernels are 'glorotUniform' by default. */
export interface SeparableOptions extends DepthwiseOptions, RecipeOptions<'pointwise'> {
  /** How many outputs are made of all that the channels gave. */
  filters: number;
}

/** What convolves every channel on its own. */
abstract class OfChannels extends Windowed {
  readonly depthMultiplier: number;

  constructor(options: DepthwiseOptions, rank: number, where: string, more: readonly string[] = []) {
    const weights = ['depthwise', ...(more.length ? ['pointwise'] : [])];
    super(options, { rank, where, weights, options: ['depthMultiplier', ...more] });
    this.depthMultiplier = checkCount(options.depthMultiplier ?? 1, `${where}: depthMultiplier`);
  }

  /** Makes the kernels of the channels; returns how many outputs they give. */
  protected buildDepthwise(
    b: WeightBuilder,
    name: string,
    shape: Shape,
  ): [kernel: Parameter, outputs: number] {
    this.checkInput(shape);
    const [channels, times] = [shape[this.rank], this.depthMultiplier];
    return [this.weight(b, name, [...this.kernelSize, channels, times], 'depthwise'), channels * times];
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), depthMultiplier: this.depthMultiplier };
  }
}

/**
 * Every channel convolved with kernels of its own. Weights: kernel [...kernelSize, channels, depthMultiplier], bias
 * [channels * depthMultiplier]; the outputs of a channel are neighbours.
 */
abstract class Depthwise extends OfChannels {
  kernel!: Parameter;

  override build(b: WeightBuilder, shape: Shape): void {
    const [kernel, outputs] = this.buildDepthwise(b, 'kernel', shape);
    this.kernel = kernel;
    this.buildBias(b, outputs);
  }

  protected override convolve(b: Builder, x: Value): Value {
    return convolveDepthwise(b, x, this.kernel, this.bias, this.spacing);
  }
}

/**
 * A depthwise convolution, whose outputs a convolution with a kernel of one entry then mixes. Weights: depthwise_kernel
 * [...kernelSize, channels, depthMultiplier], pointwise_kernel [1, ..., channels * depthMultiplier, filters], bias
 * [filters].
 */
abstract class Separable extends OfChannels {
  readonly filters: number;
  depthwiseKernel!: Parameter;
  pointwiseKernel!: Parameter;

  constructor(options: SeparableOptions, rank: number, where: string) {
    super(options, rank, where, ['filters']);
    this.filters = checkCount(options.filters, `${where}: filters`);
  }

  override build(b: WeightBuilder, shape: Shape): void {
    const [kernel, outputs] = this.buildDepthwise(b, 'depthwise_kernel', shape);
    this.depthwiseKernel = kernel;
    const ones = this.kernelSize.map(() => 1);
    this.pointwiseKernel = this.weight(b, 'pointwise_kernel', [...ones, outputs, this.filters], 'pointwise');
    this.buildBias(b, this.filters);
  }

  protected override convolve(b: Builder, x: Value): Value {
    const channels = convolveDepthwise(b, x, this.depthwiseKernel, undefined, this.spacing);
    return convolve(b, channels, this.pointwiseKernel, this.bias);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), filters: this.filters };
  }
}

/** Depthwise convolution over time: [batch, steps, channels] to [batch, windows, channels * depthMultiplier]. */
export class DepthwiseConv1D extends Depthwise {
  static override className = 'DepthwiseConv1D';

  /** @throws ConfigError for options that cannot be served; ShapeError where the kernel is larger than the input. */
  constructor(options: DepthwiseOptions) {
    super(options, 1, 'layers.depthwiseConv1D');
  }
}

/** Depthwise convolution over images: [batch, rows, columns, channels] to [batch, rows, columns, channels * depthMultiplier]. */
export class DepthwiseConv2D extends Depthwise {
  static override className = 'DepthwiseConv2D';

  /** @throws ConfigError for options that cannot be served; ShapeError where the kernel is larger than the input. */
  constructor(options: DepthwiseOptions) {
    super(options, 2, 'layers.depthwiseConv2D');
  }
}

/** Separable convolution over time: [batch, steps, channels] to [batch, windows, filters]. */
export class SeparableConv1D extends Separable {
  static override className = 'SeparableConv1D';

  /** @throws ConfigError for options that cannot be served; ShapeError where the kernel is larger than the input. */
  constructor(options: SeparableOptions) {
    super(options, 1, 'layers.separableConv1D');
  }
}

/** Separable convolution over images: [batch, rows, columns, channels] to [batch, rows, columns, filters]. */
export class SeparableConv2D extends Separable {
  static override className = 'SeparableConv2D';

  /** @throws ConfigError for options that cannot be served; ShapeError where the kernel is larger than the input. */
  constructor(options: SeparableOptions) {
    super(options, 2, 'layers.separableConv2D');
  }
}
