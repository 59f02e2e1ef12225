import { Add, addPatch, gatherPatch, patchPixel, Replace, storePatch } from './patch';
import { Part, transformInput, transformInputBack, transformOutput, transformOutputBack, Whole } from './transforms';

/**
 * Walks over the tiles of 2x2 results of a batch, which are numbered through all images. Where a tile hangs over the edge of
 * an image, what is read there is 0, and what is written goes through a patch, as it does with odd numbers of channels where
 * whole vectors must not be written.
 */

/** Tiles in a block. The block and its frequencies stay in the second-level cache; more made nothing faster. */
export const WINOGRAD_TILES: i32 = 48;

/** Keeps the frequencies of a tile in different sets of the first-level cache. */
export const APART: usize = 64;

/** Bytes of a row of channels in a block: whole panels of eight. */
// @ts-ignore: decorator
@inline
export function rowOf(channels: i32): usize {
  return <usize>((channels + 7) & ~7) << 2;
}

/** Bytes from one frequency of a block to the next. */
// @ts-ignore: decorator
@inline
export function stepOf(channels: i32): usize {
  return <usize>WINOGRAD_TILES * rowOf(channels) + APART;
}

/** Which pixels of a square of 4x4 from (top, left) on are in the image: bit 4 row + column. */
// @ts-ignore: decorator
@inline
function insideOf(top: i32, left: i32, height: i32, width: i32): i32 {
  const rows = fourFrom(top, height);
  // A bit for every row, times the bits of the columns.
  return ((rows & 1) | ((rows & 2) << 3) | ((rows & 4) << 6) | ((rows & 8) << 9)) * fourFrom(left, width);
}

/** Which of the four places from `first` on are from 0 to `end`: a bit for each. */
// @ts-ignore: decorator
@inline
function fourFrom(first: i32, end: i32): i32 {
  return ((1 << min(end - first, 4)) - 1) & (-1 << max(-first, 0));
}

// What is done with a square of an image. The classes are never made: they only name code to be inlined.

/** Reads the 4x4 pixels of a tile. */
// @ts-ignore: decorator
@final @unmanaged
export class Input {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return 4;
  }
  // @ts-ignore: decorator
  @inline writes(): bool {
    return false;
  }
  // @ts-ignore: decorator
  @inline whole(f: usize, step: usize, x: usize, line: usize, pixel: usize, vectors: i32): void {
    transformInput<Whole>(f, step, x, line, pixel, 0, vectors);
  }
  // @ts-ignore: decorator
  @inline part(
    f: usize,
    _patch: usize,
    x: usize,
    top: i32,
    left: i32,
    height: i32,
    width: i32,
    channels: i32,
    vectors: i32,
  ): void {
    const pixel = <usize>channels << 2;
    const line = <usize>width * pixel;
    const at = x + <usize>top * line + <usize>left * pixel;
    transformInput<Part>(f, stepOf(channels), at, line, pixel, insideOf(top, left, height, width), vectors);
  }
}

/** Adds to the 4x4 pixels of a tile. */
// @ts-ignore: decorator
@final @unmanaged
export class InputBack {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return 4;
  }
  // @ts-ignore: decorator
  @inline writes(): bool {
    return true;
  }
  // @ts-ignore: decorator
  @inline adds(): bool {
    return true;
  }
  // @ts-ignore: decorator
  @inline whole(f: usize, step: usize, x: usize, line: usize, pixel: usize, vectors: i32): void {
    transformInputBack<Add>(x, line, pixel, f, step, vectors);
  }
  // @ts-ignore: decorator
  @inline part(
    f: usize,
    patch: usize,
    x: usize,
    top: i32,
    left: i32,
    height: i32,
    width: i32,
    channels: i32,
    vectors: i32,
  ): void {
    const pixel = patchPixel(channels);
    transformInputBack<Replace>(patch, 4 * pixel, pixel, f, stepOf(channels), vectors);
    addPatch(x, patch, top, left, height, width, channels);
  }
}

