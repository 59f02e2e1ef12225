import { copyTile, packColumns, packRows } from './pack';
import { isShallow, shallowProduct } from './shallow';
import { isTall, tallProduct } from './tall';
import { tile6x8, tiles4x8, tileUpTo4x8 } from './tile';
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
 * packed, A is read in place (only a wide product with transposed A repacks it), rows of C are taken MC at a time.
 */

const NC = 64;
/** A panel of B, 12.5 KiB, and the rows of A that it meets stay in the first-level cache. */
const KC = 400;
const MC = 128;
/** Blocks for transposed A of more than MC columns, which is repacked for every block and so wants to serve many. */
const NC_COLUMNS = 512;
const KC_COLUMNS = 256;

/** A block of B has at most this many values in either case. */
const PACKED_VALUES = 131072;

/** Bytes of scratch that a product needs: one tile, one packed block of B, one of A. */
export const GEMM_SCRATCH_BYTES: i32 = 256 + 4 * (PACKED_VALUES + (MC + 4) * KC);

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
  else rowMajor(c, a, b, <usize>n << 2, false, start, scratch, m, n, k);
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
  else rowMajor(c, a, b, <usize>k << 2, true, start, scratch, m, n, k);
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
  else if (isTall(m, n) && k > 0) tallProduct(c, a, b, start, scratch, m, n, k);
  else blocked(c, a, 4, <usize>m << 2, b, <usize>n << 2, false, start, scratch, m, n, k);
}

/** A as it is: whole tiles of few steps first, the rest in blocks. */
function rowMajor(
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
  const done = isShallow(k) && (n & 7) == 0 ? m & ~3 : 0;
  if (done) shallowProduct(c, a, b, bRow, transposed, start, scratch, done, n, k);
  if (done == m) return;
  const rest = c + (<usize>(done * n) << 2);
  const from = start == c ? rest : start;
  blocked(rest, a + (<usize>(done * k) << 2), <usize>k << 2, 4, b, bRow, transposed, from, scratch, m - done, n, k);
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
): void {
  const cRow = <usize>n << 2;
  const packedB = scratch + 256;
  const packedA = packedB + PACKED_VALUES * 4;
  const direct = !transposed && (n * k <= DIRECT_MAX || m <= 10);
  // The columns of A lie apart in memory, every step of k in another cache line; a wide product repacks them, and one
  // whose columns lie a multiple of 2048 bytes apart, where they push each other out of the first-level cache.
  const strips = aStep > 4 && !direct && (n > 256 || (n > 16 && !(aStep & 2047)));
  // A narrow C is walked row tile by row tile, so that A is read from memory once; a wide one by panels, and so is one with
  // so short rows of A that MC of them stay in the cache.
  const mBlock = n > 16 || k <= 64 ? MC : aStep == 4 ? HEIGHT : 40;
  // Strips that hold all rows are packed once for all columns; so few rows also want C to be visited seldom.
  const once = strips && m <= MC;
  const nBlock = strips && !once ? NC_COLUMNS : NC;
  const kBlock = aStep > 4 && !once ? KC_COLUMNS : KC;
  // Blocks of equal depth: a last one of a few steps would read and write all of C for little.
  const kBlocks = direct ? 1 : (k + kBlock - 1) / kBlock;
  const kStep = max((k + kBlocks - 1) / max(kBlocks, 1), 1);
  for (let kk = 0; kk < k || kk == 0; kk += kStep) {
    const depth = min(kStep, k - kk);
    const aBlock = a + <usize>kk * aStep;
    for (let nn = 0; nn < n; nn += nBlock) {
      const width = min(nBlock, n - nn);
      let panel = packedB;
      let panelStep: usize = 32;
      let panelNext = <usize>depth << 5;
      if (direct) {
        panel = b + (<usize>nn << 2);
        panelStep = bRow;
        panelNext = 32;
      } else if (transposed) packRows(packedB, b + <usize>nn * bRow + (<usize>kk << 2), bRow, depth, width);
      else packColumns(packedB, b + <usize>kk * bRow + (<usize>nn << 2), bRow, depth, width);

      // The first block of k starts from `start`, the later ones from what the earlier left in C.
      const from = kk ? c : start;
      for (let mm = 0; mm < m; mm += mBlock) {
        const height = min(mBlock, m - mm);
        let aRows = aBlock + <usize>mm * aRow;
        if (strips) {
          if (nn == 0 || !once) packStrips(packedA, aRows, aStep, depth, height);
          aRows = packedA;
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
          const cols = min(width - j, 8);
          rowTiles(cTile, cRow, startTile, startRow, aRows, aRow, aStep, strips, bPanel, panelStep, scratch, depth, height, cols);
        }
      }
    }
  }
}

/** Rows of a whole tile. */
const HEIGHT = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** Copies `rows` columns of transposed A, k steps deep, to one strip for every tile: [k][HEIGHT], behind them [k][4]. */
function packStrips(packed: usize, a: usize, aStep: usize, k: i32, rows: i32): void {
  while (rows > 0) {
    const height = rows >= HEIGHT ? HEIGHT : 4;
    let from = a;
    for (let i = 0; i < k; i++) {
      v128.store(packed, v128.load(from));
      if (height == 6) v128.store64_lane(packed, v128.load64_zero(from, 16), 0, 16);
      packed += <usize>height << 2;
      from += aStep;
    }
    rows -= height;
    a += <usize>height << 2;
  }
}

/** Walks `rows` rows of C, `cols` (at most 8) columns wide, in whole tiles, then in tiles of 4 rows or fewer. */
function rowTiles(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  strips: bool,
  b: usize,
  bStep: usize,
  scratch: usize,
  k: i32,
  rows: i32,
  cols: i32,
): void {
  if (cols == 8) {
    const tiles = rows / HEIGHT;
    const step: usize = strips ? HEIGHT << 2 : aStep;
    const next: usize = strips ? <usize>(HEIGHT * k) << 2 : aRow * HEIGHT;
    if (tiles > 0) wholeTiles(c, cRow, start, startRow, a, aRow, step, next, b, bStep, k, tiles);
    c += <usize>(tiles * HEIGHT) * cRow;
    start += <usize>(tiles * HEIGHT) * startRow;
    a += <usize>tiles * next;
    rows -= tiles * HEIGHT;
  }
  while (rows > 0) {
    const strip = rows >= HEIGHT ? HEIGHT : 4;
    const height = min(rows, strip);
    const step: usize = strips ? <usize>strip << 2 : aStep;
    if (strip == 6) tile6x8(scratch, 32, start, startRow, a, aRow, step, b, bStep, k);
    else tileUpTo4x8(scratch, 32, start, startRow, a, aRow, step, b, bStep, k, height);
    copyTile(c, cRow, scratch, height, cols);
    rows -= height;
    c += <usize>height * cRow;
    start += <usize>height * startRow;
    a += strips ? <usize>(strip * k) << 2 : <usize>height * aRow;
  }
}

// @ts-ignore: decorator
@inline
function wholeTiles(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  aNext: usize,
  b: usize,
  bStep: usize,
  k: i32,
  count: i32,
): void {
  if (!ASC_FEATURE_RELAXED_SIMD) tiles4x8(c, cRow, start, startRow, a, aRow, aStep, aNext, b, bStep, k, count);
  else {
    for (; count > 0; count--) {
      tile6x8(c, cRow, start, startRow, a, aRow, aStep, b, bStep, k);
      c += cRow * HEIGHT;
      start += startRow * HEIGHT;
      a += aNext;
    }
  }
}
