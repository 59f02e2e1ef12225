import { storePart } from '../simd';
import { storePooled } from './pool';

/**
 * The transforms of Winograd's F(2x2, 3x3) (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016):
 * y = A' [(G w G') * (B' x B)] A for a tile of 2x2 results that reads a patch of 4x4 pixels, with
 *
 *     B' = 1  0 -1  0     G = 1   0   0     A' = 1  1  1  0
 *          0  1  1  0         1/2 1/2 1/2        0  1 -1  1
 *          0 -1  1  0         1/2 -1/2 1/2
 *          0 -1  0  1         0   0   1
 *
 * (the last row of B' and the last column of A' are those of the paper with the other sign, which saves negations).
 * A result uses only its own nine pixels with factors of 1 and -1 that cancel exactly, so zeros stay exact.
 *
 * Each function treats one tile; it takes four channels a round. `step` is the distance in bytes of the 16
 * frequencies. Where many are stored at once their distance must not be a multiple of 4096, or they push each other
 * out of the first-level cache.
 */

// The pixels of a square: all of them in the image, or only those whose bit (4 row + column) is set, and the others 0. The
// classes are never made: they only name code to be inlined.

// @ts-ignore: decorator
@final @unmanaged
export class Whole {
  // @ts-ignore: decorator
  @inline pixel(at: usize, _inside: i32, _bit: i32): v128 {
    return v128.load(at);
  }
}

// @ts-ignore: decorator
@final @unmanaged
export class Part {
  // @ts-ignore: decorator
  @inline pixel(at: usize, inside: i32, bit: i32): v128 {
    return v128.load(select(at, ZEROS, inside & bit));
  }
}

const ZEROS: usize = memory.data(16, 16);

/** v [16] = B' x B; `line` and `pixel` are the distances of the pixels of x in bytes. */
export function transformInput<Square>(
  v: usize,
  step: usize,
  x: usize,
  line: usize,
  pixel: usize,
  inside: i32,
  vectors: i32,
): void {
  const square = changetype<Square>(0);
  for (; vectors > 0; vectors--) {
    let from = x + 2 * line;
    let to = v;
    const c0 = square.pixel(from, inside, 256);
    from += pixel;
    const c1 = square.pixel(from, inside, 512);
    from += pixel;
    const c2 = square.pixel(from, inside, 1024);
    const c3 = square.pixel(from + pixel, inside, 2048);
    let t0 = f32x4.sub(square.pixel(x, inside, 1), c0);
    from = x + pixel;
    let t1 = f32x4.sub(square.pixel(from, inside, 2), c1);
    from += pixel;
    let t2 = f32x4.sub(square.pixel(from, inside, 4), c2);
    let t3 = f32x4.sub(square.pixel(from + pixel, inside, 8), c3);
    v128.store(to, f32x4.sub(t0, t2));
    to += step;
    v128.store(to, f32x4.add(t1, t2));
    to += step;
    v128.store(to, f32x4.sub(t2, t1));
    to += step;
    v128.store(to, f32x4.sub(t3, t1));
    to += step;
    from = x + line;
    const b0 = square.pixel(from, inside, 16);
    from += pixel;
    const b1 = square.pixel(from, inside, 32);
    from += pixel;
    const b2 = square.pixel(from, inside, 64);
    const b3 = square.pixel(from + pixel, inside, 128);
    t0 = f32x4.add(b0, c0);
    t1 = f32x4.add(b1, c1);
    t2 = f32x4.add(b2, c2);
    t3 = f32x4.add(b3, c3);
    v128.store(to, f32x4.sub(t0, t2));
    to += step;
    v128.store(to, f32x4.add(t1, t2));
    to += step;
    v128.store(to, f32x4.sub(t2, t1));
    to += step;
    v128.store(to, f32x4.sub(t3, t1));
    to += step;
    t0 = f32x4.sub(c0, b0);
    t1 = f32x4.sub(c1, b1);
    t2 = f32x4.sub(c2, b2);
    t3 = f32x4.sub(c3, b3);
    v128.store(to, f32x4.sub(t0, t2));
    to += step;
    v128.store(to, f32x4.add(t1, t2));
    to += step;
    v128.store(to, f32x4.sub(t2, t1));
    to += step;
    v128.store(to, f32x4.sub(t3, t1));
    to += step;
    from = x + 3 * line;
    t0 = f32x4.sub(square.pixel(from, inside, 4096), b0);
    from += pixel;
    t1 = f32x4.sub(square.pixel(from, inside, 8192), b1);
    from += pixel;
    t2 = f32x4.sub(square.pixel(from, inside, 16384), b2);
    t3 = f32x4.sub(square.pixel(from + pixel, inside, 32768), b3);
    v128.store(to, f32x4.sub(t0, t2));
    to += step;
    v128.store(to, f32x4.add(t1, t2));
    to += step;
    v128.store(to, f32x4.sub(t2, t1));
    to += step;
    v128.store(to, f32x4.sub(t3, t1));
    x += 16;
    v += 16;
  }
}

