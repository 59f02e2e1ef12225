import { ConfigError, ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import { overAxes, sampleAxis } from '../plan/axes.js';
import type { Builder } from '../plan/builder.js';
import { Value } from '../plan/value.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js';
import { COMMON, Layer, type LayerOptions } from './layer.js';

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

  override get supportsMasking(): boolean {
    return true;
  }

  /** A row counts where it does in any of the inputs; without a mask of each of them all rows do. */
  override computeMask(b: Builder, inputs: readonly Value[]): Value | undefined {
    const masks = inputs.map((input) => b.maskOf(input));
    return masks.reduce((all, mask) => all && mask && b.maximum(all, mask));
  }
}

/** As Keras: what does not count in one input gives way to the others. */
function extreme(b: Builder, inputs: readonly Value[], choose: (a: Value, c: Value) => Value): Value {
  const [first, ...others] = inputs;
  let output = first;
  let outputMask = b.maskOf(first);
  for (const input of others) {
    const mask = b.maskOf(input);
    const other = mask ? select(b, mask, input, output) : input;
    if (outputMask) output = select(b, outputMask, output, other);
    outputMask = mask && outputMask && b.maximum(outputMask, mask);
    output = choose(output, other);
  }
  return output;
}

/** Rows of x where the mask is 1, of y elsewhere. */
function select(b: Builder, mask: Value, x: Value, y: Value): Value {
  return b.add(b.maskRows(x, mask), b.maskRows(y, b.affine(mask, -1, 1)));
}

/** The sum of its inputs. */
export class Add extends Merge {
  static override className = 'Add';
  protected override merge(b: Builder, inputs: readonly Value[]): Value {
    return inputs.reduce((sum, input) => b.add(sum, input));
  }
}

/** The first of its two inputs minus the second. */
export class Subtract extends Merge {
  static override className = 'Subtract';
  protected override merge(b: Builder, inputs: readonly Value[]): Value {
    checkCountOfInputs(inputs, 2);
    return b.subtract(inputs[0], inputs[1]);
  }
}

/** The largest of its inputs, element by element. */
export class Maximum extends Merge {
  static override className = 'Maximum';
  protected override merge(b: Builder, inputs: readonly Value[]): Value {
    return extreme(b, inputs, (largest, input) => b.maximum(largest, input));
  }
}

/** The smallest of its inputs, element by element. */
export class Minimum extends Merge {
  static override className = 'Minimum';
  protected override merge(b: Builder, inputs: readonly Value[]): Value {
    return extreme(b, inputs, (smallest, input) => b.minimum(smallest, input));
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
    const shape = inputs[0]?.shape ?? [];
    const rank = shape.length;
    const axis = sampleAxis(this.axis, shape);
    const fits = (value: Value, first: Value) =>
      value.shape.length === rank && value.shape.every((size, i) => i === axis || size === first.shape[i]);
    checkInputs(inputs, fits, `that agree on every axis but ${this.axis}`);
    return b.concatenate(inputs, axis);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** Inputs without a mask count whole. Joined over the last axis, a row counts where any of its parts does. */
  override computeMask(b: Builder, inputs: readonly Value[]): Value | undefined {
    if (!inputs.some((input) => b.maskOf(input))) return undefined;
    const axis = sampleAxis(this.axis, inputs[0].shape);
    const masks = inputs.map(
      (input) => b.maskOf(input) ?? b.full(new Value(input.shape.slice(0, -1), { batched: true }), 1),
    );
    if (axis < inputs[0].shape.length - 1) return b.concatenate(masks, axis);
    return masks.reduce((all, mask) => b.maximum(all, mask));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axis: this.axis };
  }
}

export interface DotOptions extends LayerOptions {
  /** The axis of each input along which products are summed, or one for both; 1 is the first after the batch. */
  axes: number | readonly [number, number];
  /** Whether both are brought to length 1 along that axis before: then it is the cosine. Default false. */
  normalize?: boolean;
}

/** Products of two inputs, summed along an axis of each: [batch, a, n] and [batch, n, b] give [batch, a, b]. */
export class Dot extends Layer {
  static override className = 'Dot';
  readonly axes: number | readonly [number, number];
  readonly normalize: boolean;

  /** @throws ConfigError where axes are no number or pair of numbers. */
  constructor(options: DotOptions) {
    super(options);
    checkOptions(options, ['axes', 'normalize', ...COMMON], 'layers.dot');
    const { axes, normalize = false } = options;
    const pair = Array.isArray(axes) ? axes : [axes, axes];
    if (pair.length !== 2 || !pair.every(Number.isInteger)) {
      throw new ConfigError(
        'option-value',
        `layers.dot: axes must be an axis or a pair of them, but got ${JSON.stringify(axes)}.`,
      );
    }
    this.axes = axes;
    this.normalize = normalize;
  }

  override call(b: Builder, ...inputs: Value[]): Value {
    checkCountOfInputs(inputs, 2);
    const pair = typeof this.axes === 'number' ? [this.axes, this.axes] : this.axes;
    const axes = inputs.map(({ shape }, i) => sampleAxis(pair[i], shape));
    const [x, y] = inputs.map((input, i) => {
      if (!this.normalize) return input;
      return overAxes(b, input, [axes[i]], (rows) => b.normalizeRows('unit', rows, EPSILON));
    });
    const length = x.shape[axes[0]];
    checkInputs([x, y], () => y.shape[axes[1]] === length, `as long along axis ${JSON.stringify(this.axes)}`);
    const [left, right] = [without(x.shape, axes[0]), without(y.shape, axes[1])];
    const all = (value: Value) => value.shape.map((_, axis) => axis);
    const rows = b.permute(x, [...all(x).filter((axis) => axis !== axes[0]), axes[0]]);
    const columns = b.permute(y, [axes[1], ...all(y).filter((axis) => axis !== axes[1])]);
    const product = b.batchMatmul(
      b.reshape(rows, [sizeOf(left), length]),
      b.reshape(columns, [length, sizeOf(right)]),
    );
    const shape = [...left, ...right];
    return b.reshape(product, shape.length ? shape : [1]);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(): undefined {
    return undefined;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), axes: this.axes, normalize: this.normalize };
  }
}

/** Keras's epsilon: what a vector is divided by at least. */
const EPSILON = 1e-7;

function without(shape: Shape, axis: number): Shape {
  return shape.filter((_, i) => i !== axis);
}

function checkCountOfInputs(inputs: readonly Value[], count: number): void {
  if (inputs.length === count) return;
  throw new ShapeError('layer-shape', `expected ${count} inputs, but got ${inputs.length}.`);
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
