/** Products of as many pairs of matrices as there are samples; how the single ones are called stands in ./gemm. */
import { gemmNN, gemmNT, gemmTN } from './gemm';

/** y [count, m, n] = a [count, m, k] . b [count, k, n]. */
export function batchNN(y: usize, a: usize, b: usize, scratch: usize, m: i32, n: i32, k: i32, count: i32): void {
  for (; count > 0; count--) {
    gemmNN(y, a, b, 0, scratch, m, n, k);
    y += <usize>(m * n) << 2;
    a += <usize>(m * k) << 2;
    b += <usize>(k * n) << 2;
  }
}

/** y [count, m, n] = a [count, m, k] . b [count, n, k] with b transposed. */
export function batchNT(y: usize, a: usize, b: usize, scratch: usize, m: i32, n: i32, k: i32, count: i32): void {
  for (; count > 0; count--) {
    gemmNT(y, a, b, 0, scratch, m, n, k);
    y += <usize>(m * n) << 2;
    a += <usize>(m * k) << 2;
    b += <usize>(n * k) << 2;
  }
}

/** y [count, m, n] = a [count, k, m] . b [count, k, n] with a transposed. */
export function batchTN(y: usize, a: usize, b: usize, scratch: usize, m: i32, n: i32, k: i32, count: i32): void {
  for (; count > 0; count--) {
    gemmTN(y, a, b, 0, scratch, m, n, k);
    y += <usize>(m * n) << 2;
    a += <usize>(k * m) << 2;
    b += <usize>(k * n) << 2;
  }
}
