import { multiplyAdd } from '../simd';
import { packRows } from '../pack';
import { isShallow, shallowTiles4x8 } from '../shallow';
import { tiles4x8 } from '../tile';
import { APART, eachTile, Input, InputBack, Output, OutputBack, rowOf, stepOf, WINOGRAD_TILES } from './tiles';
import { transformPooled, transformWeights, transformWeightsBack } from './transforms';

export { WINOGRAD_TILES };

/**
 * Convolutions with kernels of 3x3 and stride 1 by Winograd's F(2x2, 3x3): 16 products of matrices, one for each frequency,
 * with 2.25 times fewer multiplications than the convolution has. x [n, height, width, c], w [3, 3, c, o],
 * y [n, height', width', o]; `padding` zeros stand around each image: 0 for valid, 1 for same.
 *
 * The batch is taken in blocks of WINOGRAD_TILES tiles, so the scratch does not grow with it: src/plan/convolution/scratch.ts says
 * what it holds.
 */

const ZEROS: usize = memory.data(64, 16);

/** Bytes of a block of tiles. */
// @ts-ignore: decorator
@inline
function blockBytes(channels: i32): usize {
  return 16 * stepOf(channels);
}

/** Bytes of the frequencies of all weights. */
// @ts-ignore: decorator
@inline
function weightBytes(c: i32, o: i32): usize {
  return 16 * (<usize>c * rowOf(o) + APART);
}

/** u [16, o / 8, c, 8] = the frequencies of w. */
function weights(u: usize, w: usize, c: i32, o: i32): void {
  const tap = <usize>(c * o) << 2;
  const step = <usize>c * rowOf(o) + APART;
  for (let i = 0; i < c; i++) {
    for (let j = 0; j < o; j += 4) {
      const to = u + <usize>(j >> 3) * (<usize>c << 5) + (<usize>(j & 4) << 2);
      transformWeights(to, step, w + (<usize>j << 2), tap);
    }
    w += <usize>o << 2;
    u += 32;
  }
}

/**
 * u [16, c / 8, o, 8] = the frequencies of w with its last two axes transposed, which is packed first; `mirrored` from the
 * last weight to the first.
 */
function weightsTransposed(u: usize, w: usize, packed: usize, mirrored: bool, c: i32, o: i32): void {
  const plane = <usize>o * rowOf(c);
  for (let tap = 0; tap < 9; tap++) {
    const to = packed + <usize>(mirrored ? 8 - tap : tap) * plane;
    packRows(to, w + (<usize>(tap * c * o) << 2), <usize>o << 2, o, c);
  }
  for (let at: usize = 0; at < plane; at += 16) transformWeights(u + at, plane + APART, packed + at, plane);
}

/** Tiles to take at once: blocks of equal size, as a last one of a few tiles would read all weights for little. */
function blockOf(total: i32): i32 {
  const blocks = max((total + WINOGRAD_TILES - 1) / WINOGRAD_TILES, 1);
  return ((total + blocks - 1) / blocks + 3) & ~3;
}

/**
 * m [16, tiles, o] = v [16, tiles, c] . u [16, c, o]. A last tile on its own, as a single image with an odd number of them
 * has, is not worth four rows. Frequency 5 starts from the bias (or 0): every result of a tile has
 * it with the factor 1.
 */
function products(m: usize, v: usize, u: usize, bias: usize, count: i32, c: i32, o: i32): void {
  const vRow = rowOf(c);
  const mRow = rowOf(o);
  const panel = <usize>c << 5;
  const single = (count & 3) == 1 && (mRow & 63) == 0;
  const groups = (count + (single ? 0 : 3)) >> 2;
  for (let f = 0; f < 16; f++) {
    let from = u;
    for (let j: usize = 0; j < mRow; j += 32) {
      const start = f == 5 && bias ? bias + j : ZEROS;
      if (isShallow(c)) shallowTiles4x8(m + j, mRow, start, 0, v, from, c, groups);
      else tiles4x8(m + j, mRow, start, 0, v, vRow, 4, 4 * vRow, from, 32, c, groups);
      from += panel;
    }
    if (single) {
      const last = <usize>(count - 1);
      from = u;
      for (let j: usize = 0; j < mRow; j += 64) {
        const start = f == 5 && bias ? bias + j : ZEROS;
        tile1x16(m + last * mRow + j, start, v + last * vRow, from, panel, c);
        from += 2 * panel;
      }
    }
    m += stepOf(o);
    v += stepOf(c);
    u += <usize>c * mRow + APART;
  }
}

/** y = the convolution of x with w, plus bias [o] or 0. */
export function winogradForward(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  weights(scratch + blockBytes(c) + blockBytes(o), w, c, o);
  blocks(y, x, bias, scratch, n, height, width, c, o, padding);
}

/** The convolution with the kernel whose frequencies are in the scratch behind the blocks. */
function blocks(
  y: usize,
  x: usize,
  bias: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  const rows = height + 2 * padding - 2;
  const cols = width + 2 * padding - 2;
  const down = (rows + 1) >> 1;
  const across = (cols + 1) >> 1;
  const m = scratch + blockBytes(c);
  const u = m + blockBytes(o);
  const patch = u + weightBytes(c, o);
  const total = n * down * across;
  const block = blockOf(total);
  for (let first = 0; first < total; first += block) {
    const count = min(block, total - first);
    eachTile<Input>(scratch, x, patch, first, count, down, across, height, width, c, padding);
    products(m, scratch, u, bias, count, c, o);
    eachTile<Output>(m, y, patch, first, count, down, across, rows, cols, o, 0);
  }
}