/** x = or += (after How) B v B', the transpose of `transformInput`. */
export function transformInputBack<How>(
  x: usize,
  line: usize,
  pixel: usize,
  v: usize,
  step: usize,
  vectors: i32,
): void {
  // The middle rows of frequencies first, as sum and difference: so 12 vectors are alive at most.
  for (; vectors > 0; vectors--) {
    let from = v + 4 * step;
    let f0 = v128.load(from);
    from += step;
    let f1 = v128.load(from);
    from += step;
    let f2 = v128.load(from);
    let a3 = v128.load(from + step);
    const a0 = f0;
    const a1 = f32x4.sub(f32x4.sub(f1, f2), a3);
    const a2 = f32x4.sub(f32x4.add(f1, f2), f0);
    from += 2 * step;
    f0 = v128.load(from);
    from += step;
    f1 = v128.load(from);
    from += step;
    f2 = v128.load(from);
    let b3 = v128.load(from + step);
    let b1 = f32x4.sub(f32x4.sub(f1, f2), b3);
    let b2 = f32x4.sub(f32x4.add(f1, f2), f0);
    const s0 = f32x4.add(a0, f0);
    const s1 = f32x4.add(a1, b1);
    const s2 = f32x4.add(a2, b2);
    const s3 = f32x4.add(a3, b3);
    const d0 = f32x4.sub(a0, f0);
    const d1 = f32x4.sub(a1, b1);
    const d2 = f32x4.sub(a2, b2);
    const d3 = f32x4.sub(a3, b3);

    f0 = v128.load(v);
    from = v + step;
    f1 = v128.load(from);
    from += step;
    f2 = v128.load(from);
    b3 = v128.load(from + step);
    b1 = f32x4.sub(f32x4.sub(f1, f2), b3);
    b2 = f32x4.sub(f32x4.add(f1, f2), f0);
    putRow<How>(x, pixel, f0, b1, b2, b3);
    putRow<How>(
      x + 2 * line,
      pixel,
      f32x4.sub(s0, f0),
      f32x4.sub(s1, b1),
      f32x4.sub(s2, b2),
      f32x4.sub(s3, b3),
    );

    from = v + 12 * step;
    f0 = v128.load(from);
    from += step;
    f1 = v128.load(from);
    from += step;
    f2 = v128.load(from);
    b3 = v128.load(from + step);
    b1 = f32x4.sub(f32x4.sub(f1, f2), b3);
    b2 = f32x4.sub(f32x4.add(f1, f2), f0);
    putRow<How>(
      x + line,
      pixel,
      f32x4.sub(d0, f0),
      f32x4.sub(d1, b1),
      f32x4.sub(d2, b2),
      f32x4.sub(d3, b3),
    );
    putRow<How>(x + 3 * line, pixel, f0, b1, b2, b3);
    x += 16;
    v += 16;
  }
}

// @ts-ignore: decorator
@inline
function putRow<How>(x: usize, pixel: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  put<How>(x, r0);
  x += pixel;
  put<How>(x, r1);
  x += pixel;
  put<How>(x, r2);
  put<How>(x + pixel, r3);
}

