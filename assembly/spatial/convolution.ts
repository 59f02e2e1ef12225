/**
 * Direct convolution, NHWC. A window consists of runs of neighbouring floats that are read in place; the weights
 * [runs * run, filters] are packed once a call into panels of 8 filters. Sums run over a window in the order of the
 * weights, and over windows in blocks that follow from shapes alone.
 *
 * `g` is what `windows` wrote; `scratch` holds what `src/plan/convolution.ts` says.
 */
import { copyTile, packColumns, packRows } from '../pack';
import { addColumns } from '../shape';
import { outerTiles4x8, scatterTiles4x8, windowTiles4x8 } from './segment';
import { clearCopy, lastWindows, readFloats, readSamples, runTable, sampleFloats, unpadSamples, Windows, windowTable } from './windows';

const ZEROS: usize = memory.data<f32>([0, 0, 0, 0, 0, 0, 0, 0], 16);
/** Bytes of scratch for a tile and a table of four windows. */
const TILE: usize = 192;
/** Windows that are taken at once, for all filters: what they read stays in the caches. */
const SLICE = 128;

/** y [batch, windows, filters] = bias + the windows of x times `weights` [window, channels / groups, filters]. */
export function convolve(
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
  const n = filters / w.groups;
  const k = w.runs * w.run;
  const row = <usize>filters << 2;
  const panel = <usize>k << 5;
  const panels = (n + 7) >> 3;
  const packed = scratch + TILE;
  const copy = packed + <usize>(panels * w.groups) * panel;
  for (let group = 0; group < w.groups; group++) {
    packColumns(packed + <usize>(group * panels) * panel, weights + (<usize>(group * n) << 2), row, k, n);
  }
  clearCopy(copy, w);
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const from = readSamples(x, copy, w, b, samples);
    const rows = samples * w.count;
    for (let p = 0; p < rows; p += SLICE) {
      const height = min(SLICE, rows - p);
      const table = windowTable(w) + (<usize>p << 2);
      const to = y + <usize>(b * w.count + p) * row;
      for (let group = 0; group < w.groups; group++) {
        const channel = from + (<usize>(group * (w.channels / w.groups)) << 2);
        const block = packed + <usize>(group * panels) * panel;
        for (let j = 0; j < n; j += 8) {
          const column = <usize>(group * n + j) << 2;
          const start = bias ? bias + column : ZEROS;
          rowTiles(to + column, row, start, channel, table, block + <usize>(j >> 3) * panel, w, scratch, height, min(n - j, 8));
        }
      }
    }
  }
}

/** `rows` rows of y, `cols` (at most 8) filters wide. */
function rowTiles(
  y: usize,
  row: usize,
  start: usize,
  x: usize,
  table: usize,
  panel: usize,
  w: Windows,
  scratch: usize,
  rows: i32,
  cols: i32,
): void {
  if (cols == 8) {
    windowTiles4x8(y, row, start, x, table, panel, runTable(w), w.runs, w.run, rows >> 2);
    y += <usize>(rows & ~3) * row;
    table += <usize>(rows & ~3) << 2;
    rows &= 3;
  }
  for (; rows > 0; rows -= 4) {
    const four = rows >= 4 ? table : lastWindows(scratch + 128, table, rows);
    windowTiles4x8(scratch, 32, start, x, four, panel, runTable(w), w.runs, w.run, 1);
    copyTile(y, row, scratch, min(rows, 4), cols);
    y += row << 2;
    table += 16;
  }
}

/** dx: every window gets the gradients dy [batch, windows, filters] of its results times the weights. */
export function convolveInputGradient(
  dx: usize,
  dy: usize,
  weights: usize,
  g: usize,
  scratch: usize,
  filters: i32,
  batch: i32,
): void {
  const w = changetype<Windows>(g);
  const n = filters / w.groups;
  const row = <usize>filters << 2;
  const panel = <usize>n << 5;
  const packed = scratch + TILE;
  const copy = packTransposed(packed, weights, w, n, row);
  const sample = <usize>sampleFloats(w) << 2;
  const read = <usize>readFloats(w) << 2;
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const to = dx + <usize>b * sample;
    const target = w.padded ? copy : to;
    memory.fill(target, 0, <usize>samples * read);
    const rows = samples * w.count;
    for (let p = 0; p < rows; p += SLICE) {
      const height = min(SLICE, rows - p);
      const table = windowTable(w) + (<usize>p << 2);
      let from = dy + <usize>(b * w.count + p) * row;
      let block = packed;
      for (let group = 0; group < w.groups; group++) {
        const channel = target + (<usize>(group * (w.channels / w.groups)) << 2);
        for (let r = 0; r < w.runs; r++) {
          const at = channel + load<u32>(runTable(w) + (<usize>r << 2));
          for (let j = 0; j < w.run; j += 8) {
            scatterRows(at + (<usize>j << 2), table, from, row, block, scratch, n, height, min(w.run - j, 8));
            block += panel;
          }
        }
        from += <usize>n << 2;
      }
    }
    if (w.padded) unpadSamples(to, copy, w, samples);
  }
}

