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
/** The ends of the only axis, or those of every axis. */
type EndsOfAxes = number | readonly (number | Ends)[];

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
  protected readonly rank: number;

  constructor(rank: number, options: LayerOptions, where: string) {
    super(options);
    checkOptions(options, COMMON, where);
    this.rank = rank;
  }

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

/** Cuts off entries at both ends of every axis. */
abstract class Cropping extends Resize {
  readonly cropping: readonly Ends[];

  constructor(rank: number, cropping: EndsOfAxes, options: LayerOptions) {
    super(rank, options, `layers.cropping${rank}D`);
    this.cropping = endsOfAll(cropping, rank, `layers.cropping${rank}D: cropping`);
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return crop(b, x, axis, this.cropping[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), cropping: asGiven(this.cropping) };
  }
}

/** Adds zeros at both ends of every axis. */
abstract class ZeroPadding extends Resize {
  readonly padding: readonly Ends[];

  constructor(rank: number, padding: EndsOfAxes, options: LayerOptions) {
    super(rank, options, `layers.zeroPadding${rank}D`);
    this.padding = endsOfAll(padding, rank, `layers.zeroPadding${rank}D: padding`);
  }

  protected override along(b: Builder, x: Value, axis: number): Value {
    return b.pad(x, axis, ...this.padding[axis]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), padding: asGiven(this.padding) };
  }
}

/** Cuts off entries at both ends of time: [batch, steps, channels]. */
export class Cropping1D extends Cropping {
  static override className = 'Cropping1D';

  constructor({ cropping = 1, ...options }: Cropping1DOptions = {}) {
    super(1, cropping, options);
  }
}

/** Cuts off rows and columns at the edges of images [batch, rows, columns, channels]. */
export class Cropping2D extends Cropping {
  static override className = 'Cropping2D';

  constructor({ cropping = 0, ...options }: Cropping2DOptions = {}) {
    super(2, cropping, options);
  }
}

/** Cuts off planes, rows and columns at the faces of [batch, depth, rows, columns, channels]. */
export class Cropping3D extends Cropping {
  static override className = 'Cropping3D';

  constructor({ cropping = 1, ...options }: Cropping3DOptions = {}) {
    super(3, cropping, options);
  }
}

/** Zeros at both ends of time: [batch, steps, channels]. */
export class ZeroPadding1D extends ZeroPadding {
  static override className = 'ZeroPadding1D';

  constructor({ padding = 1, ...options }: ZeroPadding1DOptions = {}) {
    super(1, padding, options);
  }
}

/** Zeros around images [batch, rows, columns, channels]. */
export class ZeroPadding2D extends ZeroPadding {
  static override className = 'ZeroPadding2D';

  constructor({ padding = 1, ...options }: ZeroPadding2DOptions = {}) {
    super(2, padding, options);
  }
}

/** Zeros around [batch, depth, rows, columns, channels]. */
export class ZeroPadding3D extends ZeroPadding {
  static override className = 'ZeroPadding3D';

  constructor({ padding = 1, ...options }: ZeroPadding3DOptions = {}) {
    super(3, padding, options);
  }
}

/** Every time step several times: [batch, steps, channels] to [batch, steps * size, channels]. */
export class UpSampling1D extends Resize {
  static override className = 'UpSampling1D';
  readonly size: number;

  constructor({ size = 2, ...options }: UpSampling1DOptions = {}) {
    super(1, options, 'layers.upSampling1D');
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
  readonly size: readonly number[];
  readonly interpolation: Interpolation;

  constructor({ size = 2, interpolation = 'nearest', ...options }: UpSampling2DOptions = {}) {
    super(2, options, 'layers.upSampling2D');
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
  readonly size: readonly number[];

  constructor({ size = 2, ...options }: UpSampling3DOptions = {}) {
    super(3, options, 'layers.upSampling3D');
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

function endsOfAll(given: EndsOfAxes, rank: number, argument: string): Ends[] {
  if (rank === 1) return [endsOf(given as number | Ends, argument)];
  const list = typeof given === 'number' ? new Array<number>(rank).fill(given) : given;
  if (Array.isArray(list) && list.length === rank) return list.map((ends) => endsOf(ends, argument));
  throw new ConfigError(
    'option-value',
    `${argument} must be a number or a list of ${rank}, but got ${JSON.stringify(given)}.`,
  );
}

/** As the option has it: one axis has one pair. */
function asGiven(ends: readonly Ends[]): Ends | readonly Ends[] {
  return ends.length === 1 ? ends[0] : ends;
}
