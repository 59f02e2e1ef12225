import { ConfigError, ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';
import { Layer, type LayerOptions } from './layer.js';

/** [batch, a, b, ...] to [batch, a * b * ...]. */
export class Flatten extends Layer {
  static override className = 'Flatten';
  constructor(options: LayerOptions = {}) {
    super(options);
    checkOptions(options, ['name', 'trainable', 'inputShape'], 'layers.flatten');
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
    checkOptions(options, ['targetShape', 'name', 'trainable', 'inputShape'], 'layers.reshape');
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
