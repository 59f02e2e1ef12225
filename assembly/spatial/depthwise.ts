/**
 * Depthwise convolution: every channel has one kernel of its own, so weights are rows [entries, channels], and
 * everything goes by vectors of channels, 8 at a time, for 3 windows or entries: V8 loads all of a step before it computes,
 * and with a fourth its 15 registers are too few. `g` is what `windows` wrote for as many groups as channels.
 */
import { copyTile } from '../pack';
import { addColumns } from '../shape';
import { multiplyAdd, storePart } from '../simd';
import { clearCopy, lastWindows, readFloats, readSamples, runTable, sampleFloats, unpadSamples, Windows, windowTable } from './windows';

const ZEROS: usize = memory.data<f32>([0, 0, 0, 0, 0, 0, 0, 0], 16);
/** Bytes of scratch for a tile and a table of its windows. */
const TILE: usize = 192;
/** Windows that are summed at once for the gradient of the weights: what they read stays in the first-level cache. */
const SLICE = 32;

/**
 * y [batch, windows, channels] = bias + the windows of x times weights [entries, channels], channel by channel; the last
 * entry first if `mirrored` is not 0.
 */
export function convolveDepthwise(
  y: usize,
  x: usize,
  weights: usize,
  bias: usize,
  g: usize,
  scratch: usize,
  mirrored: i32,
  batch: i32,
): void {
  const w = changetype<Windows>(g);
  const row = <usize>w.channels << 2;
  const step: usize = mirrored ? 0 - row : row;
  if (mirrored) weights += <usize>(w.runs - 1) * row;
  const blocks = w.channels >> 3;
  const whole = <usize>blocks << 5;
  const copy = scratch + TILE;
  clearCopy(copy, w);
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const from = readSamples(x, copy, w, b, samples);
    let table = windowTable(w);
    let rows = samples * w.count;
    while (rows > 0) {
      const height = min(rows, 3);
      const three = height == 3 ? table : lastWindows(scratch + 128, table, height);
      let at: usize = 0;
      if (height == 3) {
        entryTiles3x8(y, row, bias ? bias : ZEROS, bias ? 32 : 0, from, three, weights, step, runTable(w), w.runs, blocks);
        at = whole;
      }
      for (; at < row; at += 32) {
        const start = bias ? bias + at : ZEROS;
        entryTiles3x8(scratch, 32, start, 0, from + at, three, weights + at, step, runTable(w), w.runs, 1);
        copyTile(y + at, row, scratch, height, min(<i32>(row - at) >> 2, 8));
      }
      table += <usize>height << 2;
      y += <usize>height * row;
      rows -= height;
    }
  }
}

/** `count` tiles side by side: y[3 windows, 8] = start[8] + the entries of 3 windows, x + table[...], times weights [entries, 8]. */
function entryTiles3x8(
  y: usize,
  yRow: usize,
  start: usize,
  startStep: usize,
  x: usize,
  table: usize,
  weights: usize,
  step: usize,
  runTable: usize,
  entries: i32,
  count: i32,
): void {
  let x0 = x + load<u32>(table);
  let x1 = x + load<u32>(table, 4);
  let x2 = x + load<u32>(table, 8);
  for (; count > 0; count--) {
    let c00 = v128.load(start);
    let c01 = v128.load(start, 16);
    let c10 = c00;
    let c11 = c01;
    let c20 = c00;
    let c21 = c01;
    let from = weights;
    let offsets = runTable;
    for (let i = entries; i > 0; i--) {
      const offset = load<u32>(offsets);
      const w0 = v128.load(from);
      const w1 = v128.load(from, 16);
      c00 = multiplyAdd(c00, v128.load(x0 + offset), w0);
      c01 = multiplyAdd(c01, v128.load(x0 + offset, 16), w1);
      c10 = multiplyAdd(c10, v128.load(x1 + offset), w0);
      c11 = multiplyAdd(c11, v128.load(x1 + offset, 16), w1);
      c20 = multiplyAdd(c20, v128.load(x2 + offset), w0);
      c21 = multiplyAdd(c21, v128.load(x2 + offset, 16), w1);
      offsets += 4;
      from += step;
    }
    v128.store(y, c00);
    v128.store(y, c01, 16);
    const y1 = y + yRow;
    v128.store(y1, c10);
    v128.store(y1, c11, 16);
    const y2 = y1 + yRow;
    v128.store(y2, c20);
    v128.store(y2, c21, 16);
    y += 32;
    start += startStep;
    weights += 32;
    x0 += 32;
    x1 += 32;
    x2 += 32;
  }
}

