/**
 * Affine transforms of images. A matrix is six floats, a0 a1 a2 b0 b1 b2: the pixel (x, y) of the output is taken from
 * (a0 x + a1 y + a2, b0 x + b1 y + b2) of the input.
 */
import { cosTurns, sinTurns } from '../math';
import { storePart } from '../simd';

/** What lies outside of the image: the order of `fillModes` in src/plan/images.ts. */
const CONSTANT = 0;
const NEAREST = 1;
const REFLECT = 2;

/** The entry that stands at place i of an axis with n entries, or -1 where the constant does. */
// @ts-ignore: decorator
@inline
function entryAt(i: i32, n: i32, fill: i32): i32 {
  if (<u32>i < <u32>n) return i;
  if (fill == CONSTANT) return -1;
  if (fill == NEAREST) return i < 0 ? 0 : n - 1;
  // d c b a | a b c d | d c b a, or a b c d | a b c d | a b c d
  const period = fill == REFLECT ? n << 1 : n;
  let at = i % period;
  if (at < 0) at += period;
  return at < n ? at : period - 1 - at;
}

/** Half away from zero, as Jax does it. */
// @ts-ignore: decorator
@inline
function rounded(x: f64): i32 {
  return <i32>(x < 0 ? Math.ceil(x - 0.5) : Math.floor(x + 0.5));
}

/** y is the sum of weighted pixels of x. An address of 0 stands for the constant. */
// @ts-ignore: decorator
@final @unmanaged
class Take {
  // @ts-ignore: decorator
  @inline one(y: usize, x: usize, channels: i32, value: f32): void {
    for (; channels > 0; channels -= 4) {
      storePart(y, channels, x ? v128.load(x) : f32x4.splat(value));
      y += 16;
      if (x) x += 16;
    }
  }
  // @ts-ignore: decorator
  @inline four(
    y: usize,
    x0: usize,
    x1: usize,
    x2: usize,
    x3: usize,
    w0: v128,
    w1: v128,
    w2: v128,
    w3: v128,
    channels: i32,
    value: v128,
  ): void {
    for (let at: usize = 0; channels > 0; channels -= 4) {
      let sum = f32x4.mul(w0, x0 ? v128.load(x0 + at) : value);
      sum = f32x4.add(sum, f32x4.mul(w1, x1 ? v128.load(x1 + at) : value));
      sum = f32x4.add(sum, f32x4.mul(w2, x2 ? v128.load(x2 + at) : value));
      sum = f32x4.add(sum, f32x4.mul(w3, x3 ? v128.load(x3 + at) : value));
      storePart(y + at, channels, sum);
      at += 16;
    }
  }
  /** `four` where none is the constant. */
  // @ts-ignore: decorator
  @inline inner(y: usize, x: usize, row: usize, w0: v128, w1: v128, w2: v128, w3: v128, channels: i32): void {
    const pixel = <usize>channels << 2;
    for (; channels > 0; channels -= 4) {
      let sum = f32x4.mul(w0, v128.load(x));
      sum = f32x4.add(sum, f32x4.mul(w1, v128.load(x + pixel)));
      sum = f32x4.add(sum, f32x4.mul(w2, v128.load(x + row)));
      sum = f32x4.add(sum, f32x4.mul(w3, v128.load(x + row + pixel)));
      storePart(y, channels, sum);
      y += 16;
      x += 16;
    }
  }
}

/** The gradient: the pixels of x are given their shares of y. */
// @ts-ignore: decorator
@final @unmanaged
class Give {
  // @ts-ignore: decorator
  @inline one(y: usize, x: usize, channels: i32, _value: f32): void {
    if (x) addShare(x, y, channels, f32x4.splat(1));
  }
  // @ts-ignore: decorator
  @inline four(
    y: usize,
    x0: usize,
    x1: usize,
    x2: usize,
    x3: usize,
    w0: v128,
    w1: v128,
    w2: v128,
    w3: v128,
    channels: i32,
    _value: v128,
  ): void {
    if (x0) addShare(x0, y, channels, w0);
    if (x1) addShare(x1, y, channels, w1);
    if (x2) addShare(x2, y, channels, w2);
    if (x3) addShare(x3, y, channels, w3);
  }
  // @ts-ignore: decorator
  @inline inner(y: usize, x: usize, row: usize, w0: v128, w1: v128, w2: v128, w3: v128, channels: i32): void {
    const pixel = <usize>channels << 2;
    this.four(y, x, x + pixel, x + row, x + row + pixel, w0, w1, w2, w3, channels, w0);
  }
}

/** x [n] += w y */
function addShare(x: usize, y: usize, n: i32, w: v128): void {
  for (; n > 0; n -= 4) {
    storePart(x, n, f32x4.add(v128.load(x), f32x4.mul(w, v128.load(y))));
    x += 16;
    y += 16;
  }
}

