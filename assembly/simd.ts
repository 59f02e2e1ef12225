/** Small helpers over v128 that every kernel file shares. */

/** 1, -0: loaded where they are needed, because V8 builds a literal vector anew in every round of a loop. */
const TABLE: usize = memory.data<f32>([1.0, -0.0], 16);

/** sum + a * b, rounded twice; in the relaxed module the engine may round once (fused multiply-add). */
// @ts-ignore: decorator
@inline
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Stores the first `count` (1 to 3) lanes of `v`: the tail of a row whose length is no multiple of four. */
// @ts-ignore: decorator
@inline
export function storeLanes(y: usize, v: v128, count: i32): void {
  if (count & 2) {
    v128.store64_lane(y, v, 0);
    if (count & 1) v128.store32_lane(y, v, 2, 8);
  } else {
    v128.store32_lane(y, v, 0);
  }
}

/**
 * Stores the first `count` lanes of `v`: none if it is 0 or less, all from 4 on. A loop that does little else is
 * faster with whole vectors alone and its tail behind it.
 */
// @ts-ignore: decorator
@inline
export function storePart(y: usize, count: i32, v: v128): void {
  if (count >= 4) v128.store(y, v);
  else if (count > 0) storeLanes(y, v, count);
}

/** A mask whose first `count` lanes are all ones: none if it is 0 or less, all from 4 on. */
// @ts-ignore: decorator
@inline
export function laneMask(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

/** Sum of the four lanes, always in the order (0 + 1) + (2 + 3). */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** 1 in every lane. */
// @ts-ignore: decorator
@inline
export function one(): v128 {
  return v128.load32_splat(TABLE);
}

/** v, or 0 where a is 0: a product or quotient with a that counts as 0 even if the other side is infinite. */
// @ts-ignore: decorator
@inline
export function unlessZero(a: v128, v: v128): v128 {
  return v128.and(v, f32x4.ne(a, f32x4.splat(0)));
}

/** -1, 0 or 1, and NaN for NaN. */
// @ts-ignore: decorator
@inline
export function signOf(x: v128): v128 {
  const signed = v128.or(one(), v128.and(x, v128.load32_splat(TABLE, 4)));
  return v128.or(unlessZero(x, signed), f32x4.ne(x, x));
}
