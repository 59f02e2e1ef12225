import { storePart } from '../simd';
import { CLOSED } from './pool';

/**
 * Gradients of a convolution through a relu and a max-pooling over 2x2, of whose results at most a quarter have one: so
 * they are lists of entries, and the gradients of input and kernel are sums over these alone.
 *
 * An entry is the offset in bytes of the first pixel that the result reads, in an image with its padding, and the
 * gradient. The lists are [n, o] with room for all windows of an image each; their lengths are [n, o].
 */

/** entries and lengths from dy and choice [n, down, across, o]. `line` and `pixel` are the distances of pixels in bytes. */
export function poolEntries(
  entries: usize,
  lengths: usize,
  dy: usize,
  choice: usize,
  n: i32,
  down: i32,
  across: i32,
  o: i32,
  line: i32,
  pixel: i32,
): void {
  const room = <usize>(down * across) << 3;
  for (; n > 0; n--) {
    let q = 0;
    for (; q + 4 <= o; q += 4) {
      fourLists(entries, lengths, room, dy + (<usize>q << 2), choice + q, down, across, o, line, pixel);
      entries += room << 2;
      lengths += 16;
    }
    for (; q < o; q++) {
      oneList(entries, lengths, dy + (<usize>q << 2), choice + q, down, across, o, line, pixel);
      entries += room;
      lengths += 4;
    }
    dy += <usize>(down * across * o) << 2;
    choice += down * across * o;
  }
}

/** The lists of four channels: every window is written to the end of each, which moves on only where it counts. */
function fourLists(
  entries: usize,
  lengths: usize,
  room: usize,
  dy: usize,
  choice: usize,
  down: i32,
  across: i32,
  o: i32,
  line: i32,
  pixel: i32,
): void {
  const zero = i32x4.splat(0);
  const right = i32x4.splat(pixel);
  const below = i32x4.splat(line);
  let p0 = entries;
  let p1 = p0 + room;
  let p2 = p1 + room;
  let p3 = p2 + room;
  for (let i = 0; i < down; i++) {
    let window = i32x4.splat(2 * i * line);
    const step = i32x4.splat(2 * pixel);
    for (let j = 0; j < across; j++) {
      const g = v128.load(dy);
      const chosen = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(choice)));
      const odd = v128.and(right, i32x4.sub(zero, v128.and(chosen, i32x4.splat(1))));
      const lower = v128.and(below, i32x4.gt_s(chosen, i32x4.splat(1)));
      const offset = i32x4.add(window, i32x4.add(odd, lower));
      const counts = v128.and(i32x4.lt_s(chosen, i32x4.splat(CLOSED)), f32x4.ne(g, zero));
      const bits = i32x4.bitmask(counts);
      v128.store32_lane(p0, offset, 0);
      v128.store32_lane(p0, g, 0, 4);
      p0 += (bits & 1) << 3;
      v128.store32_lane(p1, offset, 1);
      v128.store32_lane(p1, g, 1, 4);
      p1 += (bits & 2) << 2;
      v128.store32_lane(p2, offset, 2);
      v128.store32_lane(p2, g, 2, 4);
      p2 += (bits & 4) << 1;
      v128.store32_lane(p3, offset, 3);
      v128.store32_lane(p3, g, 3, 4);
      p3 += bits & 8;
      window = i32x4.add(window, step);
      dy += <usize>o << 2;
      choice += o;
    }
  }
  store<i32>(lengths, <i32>((p0 - entries) >> 3));
  store<i32>(lengths, <i32>((p1 - entries - room) >> 3), 4);
  store<i32>(lengths, <i32>((p2 - entries - 2 * room) >> 3), 8);
  store<i32>(lengths, <i32>((p3 - entries - 3 * room) >> 3), 12);
}

function oneList(
  entries: usize,
  lengths: usize,
  dy: usize,
  choice: usize,
  down: i32,
  across: i32,
  o: i32,
  line: i32,
  pixel: i32,
): void {
  let at = entries;
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < across; j++) {
      const g = load<f32>(dy);
      const chosen = <i32>load<u8>(choice);
      if (chosen < CLOSED && g != 0) {
        store<i32>(at, (2 * i + (chosen >> 1)) * line + (2 * j + (chosen & 1)) * pixel);
        store<f32>(at, g, 4);
        at += 8;
      }
      dy += <usize>o << 2;
      choice += o;
    }
  }
  store<i32>(lengths, <i32>((at - entries) >> 3));
}

/** Rows that are summed first: so errors do not grow with the batch, and the rows stay in the cache. */
const ROWS = 64;

/** db [o] = start + the sum of dy [rows, o] where its choice is not CLOSED. `start` is 0 or db. */
export function pooledBiasGradient(db: usize, dy: usize, choice: usize, start: usize, rows: i32, o: i32): void {
  if (!start) memory.fill(db, 0, <usize>o << 2);
  for (; rows > 0; rows -= ROWS) {
    const count = min(rows, ROWS);
    for (let q = 0; q < o; q += 4) {
      const to = db + (<usize>q << 2);
      const sum = f32x4.add(v128.load(to), openSum(dy + (<usize>q << 2), choice + q, count, o));
      storePart(to, o - q, sum);
    }
    dy += <usize>(ROWS * o) << 2;
    choice += ROWS * o;
  }
}

function openSum(dy: usize, choice: usize, rows: i32, o: i32): v128 {
  let sum = f32x4.splat(0);
  for (; rows > 0; rows--) {
    const choices = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(choice)));
    sum = f32x4.add(sum, v128.and(v128.load(dy), i32x4.lt_s(choices, i32x4.splat(CLOSED))));
    dy += <usize>o << 2;
    choice += o;
  }
  return sum;
}
