/** Kernels over [n] values, and over [rows, cols] with one row [cols] for all rows. */
import { laneMask, storeLanes, storePart } from './simd';

// The loops below are generic over one of these classes. `changetype<Op>(0)` is no object, it only names the
// class: the compiler inlines its method, where a callback would be an indirect call for every vector.

// @ts-ignore: decorator
@final @unmanaged
class Add {
  // @ts-ignore: decorator
  @inline forward(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Subtract {
  // @ts-ignore: decorator
  @inline forward(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Multiply {
  // @ts-ignore: decorator
  @inline forward(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Divide {
  // @ts-ignore: decorator
  @inline forward(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

// `f32x4.max` and `min` rather than the faster `pmax` and `pmin`: a NaN on either side must come through.

// @ts-ignore: decorator
@final @unmanaged
class Maximum {
  // @ts-ignore: decorator
  @inline forward(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, a: v128, b: v128): v128 {
    return shareAmongEqual(dy, f32x4.gt(a, b), f32x4.eq(a, b));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Minimum {
  // @ts-ignore: decorator
  @inline forward(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, a: v128, b: v128): v128 {
    return shareAmongEqual(dy, f32x4.lt(a, b), f32x4.eq(a, b));
  }
}

/** dy where `chosen`, half of it where `equal`, else 0. */
// @ts-ignore: decorator
@inline
function shareAmongEqual(dy: v128, chosen: v128, equal: v128): v128 {
  return v128.or(v128.and(dy, chosen), v128.and(f32x4.mul(dy, f32x4.splat(0.5)), equal));
}

function binary<Op>(y: usize, a: usize, b: usize, n: i32): void {
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, changetype<Op>(0).forward(v128.load(a), v128.load(b)));
    y += 16;
    a += 16;
    b += 16;
  }
  if (n & 3) storeLanes(y, changetype<Op>(0).forward(v128.load(a), v128.load(b)), n & 3);
}

function binaryBackward<Op>(dx: usize, dy: usize, a: usize, b: usize, n: i32): void {
  const end = dx + (<usize>(n & ~3) << 2);
  while (dx < end) {
    v128.store(dx, changetype<Op>(0).backward(v128.load(dy), v128.load(a), v128.load(b)));
    dx += 16;
    dy += 16;
    a += 16;
    b += 16;
  }
  if (n & 3) storeLanes(dx, changetype<Op>(0).backward(v128.load(dy), v128.load(a), v128.load(b)), n & 3);
}

function binaryRows<Op>(y: usize, x: usize, row: usize, rows: i32, cols: i32): void {
  const stride = <usize>cols << 2;
  for (let r = 0; r < rows; r++) {
    binary<Op>(y, x, row, cols);
    y += stride;
    x += stride;
  }
}

/** So many values are whole vectors, and whole rows where the columns divide it. */
const PATTERN = 24;

// @ts-ignore: decorator
@inline
function isNarrow(cols: i32): bool {
  return cols > 0 && PATTERN % cols == 0;
}

/** Rows of few columns, as the channels of images are: the row is repeated in six vectors. */
function narrowRows<Op>(y: usize, x: usize, row: usize, n: i32, cols: i32): void {
  const op = changetype<Op>(0);
  const r0 = fourOf(row, cols, 0);
  const r1 = fourOf(row, cols, 4);
  const r2 = fourOf(row, cols, 8);
  const r3 = fourOf(row, cols, 12);
  const r4 = fourOf(row, cols, 16);
  const r5 = fourOf(row, cols, 20);
  for (; n >= PATTERN; n -= PATTERN) {
    v128.store(y, op.forward(v128.load(x), r0));
    v128.store(y, op.forward(v128.load(x, 16), r1), 16);
    v128.store(y, op.forward(v128.load(x, 32), r2), 32);
    v128.store(y, op.forward(v128.load(x, 48), r3), 48);
    v128.store(y, op.forward(v128.load(x, 64), r4), 64);
    v128.store(y, op.forward(v128.load(x, 80), r5), 80);
    y += 4 * PATTERN;
    x += 4 * PATTERN;
  }
  for (let i = 0; i < n; i += 4) {
    storePart(y, n - i, op.forward(v128.load(x), fourOf(row, cols, i)));
    y += 16;
    x += 16;
  }
}

/** Four values from number `from` on of a row that is repeated. */
// @ts-ignore: decorator
@inline
function fourOf(row: usize, cols: i32, from: i32): v128 {
  let four = v128.load32_splat(row + (<usize>(from % cols) << 2));
  four = v128.load32_lane(row + (<usize>((from + 1) % cols) << 2), four, 1);
  four = v128.load32_lane(row + (<usize>((from + 2) % cols) << 2), four, 2);
  return v128.load32_lane(row + (<usize>((from + 3) % cols) << 2), four, 3);
}

/** y [n] = value. */
export function fill(y: usize, value: f32, n: i32): void {
  if (reinterpret<u32>(value) == 0) {
    memory.fill(y, 0, <usize>n << 2);
    return;
  }
  const v = f32x4.splat(value);
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, v);
    y += 16;
  }
  if (n & 3) storeLanes(y, v, n & 3);
}

/** y [n] = value / n: the gradient of value times the mean of n elements. */
export function fillShare(y: usize, value: f32, n: i32): void {
  fill(y, value / <f32>n, n);
}

/** y [n] = x [n]; the two may overlap. */
export function copy(y: usize, x: usize, n: i32): void {
  memory.copy(y, x, <usize>n << 2);
}

/** y [n] = scale x [n] + offset. In place allowed. */
export function affine(y: usize, x: usize, scale: f32, offset: f32, n: i32): void {
  const factor = f32x4.splat(scale);
  const term = f32x4.splat(offset);
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, f32x4.add(f32x4.mul(v128.load(x), factor), term));
    y += 16;
    x += 16;
  }
  if (n & 3) storeLanes(y, f32x4.add(f32x4.mul(v128.load(x), factor), term), n & 3);
}

/** Four bytes at x as float32. */
// @ts-ignore: decorator
@inline
function loadU8(x: usize): v128 {
  const halves = i16x8.extend_low_i8x16_u(v128.load32_zero(x));
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(halves));
}

/** y [n] = scale x + offset for uint8 x [n]. */
export function convertU8(y: usize, x: usize, scale: f32, offset: f32, n: i32): void {
  const factor = f32x4.splat(scale);
  const term = f32x4.splat(offset);
  const end = y + (<usize>(n & ~3) << 2);
  while (y < end) {
    v128.store(y, f32x4.add(f32x4.mul(loadU8(x), factor), term));
    y += 16;
    x += 4;
  }
  if (n & 3) storeLanes(y, f32x4.add(f32x4.mul(loadU8(x), factor), term), n & 3);
}

/** y [n] = a [n] + b [n]. In place allowed. */
export function add(y: usize, a: usize, b: usize, n: i32): void {
  binary<Add>(y, a, b, n);
}

/** y [n] = a [n] - b [n]. In place allowed. */
export function subtract(y: usize, a: usize, b: usize, n: i32): void {
  binary<Subtract>(y, a, b, n);
}

/** y [n] = a [n] * b [n]. In place allowed. */
export function multiply(y: usize, a: usize, b: usize, n: i32): void {
  binary<Multiply>(y, a, b, n);
}

/** y [n] = a [n] / b [n]. In place allowed. */
export function divide(y: usize, a: usize, b: usize, n: i32): void {
  binary<Divide>(y, a, b, n);
}

/** y [n] = the larger of a [n] and b [n], NaN if either is. In place allowed. */
export function maximum(y: usize, a: usize, b: usize, n: i32): void {
  binary<Maximum>(y, a, b, n);
}

/** y [n] = the smaller of a [n] and b [n], NaN if either is. In place allowed. */
export function minimum(y: usize, a: usize, b: usize, n: i32): void {
  binary<Minimum>(y, a, b, n);
}

/** Gradient of `maximum` to a: dx [n] = dy where a > b, dy / 2 where equal, else 0. In place allowed. */
export function maximumBackward(dx: usize, dy: usize, a: usize, b: usize, n: i32): void {
  binaryBackward<Maximum>(dx, dy, a, b, n);
}

/** Gradient of `minimum` to a: dx [n] = dy where a < b, dy / 2 where equal, else 0. In place allowed. */
export function minimumBackward(dx: usize, dy: usize, a: usize, b: usize, n: i32): void {
  binaryBackward<Minimum>(dx, dy, a, b, n);
}

/** y [rows, cols] = x [rows, cols] + row [cols]. In place (y = x) allowed. */
export function addRow(y: usize, x: usize, row: usize, rows: i32, cols: i32): void {
  if (isNarrow(cols)) narrowRows<Add>(y, x, row, rows * cols, cols);
  else binaryRows<Add>(y, x, row, rows, cols);
}

/** y [rows, cols] = x [rows, cols] * row [cols]. In place (y = x) allowed. */
export function multiplyRow(y: usize, x: usize, row: usize, rows: i32, cols: i32): void {
  if (isNarrow(cols)) narrowRows<Multiply>(y, x, row, rows * cols, cols);
  else binaryRows<Multiply>(y, x, row, rows, cols);
}

/** 1 if no element of x [n] is NaN or infinite, else 0. */
export function allFinite(x: usize, n: i32): i32 {
  // x * 0 is NaN for NaN and infinity, else a zero. A NaN stays one under `or` with more such bits.
  const zero = f32x4.splat(0);
  const end = x + (<usize>(n & ~3) << 2);
  let found = zero;
  while (x < end) {
    found = v128.or(found, f32x4.mul(v128.load(x), zero));
    x += 16;
  }
  if (n & 3) found = v128.or(found, v128.and(f32x4.mul(v128.load(x), zero), laneMask(n & 3)));
  return i32x4.all_true(f32x4.eq(found, found)) ? 1 : 0;
}
