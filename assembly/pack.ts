import { storeLanes } from './simd';

/**
 * Packing of B into panels of 8 columns, [panel][k][8], so that a tile reads it as one stream. Columns past `cols`
 * are filled with whatever stands behind the row; the tiles never copy them out.
 */

/**
 * Packs B [k, ...] with rows of `bRow` bytes: columns 0..cols of k rows. Two panels at a time, which is a cache line of
 * every row: a line that is read again later has left the cache where the rows lie a multiple of 4096 bytes apart.
 */
export function packColumns(packed: usize, b: usize, bRow: usize, k: i32, cols: i32): void {
  const panel = <usize>k << 5;
  for (; cols > 8; cols -= 16) {
    let from = b;
    for (let i = 0; i < k; i++) {
      v128.store(packed, v128.load(from));
      v128.store(packed, v128.load(from, 16), 16);
      v128.store(packed + panel, v128.load(from, 32));
      v128.store(packed + panel, v128.load(from, 48), 16);
      packed += 32;
      from += bRow;
    }
    packed += panel;
    b += 64;
  }
  if (cols <= 0) return;
  for (let i = 0; i < k; i++) {
    v128.store(packed, v128.load(b));
    v128.store(packed, v128.load(b, 16), 16);
    packed += 32;
    b += bRow;
  }
}

/** Packs the transpose of B [cols, ...] with rows of `bRow` bytes: k elements of `cols` rows become k rows. */
export function packRows(packed: usize, b: usize, bRow: usize, k: i32, cols: i32): void {
  for (let j = 0; j < cols; j += 8) {
    packFourRows(packed, b, bRow, k, min(cols - j, 4));
    packFourRows(packed + 16, b + <usize>min(cols - j - 1, 4) * bRow, bRow, k, max(min(cols - j - 4, 4), 1));
    packed += <usize>k << 5;
    b += bRow << 3;
  }
}

/** Transposes four rows (`rows` of them real, the rest repeats) into one half of a panel, 4x4 values at a time. */
function packFourRows(packed: usize, b: usize, bRow: usize, k: i32, rows: i32): void {
  let b0 = b;
  let b1 = rows > 1 ? b0 + bRow : b0;
  let b2 = rows > 2 ? b1 + bRow : b1;
  let b3 = rows > 3 ? b2 + bRow : b2;
  for (; k > 0; k -= 4) {
    const r0 = v128.load(b0);
    const r1 = v128.load(b1);
    const r2 = v128.load(b2);
    const r3 = v128.load(b3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    v128.store(packed, v128.shuffle<f64>(low01, low23, 0, 2));
    if (k > 1) v128.store(packed, v128.shuffle<f64>(low01, low23, 1, 3), 32);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    if (k > 2) v128.store(packed, v128.shuffle<f64>(high01, high23, 0, 2), 64);
    if (k > 3) v128.store(packed, v128.shuffle<f64>(high01, high23, 1, 3), 96);
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
    packed += 128;
  }
}

/** Copies `rows` x `cols` (at most 8) values from a scratch tile of 8 columns to C. */
export function copyTile(c: usize, cRow: usize, tile: usize, rows: i32, cols: i32): void {
  for (let i = 0; i < rows; i++) {
    if (cols >= 4) {
      v128.store(c, v128.load(tile));
      if (cols == 8) v128.store(c, v128.load(tile, 16), 16);
      else if (cols > 4) storeLanes(c + 16, v128.load(tile, 16), cols - 4);
    } else storeLanes(c, v128.load(tile), cols);
    c += cRow;
    tile += 32;
  }
}
