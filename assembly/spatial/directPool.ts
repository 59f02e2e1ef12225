import { packColumns } from '../pack';
import { tiles4x8 } from '../tile';
import { copyVectors, gatherPatch } from './patch';
import { storePooled } from './pool';

/** Windows whose pixels are laid out at once. */
export const DIRECT_WINDOWS: i32 = 16;

const ZEROS: usize = memory.data<f32>([0, 0, 0, 0, 0, 0, 0, 0], 16);

/**
 * As `winogradPool` (y, choice) from w [3, 3, c, o] itself, for few input channels, where transforms cost more than they
 * save. The 9 c values that a result reads are laid side by side, for the windows of a row at a time; so each is one sum,
 * and the results of a window are the rows of a register tile.
 *
 * The scratch holds a patch of 16 c values, 36 c for each of DIRECT_WINDOWS windows, 9 c o' packed weights (o' is o
 * rounded up to 8) and 32 results for each of the windows.
 */
export function directPool(
  y: usize,
  choice: usize,
  x: usize,
  w: usize,
  bias: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  const down = (height + 2 * padding - 2) >> 1;
  const across = (width + 2 * padding - 2) >> 1;
  const k = 9 * c;
  const row = <usize>k << 2;
  const pixel = <usize>c << 2;
  const line = <usize>width * pixel;
  const results = scratch;
  const packed = results + 128 * DIRECT_WINDOWS;
  const rows = packed + row * <usize>((o + 7) & ~7);
  const patch = rows + 4 * DIRECT_WINDOWS * row + 64;
  packColumns(packed, w, <usize>o << 2, k, o);
  for (let image = 0; image < n; image++) {
    for (let i = 0; i < down; i++) {
      for (let j = 0; j < across; j += DIRECT_WINDOWS) {
        const count = min(across - j, DIRECT_WINDOWS);
        layOut(rows, x, patch, 2 * i - padding, 2 * j - padding, count, height, width, c);
        for (let p = 0; p < o; p += 8) {
          const offset = <usize>p << 2;
          tiles4x8(results, 32, bias ? bias + offset : ZEROS, 0, rows, row, 4, 4 * row, packed + offset * k, 32, k, count);
          pool(y + offset, choice ? choice + p : 0, results, count, o, o - p);
        }
        y += <usize>(count * o) << 2;
        choice += choice ? <usize>(count * o) : 0;
      }
    }
    x += <usize>height * line;
  }
}

/** rows [count, 4, 9 c] = what the results of `count` windows side by side read, the first from pixel (top, left) on. */
function layOut(
  rows: usize,
  x: usize,
  patch: usize,
  top: i32,
  left: i32,
  count: i32,
  height: i32,
  width: i32,
  c: i32,
): void {
  const pixel = <usize>c << 2;
  const rowsInside = top >= 0 && top + 4 <= height;
  for (; count > 0; count--) {
    let from = x + <usize>top * <usize>width * pixel + <usize>left * pixel;
    let line = <usize>width * pixel;
    if (!rowsInside || left < 0 || left + 4 > width) {
      gatherPatch(patch, x, top, left, 4, height, width, c);
      from = patch;
      line = 4 * pixel;
    }
    for (let position = 0; position < 4; position++) {
      let at = from + <usize>(position >> 1) * line + <usize>(position & 1) * pixel;
      for (let tap = 0; tap < 3; tap++) {
        copyVectors(rows, at, 3 * c);
        rows += 3 * pixel;
        at += line;
      }
    }
    left += 2;
  }
}

/** Pools `count` windows of 4 results for 8 channels each, of which `channels` are real; rows of y have o. */
function pool(y: usize, choice: usize, results: usize, count: i32, o: i32, channels: i32): void {
  for (; count > 0; count--) {
    for (let q = 0; q < min(channels, 8); q += 4) {
      const from = results + (<usize>q << 2);
      const r0 = v128.load(from);
      const r1 = v128.load(from, 32);
      const r2 = v128.load(from, 64);
      const r3 = v128.load(from, 96);
      storePooled(y + (<usize>q << 2), choice ? choice + q : 0, r0, r1, r2, r3, channels - q);
    }
    results += 128;
    y += <usize>o << 2;
    choice += choice ? <usize>o : 0;
  }
}
