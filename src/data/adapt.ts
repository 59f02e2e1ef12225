/** From what users hand over to columns: every check of data in memory is here, before the first step. */
import { ShapeError, ValueError } from '../errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js';
import { type Column, checkFinite, DenseColumn } from './column.js';
import { SparseMatrix } from './sparse.js';
import { SparseColumn } from './sparseColumn.js';
import { isBatchSource } from './stream.js';
import { type DenseData, isTensorData, Tensor, tensor } from './tensor.js';

/** Data for one input or target: nested arrays, a flat typed array, a tensor, or a sparse matrix. */
export type Data = DenseData | SparseMatrix;
/** Data for a model: for several inputs or outputs an array in their order, or an object by their names. */
export type ModelData = Data | readonly Data[] | Readonly<Record<string, Data>>;

/** What a model expects at one of its inputs or outputs. */
export interface Expected {
  readonly name: string;
  /** Without the batch axis. */
  readonly sampleShape: Shape;
}

/** Splits the data of a model into one piece for each input or output. */
export function splitData(data: ModelData, expected: readonly Expected[], argument: string): Data[] {
  if (data === undefined || data === null) {
    throw new ValueError('data-missing', `${argument} is missing: expected data for ${names(expected)}.`);
  }
  if (typeof data !== 'object') {
    throw new ValueError(
      'not-a-number',
      `${argument} must be data for ${names(expected)}, but got ${String(data)}.`,
    );
  }
  if (isBatchSource<unknown>(data)) {
    throw new ValueError(
      'data-kind',
      `${argument} must be data in memory, but got an iterable. fit, evaluate and predictBatches take batches, without y.`,
    );
  }
  if (isRecord(data)) {
    return expected.map(({ name }) => {
      if (data[name] !== undefined) return data[name];
      throw new ShapeError(
        'data-parts',
        `${argument} has no part '${name}': expected ${names(expected)}, but got ${Object.keys(data).join(', ')}.`,
      );
    });
  }
  if (expected.length === 1) return [isOnlyPart(data) ? data[0] : (data as Data)];
  if (Array.isArray(data) && data.length === expected.length) return [...data];
  throw new ShapeError(
    'data-parts',
    `${argument} must be an array of ${expected.length} parts (${names(expected)}), or an object with their names, ` +
      `but got ${Array.isArray(data) ? `${data.length} parts` : String(data)}.`,
  );
}

/**
 * @param limit what values must be whole numbers below of, where they are indices.
 * @throws ShapeError, ValueError that name the argument and the input of the model.
 */
export function inputColumn(
  data: Data,
  { name, sampleShape: shape }: Expected,
  argument: string,
  limit?: number,
): Column {
  const what = `${argument} for '${name}'`;
  if (data instanceof SparseMatrix) {
    if (shape.length !== 1 || shape[0] !== data.shape[1]) throw wrongShape(what, shape, data.shape);
    if (data.values) checkFinite(data.values, data.values.length, what);
    return notEmpty(new SparseColumn(data), what);
  }
  const { data: values, scale, offset } = toTensor(data, shape, what);
  const kind = values instanceof Uint8Array ? 'bytes' : 'numbers';
  if (values instanceof Float32Array || values instanceof Float64Array)
    checkFinite(values, sizeOf(shape), what);
  const column = new DenseColumn(kind, values, shape, scale, offset);
  if (limit !== undefined) checkIndices(column, limit, what);
  return notEmpty(column, what);
}

/** @throws ValueError `index-range` that says where the first value stands that is no index. */
function checkIndices({ data, scale, offset, shape }: DenseColumn, limit: number, what: string): void {
  const width = sizeOf(shape);
  for (let i = 0; i < data.length; i++) {
    const value = data[i] * scale + offset;
    if (value >= 0 && value < limit && Number.isInteger(value)) continue;
    throw new ValueError(
      'index-range',
      `${what} holds ${value} at row ${Math.floor(i / width)}, position ${i % width}, which is no index: they are whole ` +
        `numbers from 0 to ${limit - 1}.`,
    );
  }
}

/** Targets that look like the output. */
export function valueColumn(data: Data, expected: Expected, argument: string): Column {
  if (data instanceof SparseMatrix) {
    throw new ValueError(
      'data-kind',
      `${argument} for '${expected.name}': targets cannot be a SparseMatrix.`,
    );
  }
  return inputColumn(data, expected, argument);
}

