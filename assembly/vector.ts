import { storeLanes, sumLanes } from './simd';

/** The matrix products with a single row, column or step: they read each value once and never pack. */

const COLUMN_BLOCK_MAX = 256;
const ZEROS: usize = memory.data<f32>([0, 0, 0, 0], 16);

/** y[n] = start[n] + x[k] . b[k, n]; start 0 means zeros, start may be y. */
export function vectorMatrix(y: usize, x: usize, b: usize, start: usize, n: i32, k: i32): void {
  if (n <= COLUMN_BLOCK_MAX) vectorMatrixByColumns(y, x, b, start, n, k);
  else vectorMatrixByRows(y, x, b, start, n, k);
}

/** Blocks of 16 columns whose sums stay in registers: best while B fits the caches. */
function vectorMatrixByColumns(y: usize, x: usize, b: usize, start: usize, n: i32, k: i32): void {
  const row = <usize>n << 2;
  const zero = f32x4.splat(0);
  let j = 0;
  for (; j + 16 <= n; j += 16) {
    const offset = <usize>j << 2;
    let y0 = start ? v128.load(start + offset) : zero;
    let y1 = start ? v128.load(start + offset, 16) : zero;
    let y2 = start ? v128.load(start + offset, 32) : zero;
    let y3 = start ? v128.load(start + offset, 48) : zero;
    let from = b + offset;
    let xi = x;
    // Two rows a round are added to each other first: the sums wait for one addition where they would wait for two.
    let i = k;
    for (; i > 1; i -= 2) {
      const s = v128.load32_splat(xi);
      const t = v128.load32_splat(xi + 4);
      const next = from + row;
      y0 = f32x4.add(y0, f32x4.add(f32x4.mul(s, v128.load(from)), f32x4.mul(t, v128.load(next))));
      y1 = f32x4.add(y1, f32x4.add(f32x4.mul(s, v128.load(from, 16)), f32x4.mul(t, v128.load(next, 16))));
      y2 = f32x4.add(y2, f32x4.add(f32x4.mul(s, v128.load(from, 32)), f32x4.mul(t, v128.load(next, 32))));
      y3 = f32x4.add(y3, f32x4.add(f32x4.mul(s, v128.load(from, 48)), f32x4.mul(t, v128.load(next, 48))));
      from = next + row;
      xi += 8;
    }
    if (i) {
      const s = v128.load32_splat(xi);
      y0 = f32x4.add(y0, f32x4.mul(s, v128.load(from)));
      y1 = f32x4.add(y1, f32x4.mul(s, v128.load(from, 16)));
      y2 = f32x4.add(y2, f32x4.mul(s, v128.load(from, 32)));
      y3 = f32x4.add(y3, f32x4.mul(s, v128.load(from, 48)));
    }
    v128.store(y + offset, y0);
    v128.store(y + offset, y1, 16);
    v128.store(y + offset, y2, 32);
    v128.store(y + offset, y3, 48);
  }
  for (; j < n; j += 4) {
    const offset = <usize>j << 2;
    let y0 = start ? v128.load(start + offset) : zero;
    let from = b + offset;
    let xi = x;
    for (let i = 0; i < k; i++) {
      y0 = f32x4.add(y0, f32x4.mul(v128.load32_splat(xi), v128.load(from)));
      from += row;
      xi += 4;
    }
    if (n - j >= 4) v128.store(y + offset, y0);
    else storeLanes(y + offset, y0, n - j);
  }
}

/** Four rows of B per pass over y, which stays in the first-level cache: streams a large B once. */
function vectorMatrixByRows(y: usize, x: usize, b: usize, start: usize, n: i32, k: i32): void {
  const row = <usize>n << 2;
  if (!start) memory.fill(y, 0, row);
  else if (start != y) memory.copy(y, start, row);
  let i = 0;
  for (; i + 4 <= k; i += 4) {
    addFourRows(y, x, b, n);
    b += row << 2;
    x += 16;
  }
  for (; i < k; i++) {
    addScaledRow(y, x, b, n);
    b += row;
    x += 4;
  }
}

