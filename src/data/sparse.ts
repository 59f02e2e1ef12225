import { ShapeError, ValueError } from '../errors.js';

export interface SparseMatrixOptions {
  /** [rows, columns]. */
  shape: readonly [number, number];
  /** Where each row begins in `indices`, and the end of the last: rows + 1 offsets. */
  indptr: Int32Array;
  /** The column of each stored value. */
  indices: Int32Array;
  /** The stored values; without them every one is 1. That is the default. */
  values?: Float32Array;
}

/** A matrix of few values in compressed sparse rows (CSR): what a bag of words needs instead of mostly zeros. */
export class SparseMatrix {
  readonly shape: readonly [number, number];
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array | undefined;

  /**
   * @throws ShapeError `sparse-shape` where the three arrays do not fit the shape.
   * @throws ValueError `sparse-index` where a column lies outside the matrix.
   */
  constructor({ shape, indptr, indices, values }: SparseMatrixOptions) {
    const [rows, columns] = shape;
    if (indptr.length !== rows + 1) {
      throw new ShapeError(
        'sparse-shape',
        `SparseMatrix of ${rows} rows needs ${rows + 1} offsets in indptr, but got ${indptr.length}.`,
      );
    }
    for (let r = 0; r < rows; r++) {
      if (indptr[r] > indptr[r + 1] || indptr[r] < 0) {
        throw new ShapeError('sparse-shape', `SparseMatrix: indptr must not fall, but does at row ${r}.`);
      }
    }
    if (indptr[rows] > indices.length || (values && values.length !== indices.length)) {
      throw new ShapeError(
        'sparse-shape',
        `SparseMatrix: indptr ends at ${indptr[rows]}, indices has ${indices.length}` +
          `${values ? ` and values has ${values.length}` : ''} entries; they must agree.`,
      );
    }
    for (let i = 0; i < indices.length; i++) {
      if (indices[i] >= 0 && indices[i] < columns) continue;
      throw new ValueError(
        'sparse-index',
        `SparseMatrix: column ${indices[i]} at entry ${i} is outside 0 to ${columns - 1}.`,
      );
    }
    this.shape = [rows, columns];
    this.indptr = indptr;
    this.indices = indices;
    this.values = values;
  }

  /**
   * A matrix of ones from the list of columns of each row.
   *
   * @param rows for each row the columns that are 1, in any order; repeated ones count each time.
   * @param columns the width of the matrix.
   */
  static fromRows(rows: readonly (readonly number[])[], columns: number): SparseMatrix {
    const indptr = new Int32Array(rows.length + 1);
    for (let r = 0; r < rows.length; r++) indptr[r + 1] = indptr[r] + rows[r].length;
    const indices = new Int32Array(indptr[rows.length]);
    for (let r = 0; r < rows.length; r++) indices.set(rows[r], indptr[r]);
    return new SparseMatrix({ shape: [rows.length, columns], indptr, indices });
  }

  toString(): string {
    return `SparseMatrix [${this.shape.join(', ')}], ${this.indices.length} values`;
  }
}
