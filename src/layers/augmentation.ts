/** Layers that change images [batch, height, width, channels] at random in training, and not at all otherwise. */
import { ConfigError } from '../errors.js';
import { checkChoice, checkNumber, lookUp, toCamelCase } from '../names.js';
import type { Builder } from '../plan/builder.js';
import {
  affineTransform,
  type FillMode,
  fillModes,
  type RandomMatrix,
  randomMatrices,
} from '../plan/images.js';
import { averagePooling, slidingWindows } from '../plan/pooling.js';
import { Value } from '../plan/value.js';
import { sizeOf } from '../shape.js';
import { centerCrop, checkImages, type SizeOptions } from './images.js';
import { checkCount } from './layer.js';
import { Noise, type NoiseOptions } from './regularization.js';

/** The ends of a range of draws, the lower one first, or one number for as much in both directions. */
export type Factor = number | readonly [low: number, high: number];

export interface TransformOptions extends NoiseOptions {
  /**
   * What lies outside of the image: 'reflect' its mirror image (dcba|abcd|dcba), 'wrap' the image again, 'nearest' its
   * edge, 'constant' the fill value. Default 'reflect'.
   */
  fillMode?: FillMode;
  /** What lies between pixels. Default 'bilinear'. */
  interpolation?: 'nearest' | 'bilinear';
  /** Default 0. */
  fillValue?: number;
}

export interface RandomRotationOptions extends TransformOptions {
  /** In parts of a whole turn, from -1 to 1; above 0 is against the clock. 0.1 draws from -36 to 36 degrees. */
  factor: Factor;
}

export interface RandomTranslationOptions extends TransformOptions {
  /** In parts of the height, from -1 to 1; above 0 is down. */
  heightFactor: Factor;
  /** In parts of the width, from -1 to 1; above 0 is to the right. */
  widthFactor: Factor;
}

export interface RandomZoomOptions extends TransformOptions {
  /** From above -1 to 1; above 0 makes what is seen smaller: by 1 / (1 + factor). */
  heightFactor: Factor;
  /** Default: what is drawn for the height, so that nothing is distorted. */
  widthFactor?: Factor | null;
}

export interface RandomFlipOptions extends NoiseOptions {
  /** Default 'horizontalAndVertical', which turns an image round by both at once, or not at all, as in Keras 3. */
  mode?: string;
}

export interface RandomCropOptions extends NoiseOptions, SizeOptions {}

export interface ValueRangeOptions extends NoiseOptions {
  /** The least and the largest value of a pixel; results are cut off there. Default [0, 255]. */
  valueRange?: readonly [low: number, high: number];
}

export interface RandomContrastOptions extends ValueRangeOptions {
  /** How much lower and higher than 1 the contrast may be, each from 0 to 1. */
  factor: Factor;
}

export interface RandomBrightnessOptions extends ValueRangeOptions {
  /** In parts of the range of values, from -1 to 1. */
  factor: Factor;
}

/** Images have no mask, as in Keras. */
abstract class Augmentation extends Noise {
  override get supportsMasking(): boolean {
    return false;
  }
}

/** Takes pixels from elsewhere, by a matrix that is drawn for every image. */
abstract class Transform extends Augmentation {
  readonly fillMode: FillMode;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly fillValue: number;

  constructor(options: TransformOptions, own: readonly string[], where: string) {
    super(options, [...own, 'fillMode', 'interpolation', 'fillValue'], where);
    this.fillMode = options.fillMode ?? 'reflect';
    this.interpolation = options.interpolation ?? 'bilinear';
    this.fillValue = options.fillValue ?? 0;
    checkChoice(this.fillMode, `${where}: fillMode`, fillModes);
    checkChoice(this.interpolation, `${where}: interpolation`, ['nearest', 'bilinear']);
    checkNumber(this.fillValue, `${where}: fillValue`);
  }

  /** The kernel that makes the matrices, and its parameters. */
  protected abstract readonly matrices: readonly [RandomMatrix, readonly number[]];

  override call(b: Builder, x: Value): Value {
    checkImages(x.shape);
    if (!b.training) return x;
    return affineTransform(b, x, randomMatrices(b, x, ...this.matrices, this.stream), this);
  }

  override getConfig(): Record<string, unknown> {
    const { fillMode, interpolation, fillValue } = this;
    return { ...super.getConfig(), fillMode, interpolation, fillValue };
  }
}

/** Turns every image around its middle by an angle of its own. */
export class RandomRotation extends Transform {
  static override className = 'RandomRotation';
  readonly factor: Factor;

