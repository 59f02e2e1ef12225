/** The binary cross-entropy of a probability, for the plain and the focal loss. */
import { log, log1pUnit } from './math';
import { one, unlessZero } from './simd';

const HALF: usize = memory.data<f32>([0.5], 16);

/**
 * -y log p - (1 - y) log(1 - p), taken from whichever of p and 1 - p is the smaller: that difference is
 * exact, and the logarithm of the other one is log1p(-smaller).
 */
// @ts-ignore: decorator
@final @unmanaged
export class Bernoulli {
  // @ts-ignore: decorator
  @inline value(p: v128, y: v128, _p: v128): v128 {
    const upper = f32x4.gt(p, v128.load32_splat(HALF));
    const smaller = v128.bitselect(f32x4.sub(one(), p), p, upper);
    const share = v128.bitselect(f32x4.sub(one(), y), y, upper);
    const rest = f32x4.mul(f32x4.sub(one(), share), log1pUnit(f32x4.neg(smaller)));
    return f32x4.neg(f32x4.add(unlessZero(share, f32x4.mul(share, log(smaller))), rest));
  }
  // @ts-ignore: decorator
  @inline gradient(p: v128, y: v128, _p: v128): v128 {
    const above = f32x4.sub(one(), p);
    const notY = f32x4.sub(one(), y);
    return f32x4.sub(unlessZero(notY, f32x4.div(notY, above)), unlessZero(y, f32x4.div(y, p)));
  }
}
