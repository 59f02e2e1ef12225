import { ConfigError, ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';
import { COMMON, checkCount, Layer, type LayerOptions } from './layer.js';

/** [batch, a, b, ...] to [batch, a * b * ...]. */
export class Flatten extends Layer {
  static override className = 'Flatten';
  constructor(options: LayerOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.flatten');
  }

  override call(b: Builder, x: Value): Value {
    return b.reshape(x, [sizeOf(x.shape)]);
  }
}

export interface ReshapeOptions extends LayerOptions {
  /** The new shape of a sample; one axis may be -1 and follows from the others. */
  targetShape: Shape;
}

/** The same elements in row-major order under another shape. */
export class Reshape extends Layer {
  static override className = 'Reshape';
  readonly targetShape: Shape;

  constructor(options: ReshapeOptions) {
    super(options);
    checkOptions(options, ['targetShape', ...COMMON], 'layers.reshape');
    const { targetShape } = options;
    const open = targetShape?.filter((axis) => axis === -1).length;
    if (!targetShape?.every((axis) => Number.isInteger(axis) && (axis > 0 || axis === -1)) || open > 1) {
      throw new ConfigError(
        'option-value',
        'layers.reshape: targetShape must be a list of positive whole numbers, one of which may be -1, but got ' +
          `${JSON.stringify(targetShape)}.`,
      );
    }
    this.targetShape = [...targetShape];
  }

  override call(b: Builder, x: Value): Value {
    const known = sizeOf(this.targetShape.filter((axis) => axis !== -1));
    const rest = sizeOf(x.shape) / known;
    if (!Number.isInteger(rest)) {
      throw new ShapeError(
        'layer-shape',
        `an input of shape ${formatShape(x.shape, true)} does not divide into ${formatShape(this.targetShape, true)}.`,
      );
    }
    return b.reshape(
      x,
      this.targetShape.map((axis) => (axis === -1 ? rest : axis)),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), targetShape: this.targetShape };
  }
}

export interface PermuteOptions extends LayerOptions {
  /** Which axis comes where; 1 is the first after the batch: [2, 1] swaps two axes. */
  dims: readonly number[];
}

/** The axes of a sample in another order. */
export class Permute extends Layer {
  static override className = 'Permute';
  readonly dims: readonly number[];

  /** @throws ConfigError where dims do not name every axis from 1 on once. */
  constructor(options: PermuteOptions) {
    super(options);
    checkOptions(options, ['dims', ...COMMON], 'layers.permute');
    const { dims } = options;
    const wanted = Array.isArray(dims) ? dims.map((_, i) => i + 1) : [];
    if (!wanted.length || !wanted.every((axis) => dims.includes(axis))) {
      throw new ConfigError(
        'option-value',
        `layers.permute: dims must name every axis from 1 on once, such as [2, 1], but got ${JSON.stringify(dims)}.`,
      );
    }
    this.dims = [...dims];
  }

  override call(b: Builder, x: Value): Value {
    checkRank(x, this.dims.length);
    return b.permute(
      x,
      this.dims.map((axis) => axis - 1),
    );
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), dims: this.dims };
  }
}

export interface RepeatVectorOptions extends LayerOptions {
  /** How often. */
  n: number;
}

/** [batch, features] to [batch, n, features]. */
export class RepeatVector extends Layer {
  static override className = 'RepeatVector';
  readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(options);
    checkOptions(options, ['n', ...COMMON], 'layers.repeatVector');
    this.n = checkCount(options.n, 'layers.repeatVector: n');
  }

  override call(b: Builder, x: Value): Value {
    checkRank(x, 1);
    return b.repeat(x, 0, this.n);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), n: this.n };
  }
}

function checkRank(x: Value, rank: number): void {
  if (x.shape.length === rank) return;
  throw new ShapeError(
    'layer-shape',
    `expected an input with ${rank} axes behind the batch, but got ${formatShape(x.shape, true)}.`,
  );
}