/** Hands every pixel of the output y to an Op, with those of x that it is made of. */
// @ts-ignore: decorator
@inline
function visit<Op>(
  y: usize,
  x: usize,
  matrices: usize,
  bilinear: i32,
  fill: i32,
  value: f32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  count: i32,
): void {
  const op = changetype<Op>(0);
  const pixel = <usize>channels << 2;
  const row = <usize>inWidth * pixel;
  for (; count > 0; count--) {
    const a0 = <f64>load<f32>(matrices);
    const b0 = <f64>load<f32>(matrices, 12);
    for (let h = 0; h < outHeight; h++) {
      // In double precision, so that it does not matter how large the image is.
      const a = <f64>load<f32>(matrices, 4) * <f64>h + <f64>load<f32>(matrices, 8);
      const b = <f64>load<f32>(matrices, 16) * <f64>h + <f64>load<f32>(matrices, 20);
      for (let w = 0; w < outWidth; w++) {
        const across = a0 * <f64>w + a;
        const down = b0 * <f64>w + b;
        if (bilinear) {
          const left = Math.floor(across);
          const top = Math.floor(down);
          const x0 = <i32>left;
          const y0 = <i32>top;
          const right = <f32>(across - left);
          const bottom = <f32>(down - top);
          const w0 = f32x4.splat((1 - bottom) * (1 - right));
          const w1 = f32x4.splat((1 - bottom) * right);
          const w2 = f32x4.splat(bottom * (1 - right));
          const w3 = f32x4.splat(bottom * right);
          if (<u32>x0 < <u32>(inWidth - 1) && <u32>y0 < <u32>(inHeight - 1)) {
            op.inner(y, x + <usize>y0 * row + <usize>x0 * pixel, row, w0, w1, w2, w3, channels);
          } else {
            const x1 = entryAt(x0 + 1, inWidth, fill);
            const y1 = entryAt(y0 + 1, inHeight, fill);
            const first = entryAt(x0, inWidth, fill);
            const above = entryAt(y0, inHeight, fill);
            op.four(
              y,
              addressOf(x, above, first, row, pixel),
              addressOf(x, above, x1, row, pixel),
              addressOf(x, y1, first, row, pixel),
              addressOf(x, y1, x1, row, pixel),
              w0,
              w1,
              w2,
              w3,
              channels,
              f32x4.splat(value),
            );
          }
        } else {
          const x0 = entryAt(rounded(across), inWidth, fill);
          const y0 = entryAt(rounded(down), inHeight, fill);
          op.one(y, addressOf(x, y0, x0, row, pixel), channels, value);
        }
        y += pixel;
      }
    }
    x += <usize>inHeight * row;
    matrices += 24;
  }
}

// @ts-ignore: decorator
@inline
function addressOf(x: usize, h: i32, w: i32, row: usize, pixel: usize): usize {
  return (h | w) < 0 ? 0 : x + <usize>h * row + <usize>w * pixel;
}

/**
 * y [count, outHeight, outWidth, channels] = x [count, inHeight, inWidth, channels] as the matrices [count, 6] say;
 * between pixels interpolated if `bilinear` is not 0, else the nearest. `fill` says what lies outside, `value` is the
 * constant.
 */
export function affineTransform(
  y: usize,
  x: usize,
  matrices: usize,
  bilinear: i32,
  fill: i32,
  value: f32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  count: i32,
): void {
  visit<Take>(
    y, x, matrices, bilinear, fill, value, inHeight, inWidth, outHeight, outWidth, channels, count,
  );
}

/** dx = what the pixels that are made of it have of dy. */
export function affineTransformBackward(
  dx: usize,
  dy: usize,
  matrices: usize,
  bilinear: i32,
  fill: i32,
  inHeight: i32,
  inWidth: i32,
  outHeight: i32,
  outWidth: i32,
  channels: i32,
  count: i32,
): void {
  memory.fill(dx, 0, (<usize>(inHeight * inWidth * channels) * <usize>count) << 2);
  visit<Give>(
    dy, dx, matrices, bilinear, fill, 0, inHeight, inWidth, outHeight, outWidth, channels, count,
  );
}

// @ts-ignore: decorator
@inline
function between(low: f32, high: f32, u: f32): f32 {
  return low + (high - low) * u;
}

// @ts-ignore: decorator
@inline
function store6(m: usize, a0: f32, a1: f32, a2: f32, b0: f32, b1: f32, b2: f32): void {
  store<f32>(m, a0);
  store<f32>(m, a1, 4);
  store<f32>(m, a2, 8);
  store<f32>(m, b0, 12);
  store<f32>(m, b1, 16);
  store<f32>(m, b2, 20);
}

