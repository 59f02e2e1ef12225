import { gatherPatch } from './patch';
import { storePooled } from './pool';
import { rowOf } from './tiles';
import { transformWeights } from './transforms';

/**
 * `winogradPool` of images with one channel: there a product of matrices would be one step long, so the frequencies of a
 * window are multiplied, transformed and pooled in registers.
 */

/** Windows of a row whose frequencies are kept at once. */
export const WINDOWS: i32 = 32;

/** The horizontal half of B' as a sum: lane i plus or minus another lane. */
const SIGNS: usize = memory.data<f32>([-0.0, 0.0, -0.0, -0.0], 16);

/**
 * y and choice as of `winogradPool` from x [n, height, width] and w [3, 3, 1, o].
 */
export function winogradPoolOne(
  y: usize,
  choice: usize,
  x: usize,
  w: usize,
  bias: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  o: i32,
  padding: i32,
): void {
  const down = (height + 2 * padding - 2) >> 1;
  const across = (width + 2 * padding - 2) >> 1;
  const u = scratch + 64 * WINDOWS;
  const sums = u + 16 * rowOf(o);
  const patch = sums + 128;
  // [o / 4, 16, 4]: what one vector of channels reads is one stream.
  for (let q = 0; q < o; q += 4) transformWeights(u + (<usize>q << 6), 16, w + (<usize>q << 2), <usize>o << 2);
  for (; n > 0; n--) {
    for (let i = 0; i < down; i++) {
      for (let j = 0; j < across; j += WINDOWS) {
        const count = min(across - j, WINDOWS);
        frequencies(scratch, x, patch, 2 * i - padding, 2 * j - padding, count, height, width);
        for (let q = 0; q < o; q += 4) {
          const offset = <usize>q << 2;
          const from = u + (offset << 4);
          const start = bias ? v128.load(bias + offset) : f32x4.splat(0);
          poolWindows(y + offset, choice ? choice + q : 0, scratch, from, sums, start, count, o, o - q);
        }
        y += <usize>(count * o) << 2;
        choice += choice ? <usize>(count * o) : 0;
      }
    }
    x += <usize>(height * width) << 2;
  }
}

/** v [count, 16] = B' x B of windows side by side, the first from pixel (top, left) on. */
function frequencies(
  v: usize,
  x: usize,
  patch: usize,
  top: i32,
  left: i32,
  count: i32,
  height: i32,
  width: i32,
): void {
  for (; count > 0; count--) {
    let from = x + (<usize>(top * width + left) << 2);
    let line = <usize>width << 2;
    if (top < 0 || left < 0 || top + 4 > height || left + 4 > width) {
      gatherPatch(patch, x, top, left, 4, height, width, 1);
      from = patch;
      line = 16;
    }
    const a = v128.load(from);
    const b = v128.load(from + line);
    const c = v128.load(from + 2 * line);
    const d = v128.load(from + 3 * line);
    storeRow(v, f32x4.sub(a, c));
    storeRow(v + 16, f32x4.add(b, c));
    storeRow(v + 32, f32x4.sub(c, b));
    storeRow(v + 48, f32x4.sub(d, b));
    v += 64;
    left += 2;
  }
}

/** t0 - t2, t1 + t2, t2 - t1, t3 - t1. */
// @ts-ignore: decorator
@inline
function storeRow(v: usize, t: v128): void {
  const other = v128.shuffle<f32>(t, t, 2, 2, 1, 1);
  v128.store(v, f32x4.add(t, v128.xor(other, v128.load(SIGNS))));
}

/** The windows of a row of tiles for four channels, `left` of them real. */
function poolWindows(
  y: usize,
  choice: usize,
  v: usize,
  u: usize,
  sums: usize,
  bias: v128,
  count: i32,
  o: i32,
  left: i32,
): void {
  if (left >= 4) poolRow(y, choice, v, u, sums, bias, true, 4, count, o);
  else poolRow(y, choice, v, u, sums, bias, false, left, count, o);
}

// @ts-ignore: decorator
@inline
function poolRow(
  y: usize,
  choice: usize,
  v: usize,
  u: usize,
  sums: usize,
  bias: v128,
  whole: bool,
  left: i32,
  count: i32,
  o: i32,
): void {
  for (; count > 0; count--) {
    sumColumns(sums, v, u, bias);
    const s1 = v128.load(sums, 32);
    const s2 = v128.load(sums, 64);
    const d1 = v128.load(sums, 48);
    const d2 = v128.load(sums, 80);
    const r0 = f32x4.add(f32x4.add(v128.load(sums), s1), s2);
    const r1 = f32x4.add(f32x4.sub(s1, s2), v128.load(sums, 96));
    const r2 = f32x4.add(f32x4.add(v128.load(sums, 16), d1), d2);
    const r3 = f32x4.add(f32x4.sub(d1, d2), v128.load(sums, 112));
    storePooled(y, choice, r0, r1, r2, r3, whole, left);
    v += 64;
    y += <usize>o << 2;
    choice += choice ? <usize>o : 0;
  }
}

/**
 * The vertical half of the results: a sum and a difference of each column of frequencies. They are stored at once, or V8
 * loads all 32 factors before it multiplies any, and runs out of registers.
 */
// @ts-ignore: decorator
@inline
function sumColumns(sums: usize, v: usize, u: usize, bias: v128): void {
  let m1: v128;
  let m2: v128;
  m1 = f32x4.mul(v128.load32_splat(v, 16), v128.load(u, 64));
  m2 = f32x4.mul(v128.load32_splat(v, 32), v128.load(u, 128));
  v128.store(sums, f32x4.add(f32x4.add(f32x4.mul(v128.load32_splat(v), v128.load(u)), m1), m2));
  v128.store(sums, f32x4.add(f32x4.sub(m1, m2), f32x4.mul(v128.load32_splat(v, 48), v128.load(u, 192))), 16);
  m1 = f32x4.add(f32x4.mul(v128.load32_splat(v, 20), v128.load(u, 80)), bias);
  m2 = f32x4.mul(v128.load32_splat(v, 36), v128.load(u, 144));
  v128.store(sums, f32x4.add(f32x4.add(f32x4.mul(v128.load32_splat(v, 4), v128.load(u, 16)), m1), m2), 32);
  v128.store(sums, f32x4.add(f32x4.sub(m1, m2), f32x4.mul(v128.load32_splat(v, 52), v128.load(u, 208))), 48);
  m1 = f32x4.mul(v128.load32_splat(v, 24), v128.load(u, 96));
  m2 = f32x4.mul(v128.load32_splat(v, 40), v128.load(u, 160));
  v128.store(sums, f32x4.add(f32x4.add(f32x4.mul(v128.load32_splat(v, 8), v128.load(u, 32)), m1), m2), 64);
  v128.store(sums, f32x4.add(f32x4.sub(m1, m2), f32x4.mul(v128.load32_splat(v, 56), v128.load(u, 224))), 80);
  m1 = f32x4.mul(v128.load32_splat(v, 28), v128.load(u, 112));
  m2 = f32x4.mul(v128.load32_splat(v, 44), v128.load(u, 176));
  v128.store(sums, f32x4.add(f32x4.add(f32x4.mul(v128.load32_splat(v, 12), v128.load(u, 48)), m1), m2), 96);
  v128.store(sums, f32x4.add(f32x4.sub(m1, m2), f32x4.mul(v128.load32_splat(v, 60), v128.load(u, 240))), 112);
}
