import { packColumns, packRows } from './pack';
import { nearTiles4x8 } from './tile';

/**
 * Matrix products over 8, 16 or 24 steps of k, as kernels of 1x1 with so many channels have them: 1.04 times as fast as
 * the general way (16 steps: 84 to 88 % of the peak), because the distances of the rows of A are part of the instructions
 * and one pointer serves them all. From 32 steps on that gains nothing.
 */

/** Columns of C and rows of C that are taken at once, as everything they need stays in the first-level cache. */
const COLUMNS = 64;
const ROWS = 128;

/** Whether k is so small. */
// @ts-ignore: decorator
@inline
export function isShallow(k: i32): bool {
  return !ASC_FEATURE_RELAXED_SIMD && (k == 8 || k == 16 || k == 24);
}

/** C[m, n] = start + A[m, k] . B[k, n] (or B[n, k] where `transposed`); m is a multiple of 4, n of 8, the rest as in ./gemm. */
export function shallowProduct(
  c: usize,
  a: usize,
  b: usize,
  bRow: usize,
  transposed: bool,
  start: usize,
  scratch: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  const cRow = <usize>n << 2;
  for (let nn = 0; nn < n; nn += COLUMNS) {
    const width = min(COLUMNS, n - nn);
    if (transposed) packRows(scratch, b + <usize>nn * bRow, bRow, k, width);
    else packColumns(scratch, b + (<usize>nn << 2), bRow, k, width);
    for (let mm = 0; mm < m; mm += ROWS) {
      const tiles = min(ROWS, m - mm) >> 2;
      const aRows = a + (<usize>(mm * k) << 2);
      for (let j = 0; j < width; j += 8) {
        const column = <usize>(nn + j) << 2;
        const at = <usize>mm * cRow + column;
        const panel = scratch + (<usize>(j * k) << 2);
        const from = start == c ? c + at : start ? start + column : ZEROS;
        const startRow = start == c ? cRow : 0;
        shallowTiles4x8(c + at, cRow, from, startRow, aRows, panel, k, tiles);
      }
    }
  }
}

const ZEROS: usize = memory.data(32, 16);

// Rows of A. The classes are never made: their sizes are the constants that the instructions want.

// @ts-ignore: decorator
@unmanaged
class Row8 {
  a: v128;
  b: v128;
}

// @ts-ignore: decorator
@unmanaged
class Row16 extends Row8 {
  c: v128;
  d: v128;
}

// @ts-ignore: decorator
@unmanaged
class Row24 extends Row16 {
  e: v128;
  f: v128;
}

/** `tiles4x8` of ./tile where it is, the rows of A one behind the other, and those of B too. */
export function shallowTiles4x8(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  b: usize,
  k: i32,
  count: i32,
): void {
  if (k == 8) tilesOf<Row8>(c, cRow, start, startRow, a, b, count);
  else if (k == 16) tilesOf<Row16>(c, cRow, start, startRow, a, b, count);
  else tilesOf<Row24>(c, cRow, start, startRow, a, b, count);
}

/** A function for each depth: with their loops in one, V8 makes them 4 % slower. */
function tilesOf<Row>(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  b: usize,
  count: i32,
): void {
  nearTiles4x8<Row>(c, cRow, start, startRow, a, 4, 4 * offsetof<Row>(), b, 32, offsetof<Row>(), count);
}
