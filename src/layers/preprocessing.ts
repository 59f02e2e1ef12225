import { ConfigError, ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import { checkOptions } from '../names.js';
import { overAxes, sampleAxes } from '../plan/axes.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js';
import { runtime } from '../wasm/runtime.js';
import { COMMON, Layer, type LayerOptions, type WeightBuilder } from './layer.js';
import {
  flatten,
  type Moments,
  momentsOf,
  type NestedNumbers,
  readSamples,
  type Samples,
} from './moments.js';
import type { Axes } from './normalization.js';
export interface RescalingOptions extends LayerOptions {
  /** What every value is multiplied by. */
  scale: number;
  /** Default 0. */
  offset?: number;
}

/** x * scale + offset: `{ scale: 1 / 255 }` brings bytes to 0..1. */
export class Rescaling extends Layer {
  static override className = 'Rescaling';
  readonly scale: number;
  readonly offset: number;

  constructor(options: RescalingOptions) {
    super(options);
    checkOptions(options, ['scale', 'offset', ...COMMON], 'layers.rescaling');
    const { scale, offset = 0 } = options;
    if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
      throw new ConfigError(
        'option-value',
        `layers.rescaling: scale and offset must be finite numbers, but got ${String(scale)} and ${String(offset)}.`,
      );
    }
    this.scale = scale;
    this.offset = offset;
  }

  override call(b: Builder, x: Value): Value {
    return b.affine(x, this.scale, this.offset);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}

export interface NormalizationOptions extends LayerOptions {
  /** The axes whose entries are normalised each by itself; null for one mean of all. Default -1, the last. */
  axis?: Axes | null;
  /** What is subtracted: one number, or one for each entry of the axes. Default: what `adapt` finds. */
  mean?: NestedNumbers | null;
  /** The square of what is divided by, like `mean`. Default: what `adapt` finds. */
  variance?: NestedNumbers | null;
  /** Whether to do the reverse: x sqrt(variance) + mean. Default false. */
  invert?: boolean;
}

/** Keras divides by at least this. */
const LEAST_DEVIATION = 1e-7;

/**
 * (x - mean) / sqrt(variance), with those that are given or those of the data that `adapt` gets. Weights, which no
 * optimizer changes: mean, variance and count (always 0, as in Keras); none where they are given.
 *
 *     const normalization = fl.layers.normalization();
 *     normalization.adapt(xTrain);
 */
export class Normalization extends Layer {
  static override className = 'Normalization';
  readonly axis: Axes | null;
  readonly invert: boolean;
  /** What was given. */
  readonly given: Moments | undefined;
  mean: Parameter | undefined;
  variance: Parameter | undefined;
  #found: Moments | undefined;

  /** @throws ConfigError where only one of mean and variance is given, or they differ in length. */
  constructor(options: NormalizationOptions = {}) {
    super(options);
    const where = 'layers.normalization';
    checkOptions(options, ['axis', 'mean', 'variance', 'invert', ...COMMON], where);
    const { axis = -1, invert = false } = options;
    this.axis = axis;
    this.invert = invert;
    const mean = flatten(options.mean ?? []);
    const variance = flatten(options.variance ?? []);
    if (mean.length !== variance.length) {
      throw new ConfigError(
        'option-value',
        `${where}: mean and variance go together, but there are ${mean.length} and ${variance.length} numbers.`,
      );
    }
    if (mean.length) this.given = { mean, variance };
  }

  override build(b: WeightBuilder, input: Shape): void {
    const shape = this.#axesOf(input).map((axis) => input[axis]);
    const size = sizeOf(shape);
    const known = this.given ?? this.#found;
    if (known && known.mean.length !== size && !(this.given && known.mean.length === 1)) {
      throw new ShapeError(
        'layer-shape',
        `its mean has ${known.mean.length} entries, but the input ${formatShape(input, true)} needs ${size}.`,
      );
    }
    if (this.given) return;
    const weight = (name: string, initializer: Initializer) =>
      b.parameter({ name, shape, initializer, trainable: false });
    this.mean = weight(
      'mean',
      valuesOf(() => this.#found?.mean, 0),
    );
    this.variance = weight(
      'variance',
      valuesOf(() => this.#found?.variance, 1),
    );
    b.parameter({ name: 'count', shape: [], trainable: false });
  }

  /**
   * Takes mean and variance of data [samples, ...], before the layer is used or after.
   *
   * @throws ConfigError where they were given; ShapeError, ValueError where the data do not fit.
   */
  adapt(data: Samples): void {
    if (this.given) {
      throw new ConfigError(
        'adapt',
        `Layer '${this.name}' was given its mean and variance and cannot adapt.`,
      );
    }
    const { values, shape } = readSamples(data);
    const sample = shape.slice(1);
    const axes = this.#axesOf(sample);
    const found = axes.map((axis) => sample[axis]);
    if (this.mean && !sameShape(found, this.mean.shape)) {
      throw new ShapeError(
        'data-shape',
        `Layer '${this.name}' has a mean of shape ${formatShape(this.mean.shape)}, but that of the data ` +
          `${formatShape(shape)} has the shape ${formatShape(found)}.`,
      );
    }
    this.#found = momentsOf(values, sample, axes);
    for (const name of ['mean', 'variance'] as const) {
      const weight = this[name];
      if (weight?.placed) runtime().heap.f32.set(this.#found[name], weight.address / 4);
    }
  }

  override call(b: Builder, x: Value): Value {
    const axes = this.#axesOf(x.shape);
    if (axes.length) return overAxes(b, x, axes, (rows) => this.#normalized(b, rows));
    return this.#normalized(b, x);
  }

  /** Over the last axis. */
  #normalized(b: Builder, x: Value): Value {
    const [mean, deviation] = this.#rows(b, x.cols);
    if (this.invert) return b.add(b.multiply(x, deviation), mean);
    return b.divide(b.subtract(x, mean), deviation);
  }

  /** Mean and deviation for each of the last axis. */
  #rows(b: Builder, cols: number): readonly Value[] {
    if (this.given) {
      const deviation = this.given.variance.map((value) => Math.max(Math.sqrt(value), LEAST_DEVIATION));
      return [this.given.mean, deviation].map((list) =>
        b.constants(list.length === cols ? list : new Array<number>(cols).fill(list[0])),
      );
    }
    const [mean, variance] = [this.mean!, this.variance!].map((weight) => {
      const row = b.reshape(weight, [sizeOf(weight.shape)]);
      return row.cols === cols ? row : b.reshape(b.repeat(row, 1, cols), [cols]);
    });
    return [
      mean,
      b.rectify(b.apply('sqrt', variance), { threshold: LEAST_DEVIATION, below: LEAST_DEVIATION }),
    ];
  }

  #axesOf(sample: Shape): readonly number[] {
    return this.axis === null ? [] : sampleAxes(this.axis, sample);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Record<string, unknown> {
    const { axis, invert, given } = this;
    return { ...super.getConfig(), axis, invert, mean: given?.mean, variance: given?.variance };
  }
}

/** Fills a weight with what there is by then. */
function valuesOf(values: () => readonly number[] | undefined, otherwise: number): Initializer {
  return {
    name: 'adapted',
    config: {},
    fill(address, shape) {
      const known = values() ?? new Array<number>(sizeOf(shape)).fill(otherwise);
      runtime().heap.f32.set(known, address / 4);
    },
  };
}
