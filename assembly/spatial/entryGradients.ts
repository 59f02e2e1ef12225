import { storePart } from '../simd';

/**
 * The gradients of a convolution with kernels of 3x3 and stride 1 from the lists of ./entries. A result reads, and its
 * gradient reaches, three runs of 3 c values, one in each of three lines of the image; the kernel of one output is three
 * such runs, each padded to whole vectors.
 */

/** Vectors of a run. */
// @ts-ignore: decorator
@inline
function vectorsOf(c: i32): i32 {
  return (3 * c + 3) >> 2;
}

/** dw [3, 3, c, o] = start + the gradient by the kernel, from x [n, height, width, c]. `start` is 0 or dw. */
export function entryWeightGradient(
  dw: usize,
  x: usize,
  entries: usize,
  lengths: usize,
  start: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  const run = <usize>vectorsOf(c) << 4;
  const padded = scratch + 3 * run * o;
  const line = <usize>((width + 2 * padding) * c) << 2;
  const room = <usize>(((height + 2 * padding - 2) >> 1) * ((width + 2 * padding - 2) >> 1)) << 3;
  memory.fill(scratch, 0, 3 * run * o);
  if (padding) memory.fill(padded, 0, <usize>(height + 2) * line + 64);
  for (let image = 0; image < n; image++) {
    let from = x;
    if (padding) {
      copyLines(padded + line + (<usize>c << 2), line, x, <usize>(width * c) << 2, height, width * c);
      from = padded;
    }
    let to = scratch;
    for (let q = 0; q < o; q++) {
      const count = load<i32>(lengths);
      let v = 0;
      for (; v + 2 <= vectorsOf(c); v += 2) sumTwo(to + (<usize>v << 4), run, from + (<usize>v << 4), line, entries, count);
      if (v < vectorsOf(c)) sumOne(to + (<usize>v << 4), run, from + (<usize>v << 4), line, entries, count);
      to += 3 * run;
      entries += room;
      lengths += 4;
    }
    x += <usize>(height * width * c) << 2;
  }
  for (let q = 0; q < o; q++) {
    const from = scratch + 3 * run * <usize>q;
    for (let r = 0; r < 3; r++) {
      for (let i = 0; i < 3 * c; i++) {
        const to = dw + (<usize>((r * 3 * c + i) * o + q) << 2);
        const sum = load<f32>(from + <usize>r * run + (<usize>i << 2));
        store<f32>(to, start ? load<f32>(to) + sum : sum);
      }
    }
  }
}

/** Copies rows of `n` values between images of different width. */
function copyLines(
  to: usize,
  toLine: usize,
  from: usize,
  fromLine: usize,
  rows: i32,
  n: i32,
): void {
  for (; rows > 0; rows--) {
    let left = n;
    let at = from;
    let into = to;
    for (; left >= 4; left -= 4) {
      v128.store(into, v128.load(at));
      into += 16;
      at += 16;
    }
    if (left) storePart(into, left, v128.load(at));
    to += toLine;
    from += fromLine;
  }
}

/** w [three runs] += the sum of the gradients times two vectors of each run that they meet: with three V8 spills. */
function sumTwo(w: usize, run: usize, x: usize, line: usize, entry: usize, count: i32): void {
  let at = w;
  let a0 = v128.load(at);
  let a1 = v128.load(at, 16);
  at += run;
  let b0 = v128.load(at);
  let b1 = v128.load(at, 16);
  at += run;
  let c0 = v128.load(at);
  let c1 = v128.load(at, 16);
  for (; count > 0; count--) {
    const g = v128.load32_splat(entry, 4);
    let from = x + <usize>load<u32>(entry);
    a0 = f32x4.add(a0, f32x4.mul(g, v128.load(from)));
    a1 = f32x4.add(a1, f32x4.mul(g, v128.load(from, 16)));
    from += line;
    b0 = f32x4.add(b0, f32x4.mul(g, v128.load(from)));
    b1 = f32x4.add(b1, f32x4.mul(g, v128.load(from, 16)));
    from += line;
    c0 = f32x4.add(c0, f32x4.mul(g, v128.load(from)));
    c1 = f32x4.add(c1, f32x4.mul(g, v128.load(from, 16)));
    entry += 8;
  }
  v128.store(w, a0);
  v128.store(w, a1, 16);
  w += run;
  v128.store(w, b0);
  v128.store(w, b1, 16);
  w += run;
  v128.store(w, c0);
  v128.store(w, c1, 16);
}