  constructor(options: RandomRotationOptions) {
    const where = 'layers.randomRotation';
    super(options, ['factor'], where);
    rangeOf(options.factor, `${where}: factor`);
    this.factor = options.factor;
  }

  protected override get matrices() {
    return ['rotations', rangeOf(this.factor, 'factor')] as const;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), factor: this.factor };
  }
}

/** Moves every image down and to the right by distances of its own. */
export class RandomTranslation extends Transform {
  static override className = 'RandomTranslation';
  readonly heightFactor: Factor;
  readonly widthFactor: Factor;

  constructor(options: RandomTranslationOptions) {
    const where = 'layers.randomTranslation';
    super(options, ['heightFactor', 'widthFactor'], where);
    rangeOf(options.heightFactor, `${where}: heightFactor`);
    rangeOf(options.widthFactor, `${where}: widthFactor`);
    this.heightFactor = options.heightFactor;
    this.widthFactor = options.widthFactor;
  }

  protected override get matrices() {
    const ranges = [this.heightFactor, this.widthFactor].flatMap((factor) => rangeOf(factor, 'factor'));
    return ['translations', ranges] as const;
  }

  override getConfig(): Record<string, unknown> {
    const { heightFactor, widthFactor } = this;
    return { ...super.getConfig(), heightFactor, widthFactor };
  }
}

/** Makes what is seen in every image smaller or larger, by factors of its own. */
export class RandomZoom extends Transform {
  static override className = 'RandomZoom';
  readonly heightFactor: Factor;
  readonly widthFactor: Factor | null;

  constructor(options: RandomZoomOptions) {
    const where = 'layers.randomZoom';
    super(options, ['heightFactor', 'widthFactor'], where);
    this.heightFactor = options.heightFactor;
    this.widthFactor = options.widthFactor ?? null;
    for (const name of ['heightFactor', 'widthFactor'] as const) {
      const factor = this[name];
      if (factor === null) continue;
      checkNumber(rangeOf(factor, `${where}: ${name}`)[0], `${where}: ${name}`, { above: -1 });
    }
  }

  protected override get matrices() {
    const zoom = (factor: Factor) => rangeOf(factor, 'factor').map((part) => 1 + part);
    const width = this.widthFactor === null ? [] : zoom(this.widthFactor);
    return ['zooms', [...zoom(this.heightFactor), ...width]] as const;
  }

  override getConfig(): Record<string, unknown> {
    const { heightFactor, widthFactor } = this;
    return { ...super.getConfig(), heightFactor, widthFactor };
  }
}

/** Whether rows and columns change their direction, by mode. */
const modes = { horizontal: [0, 1], vertical: [1, 0], horizontalAndVertical: [1, 1] } as const;

/** Turns one image in two round: left and right, upside down, or both. */
export class RandomFlip extends Augmentation {
  static override className = 'RandomFlip';
  readonly mode: keyof typeof modes;

  /** @throws ConfigError for an unknown mode. */
  constructor(options: RandomFlipOptions = {}) {
    super(options, ['mode'], 'layers.randomFlip');
    const mode = options.mode ?? 'horizontalAndVertical';
    lookUp(modes, mode, 'mode of layers.randomFlip');
    this.mode = toCamelCase(mode) as keyof typeof modes;
  }

  override call(b: Builder, x: Value): Value {
    checkImages(x.shape);
    if (!b.training) return x;
    const matrices = randomMatrices(b, x, 'flips', modes[this.mode], this.stream);
    return affineTransform(b, x, matrices, { interpolation: 'nearest' });
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), mode: this.mode };
  }
}

/**
 * A part of every image, from anywhere in training and from the middle otherwise. Where the image is not larger in both
 * directions it is as `CenterCrop` has it. (Keras takes the part from one place for all images of a batch, and leaves
 * images as they are outside of training.)
 */
export class RandomCrop extends Augmentation {
  static override className = 'RandomCrop';
  readonly height: number;
  readonly width: number;

  constructor(options: RandomCropOptions) {
    super(options, ['height', 'width'], 'layers.randomCrop');
    this.height = checkCount(options.height, 'layers.randomCrop: height');
    this.width = checkCount(options.width, 'layers.randomCrop: width');
  }

