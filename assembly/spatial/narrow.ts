/**
 * Convolution to few filters: vectors go along the runs of a window, where those of ./convolution, along the filters,
 * would be mostly empty. Weights are packed [filters, runs, run rounded up to 4].
 */
import { copyTile } from '../pack';
import { laneMask, multiplyAdd, sumLanes } from '../simd';
import { clearCopy, lastWindows, readSamples, runTable, Windows, windowTable } from './windows';

/** Bytes of scratch for four results of each filter and a table of four windows. */
const TILE: usize = 192;
/** Windows that are summed at once for the gradient of the weights. */
const SLICE = 128;
/** Floats of a run that are summed side by side: with a seventh vector V8's registers would be too few. */
const WIDE = 24;

/** y [batch, windows, filters] = bias + the windows of x times `weights` [window, filters], at most 7 filters. */
export function convolveNarrow(
  y: usize,
  x: usize,
  weights: usize,
  bias: usize,
  g: usize,
  scratch: usize,
  filters: i32,
  batch: i32,
): void {
  const w = changetype<Windows>(g);
  const row = <usize>filters << 2;
  const packed = scratch + TILE;
  const panel = panelBytes(w);
  const copy = packed + <usize>filters * panel;
  memory.fill(packed, 0, <usize>filters * panel);
  for (let f = 0; f < filters; f++) exchange(packed + <usize>f * panel, weights + (<usize>f << 2), row, w, true);
  clearCopy(copy, w);
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const from = readSamples(x, copy, w, b, samples);
    let table = windowTable(w);
    let rows = samples * w.count;
    while (rows > 0) {
      const height = min(rows, 4);
      const four = height == 4 ? table : lastWindows(scratch + 128, table, height);
      for (let f = 0; f < filters; f++) {
        const at = scratch + (<usize>f << 2);
        const sums = windowDots(from, four, packed + <usize>f * panel, runTable(w), w.runs, w.run);
        const start = bias ? load<f32>(bias + (<usize>f << 2)) : 0;
        store<f32>(at, f32x4.extract_lane(sums, 0) + start);
        store<f32>(at, f32x4.extract_lane(sums, 1) + start, 32);
        store<f32>(at, f32x4.extract_lane(sums, 2) + start, 64);
        store<f32>(at, f32x4.extract_lane(sums, 3) + start, 96);
      }
      copyTile(y, row, scratch, height, filters);
      table += <usize>height << 2;
      y += <usize>height * row;
      rows -= height;
    }
  }
}

/** Bytes of the weights of one filter, packed. */
// @ts-ignore: decorator
@inline
function panelBytes(w: Windows): usize {
  return <usize>w.runs * (<usize>((w.run + 3) & ~3) << 2);
}

/** Copies the weights of one filter to their panel; or adds the panel to them. */
function exchange(panel: usize, weights: usize, row: usize, w: Windows, packs: bool): void {
  for (let r = 0; r < w.runs; r++) {
    for (let i = 0; i < w.run; i++) {
      const at = panel + (<usize>i << 2);
      if (packs) store<f32>(at, load<f32>(weights));
      else store<f32>(weights, load<f32>(weights) + load<f32>(at));
      weights += row;
    }
    panel += <usize>((w.run + 3) & ~3) << 2;
  }
}

/** The products of 4 windows, x + table[...], with the packed weights of one filter, summed. */
function windowDots(x: usize, table: usize, weights: usize, runTable: usize, runs: i32, run: i32): v128 {
  const x0 = x + load<u32>(table);
  const x1 = x + load<u32>(table, 4);
  const x2 = x + load<u32>(table, 8);
  const x3 = x + load<u32>(table, 12);
  const mask = laneMask(run & 3);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let r = 0; r < runs; r++) {
    const offset = load<u32>(runTable + (<usize>r << 2));
    let a0 = x0 + offset;
    let a1 = x1 + offset;
    let a2 = x2 + offset;
    let a3 = x3 + offset;
    for (let i = run >> 2; i > 0; i--) {
      const v = v128.load(weights);
      s0 = multiplyAdd(s0, v, v128.load(a0));
      s1 = multiplyAdd(s1, v, v128.load(a1));
      s2 = multiplyAdd(s2, v, v128.load(a2));
      s3 = multiplyAdd(s3, v, v128.load(a3));
      a0 += 16;
      a1 += 16;
      a2 += 16;
      a3 += 16;
      weights += 16;
    }
    if (run & 3) {
      // What stands behind the run may be anything, also NaN.
      const v = v128.load(weights);
      s0 = multiplyAdd(s0, v, v128.and(v128.load(a0), mask));
      s1 = multiplyAdd(s1, v, v128.and(v128.load(a1), mask));
      s2 = multiplyAdd(s2, v, v128.and(v128.load(a2), mask));
      s3 = multiplyAdd(s3, v, v128.and(v128.load(a3), mask));
      weights += 16;
    }
  }
  const sums = f32x4.replace_lane(f32x4.splat(sumLanes(s0)), 1, sumLanes(s1));
  return f32x4.replace_lane(f32x4.replace_lane(sums, 2, sumLanes(s2)), 3, sumLanes(s3));
}

