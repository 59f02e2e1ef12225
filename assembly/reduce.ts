/** Sums over rows and columns, and the broadcasts that are their gradients. */
import { laneMask, storeLanes, storePart, sumLanes } from './simd';

/**
 * Rows summed on their own before they are added to the total. Two levels keep the rounding error over many
 * rows small, and so few rows are still in the L1 cache when the next block of columns needs their lines.
 */
const CHUNK = 32;

/** y [cols] (+)= the sum over the rows of x [rows, cols], rows > 0; four vectors of sums run side by side. */
function chunkSum(y: usize, x: usize, rows: i32, cols: i32, accumulate: bool): void {
  const stride = (<usize>cols) << 2;
  let c = 0;
  for (; c + 16 <= cols; c += 16) {
    let at = x + ((<usize>c) << 2);
    let s0 = v128.load(at);
    let s1 = v128.load(at, 16);
    let s2 = v128.load(at, 32);
    let s3 = v128.load(at, 48);
    for (let r = 1; r < rows; r++) {
      at += stride;
      s0 = f32x4.add(s0, v128.load(at));
      s1 = f32x4.add(s1, v128.load(at, 16));
      s2 = f32x4.add(s2, v128.load(at, 32));
      s3 = f32x4.add(s3, v128.load(at, 48));
    }
    const to = y + ((<usize>c) << 2);
    if (accumulate) {
      s0 = f32x4.add(v128.load(to), s0);
      s1 = f32x4.add(v128.load(to, 16), s1);
      s2 = f32x4.add(v128.load(to, 32), s2);
      s3 = f32x4.add(v128.load(to, 48), s3);
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
  }
  for (; c < cols; c += 4) {
    let at = x + ((<usize>c) << 2);
    let sum = v128.load(at);
    for (let r = 1; r < rows; r++) {
      at += stride;
      sum = f32x4.add(sum, v128.load(at));
    }
    const to = y + ((<usize>c) << 2);
    if (accumulate) sum = f32x4.add(v128.load(to), sum);
    storePart(to, cols - c, sum);
  }
}

/** y [cols] = the sum over the rows of x [rows, cols]; added to y if `accumulate` is not 0. */
export function columnSum(y: usize, x: usize, rows: i32, cols: i32, accumulate: i32): void {
  if (rows == 0 && !accumulate) memory.fill(y, 0, (<usize>cols) << 2);
  for (let r = 0; r < rows; r += CHUNK) {
    chunkSum(y, x + ((<usize>r * <usize>cols) << 2), min(CHUNK, rows - r), cols, accumulate != 0 || r > 0);
  }
}

/** y [rows] = scale * the sum over the columns of x [rows, cols]. */
export function rowSum(y: usize, x: usize, scale: f32, rows: i32, cols: i32): void {
  const mask = laneMask(cols & 3);
  for (let r = 0; r < rows; r++) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    const pairs = x + ((<usize>(cols & ~7)) << 2);
    const end = x + ((<usize>cols) << 2);
    while (x < pairs) {
      s0 = f32x4.add(s0, v128.load(x));
      s1 = f32x4.add(s1, v128.load(x, 16));
      x += 32;
    }
    if (cols & 4) {
      s0 = f32x4.add(s0, v128.load(x));
      x += 16;
    }
    s1 = f32x4.add(s1, v128.and(v128.load(x), mask));
    store<f32>(y, scale * sumLanes(f32x4.add(s0, s1)));
    y += 4;
    x = end;
  }
}

/** y [rows, cols] = scale * x [rows], every row of y filled with its value: the gradient of `rowSum`. */
export function rowBroadcast(y: usize, x: usize, scale: f32, rows: i32, cols: i32): void {
  for (let r = 0; r < rows; r++) {
    const v = f32x4.splat(scale * load<f32>(x));
    const end = y + ((<usize>(cols & ~3)) << 2);
    while (y < end) {
      v128.store(y, v);
      y += 16;
    }
    if (cols & 3) storeLanes(y, v, cols & 3);
    y += (<usize>(cols & 3)) << 2;
    x += 4;
  }
}

/** Adds x [n] to the float64 at `state`, one element after the other, so that splitting x changes no bit. */
export function sumTo(state: usize, x: usize, n: i32): void {
  let sum = load<f64>(state);
  const end = x + ((<usize>n) << 2);
  while (x < end) {
    sum += <f64>load<f32>(x);
    x += 4;
  }
  store<f64>(state, sum);
}
