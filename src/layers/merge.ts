import { ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { formatShape, sameShape } from '../shape.js';
import { Layer, type LayerOptions } from './layer.js';

const COMMON = ['name', 'trainable', 'inputShape'];

/** Joins two or more inputs of one shape element by element. */
abstract class Merge extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'merge layer');
  }

  protected abstract merge(b: Builder, inputs: readonly Value[]): Value;

  override call(b: Builder, ...inputs: Value[]): Value {
    checkInputs(inputs, (value, first) => sameShape(value.shape, first.shape), 'of the same shape');
    return this.merge(b, inputs);
  }
}

/** The sum of its inputs. */
export class Add extends Merge {
  static override className = 'Add';
  protected override merge(b: Builder, inputs: readonly Value[]): Value {
    return inputs.reduce((sum, input) => b.add(sum, input));
  }
}

/** The product of its inputs, element by element. */
export class Multiply extends Merge {
  static override className = 'Multiply';
  protected override merge(b: Builder, inputs: readonly Value[]): Value {
    return inputs.reduce((product, input) => b.multiply(product, input));
  }
}

/** The mean of its inputs, element by element. */
export class Average extends Merge {
  static override className = 'Average';
  protected override merge(b: Builder, inputs: readonly Value[]): Value {
    const sum = inputs.reduce((total, input) => b.add(total, input));
    return b.affine(sum, 1 / inputs.length, 0);
  }
}

export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which to join; 0 is the batch, which cannot be joined, -1 (default) the last. */
  axis?: number;
}

/** Its inputs side by side along an axis; the other axes must agree. */
export class Concatenate extends Layer {
  static override className = 'Concatenate';
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options);
    checkOptions(options, ['axis', ...COMMON], 'layers.concatenate');
    this.axis = options.axis ?? -1;
  }

  override call(b: Builder, ...inputs: Value[]): Value {
    const rank = inputs[0]?.shape.length ?? 0;
    const axis = this.axis < 0 ? this.axis + rank : this.axis - 1;
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw new ShapeError(
        'layer-shape',
        `axis ${this.axis} is none of an input with ${rank} axes behind the batch; use -1 or 1 to ${rank}.`,
      );
    }
    const fits = (value: Value, first: Value) =>
      value.shape.length === rank && value.shape.every((size, i) => i === axis || size === first.shape[i]);
    checkInputs(inputs, fits, `that agree on every axis but ${this.axis}`);
    return b.concatenate(inputs, axis);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}

function checkInputs(
  inputs: readonly Value[],
  fits: (value: Value, first: Value) => boolean,
  expected: string,
): void {
  if (inputs.length >= 2 && inputs.every((input) => fits(input, inputs[0]))) return;
  throw new ShapeError(
    'layer-shape',
    `expected two or more inputs ${expected}, but got ` +
      `${inputs.map(({ shape }) => formatShape(shape, true)).join(' and ') || 'none'}.`,
  );
}