/** Around the middle by low to high turns against the clock. */
// @ts-ignore: decorator
@final @unmanaged
class Rotation {
  // @ts-ignore: decorator
  @inline write(m: usize, u0: f32, _u1: f32, p0: f32, p1: f32, _p2: f32, _p3: f32, height: f32, width: f32): void {
    const turns = between(p0, p1, u0);
    const part = f32x4.splat(turns - floor(turns));
    const cosine = f32x4.extract_lane(cosTurns(part), 0);
    const sine = f32x4.extract_lane(sinTurns(part), 0);
    const x = (width - 1) * 0.5;
    const y = (height - 1) * 0.5;
    store6(m, cosine, -sine, x - x * cosine + y * sine, sine, cosine, y - x * sine - y * cosine);
  }
}

/** Down by p0 to p1 of the height, to the right by p2 to p3 of the width. */
// @ts-ignore: decorator
@final @unmanaged
class Translation {
  // @ts-ignore: decorator
  @inline write(m: usize, u0: f32, u1: f32, p0: f32, p1: f32, p2: f32, p3: f32, height: f32, width: f32): void {
    store6(m, 1, 0, -between(p2, p3, u1) * width, 0, 1, -between(p0, p1, u0) * height);
  }
}

/** Smaller around the middle by the factors p0 to p1 and p2 to p3; by one factor for both where p2 is 0. */
// @ts-ignore: decorator
@final @unmanaged
class Zoom {
  // @ts-ignore: decorator
  @inline write(m: usize, u0: f32, u1: f32, p0: f32, p1: f32, p2: f32, p3: f32, height: f32, width: f32): void {
    const y = between(p0, p1, u0);
    const x = p2 == 0 ? y : between(p2, p3, u1);
    store6(m, x, 0, (width - 1) * 0.5 * (1 - x), 0, y, (height - 1) * 0.5 * (1 - y));
  }
}

/** One time in two upside down if p0 is 1, and left to right if p1 is. */
// @ts-ignore: decorator
@final @unmanaged
class Flip {
  // @ts-ignore: decorator
  @inline write(m: usize, u0: f32, _u1: f32, p0: f32, p1: f32, _p2: f32, _p3: f32, height: f32, width: f32): void {
    const y: f32 = u0 <= 0.5 && p0 != 0 ? -1 : 1;
    const x: f32 = u0 <= 0.5 && p1 != 0 ? -1 : 1;
    store6(m, x, 0, x < 0 ? width - 1 : 0, 0, y, y < 0 ? height - 1 : 0);
  }
}

/** A part of p0 rows and p1 columns, anywhere. */
// @ts-ignore: decorator
@final @unmanaged
class Crop {
  // @ts-ignore: decorator
  @inline write(m: usize, u0: f32, u1: f32, p0: f32, p1: f32, _p2: f32, _p3: f32, height: f32, width: f32): void {
    const y = min(floor(u0 * (height - p0 + 1)), height - p0);
    const x = min(floor(u1 * (width - p1 + 1)), width - p1);
    store6(m, 1, 0, x, 0, 1, y);
  }
}

/** m [count, 6] = the matrices of the Op, from draws u [count, 2] in [0, 1), for images of height x width. */
// @ts-ignore: decorator
@inline
function matrices<Op>(
  m: usize,
  u: usize,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
  height: i32,
  width: i32,
  count: i32,
): void {
  for (; count > 0; count--) {
    const u0 = load<f32>(u);
    const u1 = load<f32>(u, 4);
    changetype<Op>(0).write(m, u0, u1, p0, p1, p2, p3, <f32>height, <f32>width);
    m += 24;
    u += 8;
  }
}

export function rotations(
  m: usize,
  u: usize,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
  height: i32,
  width: i32,
  count: i32,
): void {
  matrices<Rotation>(m, u, p0, p1, p2, p3, height, width, count);
}

export function translations(
  m: usize,
  u: usize,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
  height: i32,
  width: i32,
  count: i32,
): void {
  matrices<Translation>(m, u, p0, p1, p2, p3, height, width, count);
}

export function zooms(
  m: usize,
  u: usize,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
  height: i32,
  width: i32,
  count: i32,
): void {
  matrices<Zoom>(m, u, p0, p1, p2, p3, height, width, count);
}

export function flips(
  m: usize,
  u: usize,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
  height: i32,
  width: i32,
  count: i32,
): void {
  matrices<Flip>(m, u, p0, p1, p2, p3, height, width, count);
}

export function crops(
  m: usize,
  u: usize,
  p0: f32,
  p1: f32,
  p2: f32,
  p3: f32,
  height: i32,
  width: i32,
  count: i32,
): void {
  matrices<Crop>(m, u, p0, p1, p2, p3, height, width, count);
}
