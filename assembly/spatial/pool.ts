import { storeLanes } from '../simd';

/**
 * What a relu and a max-pooling over 2x2 leave of the four results of a window: the largest, if it is above 0, and which
 * it was. Choices are 0 to 3, row by row, the first among equals; CLOSED where none is above 0, so that nothing flows
 * back.
 */
export const CLOSED: i32 = 4;

/**
 * y and `choice` (unless that is 0) of four channels; only the first `count` where it is not `whole`, which is a literal
 * and decided outside of loops: V8 moves what is computed before a branch behind it, and then keeps all that was loaded.
 */
// @ts-ignore: decorator
@inline
export function storePooled(
  y: usize,
  choice: usize,
  r0: v128,
  r1: v128,
  r2: v128,
  r3: v128,
  whole: bool,
  count: i32,
): void {
  const zero = f32x4.splat(0);
  const top = f32x4.pmax(r0, r1);
  const bottom = f32x4.pmax(r2, r3);
  const largest = f32x4.pmax(f32x4.pmax(top, bottom), zero);
  // NaN is the largest, as in a pooling of its own; all bits set are one.
  const left = v128.or(f32x4.ne(r0, r0), f32x4.ne(r2, r2));
  const right = v128.or(f32x4.ne(r1, r1), f32x4.ne(r3, r3));
  const value = v128.or(largest, v128.or(left, right));
  if (whole) v128.store(y, value);
  else storeLanes(y, value, count);
  if (!choice) return;
  // A comparison that holds is -1.
  const inTop = i32x4.sub(i32x4.splat(0), f32x4.lt(r0, r1));
  const inBottom = i32x4.sub(i32x4.splat(2), f32x4.lt(r2, r3));
  const chosen = v128.bitselect(inBottom, inTop, f32x4.lt(top, bottom));
  const open = v128.bitselect(chosen, i32x4.splat(CLOSED), f32x4.lt(zero, largest));
  const words = i16x8.narrow_i32x4_s(open, open);
  const bytes = i8x16.narrow_i16x8_u(words, words);
  if (whole) v128.store32_lane(choice, bytes, 0);
  else storeBytes(choice, bytes, count);
}

function storeBytes(to: usize, bytes: v128, count: i32): void {
  v128.store8_lane(to, bytes, 0);
  if (count > 1) v128.store8_lane(to, bytes, 1, 1);
  if (count > 2) v128.store8_lane(to, bytes, 2, 2);
}