/** Panels [filters, 8] of the weights of 8 floats of a run, group by group; returns what lies behind them. */
function packTransposed(to: usize, weights: usize, w: Windows, n: i32, row: usize): usize {
  for (let group = 0; group < w.groups; group++) {
    let from = weights + (<usize>(group * n) << 2);
    for (let r = 0; r < w.runs; r++) {
      packRows(to, from, row, n, w.run);
      to += <usize>((w.run + 7) >> 3) * (<usize>n << 5);
      from += <usize>w.run * row;
    }
  }
  return to;
}

/** Adds `rows` rows of dy times a panel to `cols` (at most 8) floats of their windows. */
function scatterRows(
  dx: usize,
  table: usize,
  dy: usize,
  row: usize,
  panel: usize,
  scratch: usize,
  n: i32,
  rows: i32,
  cols: i32,
): void {
  if (cols == 8) {
    scatterTiles4x8(dx, table, dy, row, panel, n, rows >> 2);
    table += <usize>(rows & ~3) << 2;
    dy += <usize>(rows & ~3) * row;
    rows &= 3;
  }
  // Into a tile first, by a table of its rows. Behind the last there is nothing to read, so those are taken one by one.
  for (let i = 0; i < 4; i++) store<u32>(scratch + 128 + (<usize>i << 2), <u32>i << 5);
  while (rows > 0) {
    const height = rows < 4 ? 1 : 4;
    memory.fill(scratch, 0, 128);
    scatterTiles4x8(scratch, scratch + 128, dy, rows < 4 ? 0 : row, panel, n, 1);
    for (let i = 0; i < height; i++) {
      addColumns(dx + load<u32>(table + (<usize>i << 2)), scratch + (<usize>i << 5), 0, 0, cols, 1);
    }
    table += <usize>height << 2;
    dy += <usize>height * row;
    rows -= height;
  }
}

/** dw += the windows of x [batch] times dy [batch, windows, filters]; from 0 unless `start` is dw. */
export function convolveWeightGradient(
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
  const n = filters / w.groups;
  const row = <usize>filters << 2;
  const packed = scratch + TILE;
  const copy = packed + SLICE * 32;
  // Gradients of one filter lie apart, and those of many windows push each other out of the first-level cache.
  const packs = w.runs * w.run >= 64;
  if (!start) memory.fill(dw, 0, <usize>(w.runs * w.run) * row);
  clearCopy(copy, w);
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    const from = readSamples(x, copy, w, b, samples);
    const rows = samples * w.count;
    for (let p = 0; p < rows; p += SLICE) {
      const height = min(SLICE, rows - p);
      const table = windowTable(w) + (<usize>p << 2);
      for (let group = 0; group < w.groups; group++) {
        const channel = from + (<usize>(group * (w.channels / w.groups)) << 2);
        for (let j = 0; j < n; j += 8) {
          const column = <usize>(group * n + j) << 2;
          let panel = dy + <usize>(b * w.count + p) * row + column;
          if (packs) {
            packColumns(packed, panel, row, height, 8);
            panel = packed;
          }
          let to = dw + column;
          for (let r = 0; r < w.runs; r++) {
            const at = channel + load<u32>(runTable(w) + (<usize>r << 2));
            outerRows(to, row, at, table, panel, packs ? 32 : row, scratch, height, w.run, min(n - j, 8));
            to += <usize>w.run * row;
          }
        }
      }
    }
  }
}

/** `run` rows of dw, `cols` (at most 8) filters wide. */
function outerRows(
  dw: usize,
  row: usize,
  x: usize,
  table: usize,
  dy: usize,
  dyRow: usize,
  scratch: usize,
  windows: i32,
  run: i32,
  cols: i32,
): void {
  let i = 0;
  if (cols == 8) {
    outerTiles4x8(dw, row, x, table, dy, dyRow, windows, run >> 2);
    i = run & ~3;
  }
  for (; i < run; i += 4) {
    memory.fill(scratch, 0, 128);
    outerTiles4x8(scratch, 32, x + (<usize>i << 2), table, dy, dyRow, windows, 1);
    addColumns(dw + <usize>i * row, scratch, <i32>(row >> 2), 8, cols, min(run - i, 4));
  }
}
