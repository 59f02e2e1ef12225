import { ShapeError, ValueError } from '../../errors.js';
import { sizeOf } from '../../shape.js';
import { SparseMatrix } from '../sparse.js';
import { isTensorData, type ShapedData, Tensor, type TensorData } from '../tensor.js';
import { isSparse, type Rows, rowCount } from './arrays.js';

/** What `take` returns for data of type T: its own kind, and a Tensor for any `{ data, shape }`. */
export type Taken<T> = T extends TensorData
  ? T
  : T extends SparseMatrix
    ? SparseMatrix
    : T extends readonly (infer Row)[]
      ? Row[]
      : Tensor;

/**
 * The rows of `x` named by `indices`, in that order and as often as they are named (numpy's `take` along axis 0).
 * Arrays give arrays, typed arrays typed arrays of the same kind, a SparseMatrix a SparseMatrix, tensors and
 * `{ data, shape }` a Tensor of the same dtype. Values are copied; the rows of plain arrays are shared.
 *
 * @throws ValueError `index-out-of-range` naming the position in `indices`.
 */
export function take<T extends Rows>(x: T, indices: ArrayLike<number>): Taken<T> {
  const rows = rowCount(x, 'x');
  for (let i = 0; i < indices.length; i++) {
    if (!Number.isInteger(indices[i]) || indices[i] < 0 || indices[i] >= rows) {
      throw new ValueError(
        'index-out-of-range',
        `indices: expected integers from 0 to ${rows - 1}, got ${indices[i]} at position ${i}.`,
      );
    }
  }
  if (Array.isArray(x)) return Array.from(indices, (index) => x[index]) as Taken<T>;
  if (isTensorData(x)) return takeValues(x, indices, 1) as Taken<T>;
  if (isSparse(x)) return takeSparse(x, indices) as Taken<T>;
  const { data, shape } = x as ShapedData;
  const inner = shape.slice(1);
  const values = takeValues(isTensorData(data) ? data : Float32Array.from(data), indices, sizeOf(inner));
  return new Tensor(values, [indices.length, ...inner], x instanceof Tensor ? x : undefined) as Taken<T>;
}

/**
 * The number of samples that all of `arrays` have.
 *
 * @throws ShapeError `length-mismatch` unless it is one number.
 */
export function sameLength(arrays: readonly Rows[], names: readonly string[]): number {
  const counts = arrays.map((array, i) => rowCount(array, names[i]));
  const other = counts.findIndex((count) => count !== counts[0]);
  if (other > 0) {
    throw new ShapeError(
      'length-mismatch',
      `${names[other]}: expected ${counts[0]} samples as in ${names[0]}, got ${counts[other]}.`,
    );
  }
  return counts[0];
}

function takeValues(values: TensorData, indices: ArrayLike<number>, width: number): TensorData {
  const taken = new (values.constructor as new (length: number) => TensorData)(indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * width;
    if (width === 1) taken[i] = values[from];
    else taken.set(values.subarray(from, from + width), i * width);
  }
  return taken;
}

function takeSparse(matrix: SparseMatrix, rows: ArrayLike<number>): SparseMatrix {
  const indptr = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    indptr[i + 1] = indptr[i] + matrix.indptr[rows[i] + 1] - matrix.indptr[rows[i]];
  }
  const indices = new Int32Array(indptr[rows.length]);
  const values = matrix.values && new Float32Array(indices.length);
  for (let i = 0; i < rows.length; i++) {
    const [from, to] = [matrix.indptr[rows[i]], matrix.indptr[rows[i] + 1]];
    indices.set(matrix.indices.subarray(from, to), indptr[i]);
    if (values && matrix.values) values.set(matrix.values.subarray(from, to), indptr[i]);
  }
  return new SparseMatrix({ shape: [rows.length, matrix.shape[1]], indptr, indices, values });
}
