/** What moves elements without computing: blocks of columns, the order of the axes, repetition. */
import { columnSum, rowBroadcast, rowSum } from './reduce';
import { storeLanes } from './simd';

/** y [rows, cols] = x [rows, cols], whose rows lie yStride and xStride elements apart. */
export function copyColumns(y: usize, x: usize, yStride: i32, xStride: i32, cols: i32, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    let c = 0;
    for (; c + 4 <= cols; c += 4) v128.store(y + ((<usize>c) << 2), v128.load(x + ((<usize>c) << 2)));
    if (cols & 3) storeLanes(y + ((<usize>c) << 2), v128.load(x + ((<usize>c) << 2)), cols & 3);
    y += (<usize>yStride) << 2;
    x += (<usize>xStride) << 2;
  }
}

/** y [rows, cols] += x [rows, cols], whose rows lie yStride and xStride elements apart. */
export function addColumns(y: usize, x: usize, yStride: i32, xStride: i32, cols: i32, rows: i32): void {
  for (let r = 0; r < rows; r++) {
    let c = 0;
    for (; c + 4 <= cols; c += 4) {
      const at = y + ((<usize>c) << 2);
      v128.store(at, f32x4.add(v128.load(at), v128.load(x + ((<usize>c) << 2))));
    }
    if (cols & 3) {
      const at = y + ((<usize>c) << 2);
      storeLanes(at, f32x4.add(v128.load(at), v128.load(x + ((<usize>c) << 2))), cols & 3);
    }
    y += (<usize>yStride) << 2;
    x += (<usize>xStride) << 2;
  }
}

/**
 * y [count, cols, rows, inner] = x [count, rows, cols, inner]: two neighbouring groups of axes change places, which is
 * what any order of the axes is made of.
 */
export function transpose(y: usize, x: usize, rows: i32, cols: i32, inner: i32, count: i32): void {
  const bytes = <usize>inner << 2;
  for (; count > 0; count--) {
    for (let c = 0; c < cols; c++) {
      let from = x + <usize>c * bytes;
      for (let r = 0; r < rows; r++) {
        if (inner == 1) store<f32>(y, load<f32>(from));
        else memory.copy(y, from, bytes);
        y += bytes;
        from += <usize>cols * bytes;
      }
    }
    x += <usize>rows * <usize>cols * bytes;
  }
}

/** y [rows, times, cols] = x [rows, cols], each row `times` times. */
export function repeatRows(y: usize, x: usize, times: i32, cols: i32, rows: i32): void {
  if (cols == 1) {
    rowBroadcast(y, x, 1, rows, times);
    return;
  }
  const bytes = <usize>cols << 2;
  for (; rows > 0; rows--) {
    for (let t = 0; t < times; t++) {
      memory.copy(y, x, bytes);
      y += bytes;
    }
    x += bytes;
  }
}

/** y [rows, cols] = the sum of x [rows, times, cols] over its middle axis: the gradient of `repeatRows`. */
export function sumRepeats(y: usize, x: usize, times: i32, cols: i32, rows: i32): void {
  if (cols == 1) {
    rowSum(y, x, 1, rows, times);
    return;
  }
  const bytes = <usize>cols << 2;
  for (; rows > 0; rows--) {
    columnSum(y, x, times, cols, 0);
    y += bytes;
    x += bytes * <usize>times;
  }
}
