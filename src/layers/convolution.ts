import { ConfigError, ShapeError } from '../errors.js';
import type { Builder } from '../plan/builder.js';
import { convolve } from '../plan/convolution.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import { formatShape, type Shape } from '../shape.js';
import { checkCount, type WeightBuilder } from './layer.js';
import type { RecipeOptions } from './recipe.js';
import { Windowed, type WindowedOptions } from './windowed.js';

/** The initializer of the kernel is 'glorotUniform' by default. */
export interface ConvolutionOptions extends WindowedOptions, RecipeOptions<'kernel'> {
  /** How many features are computed for every window. */
  filters: number;
  /** Into how many groups channels and filters are divided, each convolved on its own. Default 1. */
  groups?: number;
}

/**
 * For every window the products with a kernel, summed, plus a bias. Weights: kernel [...kernelSize, channels / groups,
 * filters], bias [filters].
 */
abstract class Convolution extends Windowed {
  readonly filters: number;
  readonly groups: number;
  kernel!: Parameter;

  constructor(options: ConvolutionOptions, rank: number, where: string) {
    const kind = { rank, where, weights: ['kernel'], options: ['filters', 'groups'] };
    super(options, rank === 1 ? { ...kind, paddings: ['valid', 'same', 'causal'] } : kind);
    this.filters = checkCount(options.filters, `${where}: filters`);
    this.groups = checkCount(options.groups ?? 1, `${where}: groups`);
    if (this.filters % this.groups === 0) return;
    throw new ConfigError(
      'option-value',
      `${where}: filters must be a multiple of groups, but got ${this.filters} filters in ${this.groups} groups.`,
    );
  }

  override build(b: WeightBuilder, shape: Shape): void {
    this.checkInput(shape);
    const channels = shape[this.rank];
    if (channels % this.groups) {
      throw new ShapeError(
        'layer-shape',
        `the ${channels} channels of the input ${formatShape(shape, true)} cannot be divided into ${this.groups} groups.`,
      );
    }
    this.kernel = this.weight(b, 'kernel', [...this.kernelSize, channels / this.groups, this.filters]);
    this.buildBias(b, this.filters);
  }

  protected override convolve(b: Builder, x: Value): Value {
    return convolve(b, x, this.kernel, this.bias, { ...this.spacing, groups: this.groups });
  }

  override getConfig(): Record<string, unknown> {
    const { filters, groups } = this;
    return { ...super.getConfig(), filters, groups };
  }
}

/** Convolution over time: [batch, steps, channels] to [batch, windows, filters]. Knows 'causal' padding. */
export class Conv1D extends Convolution {
  static override className = 'Conv1D';

  /** @throws ConfigError for options that cannot be served; ShapeError where the kernel is larger than the input. */
  constructor(options: ConvolutionOptions) {
    super(options, 1, 'layers.conv1D');
  }
}

/** Convolution over images: [batch, rows, columns, channels] to [batch, rows, columns, filters]. */
export class Conv2D extends Convolution {
  static override className = 'Conv2D';

  /** @throws ConfigError for options that cannot be served; ShapeError where the kernel is larger than the input. */
  constructor(options: ConvolutionOptions) {
    super(options, 2, 'layers.conv2D');
  }
}

/** Convolution over volumes: [batch, depth, rows, columns, channels] to [batch, depth, rows, columns, filters]. */
export class Conv3D extends Convolution {
  static override className = 'Conv3D';

  /** @throws ConfigError for options that cannot be served; ShapeError where the kernel is larger than the input. */
  constructor(options: ConvolutionOptions) {
    super(options, 3, 'layers.conv3D');
  }
}
