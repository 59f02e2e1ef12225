import { ConfigError, ShapeError } from '../errors.js';
import { checkChoice, checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import { type Interpolation, interpolations, resize } from '../plan/images.js';
import type { Value } from '../plan/value.js';
import { formatShape } from '../shape.js';
import { COMMON, checkCount, Layer, type LayerOptions } from './layer.js';
import { perAxis } from './windowed.js';

/** What is cut off or added before and behind the entries of an axis. */
type Ends = readonly [before: number, after: number];

export interface Cropping1DOptions extends LayerOptions {
  /** How many time steps go before and behind, or one number for both. Default [1, 1]. */
  cropping?: number | Ends;
}

export interface Cropping2DOptions extends LayerOptions {
  /** For rows and columns: pairs, or a number each, or one number for all. Default 0. */
  cropping?: number | readonly [number | Ends, number | Ends];
}

export interface Cropping3DOptions extends LayerOptions {
  /** For depth, rows and columns: pairs, or a number each, or one number for all. Default 1. */
  cropping?: number | readonly [number | Ends, number | Ends, number | Ends];
}

export interface ZeroPadding1DOptions extends LayerOptions {
  /** How many zeros come before and behind, or one number for both. Default 1. */
  padding?: number | Ends;
}

export interface ZeroPadding2DOptions extends LayerOptions {
  /** For rows and columns: pairs, or a number each, or one number for all. Default 1. */
  padding?: number | readonly [number | Ends, number | Ends];
}

export interface ZeroPadding3DOptions extends LayerOptions {
  /** For depth, rows and columns: pairs, or a number each, or one number for all. Default 1. */
  padding?: number | readonly [number | Ends, number | Ends, number | Ends];
}

export interface UpSampling1DOptions extends LayerOptions {
  /** How often every time step comes. Default 2. */
  size?: number;
}

export interface UpSampling2DOptions extends LayerOptions {
  /** How often every row and every column comes, or one number for both. Default 2. */
  size?: number | readonly [number, number];
  /** What lies between pixels. Default 'nearest', which repeats them. */
  interpolation?: Interpolation;
}

export interface UpSampling3DOptions extends LayerOptions {
  /** How often every plane, row and column comes, or one number for all. Default 2. */
  size?: number | readonly [number, number, number];
}

/** Changes the sizes of the axes before the last, the channels. */
abstract class Resize extends Layer {
  protected abstract readonly rank: number;

  protected abstract along(b: Builder, x: Value, axis: number): Value;

  override call(b: Builder, x: Value): Value {
    if (x.shape.length !== this.rank + 1) {
      throw new ShapeError(
        'layer-shape',
        `expected an input with ${this.rank + 1} axes behind the batch, the last of them the channels, but got ` +
          `${formatShape(x.shape, true)}.`,
      );
    }
    let y = x;
    for (let axis = 0; axis < this.rank; axis++) y = this.along(b, y, axis);
    return y;
  }
}

/** Cuts off entries at both ends of time: [batch, steps, channels]. */
export class Cropping1D extends Resize {
  static override className = 'Cropping1D';
  protected override readonly rank: number = 1;
  readonly cropping: readonly Ends[];

  constructor({ cropping = [1, 1], ...options }: Cropping1DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.cropping1D');
    this.cropping = [endsOf(cropping, 'layers.cropping1D: cropping')];
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return crop(b, x, axis, this.cropping[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), cropping: this.cropping[0] };
  }
}

/** Cuts off rows and columns at the edges of images [batch, rows, columns, channels]. */
export class Cropping2D extends Resize {
  static override className = 'Cropping2D';
  protected override readonly rank: number = 2;
  readonly cropping: readonly Ends[];

  constructor({ cropping = 0, ...options }: Cropping2DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.cropping2D');
    this.cropping = endsOfAll(cropping, 2, 'layers.cropping2D: cropping');
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return crop(b, x, axis, this.cropping[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), cropping: this.cropping };
  }
}

/** Cuts off planes, rows and columns at the faces of [batch, depth, rows, columns, channels]. */
export class Cropping3D extends Resize {
  static override className = 'Cropping3D';
  protected override readonly rank: number = 3;
  readonly cropping: readonly Ends[];

  constructor({ cropping = 1, ...options }: Cropping3DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.cropping3D');
    this.cropping = endsOfAll(cropping, 3, 'layers.cropping3D: cropping');
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return crop(b, x, axis, this.cropping[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), cropping: this.cropping };
  }
}

/** Zeros at both ends of time: [batch, steps, channels]. */
export class ZeroPadding1D extends Resize {
  static override className = 'ZeroPadding1D';
  protected override readonly rank: number = 1;
  readonly padding: readonly Ends[];

  constructor({ padding = 1, ...options }: ZeroPadding1DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.zeroPadding1D');
    this.padding = [endsOf(padding, 'layers.zeroPadding1D: padding')];
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return b.pad(x, axis, ...this.padding[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), padding: this.padding[0] };
  }
}

/** Zeros around images [batch, rows, columns, channels]. */
export class ZeroPadding2D extends Resize {
  static override className = 'ZeroPadding2D';
  protected override readonly rank: number = 2;
  readonly padding: readonly Ends[];

  constructor({ padding = 1, ...options }: ZeroPadding2DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.zeroPadding2D');
    this.padding = endsOfAll(padding, 2, 'layers.zeroPadding2D: padding');
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return b.pad(x, axis, ...this.padding[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), padding: this.padding };
  }
}

/** Zeros around [batch, depth, rows, columns, channels]. */
export class ZeroPadding3D extends Resize {
  static override className = 'ZeroPadding3D';
  protected override readonly rank: number = 3;
  readonly padding: readonly Ends[];

  constructor({ padding = 1, ...options }: ZeroPadding3DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.zeroPadding3D');
    this.padding = endsOfAll(padding, 3, 'layers.zeroPadding3D: padding');
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return b.pad(x, axis, ...this.padding[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), padding: this.padding };
  }
}

/** Every time step several times: [batch, steps, channels] to [batch, steps * size, channels]. */
export class UpSampling1D extends Resize {
  static override className = 'UpSampling1D';
  protected override readonly rank: number = 1;
  readonly size: number;

  constructor({ size = 2, ...options }: UpSampling1DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.upSampling1D');
    this.size = checkCount(size, 'layers.upSampling1D: size');
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return multiplyAxis(b, x, axis, this.size);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), size: this.size };
  }
}

