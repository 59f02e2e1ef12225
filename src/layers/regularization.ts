import { ConfigError, ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import { Value } from '../plan/value.js';
import { checkSeed, streams } from '../random.js';
import { l1l2 } from '../regularizers.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';
import { COMMON, Layer, type LayerOptions } from './layer.js';

export interface NoiseOptions extends LayerOptions {
  /** A seed of its own for what is drawn. Default: the model's. */
  seed?: number;
}

/** Which elements share what is drawn: null for the size of the input, 1 for one draw along that axis. */
export type NoiseShape = readonly (number | null)[];

export interface RateOptions extends NoiseOptions {
  /** The share of elements that are dropped, 0 to below 1. It is kept to the nearest 1/65536. */
  rate: number;
}

export interface DropoutOptions extends RateOptions {
  /** With the batch axis: [null, 1, null] drops a channel for all time steps. Default: every element by itself. */
  noiseShape?: NoiseShape;
}

/** Changes its input at random in training, and not at all otherwise. */
export abstract class Noise extends Layer {
  readonly seed: number | undefined;

  constructor(options: NoiseOptions, own: readonly string[], where: string) {
    super(options);
    checkOptions(options, [...own, 'seed', ...COMMON], where);
    this.seed = options.seed === undefined ? undefined : checkSeed(options.seed, where);
  }

  /** The stream that a seed of its own stands for; undefined for the next one of the model. */
  protected get stream(): number | undefined {
    return this.seed === undefined ? undefined : (streams.own | this.seed) >>> 0;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), seed: this.seed };
  }
}

/** Drops a share of the elements. */
abstract class Rate extends Noise {
  readonly rate: number;

  /** @throws ConfigError for a rate outside 0 to below 1. */
  constructor(options: RateOptions, own: readonly string[], where: string) {
    super(options, ['rate', ...own], where);
    if (!(options.rate >= 0 && options.rate < 1)) {
      throw new ConfigError(
        'option-value',
        `${where}: rate must be at least 0 and below 1, but got ${String(options.rate)}.`,
      );
    }
    this.rate = options.rate;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), rate: this.rate };
  }
}

/**
 * In training sets a random share of its input to zero and scales the rest by 1 / (1 - rate), so that the expected
 * sum stays (Srivastava et al. 2014); otherwise does nothing.
 */
export class Dropout extends Rate {
  static override className = 'Dropout';
  readonly noiseShape: NoiseShape | undefined;

  constructor(options: DropoutOptions) {
    super(options, ['noiseShape'], 'layers.dropout');
    this.noiseShape = options.noiseShape;
  }

  override call(b: Builder, x: Value): Value {
    if (!this.noiseShape) return b.dropout(x, this.rate, this.stream);
    return dropShared(b, x, this.noiseShape, this.rate, this.stream);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), noiseShape: this.noiseShape };
  }
}

/** Drops whole channels of [batch, steps, channels] (Tompson et al. 2015). */
export class SpatialDropout1D extends Rate {
  static override className = 'SpatialDropout1D';

  constructor(options: RateOptions) {
    super(options, [], 'layers.spatialDropout1D');
  }

  override call(b: Builder, x: Value): Value {
    return dropShared(b, x, [null, 1, null], this.rate, this.stream);
  }
}

/** Drops whole channels of [batch, rows, columns, channels] (Tompson et al. 2015). */
export class SpatialDropout2D extends Rate {
  static override className = 'SpatialDropout2D';

  constructor(options: RateOptions) {
    super(options, [], 'layers.spatialDropout2D');
  }

  override call(b: Builder, x: Value): Value {
    return dropShared(b, x, [null, 1, 1, null], this.rate, this.stream);
  }
}

/** Drops whole channels of [batch, depth, rows, columns, channels] (Tompson et al. 2015). */
export class SpatialDropout3D extends Rate {
  static override className = 'SpatialDropout3D';

  constructor(options: RateOptions) {
    super(options, [], 'layers.spatialDropout3D');
  }

  override call(b: Builder, x: Value): Value {
    return dropShared(b, x, [null, 1, 1, 1, null], this.rate, this.stream);
  }
}

/** In training multiplies by normal noise of mean 1 and variance rate / (1 - rate) (Srivastava et al. 2014). */
export class GaussianDropout extends Rate {
  static override className = 'GaussianDropout';

  constructor(options: RateOptions) {
    super(options, [], 'layers.gaussianDropout');
  }

  override call(b: Builder, x: Value): Value {
    if (!b.training || this.rate === 0) return x;
    return b.multiply(x, b.noise(x, 1, Math.sqrt(this.rate / (1 - this.rate)), this.stream));
  }
}

export interface GaussianNoiseOptions extends NoiseOptions {
  /** The standard deviation of the noise, 0 or above. */
  stddev: number;
}

/** In training adds normal noise of mean 0. */
export class GaussianNoise extends Noise {
  static override className = 'GaussianNoise';
  readonly stddev: number;

