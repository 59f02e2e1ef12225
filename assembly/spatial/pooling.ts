/**
 * Pooling over windows of three axes, channels last: images have one plane, series one plane of one row.
 *
 * Along an axis, window `o` reaches from floor(o stride / divisor) - front up to ceil((o stride + size) / divisor) -
 * front, as far as there are entries. With divisor 1 these are the windows of a pooling with padding; with stride and
 * size the length of the axis, and as divisor the length of the output, those of an adaptive one.
 */
import { storeLanes, storePart } from '../simd';

/** How the windows lie along an axis. */
@unmanaged
class Axis {
  size: i32;
  stride: i32;
  divisor: i32;
  front: i32;
  /** Entries of the input and of the output. */
  inputs: i32;
  outputs: i32;

  /** Where the window begins, which may be before the first entry. */
  // @ts-ignore: decorator
  @inline from(o: i32): i32 {
    return (this.divisor == 1 ? o * this.stride : (o * this.stride) / this.divisor) - this.front;
  }
  /** Behind the last entry that the window has. */
  // @ts-ignore: decorator
  @inline end(o: i32): i32 {
    const end = o * this.stride + this.size;
    const whole = this.divisor == 1 ? end : (end + this.divisor - 1) / this.divisor;
    return min(whole - this.front, this.inputs);
  }
  /** How many positions the widest window has. */
  // @ts-ignore: decorator
  @inline positions(): i32 {
    return this.divisor == 1 ? this.size : (this.size + this.divisor - 1) / this.divisor + 1;
  }
}

const AXIS = offsetof<Axis>();

/** Three of them, depth, height and width, which a program writes once and hands to every kernel of the layer. */
// @ts-ignore: decorator
@inline
function axisOf(g: usize, axis: usize): Axis {
  return changetype<Axis>(g + axis * AXIS);
}

/** Writes how the windows lie along an axis to g, 24 bytes. */
export function poolingAxis(
  g: usize,
  size: i32,
  stride: i32,
  divisor: i32,
  front: i32,
  inputs: i32,
  outputs: i32,
): void {
  const axis = changetype<Axis>(g);
  axis.size = size;
  axis.stride = stride;
  axis.divisor = divisor;
  axis.front = front;
  axis.inputs = inputs;
  axis.outputs = outputs;
}

/**
 * Visits every window of `count` samples. An Op has one method, window(y, index, x, channels, depth, height, width,
 * plane, row, pixel, first, planeStep, rowStep): where the window's entries of the output and of the index begin, and
 * where its first entry of the input; how far it reaches; bytes from plane to plane, row to row, pixel to pixel; the
 * number of its first position, and the steps from plane to plane and row to row. Positions are numbered within the
 * whole window, row by row, whether they lie in the padding or not.
 */
// @ts-ignore: decorator
@inline
function visit<Op>(y: usize, index: usize, indexBytes: usize, x: usize, g: usize, channels: i32, count: i32): void {
  const depths = axisOf(g, 0);
  const heights = axisOf(g, 1);
  const widths = axisOf(g, 2);
  const pixel = <usize>channels << 2;
  const row = <usize>widths.inputs * pixel;
  const plane = <usize>heights.inputs * row;
  const rowStep = widths.positions();
  const planeStep = rowStep * heights.positions();
  for (; count > 0; count--) {
    for (let d = 0; d < depths.outputs; d++) {
      const fromDepth = depths.from(d);
      const firstDepth = max(fromDepth, 0);
      const depth = depths.end(d) - firstDepth;
      for (let h = 0; h < heights.outputs; h++) {
        const fromHeight = heights.from(h);
        const firstHeight = max(fromHeight, 0);
        const height = heights.end(h) - firstHeight;
        const rows = x + <usize>firstDepth * plane + <usize>firstHeight * row;
        const above = (firstDepth - fromDepth) * planeStep + (firstHeight - fromHeight) * rowStep;
        for (let w = 0; w < widths.outputs; w++) {
          const fromWidth = widths.from(w);
          const firstWidth = max(fromWidth, 0);
          const width = widths.end(w) - firstWidth;
          const at = rows + <usize>firstWidth * pixel;
          const first = above + firstWidth - fromWidth;
          changetype<Op>(0).window(
            y, index, at, channels, depth, height, width, plane, row, pixel, first, planeStep, rowStep,
          );
          y += pixel;
          index += <usize>channels * indexBytes;
        }
      }
    }
    x += <usize>depths.inputs * plane;
  }
}

/** Two by two entries: the usual window, for which there is a way without loops. */
// @ts-ignore: decorator
@inline
function isSquare(depth: i32, height: i32, width: i32): bool {
  return depth == 1 && height == 2 && width == 2;
}

/** Whether v takes the place of the largest so far: it is larger, or it is NaN, which stays. */
// @ts-ignore: decorator
@inline
function beats(v: v128, best: v128): v128 {
  return v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
}

/** The larger of both, the first of equal ones; NaN where v is or best was. */
// @ts-ignore: decorator
@inline
function larger(v: v128, best: v128, isNaN: v128): v128 {
  return v128.or(f32x4.pmax(best, v), isNaN);
}

