/**
 * Resizing along one axis: each entry of the output is a weighted sum of those of the input around its place, which is
 * (o + 0.5) inputs / outputs - 0.5 for entry o. Weights beyond the edges are left out, and the others made to sum to 1,
 * as in jax.image.resize.
 */
import { storeLanes } from '../simd';

/** Groups for which weights are computed once. */
const BLOCK = 64;

/** The entry whose pixel the place lies in. */
// @ts-ignore: decorator
@final @unmanaged
class Nearest {
  // @ts-ignore: decorator
  @inline radius(): f64 {
    return 0.5;
  }
  // @ts-ignore: decorator
  @inline weight(distance: f64): f64 {
    return distance > -0.5 && distance <= 0.5 ? 1 : 0;
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Bilinear {
  // @ts-ignore: decorator
  @inline radius(): f64 {
    return 1;
  }
  // @ts-ignore: decorator
  @inline weight(distance: f64): f64 {
    return max<f64>(0, 1 - abs(distance));
  }
}

/** Keys: Cubic Convolution Interpolation for Digital Image Processing, 1981, with a = -0.5. */
// @ts-ignore: decorator
@final @unmanaged
class Bicubic {
  // @ts-ignore: decorator
  @inline radius(): f64 {
    return 2;
  }
  // @ts-ignore: decorator
  @inline weight(distance: f64): f64 {
    const x = abs(distance);
    if (x >= 2) return 0;
    if (x >= 1) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    return (1.5 * x - 2.5) * x * x + 1;
  }
}

/**
 * Between x [count, inputs, inner] and y [count, outputs, inner]: y becomes the weighted sums of x, or, backward, x is
 * given its shares of y. With `antialias` the kernel is as much wider as the output is smaller.
 */
// @ts-ignore: decorator
@inline
function visit<Op>(
  y: usize,
  x: usize,
  antialias: i32,
  inputs: i32,
  outputs: i32,
  inner: i32,
  count: i32,
  backward: bool,
): void {
  const op = changetype<Op>(0);
  const step = <f64>inputs / <f64>outputs;
  const scale = antialias ? max<f64>(step, 1) : 1;
  const reach = op.radius() * scale;
  const row = <usize>inner << 2;
  for (let block = 0; block < count; block += BLOCK) {
    const groups = min(count - block, BLOCK);
    const from = x + <usize>block * <usize>inputs * row;
    const to = y + <usize>block * <usize>outputs * row;
    for (let o = 0; o < outputs; o++) {
      const place = (<f64>o + 0.5) * step - 0.5;
      const first = max(<i32>Math.ceil(place - reach), 0);
      const last = min(<i32>Math.floor(place + reach), inputs - 1);
      let sum: f64 = 0;
      for (let i = first; i <= last; i++) sum += op.weight((<f64>i - place) / scale);
      let fresh = true;
      for (let i = first; i <= last; i++) {
        const weight = op.weight((<f64>i - place) / scale);
        if (weight == 0) continue;
        // Two entries at once: the output is then read and written half as often.
        const next = backward || i == last ? 0 : op.weight((<f64>(i + 1) - place) / scale);
        const own = <f32>(weight / sum);
        let source = from + <usize>i * row;
        let target = to + <usize>o * row;
        if (next != 0) i++;
        for (let g = 0; g < groups; g++) {
          if (backward) addRow(source, target, own, inner, false);
          else if (next != 0) addTwoRows(target, source, own, source + row, <f32>(next / sum), inner, fresh);
          else addRow(target, source, own, inner, fresh);
          source += <usize>inputs * row;
          target += <usize>outputs * row;
        }
        fresh = false;
      }
    }
  }
}

/** y [n] = weight * x, added to what is there unless it is fresh. */
// @ts-ignore: decorator
@inline
function addRow(y: usize, x: usize, weight: f32, n: i32, fresh: bool): void {
  const w = f32x4.splat(weight);
  for (; n > 0; n -= 4) {
    let v = f32x4.mul(v128.load(x), w);
    if (!fresh) v = f32x4.add(v128.load(y), v);
    if (n >= 4) v128.store(y, v);
    else storeLanes(y, v, n);
    y += 16;
    x += 16;
  }
}

/** y [n] = weight * x, then + next * beside, added to what is there unless it is fresh. */
// @ts-ignore: decorator
@inline
function addTwoRows(y: usize, x: usize, weight: f32, beside: usize, next: f32, n: i32, fresh: bool): void {
  const w = f32x4.splat(weight);
  const b = f32x4.splat(next);
  for (; n > 0; n -= 4) {
    let v = f32x4.mul(v128.load(x), w);
    if (!fresh) v = f32x4.add(v128.load(y), v);
    v = f32x4.add(v, f32x4.mul(v128.load(beside), b));
    if (n >= 4) v128.store(y, v);
    else storeLanes(y, v, n);
    y += 16;
    x += 16;
    beside += 16;
  }
}

/** The methods, in the order of `interpolations` in src/plan/images.ts. */
// @ts-ignore: decorator
@inline
function resampleBy(
  method: i32,
  y: usize,
  x: usize,
  antialias: i32,
  inputs: i32,
  outputs: i32,
  inner: i32,
  count: i32,
  backward: bool,
): void {
  if (method == 0) visit<Nearest>(y, x, antialias, inputs, outputs, inner, count, backward);
  else if (method == 1) visit<Bilinear>(y, x, antialias, inputs, outputs, inner, count, backward);
  else visit<Bicubic>(y, x, antialias, inputs, outputs, inner, count, backward);
}

/** y [count, outputs, inner] = x [count, inputs, inner] at another size. */
export function resample(
  y: usize,
  x: usize,
  method: i32,
  antialias: i32,
  inputs: i32,
  outputs: i32,
  inner: i32,
  count: i32,
): void {
  resampleBy(method, y, x, antialias, inputs, outputs, inner, count, false);
}

/** dx = what the entries that are made of it have of dy. */
export function resampleBackward(
  dx: usize,
  dy: usize,
  method: i32,
  antialias: i32,
  inputs: i32,
  outputs: i32,
  inner: i32,
  count: i32,
): void {
  memory.fill(dx, 0, (<usize>inputs * <usize>inner * <usize>count) << 2);
  resampleBy(method, dy, dx, antialias, inputs, outputs, inner, count, true);
}