// @ts-ignore: decorator
@inline
function put<How>(to: usize, value: v128): void {
  v128.store(to, changetype<How>(0).apply(to, value));
}

/** y [2, 2] = A' m A. */
export function transformOutput(
  y: usize,
  line: usize,
  pixel: usize,
  m: usize,
  step: usize,
  vectors: i32,
): void {
  for (; vectors > 0; vectors--) {
    const down = 4 * step;
    let from = m;
    let m1 = v128.load(from + down);
    let m2 = v128.load(from + 2 * down);
    const s0 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
    const d0 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
    from += step;
    m1 = v128.load(from + down);
    m2 = v128.load(from + 2 * down);
    const s1 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
    const d1 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
    from += step;
    m1 = v128.load(from + down);
    m2 = v128.load(from + 2 * down);
    const s2 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
    const d2 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
    from += step;
    m1 = v128.load(from + down);
    m2 = v128.load(from + 2 * down);
    const s3 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
    const d3 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
    v128.store(y, f32x4.add(f32x4.add(s0, s1), s2));
    v128.store(y + pixel, f32x4.add(f32x4.sub(s1, s2), s3));
    from = y + line;
    v128.store(from, f32x4.add(f32x4.add(d0, d1), d2));
    v128.store(from + pixel, f32x4.add(f32x4.sub(d1, d2), d3));
    y += 16;
    m += 16;
  }
}

/** y = A' m A through relu and max-pooling, with its choice, for `channels` channels. */
export function transformPooled(y: usize, choice: usize, m: usize, step: usize, channels: i32): void {
  for (; channels >= 4; channels -= 4) {
    poolVector(y, choice, m, step, true, 4);
    y += 16;
    choice += choice ? 4 : 0;
    m += 16;
  }
  if (channels) poolVector(y, choice, m, step, false, channels);
}

// @ts-ignore: decorator
@inline
function poolVector(y: usize, choice: usize, m: usize, step: usize, whole: bool, count: i32): void {
  const down = 4 * step;
  let from = m;
  let m1 = v128.load(from + down);
  let m2 = v128.load(from + 2 * down);
  const s0 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const d0 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
  from += step;
  m1 = v128.load(from + down);
  m2 = v128.load(from + 2 * down);
  const s1 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const d1 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
  from += step;
  m1 = v128.load(from + down);
  m2 = v128.load(from + 2 * down);
  const s2 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const d2 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
  from += step;
  m1 = v128.load(from + down);
  m2 = v128.load(from + 2 * down);
  const s3 = f32x4.add(f32x4.add(v128.load(from), m1), m2);
  const d3 = f32x4.add(f32x4.sub(m1, m2), v128.load(from + 3 * down));
  const r0 = f32x4.add(f32x4.add(s0, s1), s2);
  const r1 = f32x4.add(f32x4.sub(s1, s2), s3);
  const r2 = f32x4.add(f32x4.add(d0, d1), d2);
  const r3 = f32x4.add(f32x4.sub(d1, d2), d3);
  storePooled(y, choice, r0, r1, r2, r3, whole, count);
}

/** z [16] = A dy A', the transpose of `transformOutput`. */
export function transformOutputBack(
  z: usize,
  step: usize,
  dy: usize,
  line: usize,
  pixel: usize,
  vectors: i32,
): void {
  for (; vectors > 0; vectors--) {
    const a = v128.load(dy);
    const b = v128.load(dy + pixel);
    const c = v128.load(dy + line);
    const d = v128.load(dy + line + pixel);
    let to = z;
    v128.store(to, a);
    to += step;
    v128.store(to, f32x4.add(a, b));
    to += step;
    v128.store(to, f32x4.sub(a, b));
    to += step;
    v128.store(to, b);
    to += step;
    let left = f32x4.add(a, c);
    let right = f32x4.add(b, d);
    v128.store(to, left);
    to += step;
    v128.store(to, f32x4.add(left, right));
    to += step;
    v128.store(to, f32x4.sub(left, right));
    to += step;
    v128.store(to, right);
    to += step;
    left = f32x4.sub(a, c);
    right = f32x4.sub(b, d);
    v128.store(to, left);
    to += step;
    v128.store(to, f32x4.add(left, right));
    to += step;
    v128.store(to, f32x4.sub(left, right));
    to += step;
    v128.store(to, right);
    to += step;
    v128.store(to, c);
    to += step;
    v128.store(to, f32x4.add(c, d));
    to += step;
    v128.store(to, f32x4.sub(c, d));
    to += step;
    v128.store(to, d);
    dy += 16;
    z += 16;
  }
}

