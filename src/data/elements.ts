/** What data sets consist of: the rows of data one by one, and the batches that are made of them. */
import { ShapeError, ValueError } from '../errors.js';
import { formatShape, sameShape, sizeOf } from '../shape.js';
import type { Data } from './adapt.js';
import { SparseMatrix } from './sparse.js';
import {
  isTensorData,
  type NumberArray,
  type ShapedData,
  Tensor,
  type TensorData,
  tensor,
} from './tensor.js';

/** Data whose first axis counts elements, a list of anything, or an object of such parts. */
export type Elements = Data | readonly unknown[] | { readonly [part: string]: Elements };

/** One element: numbers from flat arrays, tensors from everything with more axes, else what the list holds. */
export type Row<T> = T extends TensorData | readonly number[]
  ? number
  : T extends SparseMatrix
    ? SparseMatrix
    : T extends ShapedData | readonly NumberArray[]
      ? Tensor
      : T extends readonly (infer Element)[]
        ? Element
        : { [Part in keyof T]: Row<T[Part]> };

/** Several elements in one: an array is a tuple of parts, each of which gets the batch as its first axis. */
export type Batched<T> = T extends readonly unknown[] ? { [K in keyof T]: Stacked<T[K]> } : Stacked<T>;

type Stacked<T> = T extends number | TensorData | ShapedData | readonly (number | NumberArray)[]
  ? Tensor
  : T extends SparseMatrix
    ? SparseMatrix
    : { [Part in keyof T]: Stacked<T[Part]> };

export interface RowReader {
  readonly length: number;
  row(index: number): unknown;
}

/** Reads elements one by one; nothing is copied. @throws ShapeError, ValueError that name the argument. */
export function readRows(data: Elements, argument: string): RowReader {
  if (typeof data !== 'object' || data === null) {
    throw new ValueError('data-kind', `${argument} must be data or a list, but got ${String(data)}.`);
  }
  if (isTensorData(data)) return { length: data.length, row: (i) => data[i] };
  if (data instanceof SparseMatrix) return { length: data.shape[0], row: (i) => sparseRow(data, i) };
  if (Array.isArray(data) && !(Array.isArray(data[0]) && isNumeric(data))) {
    return { length: data.length, row: (i) => data[i] };
  }
  if (Array.isArray(data) || isShaped(data)) return tensorRows(tensor(data as ShapedData), argument);
  const parts = Object.entries(data).map(
    ([name, part]) => [name, readRows(part as Elements, `${argument} '${name}'`)] as const,
  );
  const length = sameLength(
    parts.map(([, part]) => part),
    parts.map(([name]) => `${argument} '${name}'`),
  );
  return { length, row: (i) => Object.fromEntries(parts.map(([name, part]) => [name, part.row(i)])) };
}

/** @throws ShapeError `data-length` where the parts have not the same number of elements. */
export function sameLength(parts: readonly RowReader[], names: readonly string[]): number {
  const other = parts.findIndex(({ length }) => length !== parts[0].length);
  if (other < 0) return parts[0]?.length ?? 0;
  throw new ShapeError(
    'data-length',
    `${names[0]} has ${parts[0].length} elements, but ${names[other]} has ${parts[other].length}; they must have ` +
      'the same number.',
  );
}

/** Makes a batch of elements. @throws ShapeError `batch-shape`, ValueError for what is no data. */
export function collate(elements: readonly unknown[]): unknown {
  const [first] = elements;
  return Array.isArray(first) ? first.map((_, part) => stackPart(elements, part)) : stack(elements);
}

function stackPart(elements: readonly unknown[], part: string | number): unknown {
  return stack(elements.map((element) => (element as Record<string | number, unknown>)[part]));
}

function stack(rows: readonly unknown[]): unknown {
  const [first] = rows;
  if (typeof first === 'number' && rows.every((row) => typeof row === 'number')) {
    return tensor(Float32Array.from(rows as number[]));
  }
  if (first instanceof SparseMatrix) return stackSparse(rows as SparseMatrix[]);
  if (typeof first !== 'object' || first === null) {
    throw new ValueError(
      'data-kind',
      `batch: elements must be data, but got ${String(first)}; map them first.`,
    );
  }
  if (Array.isArray(first) && !isNumeric(first)) return first.map((_, part) => stackPart(rows, part));
  if (isTensorData(first) || isShaped(first) || Array.isArray(first)) {
    return stackTensors(rows.map((row) => (row instanceof Tensor ? row : tensor(row as ShapedData))));
  }
  return Object.fromEntries(Object.keys(first).map((part) => [part, stackPart(rows, part)]));
}

/** They stay in their own type where they all have it. */
function stackTensors(tensors: readonly Tensor[]): Tensor {
  const [{ shape, data: first, scale, offset, dtype }] = tensors;
  const alike = tensors.every((one) => one.dtype === dtype && one.scale === scale && one.offset === offset);
  const width = sizeOf(shape);
  const Kind = alike ? (first.constructor as Float32ArrayConstructor) : Float32Array;
  const data = new Kind(tensors.length * width);
  tensors.forEach((one, i) => {
    if (!sameShape(one.shape, shape)) {
      throw new ShapeError(
        'batch-shape',
        `batch: all elements of a batch must have one shape, but the first has ${formatShape(shape)} and element ` +
          `${i + 1} has ${formatShape(one.shape)}.`,
      );
    }
    data.set(alike ? one.data : Float32Array.from(one.data, (x) => x * one.scale + one.offset), i * width);
  });
  return new Tensor(data, [tensors.length, ...shape], alike ? { scale, offset } : {});
}

function stackSparse(rows: readonly SparseMatrix[]): SparseMatrix {
  const indptr = [0];
  for (const { indptr: own } of rows) {
    const before = indptr[indptr.length - 1];
    for (let r = 1; r < own.length; r++) indptr.push(before + own[r]);
  }
  const stored = indptr[indptr.length - 1];
  const indices = new Int32Array(stored);
  const values = rows.some((row) => row.values) ? new Float32Array(stored).fill(1) : undefined;
  let at = 0;
  for (const row of rows) {
    indices.set(row.indices, at);
    if (row.values) values!.set(row.values, at);
    at += row.indices.length;
  }
  const shape = [indptr.length - 1, rows[0].shape[1]] as const;
  return new SparseMatrix({ shape, indptr: Int32Array.from(indptr), indices, values });
}

function sparseRow({ shape, indptr, indices, values }: SparseMatrix, row: number): SparseMatrix {
  const [begin, end] = [indptr[row], indptr[row + 1]];
  return new SparseMatrix({
    shape: [1, shape[1]],
    indptr: Int32Array.of(0, end - begin),
    indices: indices.subarray(begin, end),
    values: values?.subarray(begin, end),
  });
}

function tensorRows(data: Tensor, argument: string): RowReader {
  const [length, ...shape] = data.shape;
  if (length === undefined) {
    throw new ShapeError('data-shape', `${argument} has no axis of elements: its shape is [].`);
  }
  const width = sizeOf(shape);
  const row = (i: number) => new Tensor(data.data.subarray(i * width, (i + 1) * width), shape, data);
  return { length, row };
}

/** Whether numbers are at the bottom of nested arrays. */
function isNumeric(list: readonly unknown[]): boolean {
  let first: unknown = list;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'number';
}

function isShaped(data: object): data is ShapedData {
  return 'shape' in data && 'data' in data;
}