/** dx: the entries of every window get its gradients dy [batch, windows, channels] times the weights. */
export function convolveDepthwiseInputGradient(
  dx: usize,
  dy: usize,
  weights: usize,
  g: usize,
  scratch: usize,
  batch: i32,
): void {
  const w = changetype<Windows>(g);
  const c = w.channels;
  const row = <usize>c << 2;
  const whole = c & ~7;
  const sample = <usize>sampleFloats(w) << 2;
  const read = <usize>readFloats(w) << 2;
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const to = dx + <usize>b * sample;
    const target = w.padded ? scratch + TILE : to;
    memory.fill(target, 0, <usize>samples * read);
    let table = windowTable(w);
    let rows = samples * w.count;
    for (; rows >= 3; rows -= 3) {
      scatterEntries3x8(target, table, dy, row, weights, runTable(w), w.runs, c >> 3);
      for (let i = 0; i < 3; i++) {
        if (whole < c) scatterEntries(target + load<u32>(table), dy, weights, row, runTable(w), w.runs, whole, c);
        table += 4;
        dy += row;
      }
    }
    for (; rows > 0; rows--) {
      scatterEntries(target + load<u32>(table), dy, weights, row, runTable(w), w.runs, 0, c);
      table += 4;
      dy += row;
    }
    if (w.padded) unpadSamples(to, target, w, samples);
  }
}

/** `count` tiles side by side: adds dy[3, 8] times weights [entries, 8] to the entries of 3 windows, dx + table[...]. */
function scatterEntries3x8(
  dx: usize,
  table: usize,
  dy: usize,
  row: usize,
  weights: usize,
  runTable: usize,
  entries: i32,
  count: i32,
): void {
  let x0 = dx + load<u32>(table);
  let x1 = dx + load<u32>(table, 4);
  let x2 = dx + load<u32>(table, 8);
  for (; count > 0; count--) {
    const d00 = v128.load(dy);
    const d01 = v128.load(dy, 16);
    const d10 = v128.load(dy + row);
    const d11 = v128.load(dy + row, 16);
    const d20 = v128.load(dy + row * 2);
    const d21 = v128.load(dy + row * 2, 16);
    let from = weights;
    let offsets = runTable;
    for (let i = entries; i > 0; i--) {
      const offset = load<u32>(offsets);
      const w0 = v128.load(from);
      const w1 = v128.load(from, 16);
      addProducts(x0 + offset, d00, d01, w0, w1);
      addProducts(x1 + offset, d10, d11, w0, w1);
      addProducts(x2 + offset, d20, d21, w0, w1);
      offsets += 4;
      from += row;
    }
    dy += 32;
    weights += 32;
    x0 += 32;
    x1 += 32;
    x2 += 32;
  }
}

// @ts-ignore: decorator
@inline
function addProducts(at: usize, d0: v128, d1: v128, w0: v128, w1: v128): void {
  v128.store(at, multiplyAdd(v128.load(at), d0, w0));
  v128.store(at, multiplyAdd(v128.load(at, 16), d1, w1), 16);
}

/** The same for channels `first` to `end` of one window, dx. */
function scatterEntries(
  dx: usize,
  dy: usize,
  weights: usize,
  row: usize,
  runTable: usize,
  entries: i32,
  first: i32,
  end: i32,
): void {
  for (let i = 0; i < entries; i++) {
    const to = dx + load<u32>(runTable + (<usize>i << 2));
    for (let j = first; j < end; j += 4) {
      const at = <usize>j << 2;
      storePart(to + at, end - j, multiplyAdd(v128.load(to + at), v128.load(dy + at), v128.load(weights + at)));
    }
    weights += row;
  }
}

