import { ShapeError, ValueError } from '../errors.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';

export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array;
export type DType = 'float32' | 'float64' | 'int32' | 'uint8';
export type NestedArray = number | readonly NestedArray[];
/** An array inside an array inside …, with numbers at the bottom. */
export type NumberArray = readonly NestedArray[];
/** Anything that says its own shape. */
export interface ShapedData {
  readonly data: TensorData | readonly number[];
  readonly shape: Shape;
}

/** Numbers as `tensor` takes them: nested arrays, a flat typed array, a tensor. */
export type DenseData = NumberArray | TensorData | ShapedData;

export interface TensorOptions {
  /** Values mean `data * scale + offset`; applied batch by batch, so the data stay as they are. Default 1. */
  scale?: number;
  /** See `scale`. Default 0. */
  offset?: number;
}

/** An array of numbers with a shape, row-major, in one of four types at rest. */
export class Tensor {
  readonly shape: Shape;
  readonly data: TensorData;
  /** Values mean `data * scale + offset` wherever a model reads them. */
  readonly scale: number;
  readonly offset: number;

  /** @throws ShapeError `data-shape` where the number of values is not the product of the shape. */
  constructor(data: TensorData, shape: Shape, { scale = 1, offset = 0 }: TensorOptions = {}) {
    if (sizeOf(shape) !== data.length) {
      throw new ShapeError(
        'data-shape',
        `A tensor of shape ${formatShape(shape)} holds ${sizeOf(shape)} values, but ${data.length} were given.`,
      );
    }
    this.shape = [...shape];
    this.data = plain(data);
    this.scale = scale;
    this.offset = offset;
  }

  get dtype(): DType {
    if (this.data instanceof Float32Array) return 'float32';
    if (this.data instanceof Float64Array) return 'float64';
    return this.data instanceof Int32Array ? 'int32' : 'uint8';
  }

  /** Nested plain arrays (a number for shape []). */
  toArray(): NestedArray {
    const nest = (axis: number, start: number): NestedArray => {
      if (axis === this.shape.length) return this.data[start];
      const step = sizeOf(this.shape.slice(axis + 1));
      return Array.from({ length: this.shape[axis] }, (_, i) => nest(axis + 1, start + i * step));
    };
    return nest(0, 0);
  }

  toString(): string {
    return `Tensor ${this.dtype} ${formatShape(this.shape)}`;
  }
}

/** Node's file functions give a subclass of Uint8Array whose `slice` does not copy; it becomes what it is. */
function plain(data: TensorData): TensorData {
  if (!(data instanceof Uint8Array) || Object.getPrototypeOf(data) === Uint8Array.prototype) return data;
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/**
 * Makes a tensor of nested arrays, or of a flat or typed array and its shape (default: one axis). Typed arrays are
 * kept as they are, not copied; plain numbers become float32.
 *
 * @throws ShapeError where nested arrays are ragged or the shape does not hold the values.
 * @throws ValueError where something is not a number.
 */
export function tensor(data: DenseData | number, shape?: Shape, options?: TensorOptions): Tensor {
  if (isTensorData(data)) return new Tensor(data, shape ?? [data.length], options);
  if (typeof data === 'number') return new Tensor(Float32Array.of(data), shape ?? [], options);
  if (typeof data !== 'object' || data === null) {
    throw new ValueError('not-a-number', `A tensor is made of numbers, but got ${describe(data)}.`);
  }
  if ('shape' in data) {
    return tensor(data.data, shape ?? data.shape, options ?? (data instanceof Tensor ? data : undefined));
  }
  const own = nestedShape(data);
  const flat = new Float32Array(sizeOf(own));
  flatten(data, own, 0, flat, 0);
  return new Tensor(flat, shape ?? own, options);
}

export function isTensorData(data: unknown): data is TensorData {
  return (
    data instanceof Float32Array ||
    data instanceof Float64Array ||
    data instanceof Int32Array ||
    data instanceof Uint8Array
  );
}

/** The shape that the first element of every level says. */
function nestedShape(data: NestedArray): number[] {
  const shape: number[] = [];
  let level = data;
  while (isLevel(level)) {
    shape.push(level.length);
    level = level[0];
  }
  return shape;
}

/** Whether this is an array of some kind; a string has a length and elements too, and they never end. */
function isLevel(data: unknown): data is readonly NestedArray[] {
  return typeof data === 'object' && data !== null && 'length' in data;
}

function flatten(data: NestedArray, shape: Shape, axis: number, flat: Float32Array, start: number): number {
  if (axis === shape.length) {
    if (typeof data !== 'number') {
      throw new ValueError(
        'not-a-number',
        `Expected a number at position ${start}, but got ${describe(data)}.`,
      );
    }
    flat[start] = data;
    return start + 1;
  }
  if (!isLevel(data) || data.length !== shape[axis]) {
    throw new ShapeError(
      'ragged-array',
      `Nested arrays must all have the same length: expected ${shape[axis]} values along axis ${axis}, ` +
        `but got ${describe(data)}.`,
    );
  }
  let next = start;
  for (let i = 0; i < shape[axis]; i++) next = flatten(data[i], shape, axis + 1, flat, next);
  return next;
}

function describe(value: unknown): string {
  if (isLevel(value)) return `an array of ${value.length}`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
