import { affine } from './elementwise';
import { philox } from './philox';
import { Fractions, Normals } from './random';
import { storeLanes, storePart } from './simd';

/** Byte offsets of the generator's state in the scalars block. */
const KEY0 = 48;
const KEY1 = 52;
const STEP = 56;
const REPLICA = 60;

/**
 * Each word decides over two elements by its 16-bit halves, which halves the cost. The parameter is `kept`.
 */
// @ts-ignore: decorator
@final @unmanaged
class Mask {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return 32;
  }
  // @ts-ignore: decorator
  @inline put(y: usize, x: usize, count: i32, kept: i32, w0: v128, w1: v128, w2: v128, w3: v128): void {
    // The constant lets the compiler drop every branch of the usual case.
    if (count >= 32) mask(y, x, 32, kept, w0, w1, w2, w3);
    else mask(y, x, count, kept, w0, w1, w2, w3);
  }
}

// @ts-ignore: decorator
@inline
function mask(y: usize, x: usize, count: i32, kept: i32, w0: v128, w1: v128, w2: v128, w3: v128): void {
  const bound = i16x8.splat(<i16>(kept - 32768));
  const scale = f32x4.splat(65536 / <f32>kept);
  maskEight(y, x, count, bound, scale, w0);
  maskEight(y + 32, x + 32, count - 8, bound, scale, w1);
  maskEight(y + 64, x + 64, count - 16, bound, scale, w2);
  maskEight(y + 96, x + 96, count - 24, bound, scale, w3);
}

/** y[8] = x * scale where the half word is below the bound, else 0. */
// @ts-ignore: decorator
@inline
function maskEight(y: usize, x: usize, count: i32, bound: v128, scale: v128, word: v128): void {
  if (count <= 0) return;
  const kept = i16x8.lt_s(word, bound);
  const low = f32x4.mul(v128.load(x), scale);
  storePart(y, count, v128.and(low, i32x4.extend_low_i16x8_s(kept)));
  const high = f32x4.mul(v128.load(x, 16), scale);
  storePart(y + 16, count - 4, v128.and(high, i32x4.extend_high_i16x8_s(kept)));
}

/** How many of 65536 elements are kept. */
// @ts-ignore: decorator
@inline
function keptOf(rate: f32): i32 {
  return <i32>nearest((<f32>1 - rate) * 65536);
}

/**
 * y [n] = x / keep rate for the elements that are kept, 0 for the others. In place allowed. Backward is the
 * same call on dy: the mask is a function of the scalars' key, step and replica, the stream and the position.
 * The keep rate is rounded to a multiple of 1/65536, and it is the rounded one that x is divided by; at rate 0
 * this is a copy.
 */
export function dropout(y: usize, x: usize, scalars: usize, stream: u32, rate: f32, n: i32): void {
  const kept = keptOf(rate);
  if (kept >= 65536) {
    if (y != x) memory.copy(y, x, <usize>n << 2);
    return;
  }
  const key0 = load<u32>(scalars, KEY0);
  const key1 = load<u32>(scalars, KEY1);
  philox<Mask>(y, x, kept, key0, key1, 0, load<u32>(scalars, STEP), stream, load<u32>(scalars, REPLICA), n);
}

/**
 * dx [n] = dy / keep rate where y > 0, else 0: the gradient of `dropout` where its x is the output of a relu and y is what
 * dropout made of it. y is 0 where the element was dropped or the relu is 0, and there nothing flows back through both;
 * so the mask need not be drawn again.
 */
export function dropoutReluBackward(dx: usize, dy: usize, y: usize, rate: f32, n: i32): void {
  const scale = f32x4.splat(65536 / <f32>keptOf(rate));
  const zero = f32x4.splat(0);
  for (; n >= 4; n -= 4) {
    v128.store(dx, v128.and(f32x4.mul(v128.load(dy), scale), f32x4.gt(v128.load(y), zero)));
    dx += 16;
    dy += 16;
    y += 16;
  }
  if (n) storeLanes(dx, v128.and(f32x4.mul(v128.load(dy), scale), f32x4.gt(v128.load(y), zero)), n);
}

/** y [n] normal with that mean and standard deviation, from the scalars' key, step and replica, and the stream. */
export function normalNoise(y: usize, scalars: usize, stream: u32, mean: f32, stddev: f32, n: i32): void {
  const key0 = load<u32>(scalars, KEY0);
  const key1 = load<u32>(scalars, KEY1);
  const step = load<u32>(scalars, STEP);
  philox<Normals>(y, 0, 0, key0, key1, 0, step, stream, load<u32>(scalars, REPLICA), n);
  affine(y, y, stddev, mean, n);
}

/** y [n] uniform in [low, high), from the scalars' key, step and replica, and the stream. */
export function uniformNoise(y: usize, scalars: usize, stream: u32, low: f32, high: f32, n: i32): void {
  const key0 = load<u32>(scalars, KEY0);
  const key1 = load<u32>(scalars, KEY1);
  const step = load<u32>(scalars, STEP);
  philox<Fractions>(y, 0, 0, key0, key1, 0, step, stream, load<u32>(scalars, REPLICA), n);
  affine(y, y, high - low, low, n);
}
