import { affine } from './elementwise';
import { cosTurns, logNormal, sinTurns } from './math';
import { philox } from './philox';
import { laneMask, storePart } from './simd';

/**
 * Random tensors from the counter-based generator of ./philox. Element i depends on key, step, stream and i,
 * never on n: a longer tensor begins with the shorter one. Different streams and different steps are
 * independent.
 */

/** 2^-24, the unit of a fraction; -2, the factor of Box-Muller; 2, where the truncated normal ends. */
const TABLE: usize = memory.data<f32>([5.9604645e-8, -2.0, 2.0], 16);

const GROUP = 16;

/** The upper 24 bits of each word as a number in [0, 1): a multiple of 2^-24, hence exact. */
// @ts-ignore: decorator
@inline
function fraction(word: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(word, 8)), v128.load32_splat(TABLE));
}

/** sqrt(-2 log u), the radius of Box-Muller, with u in (0, 1]. */
// @ts-ignore: decorator
@inline
function radius(word: v128): v128 {
  const u = f32x4.add(fraction(word), v128.load32_splat(TABLE));
  return f32x4.sqrt(f32x4.mul(logNormal(u), v128.load32_splat(TABLE, 4)));
}

// @ts-ignore: decorator
@inline
function outside(z: v128): v128 {
  return f32x4.gt(f32x4.abs(z), v128.load32_splat(TABLE, 8));
}

/**
 * Stores a group, or its first `count` lanes; with `redraw`, only over values outside the truncated normal.
 */
// @ts-ignore: decorator
@inline
function storeGroup(y: usize, count: i32, redraw: i32, v0: v128, v1: v128, v2: v128, v3: v128): void {
  storeOne(y, count, redraw, v0);
  storeOne(y + 16, count - 4, redraw, v1);
  storeOne(y + 32, count - 8, redraw, v2);
  storeOne(y + 48, count - 12, redraw, v3);
}

// @ts-ignore: decorator
@inline
function storeOne(y: usize, count: i32, redraw: i32, v: v128): void {
  if (redraw) {
    const old = v128.load(y);
    v = v128.bitselect(v, old, outside(old));
  }
  storePart(y, count, v);
}

// @ts-ignore: decorator
@final @unmanaged
class Bits {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return GROUP;
  }
  // @ts-ignore: decorator
  @inline put(y: usize, _x: usize, count: i32, _redraw: i32, w0: v128, w1: v128, w2: v128, w3: v128): void {
    storeGroup(y, count, 0, w0, w1, w2, w3);
  }
}

// @ts-ignore: decorator
@final @unmanaged
export class Fractions {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return GROUP;
  }
  // @ts-ignore: decorator
  @inline put(y: usize, _x: usize, count: i32, _redraw: i32, w0: v128, w1: v128, w2: v128, w3: v128): void {
    storeGroup(y, count, 0, fraction(w0), fraction(w1), fraction(w2), fraction(w3));
  }
}

/** Box-Muller: a radius and an angle make two independent normal values. */
// @ts-ignore: decorator
@final @unmanaged
export class Normals {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return GROUP;
  }
  // @ts-ignore: decorator
  @inline put(y: usize, _x: usize, count: i32, redraw: i32, w0: v128, w1: v128, w2: v128, w3: v128): void {
    const r0 = radius(w0);
    const r1 = radius(w2);
    const turns0 = fraction(w1);
    const turns1 = fraction(w3);
    const z0 = f32x4.mul(r0, cosTurns(turns0));
    const z1 = f32x4.mul(r0, sinTurns(turns0));
    const z2 = f32x4.mul(r1, cosTurns(turns1));
    const z3 = f32x4.mul(r1, sinTurns(turns1));
    storeGroup(y, count, redraw, z0, z1, z2, z3);
  }
}

function anyOutside(y: usize, n: i32): bool {
  for (; n > 0; n -= 4) {
    if (v128.any_true(v128.and(outside(v128.load(y)), laneMask(n)))) return true;
    y += 16;
  }
  return false;
}

/** y [n] raw words of 32 random bits. */
export function randomBits(y: usize, key0: u32, key1: u32, step: u32, stream: u32, n: i32): void {
  philox<Bits>(y, 0, 0, key0, key1, 0, step, stream, 0, n);
}

/** y [n] uniform in [low, high), on a grid of 2^24 steps; rounding can make high of the last one. */
export function randomUniform(
  y: usize,
  key0: u32,
  key1: u32,
  step: u32,
  stream: u32,
  low: f32,
  high: f32,
  n: i32,
): void {
  philox<Fractions>(y, 0, 0, key0, key1, 0, step, stream, 0, n);
  affine(y, y, high - low, low, n);
}

/** y [n] normal, never further than 5.8 stddev from the mean, since the radius comes from 24 bits. */
export function randomNormal(
  y: usize,
  key0: u32,
  key1: u32,
  step: u32,
  stream: u32,
  mean: f32,
  stddev: f32,
  n: i32,
): void {
  philox<Normals>(y, 0, 0, key0, key1, 0, step, stream, 0, n);
  affine(y, y, stddev, mean, n);
}

/**
 * y [n] normal, with values further than 2 stddev from the mean drawn again until they lie within, as in
 * Keras.
 */
export function truncatedNormal(
  y: usize,
  key0: u32,
  key1: u32,
  step: u32,
  stream: u32,
  mean: f32,
  stddev: f32,
  n: i32,
): void {
  philox<Normals>(y, 0, 0, key0, key1, 0, step, stream, 0, n);
  for (let i = 0; i < n; i += GROUP) {
    const group = y + (<usize>i << 2);
    const count = min(n - i, GROUP);
    for (let attempt = 1; anyOutside(group, count); attempt++) {
      philox<Normals>(group, 0, 1, key0, key1, i >> 2, step, stream, attempt, count);
    }
  }
  affine(y, y, stddev, mean, n);
}

/**
 * y [n] (i32) the numbers 0 to n - 1 in random order: Fisher and Yates from the inside out, in which y[i]
 * holds its own random word until its turn comes. The product of word and range, shifted, is uniform to n /
 * 2^32.
 */
export function permutation(y: usize, key0: u32, key1: u32, step: u32, stream: u32, n: i32): void {
  randomBits(y, key0, key1, step, stream, n);
  for (let i = 0; i < n; i++) {
    const at = y + (<usize>i << 2);
    const j = <usize>((<u64>load<u32>(at) * <u64>(i + 1)) >> 32);
    const other = y + (j << 2);
    store<i32>(at, load<i32>(other));
    store<i32>(other, i);
  }
}