/** Adds four rows of B, scaled by x[4], to y: a cache line of each row a round, then single vectors. */
function addFourRows(y: usize, x: usize, b: usize, n: i32): void {
  const row = <usize>n << 2;
  const x0 = v128.load32_splat(x);
  const x1 = v128.load32_splat(x, 4);
  const x2 = v128.load32_splat(x, 8);
  const x3 = v128.load32_splat(x, 12);
  let b1 = b + row;
  let b2 = b1 + row;
  let b3 = b2 + row;
  for (; n >= 16; n -= 16) {
    v128.store(y, fourProducts(v128.load(y), x0, x1, x2, x3, b, b1, b2, b3));
    v128.store(y, fourProducts(v128.load(y, 16), x0, x1, x2, x3, b + 16, b1 + 16, b2 + 16, b3 + 16), 16);
    v128.store(y, fourProducts(v128.load(y, 32), x0, x1, x2, x3, b + 32, b1 + 32, b2 + 32, b3 + 32), 32);
    v128.store(y, fourProducts(v128.load(y, 48), x0, x1, x2, x3, b + 48, b1 + 48, b2 + 48, b3 + 48), 48);
    y += 64;
    b += 64;
    b1 += 64;
    b2 += 64;
    b3 += 64;
  }
  for (; n >= 4; n -= 4) {
    v128.store(y, fourProducts(v128.load(y), x0, x1, x2, x3, b, b1, b2, b3));
    y += 16;
    b += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  if (n) storeLanes(y, fourProducts(v128.load(y), x0, x1, x2, x3, b, b1, b2, b3), n);
}

/** sum plus four products, added in pairs: so the sum waits for one addition, not for four. */
// @ts-ignore: decorator
@inline
function fourProducts(
  sum: v128,
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  b0: usize,
  b1: usize,
  b2: usize,
  b3: usize,
): v128 {
  const first = f32x4.add(f32x4.mul(x0, v128.load(b0)), f32x4.mul(x1, v128.load(b1)));
  const second = f32x4.add(f32x4.mul(x2, v128.load(b2)), f32x4.mul(x3, v128.load(b3)));
  return f32x4.add(sum, f32x4.add(first, second));
}

/** y[n] += x[0] * b[n]. */
function addScaledRow(y: usize, x: usize, b: usize, n: i32): void {
  const s = v128.load32_splat(x);
  for (; n >= 4; n -= 4) {
    v128.store(y, f32x4.add(v128.load(y), f32x4.mul(s, v128.load(b))));
    y += 16;
    b += 16;
  }
  if (n) storeLanes(y, f32x4.add(v128.load(y), f32x4.mul(s, v128.load(b))), n);
}

/** y[r] = start + x[k] . b[r, k] for every row r of b; startStep is 4 for a start per row, 0 for one start for all. */
export function rowDots(
  y: usize,
  b: usize,
  x: usize,
  start: usize,
  startStep: usize,
  rows: i32,
  k: i32,
): void {
  const row = <usize>k << 2;
  if (!start) {
    start = ZEROS;
    startStep = 0;
  }
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    // Read before y is written: start may be y.
    const first = startStep ? v128.load(start) : v128.load32_splat(start);
    v128.store(y, f32x4.add(fourDots(b, row, x, k), first));
    start += startStep << 2;
    y += 16;
    b += row << 2;
  }
  for (; r < rows; r++) {
    store<f32>(y, dot(b, x, k) + load<f32>(start));
    start += startStep;
    y += 4;
    b += row;
  }
}

function fourDots(b: usize, row: usize, x: usize, k: i32): v128 {
  let b0 = b;
  let b1 = b0 + row;
  let b2 = b1 + row;
  let b3 = b2 + row;
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (; k >= 4; k -= 4) {
    const v = v128.load(x);
    s0 = f32x4.add(s0, f32x4.mul(v, v128.load(b0)));
    s1 = f32x4.add(s1, f32x4.mul(v, v128.load(b1)));
    s2 = f32x4.add(s2, f32x4.mul(v, v128.load(b2)));
    s3 = f32x4.add(s3, f32x4.mul(v, v128.load(b3)));
    x += 16;
    b0 += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
  }
  let y0 = sumLanes(s0);
  let y1 = sumLanes(s1);
  let y2 = sumLanes(s2);
  let y3 = sumLanes(s3);
  for (; k > 0; k--) {
    const v = load<f32>(x);
    y0 += v * load<f32>(b0);
    y1 += v * load<f32>(b1);
    y2 += v * load<f32>(b2);
    y3 += v * load<f32>(b3);
    x += 4;
    b0 += 4;
    b1 += 4;
    b2 += 4;
    b3 += 4;
  }
  return f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(y0), 1, y1), 2, y2), 3, y3);
}

function dot(a: usize, b: usize, n: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  for (; n >= 8; n -= 8) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    a += 32;
    b += 32;
  }
  let sum = sumLanes(f32x4.add(s0, s1));
  for (; n > 0; n--) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/** c[m, n] = start + a[m] * b[n]; startRow is the byte stride of start: 0 for a bias row, the row of c for c itself. */
export function outerProduct(
  c: usize,
  a: usize,
  b: usize,
  start: usize,
  startRow: usize,
  m: i32,
  n: i32,
): void {
  for (; m > 0; m--) {
    const s = v128.load32_splat(a);
    if (start) sumRow(c, start, s, b, n);
    else productRow(c, s, b, n);
    c += <usize>n << 2;
    start += start ? startRow : 0;
    a += 4;
  }
}

// The tails stand behind the loops: a branch that stores lanes inside makes a loop two to three times slower.

function productRow(c: usize, s: v128, b: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(c, f32x4.mul(s, v128.load(b)));
    b += 16;
    c += 16;
  }
  if (n) storeLanes(c, f32x4.mul(s, v128.load(b)), n);
}

function sumRow(c: usize, start: usize, s: v128, b: usize, n: i32): void {
  for (; n >= 4; n -= 4) {
    v128.store(c, f32x4.add(v128.load(start), f32x4.mul(s, v128.load(b))));
    start += 16;
    b += 16;
    c += 16;
  }
  if (n) storeLanes(c, f32x4.add(v128.load(start), f32x4.mul(s, v128.load(b))), n);
}
