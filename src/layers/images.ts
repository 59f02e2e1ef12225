import { ConfigError, ShapeError } from '../errors.js';
import { checkChoice, checkNumber, checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import { type Interpolation, interpolations, resize } from '../plan/images.js';
import type { Value } from '../plan/value.js';
import { formatShape, type Shape } from '../shape.js';
import { COMMON, checkCount, Layer, type LayerOptions } from './layer.js';

export interface SizeOptions extends LayerOptions {
  /** Rows of the output. */
  height: number;
  /** Columns of the output. */
  width: number;
}

export interface ResizingOptions extends SizeOptions {
  /** What lies between pixels. Default 'bilinear'. */
  interpolation?: Interpolation;
  /** Whether what is over is cut off evenly, so that nothing is distorted. Default false. */
  cropToAspectRatio?: boolean;
  /** Whether the shorter side is filled up evenly, so that nothing is distorted. Default false. */
  padToAspectRatio?: boolean;
  /** What the shorter side is filled up with: only 'constant'. */
  fillMode?: 'constant';
  /** The constant. Default 0. */
  fillValue?: number;
  /** Whether all pixels count where the output is smaller, as in Pillow. Default false. */
  antialias?: boolean;
}

/** Images [batch, height, width, channels] at another size. */
export class Resizing extends Layer {
  static override className = 'Resizing';
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;
  readonly padToAspectRatio: boolean;
  readonly fillValue: number;
  readonly antialias: boolean;

  /** @throws ConfigError for an interpolation other than these, and where both crop and pad are asked for. */
  constructor(options: ResizingOptions) {
    super(options);
    const where = 'layers.resizing';
    const own = ['height', 'width', 'interpolation', 'cropToAspectRatio', 'padToAspectRatio'];
    checkOptions(options, [...own, 'fillMode', 'fillValue', 'antialias', ...COMMON], where);
    this.height = checkCount(options.height, `${where}: height`);
    this.width = checkCount(options.width, `${where}: width`);
    this.interpolation = options.interpolation ?? 'bilinear';
    this.cropToAspectRatio = options.cropToAspectRatio ?? false;
    this.padToAspectRatio = options.padToAspectRatio ?? false;
    this.fillValue = options.fillValue ?? 0;
    this.antialias = options.antialias ?? false;
    checkChoice(this.interpolation, `${where}: interpolation`, interpolations);
    checkChoice(options.fillMode ?? 'constant', `${where}: fillMode`, ['constant']);
    checkNumber(this.fillValue, `${where}: fillValue`);
    if (this.cropToAspectRatio && this.padToAspectRatio) {
      throw new ConfigError(
        'option-value',
        `${where}: of cropToAspectRatio and padToAspectRatio only one can be true.`,
      );
    }
  }

  override call(b: Builder, x: Value): Value {
    checkImages(x.shape);
    const size = [this.height, this.width] as const;
    let images = x;
    if (this.cropToAspectRatio) images = cropToAspect(b, x, size);
    if (this.padToAspectRatio) images = padToAspect(b, x, size, this.fillValue);
    return resize(b, images, size, this);
  }

  override getConfig(): Record<string, unknown> {
    const { height, width, interpolation, cropToAspectRatio, padToAspectRatio, fillValue, antialias } = this;
    return {
      ...super.getConfig(),
      ...{ height, width, interpolation, cropToAspectRatio, padToAspectRatio, fillValue, antialias },
    };
  }
}

/**
 * The middle of images [batch, height, width, channels]; where that would be more than there is, the largest part of the
 * same shape is made larger.
 */
export class CenterCrop extends Layer {
  static override className = 'CenterCrop';
  readonly height: number;
  readonly width: number;

  constructor(options: SizeOptions) {
    super(options);
    checkOptions(options, ['height', 'width', ...COMMON], 'layers.centerCrop');
    this.height = checkCount(options.height, 'layers.centerCrop: height');
    this.width = checkCount(options.width, 'layers.centerCrop: width');
  }

  override call(b: Builder, x: Value): Value {
    checkImages(x.shape);
    return centerCrop(b, x, [this.height, this.width]);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}

/** @throws ShapeError unless these are [batch, height, width, channels]. */
export function checkImages(shape: Shape): void {
  if (shape.length === 3) return;
  throw new ShapeError(
    'layer-shape',
    `expected images [batch, height, width, channels], but got ${formatShape(shape, true)}.`,
  );
}

type Size = readonly [height: number, width: number];

/** The middle; where that would be more than there is, the largest part of the same shape at that size. */
export function centerCrop(b: Builder, x: Value, size: Size): Value {
  if (size.every((length, axis) => length <= x.shape[axis])) return middle(b, x, size);
  return resize(b, cropToAspect(b, x, size), size);
}

/** The largest part, from the middle, whose sides are in the ratio of `size`. */
function cropToAspect(b: Builder, x: Value, [height, width]: Size): Value {
  const [rows, columns] = x.shape;
  const part = (length: number, wanted: number) => Math.max(Math.min(length, Math.floor(wanted)), 1);
  return middle(b, x, [part(rows, (columns * height) / width), part(columns, (rows * width) / height)]);
}

function middle(b: Builder, x: Value, size: Size): Value {
  return size.reduce((y: Value, length, axis) => {
    const over = x.shape[axis] - length;
    return over ? b.slice(y, axis, Math.floor(over / 2), length) : y;
  }, x);
}

/** Filled up at two sides, alike, so far that the sides are in the ratio of `size` but for what is odd. */
function padToAspect(b: Builder, x: Value, [height, width]: Size, value: number): Value {
  const [rows, columns] = x.shape;
  const missing = (length: number, wanted: number) =>
    Math.floor(Math.max(Math.floor(wanted) - length, 0) / 2);
  const above = missing(rows, (columns * height) / width);
  const left = missing(columns, (rows * width) / height);
  if (!above && !left) return x;
  // What is padded is zeros: with the constant at 0 for as long as that takes.
  const shifted = value ? b.affine(x, 1, -value) : x;
  const padded = above ? b.pad(shifted, 0, above, above) : b.pad(shifted, 1, left, left);
  return value ? b.affine(padded, 1, value) : padded;
}