/**
 * y [n, height' / 2, width' / 2, o] = the same through a relu and a max-pooling over windows of 2x2, with `choice` of the
 * same shape in bytes (or 0; ./pool has its meaning). A tile is a window: the results of the convolution are never stored,
 * and those of a last odd row or column not computed.
 */
export function winogradPool(
  y: usize,
  choice: usize,
  x: usize,
  w: usize,
  bias: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  const down = (height + 2 * padding - 2) >> 1;
  const across = (width + 2 * padding - 2) >> 1;
  const m = scratch + blockBytes(c);
  const u = m + blockBytes(o);
  const patch = u + weightBytes(c, o);
  const total = n * down * across;
  const block = blockOf(total);
  weights(u, w, c, o);
  for (let first = 0; first < total; first += block) {
    const count = min(block, total - first);
    eachTile<Input>(scratch, x, patch, first, count, down, across, height, width, c, padding);
    products(m, scratch, u, bias, count, c, o);
    for (let t = 0; t < count; t++) {
      transformPooled(y, choice, m + <usize>t * rowOf(o), stepOf(o), o);
      y += <usize>o << 2;
      choice += choice ? <usize>o : 0;
    }
  }
}

/** dx = the gradient by x, from dy. */
export function winogradInputGradient(
  dx: usize,
  dy: usize,
  w: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  const u = scratch + blockBytes(o) + blockBytes(c);
  weightsTransposed(u, w, u + weightBytes(o, c), padding == 1, c, o);
  // With zeros around both it is a convolution itself, of dy with the kernel mirrored; without, dy would need two rows of
  // zeros and more tiles.
  if (padding) blocks(dx, dy, 0, scratch, n, height, width, o, c, padding);
  else spreadBlocks(dx, dy, scratch, n, height, width, c, o);
}

/** What tiles of dy add to patches of dx; the frequencies of the transposed kernel are in the scratch behind the blocks. */
function spreadBlocks(
  dx: usize,
  dy: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
): void {
  const rows = height - 2;
  const cols = width - 2;
  const down = (rows + 1) >> 1;
  const across = (cols + 1) >> 1;
  const m = scratch + blockBytes(o);
  const u = m + blockBytes(c);
  const patch = u + weightBytes(o, c);
  const total = n * down * across;
  const block = blockOf(total);
  const image = <usize>(height * width * c) << 2;
  let cleared = 0;
  for (let first = 0; first < total; first += block) {
    const count = min(block, total - first);
    // The images that the block reaches, while they stay in the cache.
    const reached = (first + count - 1) / (down * across) + 1;
    memory.fill(dx + <usize>cleared * image, 0, <usize>(reached - cleared) * image);
    cleared = reached;
    eachTile<OutputBack>(scratch, dy, patch, first, count, down, across, rows, cols, o, 0);
    products(m, scratch, u, 0, count, o, c);
    eachTile<InputBack>(m, dx, patch, first, count, down, across, height, width, c, 0);
  }
}

/** dw = start + the gradient by w, from x and dy. `start` is 0 or dw. */
export function winogradWeightGradient(
  dw: usize,
  x: usize,
  dy: usize,
  start: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  const rows = height + 2 * padding - 2;
  const cols = width + 2 * padding - 2;
  const down = (rows + 1) >> 1;
  const across = (cols + 1) >> 1;
  const vRow = rowOf(c);
  const zRow = rowOf(o);
  const z = scratch + blockBytes(c);
  const du = z + blockBytes(o);
  const duStep = (vRow >> 2) * zRow + APART;
  const patch = du + 16 * duStep;
  const total = n * down * across;
  const block = blockOf(total);
  for (let first = 0; first < total; first += block) {
    const count = min(block, total - first);
    eachTile<Input>(scratch, x, patch, first, count, down, across, height, width, c, padding);
    eachTile<OutputBack>(z, dy, patch, first, count, down, across, rows, cols, o, 0);
    for (let f: usize = 0; f < 16; f++) {
      const to = du + f * duStep;
      const from = z + f * stepOf(o);
      for (let j: usize = 0; j < zRow; j += 32) {
        const sum = first ? to + j : ZEROS;
        const a = scratch + f * stepOf(c);
        tiles4x8(to + j, zRow, sum, first ? zRow : 0, a, 4, vRow, 16, from + j, zRow, count, (c + 3) >> 2);
      }
    }
  }
  for (let i = 0; i < c; i++) {
    let from = du + <usize>i * zRow;
    let to = dw + (<usize>(i * o) << 2);
    for (let left = o; left > 0; left -= 4) {
      transformWeightsBack(to, <usize>(c * o) << 2, start, from, duStep, left);
      from += 16;
      to += 16;
    }
  }
}

/** A row of two panels: c [16] = start [16] + a [k] . b [2, k, 8]. */
function tile1x16(c: usize, start: usize, a: usize, b: usize, panel: usize, k: i32): void {
  let c0 = v128.load(start);
  let c1 = v128.load(start, 16);
  let c2 = v128.load(start, 32);
  let c3 = v128.load(start, 48);
  for (; k > 0; k--) {
    const s = v128.load32_splat(a);
    c0 = multiplyAdd(c0, s, v128.load(b));
    c1 = multiplyAdd(c1, s, v128.load(b, 16));
    c2 = multiplyAdd(c2, s, v128.load(b + panel));
    c3 = multiplyAdd(c3, s, v128.load(b + panel, 16));
    a += 4;
    b += 32;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}