/** Writes the 2x2 results of a tile. */
// @ts-ignore: decorator
@final @unmanaged
export class Output {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return 2;
  }
  // @ts-ignore: decorator
  @inline writes(): bool {
    return true;
  }
  // @ts-ignore: decorator
  @inline adds(): bool {
    return false;
  }
  // @ts-ignore: decorator
  @inline whole(f: usize, step: usize, y: usize, line: usize, pixel: usize, vectors: i32): void {
    transformOutput(y, line, pixel, f, step, vectors);
  }
  // @ts-ignore: decorator
  @inline part(
    f: usize,
    patch: usize,
    y: usize,
    top: i32,
    left: i32,
    height: i32,
    width: i32,
    channels: i32,
    vectors: i32,
  ): void {
    const pixel = patchPixel(channels);
    transformOutput(patch, 2 * pixel, pixel, f, stepOf(channels), vectors);
    storePatch(y, patch, top, left, height, width, channels);
  }
}

/** Reads the gradients of the 2x2 results of a tile. */
// @ts-ignore: decorator
@final @unmanaged
export class OutputBack {
  // @ts-ignore: decorator
  @inline size(): i32 {
    return 2;
  }
  // @ts-ignore: decorator
  @inline writes(): bool {
    return false;
  }
  // @ts-ignore: decorator
  @inline whole(f: usize, step: usize, dy: usize, line: usize, pixel: usize, vectors: i32): void {
    transformOutputBack(f, step, dy, line, pixel, vectors);
  }
  // @ts-ignore: decorator
  @inline part(
    f: usize,
    patch: usize,
    dy: usize,
    top: i32,
    left: i32,
    height: i32,
    width: i32,
    channels: i32,
    vectors: i32,
  ): void {
    const pixel = <usize>channels << 2;
    gatherPatch(patch, dy, top, left, 2, height, width, channels);
    transformOutputBack(f, stepOf(channels), patch, 2 * pixel, pixel, vectors);
  }
}

/**
 * Treats `count` tiles from tile `first` of the batch on, of images with down x across tiles each, and their frequencies in
 * the block f. `images` [height, width, channels]; the square of tile (i, j) begins at (2 i + offset, 2 j + shift).
 */
export function eachTile<Work>(
  f: usize,
  images: usize,
  patch: usize,
  first: i32,
  count: i32,
  down: i32,
  across: i32,
  height: i32,
  width: i32,
  channels: i32,
  offset: i32,
  shift: i32,
): void {
  const work = changetype<Work>(0);
  const size = work.size();
  const pixel = <usize>channels << 2;
  const line = <usize>width * pixel;
  const row = rowOf(channels);
  const step = stepOf(channels);
  const vectors = (channels + 3) >> 2;
  const overlaps = work.writes() && (channels & 3) != 0;
  const perImage = down * across;
  let image = images + <usize>(first / perImage) * <usize>height * line;
  let i = (first / across) % down;
  let j = first % across;
  // Of a row of tiles those before this one end within the width.
  const within = min((width - size - shift + 2) >> 1, across);
  while (count > 0) {
    const top = 2 * i + offset;
    const left = 2 * j + shift;
    if (overlaps || top < 0 || left < 0 || top + size > height || j >= within) {
      work.part(f, patch, image, top, left, height, width, channels, vectors);
      f += row;
      count--;
      j++;
    } else {
      let at = image + <usize>top * line + <usize>left * pixel;
      const run = min(within - j, count);
      for (let tiles = run; tiles > 0; tiles--) {
        work.whole(f, step, at, line, pixel, vectors);
        f += row;
        at += 2 * pixel;
      }
      count -= run;
      j += run;
    }
    if (j == across) {
      j = 0;
      if (++i == down) {
        i = 0;
        image += <usize>height * line;
      }
    }
  }
}
