import { laneMask, sumLanes } from './simd';

/** What is summed. The classes are never made: they only name code to be inlined. */
// @ts-ignore: decorator
@final @unmanaged
export class Square {
  // @ts-ignore: decorator
  @inline of(x: v128): v128 {
    return f32x4.mul(x, x);
  }
}

// @ts-ignore: decorator
@final @unmanaged
export class Absolute {
  // @ts-ignore: decorator
  @inline of(x: v128): v128 {
    return f32x4.abs(x);
  }
}

/** Elements that are added in float32 before their sum enters the float64 total: at most 512 to a lane. */
const CHUNK = 4096;

/** The sum of Op over x [n]. */
export function sumOf<Op>(x: usize, n: i32): f64 {
  let total: f64 = 0;
  for (; n > 0; n -= CHUNK) {
    const count = min(n, CHUNK);
    const end = x + (<usize>(count & ~7) << 2);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    for (; x < end; x += 32) {
      s0 = f32x4.add(s0, changetype<Op>(0).of(v128.load(x)));
      s1 = f32x4.add(s1, changetype<Op>(0).of(v128.load(x, 16)));
    }
    const rest = count & 7;
    if (rest) {
      s0 = f32x4.add(s0, v128.and(changetype<Op>(0).of(v128.load(x)), laneMask(rest)));
      s1 = f32x4.add(s1, v128.and(changetype<Op>(0).of(v128.load(x, 16)), laneMask(rest - 4)));
    }
    total += <f64>sumLanes(f32x4.add(s0, s1));
  }
  return total;
}