// @ts-ignore: decorator
@final @unmanaged
class Largest {
  // @ts-ignore: decorator
  @inline start(v: v128): v128 {
    return v;
  }
  // @ts-ignore: decorator
  @inline add(best: v128, v: v128): v128 {
    return larger(v, best, f32x4.ne(v, v));
  }
  // @ts-ignore: decorator
  @inline end(best: v128, _size: v128): v128 {
    return best;
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Mean {
  // @ts-ignore: decorator
  @inline start(_v: v128): v128 {
    return f32x4.splat(0);
  }
  // @ts-ignore: decorator
  @inline add(sum: v128, v: v128): v128 {
    return f32x4.add(sum, v);
  }
  // @ts-ignore: decorator
  @inline end(sum: v128, size: v128): v128 {
    return f32x4.div(sum, size);
  }
}

/** y = what the Op makes of the entries of the window. */
// @ts-ignore: decorator
@final @unmanaged
class Fold<Op> {
  // @ts-ignore: decorator
  @inline window(
    y: usize,
    _index: usize,
    x: usize,
    channels: i32,
    depth: i32,
    height: i32,
    width: i32,
    plane: usize,
    row: usize,
    pixel: usize,
    _first: i32,
    _planeStep: i32,
    _rowStep: i32,
  ): void {
    const size = f32x4.splat(<f32>(depth * height * width));
    const square = isSquare(depth, height, width);
    for (; channels > 0; channels -= 4) {
      const result = square ? this.four(x, row, pixel) : this.all(x, depth, height, width, plane, row, pixel);
      storePart(y, channels, changetype<Op>(0).end(result, size));
      y += 16;
      x += 16;
    }
  }
  // @ts-ignore: decorator
  @inline four(x: usize, row: usize, pixel: usize): v128 {
    const op = changetype<Op>(0);
    const v = v128.load(x);
    const above = op.add(op.add(op.start(v), v), v128.load(x + pixel));
    return op.add(op.add(above, v128.load(x + row)), v128.load(x + row + pixel));
  }
  // @ts-ignore: decorator
  @inline all(x: usize, depth: i32, height: i32, width: i32, plane: usize, row: usize, pixel: usize): v128 {
    const op = changetype<Op>(0);
    let result = op.start(v128.load(x));
    for (let d = 0; d < depth; d++) {
      for (let h = 0; h < height; h++) {
        let at = x + <usize>d * plane + <usize>h * row;
        if (width == 3) {
          result = op.add(op.add(result, v128.load(at)), v128.load(at + pixel));
          result = op.add(result, v128.load(at + 2 * pixel));
          continue;
        }
        for (let w = 0; w < width; w++) {
          result = op.add(result, v128.load(at));
          at += pixel;
        }
      }
    }
    return result;
  }
}

/** y = the largest entry, index = the number of its position: of several, the first. */
// @ts-ignore: decorator
@final @unmanaged
class Find<Index> {
  // @ts-ignore: decorator
  @inline window(
    y: usize,
    index: usize,
    x: usize,
    channels: i32,
    depth: i32,
    height: i32,
    width: i32,
    plane: usize,
    row: usize,
    pixel: usize,
    first: i32,
    planeStep: i32,
    rowStep: i32,
  ): void {
    const square = isSquare(depth, height, width);
    for (; channels > 0; channels -= 4) {
      let best = v128.load(x);
      let where = i32x4.splat(first);
      if (square) {
        let v = v128.load(x + pixel);
        let taken = beats(v, best);
        best = v128.bitselect(v, best, taken);
        where = v128.bitselect(i32x4.splat(first + 1), where, taken);
        v = v128.load(x + row);
        taken = beats(v, best);
        best = v128.bitselect(v, best, taken);
        where = v128.bitselect(i32x4.splat(first + rowStep), where, taken);
        v = v128.load(x + row + pixel);
        taken = beats(v, best);
        best = v128.bitselect(v, best, taken);
        where = v128.bitselect(i32x4.splat(first + rowStep + 1), where, taken);
      } else {
        for (let d = 0; d < depth; d++) {
          for (let h = 0; h < height; h++) {
            let at = x + <usize>d * plane + <usize>h * row;
            let position = i32x4.splat(first + d * planeStep + h * rowStep);
            for (let w = 0; w < width; w++) {
              const v = v128.load(at);
              const taken = beats(v, best);
              best = v128.bitselect(v, best, taken);
              where = v128.bitselect(position, where, taken);
              position = i32x4.add(position, i32x4.splat(1));
              at += pixel;
            }
          }
        }
      }
      storePart(y, channels, best);
      storeIndex<Index>(index, channels, where);
      y += 16;
      index += sizeof<Index>() << 2;
      x += 16;
    }
  }
}

/** Stores the first `count` lanes of `where` as numbers of that type: none if it is 0 or less, all from 4 on. */
// @ts-ignore: decorator
@inline
function storeIndex<Index>(index: usize, count: i32, where: v128): void {
  if (sizeof<Index>() == 4) {
    storePart(index, count, where);
    return;
  }
  const halves = i16x8.narrow_i32x4_u(where, where);
  const bytes = i8x16.narrow_i16x8_u(halves, halves);
  if (count >= 4) {
    v128.store32_lane(index, bytes, 0);
    return;
  }
  if (count >= 2) v128.store16_lane(index, bytes, 0);
  if (count == 1) v128.store8_lane(index, bytes, 0);
  if (count == 3) v128.store8_lane(index, bytes, 2, 2);
}

// @ts-ignore: decorator
@inline
function loadIndex<Index>(index: usize): v128 {
  if (sizeof<Index>() == 4) return v128.load(index);
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(index)));
}