/** dw += the entries of the windows of x times dy [batch, windows, channels]; from 0 unless `start` is dw. */
export function convolveDepthwiseWeightGradient(
  dw: usize,
  x: usize,
  dy: usize,
  start: usize,
  g: usize,
  scratch: usize,
  batch: i32,
): void {
  const w = changetype<Windows>(g);
  const c = w.channels;
  const row = <usize>c << 2;
  const copy = scratch + TILE;
  if (!start) memory.fill(dw, 0, <usize>w.runs * row);
  clearCopy(copy, w);
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const from = readSamples(x, copy, w, b, samples);
    const rows = samples * w.count;
    for (let p = 0; p < rows; p += SLICE) {
      const height = min(SLICE, rows - p);
      const table = windowTable(w) + (<usize>p << 2);
      for (let j = 0; j < c; j += 8) {
        const at = <usize>j << 2;
        for (let i = 0; i < w.runs; i += 3) {
          entrySums(dw + at, row, from + at, table, dy + at, runTable(w), i, w.runs, height, scratch, min(c - j, 8));
        }
      }
      dy += <usize>height * row;
    }
  }
}

/** Adds to rows `entry` to `entry + 2` of dw, as far as they exist, `cols` (at most 8) channels wide. */
function entrySums(
  dw: usize,
  row: usize,
  x: usize,
  table: usize,
  dy: usize,
  runTable: usize,
  entry: i32,
  entries: i32,
  windows: i32,
  scratch: usize,
  cols: i32,
): void {
  const first = runTable + (<usize>entry << 2);
  const last = min(entries - entry, 3) - 1;
  const x0 = x + load<u32>(first);
  const x1 = x + load<u32>(first + (<usize>min(last, 1) << 2));
  const x2 = x + load<u32>(first + (<usize>last << 2));
  dw += <usize>entry * row;
  if (cols == 8 && last == 2) {
    sums3x8(dw, row, x0, x1, x2, table, dy, row, windows);
    return;
  }
  memory.fill(scratch, 0, 96);
  sums3x8(scratch, 32, x0, x1, x2, table, dy, row, windows);
  addColumns(dw, scratch, <i32>(row >> 2), 8, cols, last + 1);
}

/** dw[3, 8] += the 8 floats at x0, x1 and x2, + table[...], of every window times dy[windows, 8]. */
function sums3x8(
  dw: usize,
  row: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  table: usize,
  dy: usize,
  dyRow: usize,
  windows: i32,
): void {
  const w1 = dw + row;
  const w2 = w1 + row;
  let c00 = v128.load(dw);
  let c01 = v128.load(dw, 16);
  let c10 = v128.load(w1);
  let c11 = v128.load(w1, 16);
  let c20 = v128.load(w2);
  let c21 = v128.load(w2, 16);
  for (let i = windows; i > 0; i--) {
    const offset = load<u32>(table);
    const d0 = v128.load(dy);
    const d1 = v128.load(dy, 16);
    c00 = multiplyAdd(c00, v128.load(x0 + offset), d0);
    c01 = multiplyAdd(c01, v128.load(x0 + offset, 16), d1);
    c10 = multiplyAdd(c10, v128.load(x1 + offset), d0);
    c11 = multiplyAdd(c11, v128.load(x1 + offset, 16), d1);
    c20 = multiplyAdd(c20, v128.load(x2 + offset), d0);
    c21 = multiplyAdd(c21, v128.load(x2 + offset, 16), d1);
    table += 4;
    dy += dyRow;
  }
  v128.store(dw, c00);
  v128.store(dw, c01, 16);
  v128.store(w1, c10);
  v128.store(w1, c11, 16);
  v128.store(w2, c20);
  v128.store(w2, c21, 16);
}
