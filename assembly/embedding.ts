/** Rows of a table by their indices, and which rows count (masks: 1 where they do, 0 elsewhere). */
import { storeLanes, storePart } from './simd';

/** y [n] (i32) = x [n] without what stands behind the point; -1 where that is none of 0 to limit - 1, and for NaN. */
export function toIndices(y: usize, x: usize, limit: i32, n: i32): void {
  const end = i32x4.splat(limit);
  for (; n > 0; n -= 4) {
    const v = v128.load(x);
    const index = i32x4.trunc_sat_f32x4_s(v);
    const outside = v128.or(i32x4.lt_s(index, i32x4.splat(0)), i32x4.ge_s(index, end));
    storePart(y, n, v128.or(index, v128.or(outside, f32x4.ne(v, v))));
    y += 16;
    x += 16;
  }
}

/** y [rows, cols] = the rows of table [limit, cols] at indices [rows] (i32); NaN where there is no such row. */
export function gatherRows(y: usize, table: usize, indices: usize, limit: i32, cols: i32, rows: i32): void {
  const bytes = <usize>cols << 2;
  const none = f32x4.splat(NaN);
  for (; rows > 0; rows--) {
    const index = load<i32>(indices);
    const found = <u32>index < <u32>limit;
    const from = table + (found ? <usize>index * bytes : 0);
    let c = 0;
    if (!found) for (; c < cols; c += 4) storePart(y + (<usize>c << 2), cols - c, none);
    for (; c + 4 <= cols; c += 4) v128.store(y + (<usize>c << 2), v128.load(from + (<usize>c << 2)));
    if (c < cols) storeLanes(y + (<usize>c << 2), v128.load(from + (<usize>c << 2)), cols & 3);
    y += bytes;
    indices += 4;
  }
}

/**
 * Adds the rows of dy [rows, cols] to those of table [., cols] at indices [rows] (i32), one after the other, so that the
 * sums are always the same; negative indices are left out. The gradient of `gatherRows`.
 */
export function scatterRows(table: usize, dy: usize, indices: usize, cols: i32, rows: i32): void {
  const bytes = <usize>cols << 2;
  for (; rows > 0; rows--) {
    const index = load<i32>(indices);
    if (index >= 0) {
      const to = table + <usize>index * bytes;
      let c = 0;
      for (; c + 4 <= cols; c += 4) {
        const at = <usize>c << 2;
        v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(dy + at)));
      }
      const at = <usize>c << 2;
      if (c < cols) storeLanes(to + at, f32x4.add(v128.load(to + at), v128.load(dy + at)), cols & 3);
    }
    dy += bytes;
    indices += 4;
  }
}

/** mask [n] = 1 where an index (i32) is not 0, else 0. */
export function indexMask(mask: usize, indices: usize, n: i32): void {
  const one = f32x4.splat(1);
  for (; n > 0; n -= 4) {
    storePart(mask, n, v128.and(i32x4.ne(v128.load(indices), i32x4.splat(0)), one));
    mask += 16;
    indices += 16;
  }
}

/** mask [rows] = 1 where something in the row of x [rows, cols] is not `value`, else 0. */
export function rowMask(mask: usize, x: usize, value: f32, rows: i32, cols: i32): void {
  for (; rows > 0; rows--) {
    let found = false;
    for (let c = 0; c < cols && !found; c++) found = load<f32>(x + (<usize>c << 2)) != value;
    store<f32>(mask, found ? 1 : 0);
    mask += 4;
    x += <usize>cols << 2;
  }
}

/** y [rows, cols] = x where the mask [rows] is not 0, else 0: also where x is NaN or infinite. In place allowed. */
export function maskRows(y: usize, x: usize, mask: usize, rows: i32, cols: i32): void {
  for (; rows > 0; rows--) {
    const kept = f32x4.ne(v128.load32_splat(mask), f32x4.splat(0));
    for (let c = 0; c < cols; c += 4) {
      storePart(y + (<usize>c << 2), cols - c, v128.and(v128.load(x + (<usize>c << 2)), kept));
    }
    y += <usize>cols << 2;
    x += <usize>cols << 2;
    mask += 4;
  }
}
