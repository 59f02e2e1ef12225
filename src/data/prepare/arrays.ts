import { ShapeError, ValueError } from '../../errors.js';
import { formatShape, sizeOf } from '../../shape.js';
import { SparseMatrix } from '../sparse.js';
import { isTensorData, type NumberArray, type ShapedData, Tensor, type TensorData } from '../tensor.js';
import { describe } from './options.js';

/** Numbers in every form that the library accepts: nested arrays, a typed array, a `Tensor` or `{ data, shape }`. */
export type Numbers = NumberArray | TensorData | ShapedData;

/** Data whose first axis counts samples; plain arrays may hold anything, texts for example. */
export type Rows = readonly unknown[] | TensorData | ShapedData | SparseMatrix;

/** A class label. */
export type Label = number | string;

/** Labels in every accepted form: an array of numbers or strings, or numbers of shape [n] or [n, 1]. */
export type Labels = readonly Label[] | Numbers;

/** Flat row-major values and their shape, checked. */
export interface Dense {
  data: ArrayLike<number>;
  shape: readonly number[];
}

/** True for a `Tensor` or any other `{ data, shape }`. */
function isShaped(value: unknown): value is ShapedData {
  return typeof value === 'object' && value !== null && 'data' in value && 'shape' in value;
}

/** True for a `SparseMatrix`. */
export function isSparse(value: unknown): value is SparseMatrix {
  return value instanceof SparseMatrix;
}

/**
 * Numbers in any accepted form as flat row-major values with their shape; the scale and offset of a Tensor are
 * applied. Typed arrays and tensors without them are not copied, plain numbers stay float64.
 *
 * @throws ShapeError `ragged-array` or `data-shape`, ValueError `not-a-number` or `sparse-not-accepted`.
 */
export function asDense(value: unknown, argument: string): Dense {
  if (isTensorData(value)) return { data: value, shape: [value.length] };
  if (Array.isArray(value)) return flatten(value, argument);
  if (isSparse(value)) {
    throw new ValueError('sparse-not-accepted', `${argument}: expected dense numbers, got a SparseMatrix.`);
  }
  if (!isShaped(value)) throw notNumbers(value, argument);
  const { data, shape } = value;
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      'data-shape',
      `${argument}: shape ${formatShape(shape)} needs ${sizeOf(shape)} values, but data holds ${data.length}.`,
    );
  }
  if (!(value instanceof Tensor) || (value.scale === 1 && value.offset === 0)) return { data, shape };
  return { data: Float64Array.from(data, (x) => x * value.scale + value.offset), shape };
}

/**
 * As `asDense`, for two-dimensional data only.
 *
 * @throws as `asDense`, and ShapeError `wrong-rank`.
 */
export function asMatrix(value: unknown, argument: string): Dense & { rows: number; columns: number } {
  const { data, shape } = asDense(value, argument);
  if (shape.length !== 2) {
    const hint =
      shape.length === 1 ? ' For a single feature make every value a row of its own: [[1], [2], …].' : '';
    throw new ShapeError(
      'wrong-rank',
      `${argument}: expected two dimensions [samples, features], got shape ${formatShape(shape)}.${hint}`,
    );
  }
  return { data, shape, rows: shape[0], columns: shape[1] };
}

/**
 * Labels in any accepted form as an array of n numbers or n strings; numbers may have the shape [n] or [n, 1].
 *
 * @throws ShapeError `wrong-rank` (one-hot rows among others), ValueError `mixed-labels` or `not-a-number`.
 */
export function asLabels(value: unknown, argument: string): number[] | string[] {
  if (Array.isArray(value) && value.some((label) => typeof label === 'string')) {
    const other = value.findIndex((label) => typeof label !== 'string');
    if (other < 0) return value as string[];
    throw new ValueError(
      'mixed-labels',
      `${argument}: expected labels of one kind, got strings and, at position ${other}, ${describe(value[other])}.`,
    );
  }
  const { data, shape } = asDense(value, argument);
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new ShapeError(
      'wrong-rank',
      `${argument}: expected one class label per sample, shape [n] or [n, 1], got shape ${formatShape(shape)}. ` +
        'Probabilities and one-hot rows become labels with toClasses().',
    );
  }
  return Array.from(data);
}

/**
 * The number of samples in `value`.
 *
 * @throws as `asDense`, and ShapeError `wrong-rank` for a scalar.
 */
export function rowCount(value: unknown, argument: string): number {
  if (Array.isArray(value) || isTensorData(value)) return value.length;
  if (isSparse(value)) return value.shape[0];
  const { shape } = asDense(value, argument);
  if (shape.length === 0) throw new ShapeError('wrong-rank', `${argument}: expected samples, got a scalar.`);
  return shape[0];
}

/**
 * The distinct labels: numbers ascending, strings by code points.
 *
 * @throws ValueError `not-a-number` where a label is NaN.
 */
export function sortedClasses(labels: readonly Label[], argument: string): Label[] {
  const classes = [...new Set(labels)];
  if (classes.some((label) => typeof label === 'number' && Number.isNaN(label))) {
    throw new ValueError('not-a-number', `${argument}: expected class labels, got NaN.`);
  }
  return classes.sort(compareLabels);
}

/** Orders numbers by size and strings by code points (as UTF-8 bytes and Python do), numbers before strings. */
export function compareLabels(a: Label, b: Label): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  if (typeof b === 'number') return 1;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}

function flatten(rows: readonly unknown[], argument: string): Dense {
  const shape: number[] = [];
  for (let level: unknown = rows; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const data = new Float64Array(sizeOf(shape));
  let next = 0;
  const visit = (value: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof value !== 'number') throw notNumbers(value, argument);
      data[next++] = value;
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[depth]) {
      throw new ShapeError(
        'ragged-array',
        `${argument}: expected ${shape[depth]} values in every row at depth ${depth}, got ${describe(value)}.`,
      );
    }
    for (let i = 0; i < value.length; i++) visit(value[i], depth + 1);
  };
  visit(rows, 0);
  return { data, shape };
}

function notNumbers(value: unknown, argument: string): ValueError {
  return new ValueError(
    'not-a-number',
    `${argument}: expected numbers as nested arrays, a typed array, a Tensor or { data, shape }, got ${describe(value)}.`,
  );
}