  override call(b: Builder, x: Value): Value {
    checkImages(x.shape);
    const size = [this.height, this.width] as const;
    const roomy = size.every((length, axis) => length < x.shape[axis]);
    if (!b.training || !roomy) return centerCrop(b, x, size);
    const matrices = randomMatrices(b, x, 'crops', size, this.stream);
    return affineTransform(b, x, matrices, { interpolation: 'nearest', size });
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}

/** Changes values by a number that is drawn for every image, within a range. */
abstract class Tone extends Augmentation {
  readonly valueRange: readonly [number, number];

  /** @throws ConfigError where the range is empty. */
  constructor(options: ValueRangeOptions, own: readonly string[], where: string) {
    super(options, [...own, 'valueRange'], where);
    this.valueRange = options.valueRange ?? [0, 255];
    const [low, high] = this.valueRange;
    checkNumber(low, `${where}: the lower end of valueRange`);
    checkNumber(high, `${where}: the upper end of valueRange`, { above: low });
  }

  /** The images changed by the numbers, which have their shape. */
  protected abstract change(b: Builder, x: Value, numbers: Value): Value;

  /** Where the numbers are drawn from. */
  protected abstract readonly range: readonly [low: number, high: number];

  override call(b: Builder, x: Value): Value {
    checkImages(x.shape);
    if (!b.training) return x;
    const draws = b.uniform(new Value([1], { batched: true }), ...this.range, this.stream);
    const numbers = b.reshape(b.repeat(draws, 1, sizeOf(x.shape)), x.shape);
    const [low, high] = this.valueRange;
    return b.rectify(this.change(b, x, numbers), { threshold: low, below: low, ceiling: high });
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), valueRange: this.valueRange };
  }
}

/**
 * Takes every channel of every image further from its mean, or nearer to it: (x - mean) c + mean, with c from 1 - lower
 * to 1 + upper. One number counts for both (in Keras 3.15, other than its documentation says, for the upper one alone).
 */
export class RandomContrast extends Tone {
  static override className = 'RandomContrast';
  readonly factor: Factor;

  /** @throws ConfigError for a factor outside 0 to 1. */
  constructor(options: RandomContrastOptions) {
    const where = 'layers.randomContrast';
    super(options, ['factor'], where);
    const { factor } = options;
    for (const part of [factor].flat()) checkNumber(part, `${where}: factor`, { from: 0, to: 1 });
    pairOf(factor, `${where}: factor`);
    this.factor = factor;
  }

  protected override get range() {
    const [lower, upper] = pairOf(this.factor, 'factor');
    return [1 - lower, 1 + upper] as const;
  }

  protected override change(b: Builder, x: Value, contrast: Value): Value {
    const [height, width, channels] = x.shape;
    const sides = [height, width];
    const means = b.reshape(averagePooling(b, x, slidingWindows(x.shape, sides, sides)), [channels]);
    const mean = b.reshape(b.repeat(means, 0, height * width), x.shape);
    return b.add(b.multiply(b.subtract(x, mean), contrast), mean);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), factor: this.factor };
  }
}

/** Adds one number to all values of an image. */
export class RandomBrightness extends Tone {
  static override className = 'RandomBrightness';
  readonly factor: Factor;

  /** @throws ConfigError for a factor outside -1 to 1. */
  constructor(options: RandomBrightnessOptions) {
    const where = 'layers.randomBrightness';
    super(options, ['factor'], where);
    rangeOf(options.factor, `${where}: factor`);
    this.factor = options.factor;
  }

  protected override get range() {
    const [low, high] = rangeOf(this.factor, 'factor');
    const whole = this.valueRange[1] - this.valueRange[0];
    return [low * whole, high * whole] as const;
  }

  protected override change(b: Builder, x: Value, amount: Value): Value {
    return b.add(x, amount);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), factor: this.factor };
  }
}

/** A pair in ascending order; a number counts for both. @throws ConfigError where it is neither. */
function pairOf(factor: Factor, argument: string): readonly [number, number] {
  if (typeof factor === 'number') return [factor, factor];
  if (Array.isArray(factor) && factor.length === 2) {
    return [Math.min(...(factor as number[])), Math.max(...(factor as number[]))];
  }
  throw new ConfigError(
    'option-value',
    `${argument} must be a number or a pair of them, but got ${JSON.stringify(factor)}.`,
  );
}

/** From -factor to factor, or a pair in ascending order. @throws ConfigError for numbers outside -1 to 1. */
function rangeOf(factor: Factor, argument: string): readonly [number, number] {
  for (const part of [factor].flat()) checkNumber(part, argument, { from: -1, to: 1 });
  return pairOf(typeof factor === 'number' ? [-factor, factor] : factor, argument);
}
