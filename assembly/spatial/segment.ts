import { multiplyAdd } from '../simd';

/**
 * The register tiles of direct convolution: 4 windows by 8 filters. As in the matrix product the loop over a run is a
 * single step, and the results start from what they are added to (../tile.ts says why).
 */

const ZEROS: usize = memory.data<f32>([0, 0, 0, 0], 16);

/**
 * `count` tiles one below the other: c[4, 8] = start[8] + the windows at x + table[...] times the panel b [runs * run, 8].
 * Rows of c lie cRow bytes apart.
 */
export function windowTiles4x8(
  c: usize,
  cRow: usize,
  start: usize,
  x: usize,
  table: usize,
  b: usize,
  runTable: usize,
  runs: i32,
  run: i32,
  count: i32,
): void {
  for (; count > 0; count--) {
    const x0 = x + load<u32>(table);
    const x1 = x + load<u32>(table, 4);
    const x2 = x + load<u32>(table, 8);
    const x3 = x + load<u32>(table, 12);
    table += 16;
    let c00 = v128.load(start);
    let c01 = v128.load(start, 16);
    let c10 = c00;
    let c11 = c01;
    let c20 = c00;
    let c21 = c01;
    let c30 = c00;
    let c31 = c01;
    let from = b;
    for (let r = 0; r < runs; r++) {
      const offset = load<u32>(runTable + (<usize>r << 2));
      let a0 = x0 + offset;
      let a1 = x1 + offset;
      let a2 = x2 + offset;
      let a3 = x3 + offset;
      for (let i = run; i > 0; i--) {
        const b0 = v128.load(from);
        const b1 = v128.load(from, 16);
        let s = v128.load32_splat(a0);
        c00 = multiplyAdd(c00, s, b0);
        c01 = multiplyAdd(c01, s, b1);
        s = v128.load32_splat(a1);
        c10 = multiplyAdd(c10, s, b0);
        c11 = multiplyAdd(c11, s, b1);
        s = v128.load32_splat(a2);
        c20 = multiplyAdd(c20, s, b0);
        c21 = multiplyAdd(c21, s, b1);
        s = v128.load32_splat(a3);
        c30 = multiplyAdd(c30, s, b0);
        c31 = multiplyAdd(c31, s, b1);
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
        from += 32;
      }
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += cRow;
    v128.store(c, c10);
    v128.store(c, c11, 16);
    c += cRow;
    v128.store(c, c20);
    v128.store(c, c21, 16);
    c += cRow;
    v128.store(c, c30);
    v128.store(c, c31, 16);
    c += cRow;
  }
}

/**
 * `count` tiles one below the other: adds dy[4, n] times the panel b [n, 8] to the 8 floats at each of 4 windows,
 * dx + table[...]. Windows may overlap, so they are added one after the other.
 */
export function scatterTiles4x8(
  dx: usize,
  table: usize,
  dy: usize,
  dyRow: usize,
  b: usize,
  n: i32,
  count: i32,
): void {
  for (; count > 0; count--) {
    let a0 = dy;
    let a1 = a0 + dyRow;
    let a2 = a1 + dyRow;
    let a3 = a2 + dyRow;
    dy = a3 + dyRow;
    let c00 = v128.load(ZEROS);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    let from = b;
    for (let i = n; i > 0; i--) {
      const b0 = v128.load(from);
      const b1 = v128.load(from, 16);
      let s = v128.load32_splat(a0);
      c00 = multiplyAdd(c00, s, b0);
      c01 = multiplyAdd(c01, s, b1);
      s = v128.load32_splat(a1);
      c10 = multiplyAdd(c10, s, b0);
      c11 = multiplyAdd(c11, s, b1);
      s = v128.load32_splat(a2);
      c20 = multiplyAdd(c20, s, b0);
      c21 = multiplyAdd(c21, s, b1);
      s = v128.load32_splat(a3);
      c30 = multiplyAdd(c30, s, b0);
      c31 = multiplyAdd(c31, s, b1);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      from += 32;
    }
    addEight(dx + load<u32>(table), c00, c01);
    addEight(dx + load<u32>(table, 4), c10, c11);
    addEight(dx + load<u32>(table, 8), c20, c21);
    addEight(dx + load<u32>(table, 12), c30, c31);
    table += 16;
  }
}

// @ts-ignore: decorator
@inline
function addEight(y: usize, v0: v128, v1: v128): void {
  v128.store(y, f32x4.add(v128.load(y), v0));
  v128.store(y, f32x4.add(v128.load(y, 16), v1), 16);
}

/**
 * `count` tiles one below the other: dw[4, 8] += four neighbouring floats of every window, x + table[...], times the
 * rows dy[windows, 8]. Rows of dw and dy lie dwRow and dyRow bytes apart.
 */
export function outerTiles4x8(
  dw: usize,
  dwRow: usize,
  x: usize,
  table: usize,
  dy: usize,
  dyRow: usize,
  windows: i32,
  count: i32,
): void {
  for (; count > 0; count--) {
    const w1 = dw + dwRow;
    const w2 = w1 + dwRow;
    const w3 = w2 + dwRow;
    let c00 = v128.load(dw);
    let c01 = v128.load(dw, 16);
    let c10 = v128.load(w1);
    let c11 = v128.load(w1, 16);
    let c20 = v128.load(w2);
    let c21 = v128.load(w2, 16);
    let c30 = v128.load(w3);
    let c31 = v128.load(w3, 16);
    let from = dy;
    let at = table;
    for (let i = windows; i > 0; i--) {
      const a = x + load<u32>(at);
      const b0 = v128.load(from);
      const b1 = v128.load(from, 16);
      let s = v128.load32_splat(a);
      c00 = multiplyAdd(c00, s, b0);
      c01 = multiplyAdd(c01, s, b1);
      s = v128.load32_splat(a, 4);
      c10 = multiplyAdd(c10, s, b0);
      c11 = multiplyAdd(c11, s, b1);
      s = v128.load32_splat(a, 8);
      c20 = multiplyAdd(c20, s, b0);
      c21 = multiplyAdd(c21, s, b1);
      s = v128.load32_splat(a, 12);
      c30 = multiplyAdd(c30, s, b0);
      c31 = multiplyAdd(c31, s, b1);
      at += 4;
      from += dyRow;
    }
    v128.store(dw, c00);
    v128.store(dw, c01, 16);
    v128.store(w1, c10);
    v128.store(w1, c11, 16);
    v128.store(w2, c20);
    v128.store(w2, c21, 16);
    v128.store(w3, c30);
    v128.store(w3, c31, 16);
    x += 16;
    dw = w3 + dwRow;
  }
}
