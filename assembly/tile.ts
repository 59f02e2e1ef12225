import { multiplyAdd } from './simd';

/**
 * The register tiles of the matrix product: 4 rows (6 with fused multiply-add) by 8 columns of C, over all of K.
 *
 * Every tile begins by loading its start values: a bias row (stride 0), C itself, or zeros. Starting anywhere else,
 * or touching an accumulator in a branch after the loop, makes V8 spill: the loop then runs at half the speed.
 *
 * The loop over k is a single step, and it is V8 that unrolls it: twice where the loop stands inside of another one
 * and is small enough. It then moves the loads of both steps to the front, which fits its 15 registers with 4 rows
 * and spills with 5. So `tiles4x8` walks down the rows itself (1.25 times as fast as a function for one tile, on
 * Node 20), while `tile6x8` is a function of its own.
 *
 * Strides are bytes. A is read in place by `load32_splat`, so one tile serves A (`aRow` = row length, `aStep` = 4)
 * and its transpose (`aRow` = 4, `aStep` = row length). B is read as 8 neighbours per step, packed or in place.
 */

/** `count` tiles of four rows one below the other, `aNext` bytes apart in A. */
export function tiles4x8(
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
  for (; count > 0; count--) {
    let a0 = a;
    let a1 = a0 + aRow;
    let a2 = a1 + aRow;
    let a3 = a2 + aRow;
    let c00 = v128.load(start);
    let c01 = v128.load(start, 16);
    start += startRow;
    let c10 = v128.load(start);
    let c11 = v128.load(start, 16);
    start += startRow;
    let c20 = v128.load(start);
    let c21 = v128.load(start, 16);
    start += startRow;
    let c30 = v128.load(start);
    let c31 = v128.load(start, 16);
    start += startRow;
    let from = b;
    for (let i = k; i > 0; i--) {
      const b0 = v128.load(from);
      const b1 = v128.load(from, 16);
      let s = v128.load32_splat(a0);
      c00 = multiplyAdd(c00, s, b0);
      c01 = multiplyAdd(c01, s, b1);
      s = v128.load32_splat(a1);
      c10 = multiplyAdd(c10, s, b0);
      c11 = multiplyAdd(c11, s, b1);
      s = v128.load32_splat(a2);
      c20 = multiplyAdd(c20, s, b0);
      c21 = multiplyAdd(c21, s, b1);
      s = v128.load32_splat(a3);
      c30 = multiplyAdd(c30, s, b0);
      c31 = multiplyAdd(c31, s, b1);
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
      from += bStep;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += cRow;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += cRow;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    c += cRow;
    v128.store(c, c30);
    v128.store(c, c31, 16);
    c += cRow;
    a += aNext;
  }
}

/**
 * `tiles4x8` where the rows of A are as far apart as `Distance` is large, a class of AssemblyScript: the distances are then
 * part of the instructions, and one pointer serves all four. To be inlined with as many constants as the caller has.
 */
// @ts-ignore: decorator
@inline
export function nearTiles4x8<Distance>(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  aStep: usize,
  aNext: usize,
  b: usize,
  bStep: usize,
  length: usize,
  count: i32,
): void {
  for (; count > 0; count--) {
    let c00 = v128.load(start);
    let c01 = v128.load(start, 16);
    start += startRow;
    let c10 = v128.load(start);
    let c11 = v128.load(start, 16);
    start += startRow;
    let c20 = v128.load(start);
    let c21 = v128.load(start, 16);
    start += startRow;
    let c30 = v128.load(start);
    let c31 = v128.load(start, 16);
    start += startRow;
    let at = a;
    let from = b;
    const end = a + length;
    while (at < end) {
      const b0 = v128.load(from);
      const b1 = v128.load(from, 16);
      let s = v128.load32_splat(at);
      c00 = multiplyAdd(c00, s, b0);
      c01 = multiplyAdd(c01, s, b1);
      s = v128.load32_splat(at, offsetof<Distance>());
      c10 = multiplyAdd(c10, s, b0);
      c11 = multiplyAdd(c11, s, b1);
      s = v128.load32_splat(at, 2 * offsetof<Distance>());
      c20 = multiplyAdd(c20, s, b0);
      c21 = multiplyAdd(c21, s, b1);
      s = v128.load32_splat(at, 3 * offsetof<Distance>());
      c30 = multiplyAdd(c30, s, b0);
      c31 = multiplyAdd(c31, s, b1);
      at += aStep;
      from += bStep;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += cRow;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += cRow;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    c += cRow;
    v128.store(c, c30);
    v128.store(c, c31, 16);
    c += cRow;
    a += aNext;
  }
}

/** One tile, of which only the first `rows` (1 to 4) exist: the others repeat the last one. */
export function tileUpTo4x8(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  k: i32,
  rows: i32,
): void {
  let a0 = a;
  let a1 = rows > 1 ? a0 + aRow : a0;
  let a2 = rows > 2 ? a1 + aRow : a1;
  let a3 = rows > 3 ? a2 + aRow : a2;
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  if (rows > 1) start += startRow;
  let c10 = v128.load(start);
  let c11 = v128.load(start, 16);
  if (rows > 2) start += startRow;
  let c20 = v128.load(start);
  let c21 = v128.load(start, 16);
  if (rows > 3) start += startRow;
  let c30 = v128.load(start);
  let c31 = v128.load(start, 16);
  while (k > 0) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load32_splat(a0);
    c00 = multiplyAdd(c00, s, b0);
    c01 = multiplyAdd(c01, s, b1);
    s = v128.load32_splat(a1);
    c10 = multiplyAdd(c10, s, b0);
    c11 = multiplyAdd(c11, s, b1);
    s = v128.load32_splat(a2);
    c20 = multiplyAdd(c20, s, b0);
    c21 = multiplyAdd(c21, s, b1);
    s = v128.load32_splat(a3);
    c30 = multiplyAdd(c30, s, b0);
    c31 = multiplyAdd(c31, s, b1);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    b += bStep;
    k--;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** One tile of six rows, for fused multiply-add: there it is faster, without it V8 spills its accumulators. */
export function tile6x8(
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  k: i32,
): void {
  let a0 = a;
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let a4 = a3 + aRow;
  let a5 = a4 + aRow;
  let c00 = v128.load(start);
  let c01 = v128.load(start, 16);
  start += startRow;
  let c10 = v128.load(start);
  let c11 = v128.load(start, 16);
  start += startRow;
  let c20 = v128.load(start);
  let c21 = v128.load(start, 16);
  start += startRow;
  let c30 = v128.load(start);
  let c31 = v128.load(start, 16);
  start += startRow;
  let c40 = v128.load(start);
  let c41 = v128.load(start, 16);
  start += startRow;
  let c50 = v128.load(start);
  let c51 = v128.load(start, 16);
  while (k > 0) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load32_splat(a0);
    c00 = multiplyAdd(c00, s, b0);
    c01 = multiplyAdd(c01, s, b1);
    s = v128.load32_splat(a1);
    c10 = multiplyAdd(c10, s, b0);
    c11 = multiplyAdd(c11, s, b1);
    s = v128.load32_splat(a2);
    c20 = multiplyAdd(c20, s, b0);
    c21 = multiplyAdd(c21, s, b1);
    s = v128.load32_splat(a3);
    c30 = multiplyAdd(c30, s, b0);
    c31 = multiplyAdd(c31, s, b1);
    s = v128.load32_splat(a4);
    c40 = multiplyAdd(c40, s, b0);
    c41 = multiplyAdd(c41, s, b1);
    s = v128.load32_splat(a5);
    c50 = multiplyAdd(c50, s, b0);
    c51 = multiplyAdd(c51, s, b1);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
    a4 += aStep;
    a5 += aStep;
    b += bStep;
    k--;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  c += cRow;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  c += cRow;
  v128.store(c, c50);
  v128.store(c, c51, 16);
}