  /** @throws ConfigError where stddev is negative. */
  constructor(options: GaussianNoiseOptions) {
    super(options, ['stddev'], 'layers.gaussianNoise');
    if (!(options.stddev >= 0 && Number.isFinite(options.stddev))) {
      throw new ConfigError(
        'option-value',
        `layers.gaussianNoise: stddev must be 0 or above, but got ${String(options.stddev)}.`,
      );
    }
    this.stddev = options.stddev;
  }

  override call(b: Builder, x: Value): Value {
    if (!b.training || this.stddev === 0) return x;
    return b.add(x, b.noise(x, 0, this.stddev, this.stream));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), stddev: this.stddev };
  }
}

/** What selu is far on the left, and so what a dropped element becomes. */
const SELU_LEFT = -1.6732632423543772 * 1.0507009873554805;

/**
 * In training sets a random share to what selu has far on the left, then scales and shifts so that mean 0 and variance 1
 * stay (Klambauer et al. 2017): for behind selu.
 */
export class AlphaDropout extends Rate {
  static override className = 'AlphaDropout';
  readonly noiseShape: NoiseShape | undefined;

  constructor(options: DropoutOptions) {
    super(options, ['noiseShape'], 'layers.alphaDropout');
    this.noiseShape = options.noiseShape;
  }

  override call(b: Builder, x: Value): Value {
    const { rate, noiseShape = [null, ...x.shape] } = this;
    checkNoiseShape(x, noiseShape);
    if (!b.training || rate === 0) return x;
    const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * SELU_LEFT * SELU_LEFT));
    const shift = -scale * SELU_LEFT * rate;
    // The mask is 0 or 1 / kept.
    const kept = Math.round((1 - rate) * 65536) / 65536;
    const mask = sharedMask(b, x, noiseShape, rate, this.stream);
    const factor = b.affine(mask, scale * kept, 0);
    const term = b.affine(mask, -scale * SELU_LEFT * kept, scale * SELU_LEFT + shift);
    return combine(b, 'add', combine(b, 'multiply', x, factor), term);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), noiseShape: this.noiseShape };
  }
}

/** Dropout in which elements share what is drawn. */
function dropShared(
  b: Builder,
  x: Value,
  noiseShape: NoiseShape,
  rate: number,
  stream: number | undefined,
): Value {
  checkNoiseShape(x, noiseShape);
  if (!b.training || rate === 0) return x;
  return combine(b, 'multiply', x, sharedMask(b, x, noiseShape, rate, stream));
}

/** 0 or 1 / kept for every element of x; one for all samples where the noise shape begins with 1. */
function sharedMask(
  b: Builder,
  x: Value,
  [batch, ...sample]: NoiseShape,
  rate: number,
  stream: number | undefined,
): Value {
  const shape = sample.map((size, axis) => size ?? x.shape[axis]);
  const ones = b.full(new Value(shape, { batched: batch === null }), 1);
  return b.broadcast(b.dropout(ones, rate, stream), x.shape);
}

/** x with the mask, which may be one for all samples. */
function combine(b: Builder, operation: 'add' | 'multiply', x: Value, mask: Value): Value {
  if (mask.batched) return b[operation](x, mask);
  const row: Shape = [sizeOf(x.shape)];
  return b.reshape(b[operation](b.reshape(x, row), b.reshape(mask, row)), x.shape);
}

function checkNoiseShape(x: Value, noiseShape: NoiseShape): void {
  const [batch, ...sample] = noiseShape;
  const fits = (size: number | null, axis: number) => size === null || size === 1 || size === x.shape[axis];
  if ((batch === null || batch === 1) && sample.length === x.shape.length && sample.every(fits)) return;
  throw new ShapeError(
    'layer-shape',
    `the noise shape ${JSON.stringify(noiseShape)} does not fit an input of shape ${formatShape(x.shape, true)}: each ` +
      'entry is null or 1, or the size of its axis.',
  );
}

export interface ActivityRegularizationOptions extends Omit<LayerOptions, 'activityRegularizer'> {
  /** Default 0. */
  l1?: number;
  /** Default 0. */
  l2?: number;
}

/** Adds l1 sum|x| + l2 sum x^2, divided by the batch size, to the loss; x passes unchanged. */
export class ActivityRegularization extends Layer {
  static override className = 'ActivityRegularization';
  readonly l1: number;
  readonly l2: number;

  constructor({ l1 = 0, l2 = 0, ...options }: ActivityRegularizationOptions = {}) {
    super({ ...options, activityRegularizer: l1l2({ l1, l2 }) });
    checkOptions(options, ['name', 'trainable', 'inputShape'], 'layers.activityRegularization');
    this.l1 = l1;
    this.l2 = l2;
  }

  override call(_b: Builder, x: Value): Value {
    return x;
  }

  override getConfig(): Record<string, unknown> {
    const { name, trainable, l1, l2 } = this;
    return { name, trainable, l1, l2 };
  }
}
