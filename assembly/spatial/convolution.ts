/**
 * Direct convolution, NHWC. A window consists of runs of neighbouring floats that are read in place; the weights
 * [runs * run, filters] are packed once a call into panels of 8 filters. Sums run over a window in the order of the
 * weights, and over windows in blocks that follow from shapes alone.
 *
 * `g` is what `windows` wrote; `scratch` holds what `src/plan/convolution.ts` says.
 */
import { copyTile, packColumns } from '../pack';
import { windowTiles4x8 } from './segment';
import { padSamples, readFloats, runTable, sampleFloats, Windows, windowTable } from './windows';

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
  const sample = <usize>sampleFloats(w) << 2;
  if (w.padded) memory.fill(copy, 0, <usize>w.block * (<usize>readFloats(w) << 2));
  for (let b = 0; b < batch; b += w.block) {
    const samples = min(w.block, batch - b);
    let from = x + <usize>b * sample;
    if (w.padded) {
      padSamples(copy, from, w, samples);
      from = copy;
    }
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
    const four = rows >= 4 ? table : lastFour(scratch + 128, table, rows);
    windowTiles4x8(scratch, 32, start, x, four, panel, runTable(w), w.runs, w.run, 1);
    copyTile(y, row, scratch, min(rows, 4), cols);
    y += row << 2;
    table += 16;
  }
}

/** The first `rows` (1 to 3) windows of a table, and the last of them in the place of those that are not there. */
function lastFour(to: usize, table: usize, rows: i32): usize {
  for (let i = 0; i < 4; i++) store<u32>(to + (<usize>i << 2), load<u32>(table + (<usize>min(i, rows - 1) << 2)));
  return to;
}
