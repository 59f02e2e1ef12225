import { ShapeError } from '../errors.js';
import { checkChoice, checkOptions, toCamelCase } from '../names.js';
import type { Builder } from '../plan/builder.js';
import {
  adaptiveWindows,
  averagePooling,
  maxPooling,
  type PoolingWindows,
  slidingWindows,
} from '../plan/pooling.js';
import type { Operand } from '../plan/tape.js';
import type { Value } from '../plan/value.js';
import { formatShape, type Shape } from '../shape.js';
import { COMMON, Layer, type LayerOptions } from './layer.js';
import { type PerAxis, perAxis } from './windowed.js';

export interface PoolingOptions extends LayerOptions {
  /** How many entries a window has along each axis. */
  poolSize: PerAxis;
  /** Steps between windows. Default: the size of the windows, which then do not overlap. */
  strides?: PerAxis | null;
  /**
   * 'valid' takes only windows that lie within the input; 'same' goes over its edges so that there are ceil(size /
   * stride) of them, half of what is over at either end and the odd one behind. Default 'valid'.
   */
  padding?: 'valid' | 'same';
}

export interface MaxPoolingOptions extends Omit<PoolingOptions, 'poolSize'> {
  /** How many entries a window has along each axis. Default 2. */
  poolSize?: PerAxis;
}

export interface GlobalPoolingOptions extends LayerOptions {
  /** Whether the axes stay, with one entry each. Default false. */
  keepdims?: boolean;
}

export interface AdaptivePoolingOptions extends LayerOptions {
  /** How many windows there are along each axis. */
  outputSize: PerAxis;
}

type Operation = (b: Builder, x: Operand, windows: PoolingWindows) => Value;

/** What windows over the axes before the last, the channels, make of samples. */
abstract class PoolingBase extends Layer {
  readonly #rank: number;
  readonly #operation: Operation;

  constructor(rank: number, operation: Operation, options: LayerOptions) {
    super(options);
    this.#rank = rank;
    this.#operation = operation;
  }

  protected abstract windows(shape: Shape): PoolingWindows;

  override call(b: Builder, x: Value): Value {
    if (x.shape.length !== this.#rank + 1) {
      throw new ShapeError(
        'layer-shape',
        `expected an input with ${this.#rank + 1} axes behind the batch, the last of them the channels, but got ` +
          `${formatShape(x.shape, true)}.`,
      );
    }
    return this.#operation(b, x, this.windows(x.shape));
  }

  /** Checks the options, and how the layer is called in messages. */
  protected where(options: object, own: readonly string[]): string {
    const where = `layers.${toCamelCase(this.className)}`;
    checkOptions(options, [...own, ...COMMON], where);
    return where;
  }
}

/** @throws ConfigError where a size or stride is no positive whole number, or there are not as many as axes. */
abstract class Pooling extends PoolingBase {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';

  constructor(rank: number, operation: Operation, options: PoolingOptions) {
    super(rank, operation, options);
    const where = this.where(options, ['poolSize', 'strides', 'padding']);
    this.poolSize = perAxis(options.poolSize, rank, `${where}: poolSize`);
    this.strides = perAxis(options.strides ?? this.poolSize, rank, `${where}: strides`);
    this.padding = options.padding ?? 'valid';
    checkChoice(this.padding, `${where}: padding`, ['valid', 'same']);
  }

  protected override windows(shape: Shape): PoolingWindows {
    return slidingWindows(shape, this.poolSize, this.strides, this.padding);
  }

  override getConfig(): Record<string, unknown> {
    const { poolSize, strides, padding } = this;
    return { ...super.getConfig(), poolSize, strides, padding };
  }
}

abstract class GlobalPooling extends PoolingBase {
  readonly keepdims: boolean;

  constructor(rank: number, operation: Operation, options: GlobalPoolingOptions) {
    super(rank, operation, options);
    this.where(options, ['keepdims']);
    this.keepdims = options.keepdims ?? false;
  }

  protected override windows(shape: Shape): PoolingWindows {
    const axes = shape.slice(0, -1);
    return slidingWindows(shape, axes, axes);
  }

  override call(b: Builder, x: Value): Value {
    const y = super.call(b, x);
    return this.keepdims ? y : b.reshape(y, [y.cols]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), keepdims: this.keepdims };
  }
}

/** @throws ConfigError where a number of windows is no positive whole number, or there are not as many as axes. */
abstract class AdaptivePooling extends PoolingBase {
  readonly outputSize: readonly number[];

  constructor(rank: number, operation: Operation, options: AdaptivePoolingOptions) {
    super(rank, operation, options);
    const where = this.where(options, ['outputSize']);
    this.outputSize = perAxis(options.outputSize, rank, `${where}: outputSize`);
  }

  protected override windows(shape: Shape): PoolingWindows {
    return adaptiveWindows(shape, this.outputSize);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), outputSize: this.outputSize };
  }
}

/** The largest entry of each window over [batch, steps, channels]. */
export class MaxPooling1D extends Pooling {
  static override className = 'MaxPooling1D';

  constructor(options: MaxPoolingOptions = {}) {
    super(1, maxPooling, { poolSize: 2, ...options });
  }
}

/** The largest entry of each window over [batch, rows, columns, channels]. */
export class MaxPooling2D extends Pooling {
  static override className = 'MaxPooling2D';

