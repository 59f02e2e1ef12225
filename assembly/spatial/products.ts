import { isShallow, shallowTiles4x8 } from '../shallow';
import { multiplyAdd } from '../simd';
import { tiles4x8 } from '../tile';
import { APART, rowOf, stepOf } from './tiles';

export const ZEROS: usize = memory.data(64, 16);

/**
 * m [16, tiles, o] = v [16, tiles, c] . u [16, c, o] for the first `lines` x `columns` of the 4x4 frequencies; the others
 * become 0. Frequency 5 starts from the bias (or 0): every result of a tile has it with the factor 1.
 */
export function products(
  m: usize,
  v: usize,
  u: usize,
  bias: usize,
  count: i32,
  c: i32,
  o: i32,
  lines: i32,
  columns: i32,
): void {
  for (let f = 0; f < 16; f++) {
    if (f >> 2 < lines && (f & 3) < columns) product(m, v, u, f == 5 ? bias : 0, count, c, rowOf(o));
    else memory.fill(m, 0, <usize>count * rowOf(o));
    m += stepOf(o);
    v += stepOf(c);
    u += <usize>c * rowOf(o) + APART;
  }
}

/** A last tile on its own, as a single image with an odd number of them has, is not worth four rows. */
function product(m: usize, v: usize, u: usize, bias: usize, count: i32, c: i32, mRow: usize): void {
  const vRow = rowOf(c);
  const panel = <usize>c << 5;
  const single = (count & 3) == 1 && (mRow & 63) == 0;
  const groups = (count + (single ? 0 : 3)) >> 2;
  let from = u;
  for (let j: usize = 0; j < mRow; j += 32) {
    const start = bias ? bias + j : ZEROS;
    if (isShallow(c)) shallowTiles4x8(m + j, mRow, start, 0, v, from, c, groups);
    else tiles4x8(m + j, mRow, start, 0, v, vRow, 4, 4 * vRow, from, 32, c, groups);
    from += panel;
  }
  if (!single) return;
  m += <usize>(count - 1) * mRow;
  v += <usize>(count - 1) * vRow;
  for (let j: usize = 0; j < mRow; j += 64) {
    tile1x16(m + j, bias ? bias + j : ZEROS, v, u, panel, c);
    u += 2 * panel;
  }
}

/** A row of two panels: c [16] = start [16] + a [k] . b [2, k, 8]. */
function tile1x16(c: usize, start: usize, a: usize, b: usize, panel: usize, k: i32): void {
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  let c2 = v128.load(start, 32);
  let c3 = v128.load(start, 48);
  for (; k > 0; k--) {
    const s = v128.load32_splat(a);
    c0 = multiplyAdd(c0, s, v128.load(b));
    c1 = multiplyAdd(c1, s, v128.load(b, 16));
    c2 = multiplyAdd(c2, s, v128.load(b + panel));
    c3 = multiplyAdd(c3, s, v128.load(b + panel, 16));
    a += 4;
    b += 32;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}
