/**
 * How windows slide over a sample: sizes, and tables of where each window and each part of it begins. A program
 * computes them once (`windows`) and hands them to every kernel of the layer.
 */

/** The sizes, and behind them the two tables. `src/plan/windows.ts` knows how many bytes that takes. */
@unmanaged
export class Windows {
  inDepth: i32;
  inHeight: i32;
  inWidth: i32;
  outDepth: i32;
  outHeight: i32;
  outWidth: i32;
  /** What the windows reach over, padding included: all of it is read in a padded copy of the sample. */
  depth: i32;
  height: i32;
  width: i32;
  /** Zeros before the first entry of each axis. */
  frontDepth: i32;
  frontHeight: i32;
  frontWidth: i32;
  channels: i32;
  /** Groups of channels that are convolved each on its own. */
  groups: i32;
  /** How many samples the table of windows covers: what kernels take at once. */
  block: i32;
  /** Windows of a sample. */
  count: i32;
  /** A window consists of so many runs of `run` neighbouring floats (of each group). */
  runs: i32;
  run: i32;
  /** Whether the windows reach over the edges of the sample, so that it is read in a padded copy. */
  padded: i32;
}

const HEADER: usize = 128;

/** Byte offsets of the windows of a block of samples from its first float. */
// @ts-ignore: decorator
@inline
export function windowTable(w: Windows): usize {
  return changetype<usize>(w) + HEADER;
}

/** Byte offsets of the runs from the first float of a window. */
// @ts-ignore: decorator
@inline
export function runTable(w: Windows): usize {
  return windowTable(w) + (<usize>(w.block * w.count) << 2);
}

/** Floats of a sample as it comes. */
// @ts-ignore: decorator
@inline
export function sampleFloats(w: Windows): i32 {
  return w.inDepth * w.inHeight * w.inWidth * w.channels;
}

/** Floats of a sample as the windows read it: the same, or those of its padded copy. */
// @ts-ignore: decorator
@inline
export function readFloats(w: Windows): i32 {
  return w.padded ? w.depth * w.height * w.width * w.channels : sampleFloats(w);
}

/**
 * Writes the tables of windows of size [kd, kh, kw] to g. `run` floats of a window are neighbours: all that follow each
 * other without a gap, or the channels of a group. `block` samples are taken at once.
 */
export function windows(
  g: usize,
  inDepth: i32,
  inHeight: i32,
  inWidth: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  kernelDepth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideDepth: i32,
  strideHeight: i32,
  strideWidth: i32,
  dilationDepth: i32,
  dilationHeight: i32,
  dilationWidth: i32,
  frontDepth: i32,
  frontHeight: i32,
  frontWidth: i32,
  channels: i32,
  groups: i32,
  run: i32,
  block: i32,
): void {
  const w = changetype<Windows>(g);
  w.inDepth = inDepth;
  w.inHeight = inHeight;
  w.inWidth = inWidth;
  w.outDepth = outDepth;
  w.outHeight = outHeight;
  w.outWidth = outWidth;
  w.depth = (outDepth - 1) * strideDepth + (kernelDepth - 1) * dilationDepth + 1;
  w.height = (outHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1;
  w.width = (outWidth - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1;
  w.frontDepth = frontDepth;
  w.frontHeight = frontHeight;
  w.frontWidth = frontWidth;
  w.channels = channels;
  w.groups = groups;
  w.block = block;
  w.count = outDepth * outHeight * outWidth;
  w.run = run;
  const over =
    frontDepth | frontHeight | frontWidth || w.depth > inDepth || w.height > inHeight || w.width > inWidth;
  w.padded = over ? 1 : 0;
  const column = channels << 2;
  const row = (over ? w.width : inWidth) * column;
  const plane = (over ? w.height : inHeight) * row;
  const sample = (over ? w.depth : inDepth) * plane;

  let at = windowTable(w);
  for (let b = 0; b < block; b++) {
    for (let d = 0; d < outDepth; d++) {
      for (let h = 0; h < outHeight; h++) {
        let offset = b * sample + d * strideDepth * plane + h * strideHeight * row;
        for (let i = 0; i < outWidth; i++) {
          store<i32>(at, offset);
          at += 4;
          offset += strideWidth * column;
        }
      }
    }
  }
  // The entries of a window in their order; those that only prolong a run are left out.
  const entries = run / (channels / groups);
  let entry = 0;
  for (let d = 0; d < kernelDepth; d++) {
    for (let h = 0; h < kernelHeight; h++) {
      for (let i = 0; i < kernelWidth; i++) {
        if (entry++ % entries) continue;
        store<i32>(at, d * dilationDepth * plane + h * dilationHeight * row + i * dilationWidth * column);
        at += 4;
      }
    }
  }
  w.runs = kernelDepth * kernelHeight * kernelWidth / entries;
}

/** A table of four: the first `rows` windows of a table, and the last of them in the place of those that are not there. */
export function lastWindows(to: usize, table: usize, rows: i32): usize {
  for (let i = 0; i < 4; i++) store<u32>(to + (<usize>i << 2), load<u32>(table + (<usize>min(i, rows - 1) << 2)));
  return to;
}

/** Where the windows of `samples` samples read, sample `b` the first: in x, or in the copy that is padded here. */
export function readSamples(x: usize, copy: usize, w: Windows, b: i32, samples: i32): usize {
  const from = x + (<usize>b * <usize>sampleFloats(w) << 2);
  if (!w.padded) return from;
  padSamples(copy, from, w, samples);
  return copy;
}

/** Fills the edges of padded copies with zeros, where there are copies. */
export function clearCopy(copy: usize, w: Windows): void {
  if (w.padded) memory.fill(copy, 0, <usize>w.block * (<usize>readFloats(w) << 2));
}

/** Copies what the windows read of `samples` samples x into their padded form, whose edges hold zeros already. */
function padSamples(to: usize, x: usize, w: Windows, samples: i32): void {
  copyInner(to, x, w, samples, true);
}

/** The reverse: x is what the samples have of their padded form, and 0 where no window reads. */
export function unpadSamples(x: usize, from: usize, w: Windows, samples: i32): void {
  memory.fill(x, 0, <usize>samples * <usize>sampleFloats(w) << 2);
  copyInner(x, from, w, samples, false);
}

function copyInner(to: usize, from: usize, w: Windows, samples: i32, pads: bool): void {
  const column = <usize>w.channels << 2;
  const depth = min(w.inDepth, w.depth - w.frontDepth);
  const height = min(w.inHeight, w.height - w.frontHeight);
  const bytes = <usize>max(min(w.inWidth, w.width - w.frontWidth), 0) * column;
  const sample = <usize>w.inDepth * <usize>w.inHeight * <usize>w.inWidth * column;
  const padded = <usize>w.depth * <usize>w.height * <usize>w.width * column;
  for (let b = 0; b < samples; b++) {
    for (let d = 0; d < depth; d++) {
      for (let h = 0; h < height; h++) {
        const outer = (d + w.frontDepth) * w.height + h + w.frontHeight;
        const wide = <usize>b * padded + <usize>(outer * w.width + w.frontWidth) * column;
        const narrow = <usize>b * sample + <usize>((d * w.inHeight + h) * w.inWidth) * column;
        memory.copy(to + (pads ? wide : narrow), from + (pads ? narrow : wide), bytes);
      }
    }
  }
}