/** The gradient belongs to the largest entry. */
// @ts-ignore: decorator
@final @unmanaged
class ToLargest<Index> {
  // @ts-ignore: decorator
  @inline indexBytes(): usize {
    return sizeof<Index>();
  }
  // @ts-ignore: decorator
  @inline share(dy: v128, _factor: v128, index: usize, position: i32): v128 {
    return v128.and(dy, i32x4.eq(loadIndex<Index>(index), i32x4.splat(position)));
  }
}

/** Every entry has an equal share of the gradient. */
// @ts-ignore: decorator
@final @unmanaged
class ToAll {
  // @ts-ignore: decorator
  @inline indexBytes(): usize {
    return 0;
  }
  // @ts-ignore: decorator
  @inline share(dy: v128, factor: v128, _index: usize, _position: i32): v128 {
    return f32x4.mul(dy, factor);
  }
}

/** Adds to the entries of the window, x, their shares of the gradient y. */
// @ts-ignore: decorator
@final @unmanaged
class Spread<Op> {
  // @ts-ignore: decorator
  @inline window(
    y: usize,
    index: usize,
    x: usize,
    channels: i32,
    depth: i32,
    height: i32,
    width: i32,
    plane: usize,
    row: usize,
    pixel: usize,
    first: i32,
    planeStep: i32,
    rowStep: i32,
  ): void {
    const op = changetype<Op>(0);
    const factor = f32x4.splat(<f32>1 / <f32>(depth * height * width));
    for (let d = 0; d < depth; d++) {
      for (let h = 0; h < height; h++) {
        let at = x + <usize>d * plane + <usize>h * row;
        let position = first + d * planeStep + h * rowStep;
        const end = at + <usize>width * pixel;
        while (at < end) {
          let from = y;
          let which = index;
          let c = channels;
          for (; c >= 4; c -= 4) {
            v128.store(at, f32x4.add(v128.load(at), op.share(v128.load(from), factor, which, position)));
            at += 16;
            from += 16;
            which += op.indexBytes() << 2;
          }
          if (c) storeLanes(at, f32x4.add(v128.load(at), op.share(v128.load(from), factor, which, position)), c);
          at += <usize>c << 2;
          position++;
        }
      }
    }
  }
}

/** Whether the positions of a window can be numbered by bytes. */
// @ts-ignore: decorator
@inline
function fitsBytes(g: usize): bool {
  return axisOf(g, 0).positions() * axisOf(g, 1).positions() * axisOf(g, 2).positions() <= 256;
}

function clear(x: usize, g: usize, channels: i32, count: i32): void {
  const pixels = axisOf(g, 0).inputs * axisOf(g, 1).inputs * axisOf(g, 2).inputs;
  memory.fill(x, 0, (<usize>(pixels * channels) * <usize>count) << 2);
}

/**
 * y [count, windows, channels] = the largest entry of each window of x. g is what `poolingAxis` wrote for depth, height
 * and width.
 */
export function maxPooling(y: usize, x: usize, g: usize, channels: i32, count: i32): void {
  visit<Fold<Largest>>(y, 0, 0, x, g, channels, count);
}

/**
 * The same, and index, of the shape of y, is the number of its position: bytes where a window has at most 256 of them,
 * else i32.
 */
export function findLargest(y: usize, index: usize, x: usize, g: usize, channels: i32, count: i32): void {
  if (fitsBytes(g)) visit<Find<u8>>(y, index, 1, x, g, channels, count);
  else visit<Find<i32>>(y, index, 4, x, g, channels, count);
}

/** dx = the sum of dy over the windows whose largest entry it is; the index is that of `findLargest`. */
export function maxPoolingBackward(dx: usize, dy: usize, index: usize, g: usize, channels: i32, count: i32): void {
  clear(dx, g, channels, count);
  if (fitsBytes(g)) visit<Spread<ToLargest<u8>>>(dy, index, 1, dx, g, channels, count);
  else visit<Spread<ToLargest<i32>>>(dy, index, 4, dx, g, channels, count);
}

/** y [count, windows, channels] = the mean over each window of x. */
export function averagePooling(y: usize, x: usize, g: usize, channels: i32, count: i32): void {
  visit<Fold<Mean>>(y, 0, 0, x, g, channels, count);
}

/** dx = the sum of dy / size over the windows that have the entry. */
export function averagePoolingBackward(dx: usize, dy: usize, g: usize, channels: i32, count: i32): void {
  clear(dx, g, channels, count);
  visit<Spread<ToAll>>(dy, 0, 0, dx, g, channels, count);
}
