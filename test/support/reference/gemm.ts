export interface Product {
  m: number;
  n: number;
  k: number;
  /** Whether A is stored [k, m] and B [n, k]. */
  transposeA: boolean;
  transposeB: boolean;
}

/** The element-by-element matrix product in double precision, plus what it starts from. */
export function gemmReference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  start: (row: number, column: number) => number,
  { m, n, k, transposeA, transposeB }: Product,
): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = start(i, j);
      for (let l = 0; l < k; l++) {
        sum += a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j];
      }
      c[i * n + j] = sum;
    }
  }
  return c;
}