/** dw += the windows of x [batch] times dy [batch, windows, filters]; from 0 unless `start` is dw. */
export function convolveNarrowWeightGradient(
  dw: usize,
  x: usize,
  dy: usize,
  start: usize,
  g: usize,
  scratch: usize,
  filters: i32,
  batch: i32,
): void {
  const w = changetype<Windows>(g);
  const row = <usize>filters << 2;
  const sums = scratch + TILE;
  const panel = panelBytes(w);
  const copy = sums + <usize>filters * panel;
  const width = <usize>((w.run + 3) & ~3) << 2;
  if (!start) memory.fill(dw, 0, <usize>(w.runs * w.run) * row);
  memory.fill(sums, 0, <usize>filters * panel);
  clearCopy(copy, w);
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const from = readSamples(x, copy, w, b, samples);
    const rows = samples * w.count;
    for (let p = 0; p < rows; p += SLICE) {
      const height = min(SLICE, rows - p);
      const table = windowTable(w) + (<usize>p << 2);
      for (let r = 0; r < w.runs; r++) {
        const at = from + load<u32>(runTable(w) + (<usize>r << 2));
        for (let f = 0; f < filters; f++) {
          const to = sums + <usize>f * panel + <usize>r * width;
          runSums(to, at, table, dy + (<usize>f << 2), row, height, w.run);
        }
      }
      dy += <usize>height * row;
    }
  }
  for (let f = 0; f < filters; f++) exchange(sums + <usize>f * panel, dw + (<usize>f << 2), row, w, false);
}

/** y [run] += the run at x + table[...] of every window times its dy; dy lie `row` bytes apart. */
function runSums(y: usize, x: usize, table: usize, dy: usize, row: usize, windows: i32, run: i32): void {
  for (; run >= WIDE; run -= WIDE) {
    sums6(y, x, table, dy, row, windows);
    y += WIDE << 2;
    x += WIDE << 2;
  }
  for (; run > 0; run -= 4) {
    let sum = v128.load(y);
    let at = table;
    let d = dy;
    for (let i = windows; i > 0; i--) {
      sum = multiplyAdd(sum, v128.load(x + load<u32>(at)), v128.load32_splat(d));
      at += 4;
      d += row;
    }
    v128.store(y, sum);
    y += 16;
    x += 16;
  }
}

function sums6(y: usize, x: usize, table: usize, dy: usize, row: usize, windows: i32): void {
  let s0 = v128.load(y);
  let s1 = v128.load(y, 16);
  let s2 = v128.load(y, 32);
  let s3 = v128.load(y, 48);
  let s4 = v128.load(y, 64);
  let s5 = v128.load(y, 80);
  for (let i = windows; i > 0; i--) {
    const a = x + load<u32>(table);
    const d = v128.load32_splat(dy);
    s0 = multiplyAdd(s0, v128.load(a), d);
    s1 = multiplyAdd(s1, v128.load(a, 16), d);
    s2 = multiplyAdd(s2, v128.load(a, 32), d);
    s3 = multiplyAdd(s3, v128.load(a, 48), d);
    s4 = multiplyAdd(s4, v128.load(a, 64), d);
    s5 = multiplyAdd(s5, v128.load(a, 80), d);
    table += 4;
    dy += row;
  }
  v128.store(y, s0);
  v128.store(y, s1, 16);
  v128.store(y, s2, 32);
  v128.store(y, s3, 48);
  v128.store(y, s4, 64);
  v128.store(y, s5, 80);
}

/** y [entries, filters, channels] = weights [entries, channels, filters], the last entry first: what convolves dy to dx. */
export function mirrorWeights(y: usize, weights: usize, entries: i32, channels: i32, filters: i32): void {
  for (let e = entries - 1; e >= 0; e--) {
    const from = weights + (<usize>(e * channels * filters) << 2);
    for (let f = 0; f < filters; f++) {
      for (let c = 0; c < channels; c++) {
        store<f32>(y, load<f32>(from + (<usize>(c * filters + f) << 2)));
        y += 4;
      }
    }
  }
}
