/** Blocks of columns between row-major buffers: concatenation and slices along the last axis. */
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
