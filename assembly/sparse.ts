import { storePart } from './simd';

/**
 * Products of a matrix of sparse rows, which may lie anywhere: row r has lengths[r] terms (i32), `indices` [rows] holds
 * the address of its first index (i32), `values` [rows] that of its first value. So a shuffled batch of a data set that is
 * in memory is a table of addresses, and nothing is copied. Without `values` every term is 1: rows that are sets, such as
 * the words of a text.
 */

/** Where the sums of 16 columns start if there is no bias. */
const ZEROS: usize = memory.data(64, 16);

// What a term multiplies its row of w by. The classes are never made: they only name code to be inlined.

// @ts-ignore: decorator
@final @unmanaged
class Ones {
  // @ts-ignore: decorator
  @inline times(row: v128, _value: usize): v128 {
    return row;
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Values {
  // @ts-ignore: decorator
  @inline times(row: v128, value: usize): v128 {
    return f32x4.mul(row, v128.load32_splat(value));
  }
}

// The loops over the terms are functions of their own: few accumulators, one term per round, which V8 keeps
// in registers. `row` is the length of a row of w in bytes.

function gather16<Term>(
  y: usize,
  start: usize,
  index: usize,
  value: usize,
  w: usize,
  row: usize,
  n: i32,
): void {
  let s0 = v128.load(start);
  let s1 = v128.load(start, 16);
  let s2 = v128.load(start, 32);
  let s3 = v128.load(start, 48);
  for (; n > 0; n--) {
    const from = w + <usize>load<u32>(index) * row;
    s0 = f32x4.add(s0, changetype<Term>(0).times(v128.load(from), value));
    s1 = f32x4.add(s1, changetype<Term>(0).times(v128.load(from, 16), value));
    s2 = f32x4.add(s2, changetype<Term>(0).times(v128.load(from, 32), value));
    s3 = f32x4.add(s3, changetype<Term>(0).times(v128.load(from, 48), value));
    index += 4;
    value += 4;
  }
  v128.store(y, s0);
  v128.store(y, s1, 16);
  v128.store(y, s2, 32);
  v128.store(y, s3, 48);
}

/** As `gather16` for 4 columns, of which `cols` are stored if that is fewer. */
function gather4<Term>(
  y: usize,
  start: usize,
  index: usize,
  value: usize,
  w: usize,
  row: usize,
  n: i32,
  cols: i32,
): void {
  let sum = v128.load(start);
  for (; n > 0; n--) {
    sum = f32x4.add(sum, changetype<Term>(0).times(v128.load(w + <usize>load<u32>(index) * row), value));
    index += 4;
    value += 4;
  }
  storePart(y, cols, sum);
}

function scatter16<Term>(dw: usize, dy: usize, index: usize, value: usize, row: usize, n: i32): void {
  const d0 = v128.load(dy);
  const d1 = v128.load(dy, 16);
  const d2 = v128.load(dy, 32);
  const d3 = v128.load(dy, 48);
  for (; n > 0; n--) {
    const to = dw + <usize>load<u32>(index) * row;
    v128.store(to, f32x4.add(v128.load(to), changetype<Term>(0).times(d0, value)));
    v128.store(to, f32x4.add(v128.load(to, 16), changetype<Term>(0).times(d1, value)), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), changetype<Term>(0).times(d2, value)), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), changetype<Term>(0).times(d3, value)), 48);
    index += 4;
    value += 4;
  }
}

/** As `scatter16` for 4 columns, or `cols` if that is fewer. */
function scatter4<Term>(
  dw: usize,
  dy: usize,
  index: usize,
  value: usize,
  row: usize,
  n: i32,
  cols: i32,
): void {
  const d = v128.load(dy);
  for (; n > 0; n--) {
    const to = dw + <usize>load<u32>(index) * row;
    const sum = f32x4.add(v128.load(to), changetype<Term>(0).times(d, value));
    storePart(to, cols, sum);
    index += 4;
    value += 4;
  }
}

function matmul<Term>(
  y: usize,
  indices: usize,
  lengths: usize,
  values: usize,
  w: usize,
  bias: usize,
  rows: i32,
  cols: i32,
): void {
  const row = <usize>cols << 2;
  for (; rows > 0; rows--) {
    const index = <usize>load<u32>(indices);
    const value = <usize>load<u32>(values);
    const n = load<i32>(lengths);
    let c = 0;
    for (; c + 16 <= cols; c += 16) {
      const offset = <usize>c << 2;
      gather16<Term>(y + offset, bias ? bias + offset : ZEROS, index, value, w + offset, row, n);
    }
    for (; c < cols; c += 4) {
      const offset = <usize>c << 2;
      gather4<Term>(y + offset, bias ? bias + offset : ZEROS, index, value, w + offset, row, n, cols - c);
    }
    indices += 4;
    lengths += 4;
    values += 4;
    y += row;
  }
}

function matmulBackward<Term>(
  dw: usize,
  dy: usize,
  indices: usize,
  lengths: usize,
  values: usize,
  rows: i32,
  cols: i32,
): void {
  const row = <usize>cols << 2;
  for (; rows > 0; rows--) {
    const index = <usize>load<u32>(indices);
    const value = <usize>load<u32>(values);
    const n = load<i32>(lengths);
    let c = 0;
    for (; c + 16 <= cols; c += 16) {
      const offset = <usize>c << 2;
      scatter16<Term>(dw + offset, dy + offset, index, value, row, n);
    }
    for (; c < cols; c += 4) {
      const offset = <usize>c << 2;
      scatter4<Term>(dw + offset, dy + offset, index, value, row, n, cols - c);
    }
    indices += 4;
    lengths += 4;
    values += 4;
    dy += row;
  }
}

/** y [rows, cols] = X * w + bias, X sparse with `rows` rows, w [columns of X, cols], bias [cols] or 0. */
export function csrMatmul(
  y: usize,
  indices: usize,
  lengths: usize,
  values: usize,
  w: usize,
  bias: usize,
  rows: i32,
  cols: i32,
): void {
  if (values) matmul<Values>(y, indices, lengths, values, w, bias, rows, cols);
  else matmul<Ones>(y, indices, lengths, indices, w, bias, rows, cols);
}

/** dw [columns of X, cols] += X transposed * dy [rows, cols]. The caller clears dw. */
export function csrMatmulBackward(
  dw: usize,
  dy: usize,
  indices: usize,
  lengths: usize,
  values: usize,
  rows: i32,
  cols: i32,
): void {
  if (values) matmulBackward<Values>(dw, dy, indices, lengths, values, rows, cols);
  else matmulBackward<Ones>(dw, dy, indices, lengths, indices, rows, cols);
}
