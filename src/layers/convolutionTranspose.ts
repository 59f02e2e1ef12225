import { ConfigError } from '../errors.js';
import type { Builder } from '../plan/builder.js';
import { convolveTranspose } from '../plan/convolution.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Padding } from '../plan/windows.js';
import type { Shape } from '../shape.js';
import { checkCount, optional, type WeightBuilder } from './layer.js';
import type { RecipeOptions } from './recipe.js';
import { type PerAxis, perAxis, Windowed, type WindowedOptions } from './windowed.js';

/** The initializer of the kernel is 'glorotUniform' by default. */
export interface ConvolutionTransposeOptions extends WindowedOptions, RecipeOptions<'kernel'> {
  /** How many channels the output has. */
  filters: number;
  /** 'same': the output is as long as the input times the stride. Default 'valid': all that the kernels reach. */
  padding?: Exclude<Padding, 'causal'>;
  /** Makes the output longer, by less than a stride. Default: what it takes for that padding. */
  outputPadding?: PerAxis;
}

/**
 * The way back through a convolution: every entry of the input spreads the kernel, times its channels, over a window of
 * the output, `strides` apart; with a bias. Weights: kernel [...kernelSize, filters, channels], bias [filters].
 */
abstract class ConvolutionTranspose extends Windowed {
  readonly filters: number;
  readonly outputPadding: Shape | undefined;
  kernel!: Parameter;

  constructor(options: ConvolutionTransposeOptions, rank: number, where: string) {
    super(options, { rank, where, weights: ['kernel'], options: ['filters', 'outputPadding'] });
    this.filters = checkCount(options.filters, `${where}: filters`);
    this.outputPadding = optional(options.outputPadding, (more) =>
      perAxis(more, rank, `${where}: outputPadding`, 0),
    );
    if (!this.outputPadding?.some((more, axis) => more >= this.strides[axis])) return;
    throw new ConfigError(
      'option-value',
      `${where}: outputPadding must be less than strides along every axis, but got ` +
        `${JSON.stringify(this.outputPadding)} for strides of ${JSON.stringify(this.strides)}.`,
    );
  }

  override build(b: WeightBuilder, shape: Shape): void {
    this.checkInput(shape);
    this.kernel = this.weight(b, 'kernel', [...this.kernelSize, this.filters, shape[this.rank]]);
    this.buildBias(b, this.filters);
  }

  protected override convolve(b: Builder, x: Value): Value {
    const { strides, dilationRate: dilation, outputPadding } = this;
    const padding = this.padding === 'same' ? 'same' : 'valid';
    return convolveTranspose(b, x, this.kernel, this.bias, { strides, dilation, padding, outputPadding });
  }

  override getConfig(): Record<string, unknown> {
    const { filters, outputPadding } = this;
    return { ...super.getConfig(), filters, outputPadding };
  }
}

/** Transposed convolution over time: [batch, steps, channels] to [batch, more steps, filters]. */
export class Conv1DTranspose extends ConvolutionTranspose {
  static override className = 'Conv1DTranspose';

  /** @throws ConfigError for options that cannot be served. */
  constructor(options: ConvolutionTransposeOptions) {
    super(options, 1, 'layers.conv1DTranspose');
  }
}

/** Transposed convolution over images: [batch, rows, columns, channels] to [batch, more rows, more columns, filters]. */
export class Conv2DTranspose extends ConvolutionTranspose {
  static override className = 'Conv2DTranspose';

  /** @throws ConfigError for options that cannot be served. */
  constructor(options: ConvolutionTransposeOptions) {
    super(options, 2, 'layers.conv2DTranspose');
  }
}

/** Transposed convolution over volumes [batch, depth, rows, columns, channels], of which it makes larger ones. */
export class Conv3DTranspose extends ConvolutionTranspose {
  static override className = 'Conv3DTranspose';

  /** @throws ConfigError for options that cannot be served. */
  constructor(options: ConvolutionTransposeOptions) {
    super(options, 3, 'layers.conv3DTranspose');
  }
}