/** Targets that are one class number a row of the output, or the number that marks rows which do not count. */
export function labelColumn(
  data: Data,
  { name, sampleShape: shape }: Expected,
  argument: string,
  ignored?: number,
): Column {
  const what = `${argument} for '${name}'`;
  const classes = shape[shape.length - 1];
  const rowShape = shape.slice(0, -1);
  if (data instanceof SparseMatrix)
    throw new ValueError('data-kind', `${what}: targets cannot be a SparseMatrix.`);
  const { data: values, shape: own } = isTensorData(data) ? new Tensor(data, [data.length]) : tensor(data);
  const sample = own.slice(1);
  if (sample.at(-1) === 1 && sample.length > rowShape.length) sample.pop();
  if (!sameShape(sample, rowShape)) {
    const oneHot = sameShape(sample, shape)
      ? ' They look one-hot: use categoricalCrossentropy for those.'
      : '';
    throw new ShapeError(
      'data-shape',
      `${what}: sparse labels must have the shape ${formatShape(rowShape, true)}, but got ${formatShape(own)}.${oneHot}`,
    );
  }
  const labels = values instanceof Int32Array ? values : Int32Array.from(values);
  for (let i = 0; i < labels.length; i++) {
    if (values[i] === labels[i] && ((labels[i] >= 0 && labels[i] < classes) || labels[i] === ignored))
      continue;
    throw new ValueError(
      'label-range',
      `${what} holds ${values[i]} at row ${Math.floor(i / sizeOf(rowShape))}, which is no class: the output has ` +
        `${classes} units, so labels are whole numbers from 0 to ${classes - 1}.`,
    );
  }
  return notEmpty(new DenseColumn('labels', labels, rowShape), what);
}

/** @throws ShapeError `data-length` where the columns do not have the same number of rows. */
export function checkLengths(columns: readonly Column[], nameOf: (column: number) => string): number {
  const [{ length }] = columns;
  for (let i = 1; i < columns.length; i++) {
    if (columns[i].length === length) continue;
    throw new ShapeError(
      'data-length',
      `${nameOf(0)} has ${length} samples, but ${nameOf(i)} has ${columns[i].length}; they must have the same number.`,
    );
  }
  return length;
}

function toTensor(data: DenseData, shape: Shape, what: string): Tensor {
  const width = sizeOf(shape);
  if (isTensorData(data)) {
    if (data.length % width) {
      throw new ShapeError(
        'data-shape',
        `${what} has ${data.length} values, which is no multiple of the ${width} of a sample ${formatShape(shape, true)}.`,
      );
    }
    return new Tensor(data, [data.length / width, ...shape]);
  }
  if (!('shape' in data) && data.length === 0) return new Tensor(new Float32Array(0), [0, ...shape]);
  const own = data instanceof Tensor ? data : tensor(data);
  const sample = own.shape.slice(1);
  // One number a sample may be written without an axis of its own.
  const fits = sameShape(sample, shape) || (width === 1 && sizeOf(sample) === 1);
  if (!fits || own.shape.length === 0) throw wrongShape(what, shape, own.shape);
  return own;
}

function wrongShape(what: string, expected: Shape, got: Shape): ShapeError {
  let hint = '';
  if (sameShape(got, expected)) hint = ' A single sample needs a batch axis: wrap it in [ ].';
  else if (sizeOf(got.slice(1)) === sizeOf(expected)) {
    hint = ` The number of values fits: give it the shape [${[got[0], ...expected].join(', ')}].`;
  }
  return new ShapeError(
    'data-shape',
    `${what} must have the shape ${formatShape(expected, true)}, but got ${formatShape(got)}.${hint}`,
  );
}

function notEmpty(column: Column, what: string): Column {
  if (column.length > 0) return column;
  throw new ValueError('data-empty', `${what} is empty: expected at least one sample.`);
}

/** Whether this is a list of one tensor or sparse matrix, and not data themselves. */
function isOnlyPart(data: ModelData): data is readonly [Data] {
  return (
    Array.isArray(data) && data.length === 1 && typeof data[0] === 'object' && data[0] && 'shape' in data[0]
  );
}

/** Whether these are parts by name, and not data themselves. */
export function isRecord(data: ModelData): data is Readonly<Record<string, Data>> {
  return !Array.isArray(data) && !isTensorData(data) && !(data instanceof SparseMatrix) && !('shape' in data);
}

function names(expected: readonly Expected[]): string {
  return expected.map(({ name, sampleShape }) => `'${name}' ${formatShape(sampleShape, true)}`).join(', ');
}