/** As `sumTwo` for the last vector of each run. */
function sumOne(w: usize, run: usize, x: usize, line: usize, entry: usize, count: i32): void {
  let a = v128.load(w);
  let b = v128.load(w + run);
  let c = v128.load(w + 2 * run);
  for (; count > 0; count--) {
    const g = v128.load32_splat(entry, 4);
    let from = x + <usize>load<u32>(entry);
    a = f32x4.add(a, f32x4.mul(g, v128.load(from)));
    from += line;
    b = f32x4.add(b, f32x4.mul(g, v128.load(from)));
    from += line;
    c = f32x4.add(c, f32x4.mul(g, v128.load(from)));
    entry += 8;
  }
  v128.store(w, a);
  v128.store(w + run, b);
  v128.store(w + 2 * run, c);
}

/** dx = the gradient by the input, from w [3, 3, c, o]. */
export function entryInputGradient(
  dx: usize,
  entries: usize,
  lengths: usize,
  w: usize,
  scratch: usize,
  n: i32,
  height: i32,
  width: i32,
  c: i32,
  o: i32,
  padding: i32,
): void {
  const vectors = vectorsOf(c);
  const run = <usize>vectors << 4;
  const padded = scratch + 3 * run * o;
  const line = <usize>((width + 2 * padding) * c) << 2;
  const image = <usize>(height * width * c) << 2;
  const room = <usize>(((height + 2 * padding - 2) >> 1) * ((width + 2 * padding - 2) >> 1)) << 3;
  const inside = padded + <usize>padding * (line + (<usize>c << 2));
  // Runs that are no whole vectors reach past the end of an image.
  const apart = padding > 0 || (c & 3) != 0;
  byOutput(scratch, w, run, c, o);
  for (; n > 0; n--) {
    const to = apart ? padded : dx;
    memory.fill(to, 0, apart ? <usize>(height + 2 * padding) * line + 64 : image);
    let kernel = scratch;
    for (let q = 0; q < o; q++) {
      const count = load<i32>(lengths);
      let v = 0;
      for (; v + 4 <= vectors; v += 4) {
        spreadFour(to + (<usize>v << 4), line, kernel + (<usize>v << 4), run, entries, count);
      }
      for (; v < vectors; v++) spreadOne(to + (<usize>v << 4), line, kernel + (<usize>v << 4), run, entries, count);
      kernel += 3 * run;
      entries += room;
      lengths += 4;
    }
    if (apart) {
      copyLines(dx, <usize>(width * c) << 2, inside, line, height, width * c);
    }
    dx += image;
  }
}

/** kernels [o, three runs] from w [3, 3, c, o], with zeros behind each run. */
function byOutput(kernels: usize, w: usize, run: usize, c: i32, o: i32): void {
  memory.fill(kernels, 0, 3 * run * o);
  for (let r: usize = 0; r < 3; r++) {
    for (let i = 0; i < 3 * c; i++) {
      let to = kernels + r * run + (<usize>i << 2);
      for (let q = 0; q < o; q++) {
        store<f32>(to, load<f32>(w));
        to += 3 * run;
        w += 4;
      }
    }
  }
}

/** Adds each gradient times four vectors of each run of the kernel to where the result read: as many as registers hold. */
function spreadFour(dx: usize, line: usize, w: usize, run: usize, entry: usize, count: i32): void {
  const a0 = v128.load(w);
  const a1 = v128.load(w, 16);
  const a2 = v128.load(w, 32);
  const a3 = v128.load(w, 48);
  w += run;
  const b0 = v128.load(w);
  const b1 = v128.load(w, 16);
  const b2 = v128.load(w, 32);
  const b3 = v128.load(w, 48);
  w += run;
  const c0 = v128.load(w);
  const c1 = v128.load(w, 16);
  const c2 = v128.load(w, 32);
  const c3 = v128.load(w, 48);
  for (; count > 0; count--) {
    const g = v128.load32_splat(entry, 4);
    let to = dx + <usize>load<u32>(entry);
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(g, a0)));
    v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(g, a1)), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), f32x4.mul(g, a2)), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), f32x4.mul(g, a3)), 48);
    to += line;
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(g, b0)));
    v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(g, b1)), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), f32x4.mul(g, b2)), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), f32x4.mul(g, b3)), 48);
    to += line;
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(g, c0)));
    v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(g, c1)), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), f32x4.mul(g, c2)), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), f32x4.mul(g, c3)), 48);
    entry += 8;
  }
}

function spreadOne(dx: usize, line: usize, w: usize, run: usize, entry: usize, count: i32): void {
  const a = v128.load(w);
  const b = v128.load(w + run);
  const c = v128.load(w + 2 * run);
  for (; count > 0; count--) {
    const g = v128.load32_splat(entry, 4);
    let to = dx + <usize>load<u32>(entry);
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(g, a)));
    to += line;
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(g, b)));
    to += line;
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(g, c)));
    entry += 8;
  }
}
