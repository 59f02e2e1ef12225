/** Small helpers over v128 that every kernel file shares. */

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

/** A mask whose first `count` (0 to 4) lanes are all ones. */
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
