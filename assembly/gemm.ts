import { copyTile, packColumns, packRows } from './pack';
import { tile4x8, tile5x8 } from './tile';
import { outerProduct, rowDots, vectorMatrix } from './vector';

/**
 * Matrix products C[m, n] = start + A . B in the three orientations of training, row-major:
 * gemmNN reads A[m, k] B[k, n] (forward), gemmNT reads A[m, k] B[n, k] (gradient of the input),
 * gemmTN reads A[k, m] B[k, n] (gradient of the weights).
 *
 * `start` is 0 for zeros, `c` to add to what is there, or the address of a bias row [n].
 * `scratch` holds GEMM_SCRATCH_BYTES bytes.
 *
 * Sums run over k in order, in float32. Large products go through panels: KC steps of k by NC columns of B are
 * packed, A is read in place, rows of C are taken MC at a time.
 */

const NC = 64;
const KC_MAX = 1024;
const TILE_BYTES: usize = 5 * 8 * 4;

const KC_COLUMNS = 256;
const MC = 128;

/** Row bytes of the copy of a block of transposed A: a row of MC values and a gap that moves it to another cache set. */
const COPIED_ROW: usize = MC * 4 + 64;

/** Bytes of scratch that a product needs: one tile, one packed block of B, and room to copy a block of A. */
export const GEMM_SCRATCH_BYTES: i32 = 256 + NC * KC_MAX * 4 + KC_COLUMNS * <i32>COPIED_ROW;

/** Below this many values B stays in the first-level cache as it is. */
const DIRECT_MAX = 64 * 64;

const ZEROS: usize = memory.data<f32>([0, 0, 0, 0, 0, 0, 0, 0], 16);

/** C[m, n] = start + A[m, k] . B[k, n]. */
export function gemmNN(
  c: usize,
  a: usize,
  b: usize,
  start: usize,
  scratch: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  if (m == 1) vectorMatrix(c, a, b, start, n, k);
  else if (n == 1) rowDots(c, a, b, start, start == c ? 4 : 0, m, k);
  else if (k == 1) outerProduct(c, a, b, start, start == c ? <usize>n << 2 : 0, m, n);
  else blocked(c, a, <usize>k << 2, 4, b, <usize>n << 2, false, start, scratch, m, n, k, KC_MAX);
}

/** C[m, n] = start + A[m, k] . B[n, k] transposed. */
export function gemmNT(
  c: usize,
  a: usize,
  b: usize,
  start: usize,
  scratch: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  if (m == 1) rowDots(c, b, a, start, 4, n, k);
  else if (n == 1) rowDots(c, a, b, start, start == c ? 4 : 0, m, k);
  else if (k == 1) outerProduct(c, a, b, start, start == c ? <usize>n << 2 : 0, m, n);
  else blocked(c, a, <usize>k << 2, 4, b, <usize>k << 2, true, start, scratch, m, n, k, KC_MAX);
}

/** C[m, n] = start + A[k, m] transposed . B[k, n]. */
export function gemmTN(
  c: usize,
  a: usize,
  b: usize,
  start: usize,
  scratch: usize,
  m: i32,
  n: i32,
  k: i32,
): void {
  if (k == 1) outerProduct(c, a, b, start, start == c ? <usize>n << 2 : 0, m, n);
  else if (m == 1) vectorMatrix(c, a, b, start, n, k);
  // One column: the result is b[k] . A[k, m], a row of m; a bias has one value for all of it.
  else if (n == 1 && (start == 0 || start == c)) vectorMatrix(c, b, a, start, m, k);
  else blocked(c, a, 4, <usize>m << 2, b, <usize>n << 2, false, start, scratch, m, n, k, KC_COLUMNS);
}