/** u [16] = G w G' for four outputs of one input; `tap` is the distance of the nine weights in bytes. */
// @ts-ignore: decorator
@inline
export function transformWeights(u: usize, step: usize, w: usize, tap: usize): void {
  const half = f32x4.splat(0.5);
  const a0 = v128.load(w);
  const a1 = v128.load(w + tap);
  const a2 = v128.load(w + 2 * tap);
  weightRow(u, step, a0, a1, a2, half);
  w += 3 * tap;
  const b0 = f32x4.mul(v128.load(w), half);
  const b1 = f32x4.mul(v128.load(w + tap), half);
  const b2 = f32x4.mul(v128.load(w + 2 * tap), half);
  w += 3 * tap;
  const c0 = v128.load(w);
  const c1 = v128.load(w + tap);
  const c2 = v128.load(w + 2 * tap);
  const s0 = f32x4.mul(f32x4.add(a0, c0), half);
  const s1 = f32x4.mul(f32x4.add(a1, c1), half);
  const s2 = f32x4.mul(f32x4.add(a2, c2), half);
  u += 4 * step;
  weightRow(u, step, f32x4.add(s0, b0), f32x4.add(s1, b1), f32x4.add(s2, b2), half);
  u += 4 * step;
  weightRow(u, step, f32x4.sub(s0, b0), f32x4.sub(s1, b1), f32x4.sub(s2, b2), half);
  u += 4 * step;
  weightRow(u, step, c0, c1, c2, half);
}

// @ts-ignore: decorator
@inline
function weightRow(u: usize, step: usize, g0: v128, g1: v128, g2: v128, half: v128): void {
  const sum = f32x4.mul(f32x4.add(g0, g2), half);
  const middle = f32x4.mul(g1, half);
  v128.store(u, g0);
  v128.store(u + step, f32x4.add(sum, middle));
  v128.store(u + 2 * step, f32x4.sub(sum, middle));
  v128.store(u + 3 * step, g2);
}

/** dw = start + G' du G for `count` (at most four) outputs of one input; `start` is 0 or dw. */
export function transformWeightsBack(
  dw: usize,
  tap: usize,
  start: usize,
  du: usize,
  step: usize,
  count: i32,
): void {
  const down = 4 * step;
  for (let row = 0; row < 3; row++) {
    const e0 = weightColumn(row, du, down);
    const e1 = weightColumn(row, du + step, down);
    const e2 = weightColumn(row, du + 2 * step, down);
    const e3 = weightColumn(row, du + 3 * step, down);
    const half = f32x4.splat(0.5);
    const sum = f32x4.mul(f32x4.add(e1, e2), half);
    addWeights(dw, start, f32x4.add(e0, sum), count);
    addWeights(dw + tap, start, f32x4.mul(f32x4.sub(e1, e2), half), count);
    addWeights(dw + 2 * tap, start, f32x4.add(e3, sum), count);
    dw += 3 * tap;
  }
}

/** One of the three weights that a column of four frequencies stands for. */
// @ts-ignore: decorator
@inline
function weightColumn(row: i32, du: usize, down: usize): v128 {
  const half = f32x4.splat(0.5);
  const d1 = v128.load(du + down);
  const d2 = v128.load(du + 2 * down);
  if (row == 1) return f32x4.mul(f32x4.sub(d1, d2), half);
  return f32x4.add(v128.load(row ? du + 3 * down : du), f32x4.mul(f32x4.add(d1, d2), half));
}

// @ts-ignore: decorator
@inline
function addWeights(dw: usize, start: usize, value: v128, count: i32): void {
  storePart(dw, count, start ? f32x4.add(v128.load(dw), value) : value);
}