  constructor(options: MaxPoolingOptions = {}) {
    super(2, maxPooling, { poolSize: 2, ...options });
  }
}

/** The largest entry of each window over [batch, depth, rows, columns, channels]. */
export class MaxPooling3D extends Pooling {
  static override className = 'MaxPooling3D';

  constructor(options: MaxPoolingOptions = {}) {
    super(3, maxPooling, { poolSize: 2, ...options });
  }
}

/** The mean over each window over [batch, steps, channels]; padding does not count. */
export class AveragePooling1D extends Pooling {
  static override className = 'AveragePooling1D';

  constructor(options: PoolingOptions) {
    super(1, averagePooling, options);
  }
}

/** The mean over each window over [batch, rows, columns, channels]; padding does not count. */
export class AveragePooling2D extends Pooling {
  static override className = 'AveragePooling2D';

  constructor(options: PoolingOptions) {
    super(2, averagePooling, options);
  }
}

/** The mean over each window over [batch, depth, rows, columns, channels]; padding does not count. */
export class AveragePooling3D extends Pooling {
  static override className = 'AveragePooling3D';

  constructor(options: PoolingOptions) {
    super(3, averagePooling, options);
  }
}

/** The largest entry of each channel of [batch, steps, channels]: [batch, channels]. */
export class GlobalMaxPooling1D extends GlobalPooling {
  static override className = 'GlobalMaxPooling1D';

  constructor(options: GlobalPoolingOptions = {}) {
    super(1, maxPooling, options);
  }
}

/** The largest entry of each channel of [batch, rows, columns, channels]: [batch, channels]. */
export class GlobalMaxPooling2D extends GlobalPooling {
  static override className = 'GlobalMaxPooling2D';

  constructor(options: GlobalPoolingOptions = {}) {
    super(2, maxPooling, options);
  }
}

/** The largest entry of each channel of [batch, depth, rows, columns, channels]: [batch, channels]. */
export class GlobalMaxPooling3D extends GlobalPooling {
  static override className = 'GlobalMaxPooling3D';

  constructor(options: GlobalPoolingOptions = {}) {
    super(3, maxPooling, options);
  }
}

/** The mean over each channel of [batch, steps, channels], of the steps that its mask leaves: [batch, channels]. */
export class GlobalAveragePooling1D extends GlobalPooling {
  static override className = 'GlobalAveragePooling1D';

  constructor(options: GlobalPoolingOptions = {}) {
    super(1, averagePooling, options);
  }

  override call(b: Builder, x: Value): Value {
    const mask = b.maskOf(x);
    if (!mask) return super.call(b, x);
    const mean = super.call(b, b.maskRows(x, mask));
    const share = super.call(b, b.reshape(mask, [...mask.shape, 1]));
    return b.divide(mean, b.broadcast(share, mean.shape));
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** The steps are gone, and their mask with them. */
  override computeMask(): undefined {
    return undefined;
  }
}

/** The mean over each channel of [batch, rows, columns, channels]: [batch, channels]. */
export class GlobalAveragePooling2D extends GlobalPooling {
  static override className = 'GlobalAveragePooling2D';

  constructor(options: GlobalPoolingOptions = {}) {
    super(2, averagePooling, options);
  }
}

/** The mean over each channel of [batch, depth, rows, columns, channels]: [batch, channels]. */
export class GlobalAveragePooling3D extends GlobalPooling {
  static override className = 'GlobalAveragePooling3D';

  constructor(options: GlobalPoolingOptions = {}) {
    super(3, averagePooling, options);
  }
}

/** The largest entry of each of a given number of windows over [batch, steps, channels]. */
export class AdaptiveMaxPooling1D extends AdaptivePooling {
  static override className = 'AdaptiveMaxPooling1D';

  constructor(options: AdaptivePoolingOptions) {
    super(1, maxPooling, options);
  }
}

/** The largest entry of each of a given number of windows over [batch, rows, columns, channels]. */
export class AdaptiveMaxPooling2D extends AdaptivePooling {
  static override className = 'AdaptiveMaxPooling2D';

  constructor(options: AdaptivePoolingOptions) {
    super(2, maxPooling, options);
  }
}

/** The largest entry of each of a given number of windows over [batch, depth, rows, columns, channels]. */
export class AdaptiveMaxPooling3D extends AdaptivePooling {
  static override className = 'AdaptiveMaxPooling3D';

  constructor(options: AdaptivePoolingOptions) {
    super(3, maxPooling, options);
  }
}

/** The mean over each of a given number of windows over [batch, steps, channels]. */
export class AdaptiveAveragePooling1D extends AdaptivePooling {
  static override className = 'AdaptiveAveragePooling1D';

  constructor(options: AdaptivePoolingOptions) {
    super(1, averagePooling, options);
  }
}

/** The mean over each of a given number of windows over [batch, rows, columns, channels]. */
export class AdaptiveAveragePooling2D extends AdaptivePooling {
  static override className = 'AdaptiveAveragePooling2D';

  constructor(options: AdaptivePoolingOptions) {
    super(2, averagePooling, options);
  }
}

/** The mean over each of a given number of windows over [batch, depth, rows, columns, channels]. */
export class AdaptiveAveragePooling3D extends AdaptivePooling {
  static override className = 'AdaptiveAveragePooling3D';

  constructor(options: AdaptivePoolingOptions) {
    super(3, averagePooling, options);
  }
}