function blocked(
  c: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  transposed: bool,
  start: usize,
  scratch: usize,
  m: i32,
  n: i32,
  k: i32,
  kBlock: i32,
): void {
  const cRow = <usize>n << 2;
  const packed = scratch + 256;
  const direct = !transposed && (n * k <= DIRECT_MAX || m <= 10);
  // A narrow C is walked row tile by row tile, so that A is read from memory once; a wide one by panels.
  const mBlock = n > 16 ? MC : aStep == 4 ? 5 : 40;
  // Columns of A that lie a multiple of 2048 bytes apart fall into one or two sets of the first-level cache and push
  // each other out; such a block is copied row by row, which costs a twentieth of the product and wins a half.
  const copied = scratch + 256 + NC * KC_MAX * 4;
  const copies = aStep > 4 && !(aStep & 2047) && n > 16 && k > 16;
  const kStep = max(direct && !copies ? k : kBlock, 1);
  for (let kk = 0; kk < k || kk == 0; kk += kStep) {
    const depth = min(kStep, k - kk);
    const aBlock = a + <usize>kk * aStep;
    for (let nn = 0; nn < n; nn += NC) {
      const width = min(NC, n - nn);
      let panel = packed;
      let panelStep: usize = 32;
      let panelNext = <usize>depth << 5;
      if (direct) {
        panel = b + (<usize>nn << 2);
        panelStep = bRow;
        panelNext = 32;
      } else if (transposed) packRows(packed, b + <usize>nn * bRow + (<usize>kk << 2), bRow, depth, width);
      else packColumns(packed, b + <usize>kk * bRow + (<usize>nn << 2), bRow, depth, width);

      // The first block of k starts from `start`, the later ones from what the earlier left in C.
      const from = kk ? c : start;
      for (let mm = 0; mm < m; mm += mBlock) {
        const height = min(mBlock, m - mm);
        let aRows = aBlock + <usize>mm * aRow;
        let aNext = aStep;
        if (copies) {
          copyRows(copied, aRows, aStep, height, depth);
          aRows = copied;
          aNext = COPIED_ROW;
        }
        for (let j = 0; j < width; j += 8) {
          const column = <usize>(nn + j) << 2;
          const cTile = c + <usize>mm * cRow + column;
          let startTile = ZEROS;
          let startRow: usize = 0;
          if (from == c) {
            startTile = cTile;
            startRow = cRow;
          } else if (from) startTile = from + column;
          const bPanel = panel + <usize>(j >> 3) * panelNext;
          rowTiles(cTile, cRow, startTile, startRow, aRows, aRow, aNext, bPanel, panelStep, scratch, depth, height, min(width - j, 8));
        }
      }
    }
  }
}

/** Copies `rows` rows of `cols` values each, `from` with `fromRow` bytes between rows, to rows of COPIED_ROW bytes. */
function copyRows(to: usize, from: usize, fromRow: usize, cols: i32, rows: i32): void {
  for (let i = 0; i < rows; i++) {
    memory.copy(to, from, <usize>cols << 2);
    to += COPIED_ROW;
    from += fromRow;
  }
}

/** Walks `rows` rows of C, `cols` (at most 8) columns wide, in tiles of 5 and 4 rows. */
function rowTiles(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  scratch: usize,
  k: i32,
  rows: i32,
  cols: i32,
): void {
  // As many tiles of 5 as leave a multiple of 4: for 12 rows and more nothing is computed in vain.
  let fives = rows / 5;
  const fours = (5 - (rows % 5)) % 5;
  if (fours << 2 <= rows) fives = (rows - (fours << 2)) / 5;
  while (rows > 0) {
    const five = fives > 0;
    const height = five ? 5 : min(rows, 4);
    if (cols == 8 && height >= 4) {
      if (five) tile5x8(c, cRow, start, startRow, a, aRow, aStep, b, bStep, k);
      else tile4x8(c, cRow, start, startRow, a, aRow, aStep, b, bStep, k, 4);
    } else {
      if (five) tile5x8(scratch, 32, start, startRow, a, aRow, aStep, b, bStep, k);
      else tile4x8(scratch, 32, start, startRow, a, aRow, aStep, b, bStep, k, height);
      copyTile(c, cRow, scratch, height, cols);
    }
    fives--;
    rows -= height;
    c += <usize>height * cRow;
    start += <usize>height * startRow;
    a += <usize>height * aRow;
  }
}
