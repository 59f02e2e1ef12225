/** Products of a CSR matrix in float64, by way of its dense form. */

export interface Csr {
  rows: number;
  columns: number;
  indptr: Int32Array;
  indices: Int32Array;
  /** Absent: every term is 1. */
  values?: Float32Array;
}

/** x [rows][columns]; terms with the same index add up. */
export function dense({ rows, columns, indptr, indices, values }: Csr): number[][] {
  const x = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let r = 0; r < rows; r++) {
    for (let k = indptr[r]; k < indptr[r + 1]; k++) {
      x[r][indices[k]] += values ? values[k] : 1;
    }
  }
  return x;
}

/** x [rows, columns] * w [columns, cols] + bias [cols] */
export function csrMatmul(csr: Csr, w: Float32Array, bias: Float32Array | undefined, cols: number): number[] {
  return dense(csr).flatMap((x) =>
    Array.from({ length: cols }, (_, c) =>
      x.reduce((sum, v, k) => sum + v * w[k * cols + c], bias?.[c] ?? 0),
    ),
  );
}

/** dw [columns, cols] + x transposed * dy [rows, cols] */
export function csrMatmulBackward(csr: Csr, dw: Float32Array, dy: Float32Array, cols: number): number[] {
  const x = dense(csr);
  return Array.from(dw, (start, at) => {
    const [k, c] = [Math.floor(at / cols), at % cols];
    return x.reduce((sum, row, r) => sum + row[k] * dy[r * cols + c], start);
  });
}
