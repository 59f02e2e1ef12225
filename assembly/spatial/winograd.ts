import { packRows } from '../pack';
import { columnTiles4x8 } from '../tall';
import { products, ZEROS } from './products';
import { APART, eachTile, Input, InputBack, Output, OutputBack, rowOf, stepOf, WINOGRAD_TILES } from './tiles';
import { transformPooled, transformWeights, transformWeightsBack } from './transforms';

export { WINOGRAD_TILES };

/**
 * Convolutions with kernels of 3x3 and stride 1 by Winograd's F(2x2, 3x3): 16 products of matrices, one for each frequency,
 * with 2.25 times fewer multiplications than the convolution has. x [n, height, width, c], w [3, 3, c, o],
 * y [n, height', width', o]; `padding` zeros stand around each image: 0 for valid, 1 for same.
 *
 * The batch is taken in blocks of WINOGRAD_TILES tiles, so the scratch does not grow with it: what it holds says
 * src/plan/convolution/scratch.ts.
 */

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
  const around = 2 * padding - 2;
  weights(scratch + blockBytes(c) + blockBytes(o), w, c, o);
  convolveTiles<Input, Output>(y, x, bias, scratch, n, height, width, c, height + around, width + around, o, padding);
}

/**
 * Reads the squares of x [n, height, width, c] and writes (or adds to) those of y [n, rows, cols, o], with the kernel whose
 * frequencies are in the scratch behind the blocks; `padding` zeros stand around each x.
 *
 * Where tiles are many, those over the end of an odd height or width are taken on their own: half of their results do not
 * exist, and so they do without a quarter of the frequencies (15x15 with 16 channels: 1.04 times the speed). As those of an
 * image are few, so many images are taken at once that they make four blocks.
 */
function convolveTiles<Read, Write>(
  y: usize,
  x: usize,
  bias: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  rows: i32,
  cols: i32,
  o: i32,
  padding: i32,
): void {
  const adds = changetype<Write>(0).adds();
  const m = scratch + blockBytes(c);
  const u = m + blockBytes(o);
  const patch = u + weightBytes(c, o);
  // Tiles lie on the results of the convolution, which is y, or x where its gradient is spread.
  const tall = min(height, rows);
  const wide = min(width, cols);
  const least = min(tall, wide) >> 1;
  const groups = max((n * least) / (4 * WINOGRAD_TILES), 1);
  const images = (n + groups - 1) / groups;
  // Sums must not depend on how many images there are.
  const apart = adds || images * least >= WINOGRAD_TILES;
  const below = apart ? tall & 1 : 0;
  const beside = apart ? wide & 1 : 0;
  for (; n > 0; n -= images) {
    const count = min(n, images);
    if (adds) memory.fill(y, 0, <usize>(count * rows * cols * o) << 2);
    for (let part = 0; part < 3; part++) {
      // All tiles that are whole, then those beside them, then those below.
      const top = part == 2 ? tall - 1 : 0;
      const left = part == 1 ? wide - 1 : 0;
      const down = part == 0 ? (tall + 1 - 2 * below) >> 1 : part == 1 ? ((tall + 1) >> 1) * beside : below;
      const across = part == 1 ? 1 : (wide + 1 - 2 * beside) >> 1;
      const total = count * down * across;
      const block = blockOf(total);
      for (let first = 0; first < total; first += block) {
        const tiles = min(block, total - first);
        eachTile<Read>(scratch, x, patch, first, tiles, down, across, height, width, c, top - padding, left - padding);
        products(m, scratch, u, bias, tiles, c, o, part == 2 ? 3 : 4, part == 1 ? 3 : 4);
        eachTile<Write>(m, y, patch, first, tiles, down, across, rows, cols, o, top, left);
      }
    }
    x += <usize>(count * height * width * c) << 2;
    y += <usize>(count * rows * cols * o) << 2;
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
    eachTile<Input>(scratch, x, patch, first, count, down, across, height, width, c, -padding, -padding);
    products(m, scratch, u, bias, count, c, o, 4, 4);
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
  if (padding) convolveTiles<Input, Output>(dx, dy, 0, scratch, n, height, width, o, height, width, c, 1);
  else convolveTiles<OutputBack, InputBack>(dx, dy, 0, scratch, n, height - 2, width - 2, o, height, width, c, 0);
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
    eachTile<Input>(scratch, x, patch, first, count, down, across, height, width, c, -padding, -padding);
    eachTile<OutputBack>(z, dy, patch, first, count, down, across, rows, cols, o, 0, 0);
    for (let f: usize = 0; f < 16; f++) {
      const to = du + f * duStep;
      const from = z + f * stepOf(o);
      for (let j: usize = 0; j < zRow; j += 32) {
        const sum = first ? to + j : ZEROS;
        const a = scratch + f * stepOf(c);
        columnTiles4x8(to + j, zRow, sum, first ? zRow : 0, a, vRow, from + j, zRow, count, (c + 3) >> 2);
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