/** Images [batch, rows, columns, channels] several times as large. */
export class UpSampling2D extends Resize {
  static override className = 'UpSampling2D';
  protected override readonly rank: number = 2;
  readonly size: readonly number[];
  readonly interpolation: Interpolation;

  constructor({ size = 2, interpolation = 'nearest', ...options }: UpSampling2DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.upSampling2D');
    this.size = perAxis(size, 2, 'layers.upSampling2D: size');
    checkChoice(interpolation, 'layers.upSampling2D: interpolation', interpolations);
    this.interpolation = interpolation;
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    if (this.interpolation === 'nearest') return multiplyAxis(b, x, axis, this.size[axis]);
    const [rows, columns] = x.shape;
    const size = [rows, columns].map((length, i) => (i === axis ? length * this.size[i] : length));
    return resize(b, x, size as [number, number], this);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), size: this.size, interpolation: this.interpolation };
  }
}

/** Every entry of [batch, depth, rows, columns, channels] several times along each axis. */
export class UpSampling3D extends Resize {
  static override className = 'UpSampling3D';
  protected override readonly rank: number = 3;
  readonly size: readonly number[];

  constructor({ size = 2, ...options }: UpSampling3DOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.upSampling3D');
    this.size = perAxis(size, 3, 'layers.upSampling3D: size');
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return multiplyAxis(b, x, axis, this.size[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), size: this.size };
  }
}

function crop(b: Builder, x: Value, axis: number, [before, after]: Ends): Value {
  const length = x.shape[axis] - before - after;
  if (length > 0) return b.slice(x, axis, before, length);
  throw new ShapeError(
    'layer-shape',
    `a cropping of ${before} and ${after} leaves nothing of ${formatShape(x.shape, true)}.`,
  );
}

function multiplyAxis(b: Builder, x: Value, axis: number, times: number): Value {
  const shape = x.shape.map((size, i) => (i === axis ? size * times : size));
  return b.reshape(b.repeat(x, axis + 1, times), shape);
}

function endsOf(ends: number | Ends, argument: string): Ends {
  const pair = typeof ends === 'number' ? [ends, ends] : ends;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new ConfigError(
      'option-value',
      `${argument} must be a number or a pair of them, but got ${JSON.stringify(ends)}.`,
    );
  }
  return [checkCount(pair[0], argument, 0), checkCount(pair[1], argument, 0)];
}

function endsOfAll(given: number | readonly (number | Ends)[], rank: number, argument: string): Ends[] {
  const list = typeof given === 'number' ? new Array<number>(rank).fill(given) : given;
  if (Array.isArray(list) && list.length === rank) return list.map((ends) => endsOf(ends, argument));
  throw new ConfigError(
    'option-value',
    `${argument} must be a number or a list of ${rank}, but got ${JSON.stringify(given)}.`,
  );
}
