import { Square, sumOf } from './sums';

/**
 * Optimizer steps over flat runs of parameters, with the formulas of Keras 3:
 *
 *     name(table, count, scalars)
 *
 * `table` holds `count` records of 32 bytes, one for every contiguous run:
 *
 * | byte | field          |                                                              |
 * |------|----------------|--------------------------------------------------------------|
 * |    0 | w, g           | addresses of the parameters and of their gradients           |
 * |    8 | slot1, slot2   | addresses of the optimizer's state, 0 where it has none      |
 * |   16 | n (i32)        | elements, a multiple of 4; padding is 0 in w, g and slots    |
 * |   20 | decay (f32)    | weight decay of this run: w -= w * decay * lr before the step |
 * |   24 | scale (f32)    | factor of the gradient, as set by clipByNorm or by the caller |
 * |   28 | slot3          | reserved                                                     |
 *
 * `scalars` holds float32 words: lr, clipvalue (Infinity for none), then the hyper-parameters h0, h1, ...
 *
 * | name         | h0       | h1      | h2      | h3                                    | slot1       | slot2 |
 * |--------------|----------|---------|---------|---------------------------------------|-------------|-------|
 * | sgd          |          |         |         |                                       |             |       |
 * | sgdMomentum  | momentum |         |         |                                       | m           |       |
 * | sgdNesterov  | momentum |         |         |                                       | m           |       |
 * | rmsprop      | 1-rho    | epsilon |         |                                       | v           |       |
 * | adam         | 1-beta1  | 1-beta2 | epsilon | lr * sqrt(1 - beta2^t) / (1 - beta1^t) | m           | v     |
 * | adagrad      | epsilon  |         |         |                                       | accumulator |       |
 *
 * The complements and Adam's h3 are computed by the caller in double precision: 1 - 0.999 formed in float32 is off by 1.3e-5.
 */

const W = 0;
const G = 4;
const SLOT1 = 8;
const SLOT2 = 12;
const N = 16;
const DECAY = 20;
const SCALE = 24;
const RECORD = 32;

const LR = 0;
const CLIP = 4;
const H0 = 8;
const H1 = 12;
const H2 = 16;
const H3 = 20;

/** The magnitude below which state counts as 0. */
const TINY: usize = memory.data<f32>([1e-30], 16);

// Without gradients an average shrinks into the denormals, some stay there for ever, and every operation on them
// is several times slower. Both guards let a NaN pass.

/** A second moment kept at 1e-30 or above: the square root of that vanishes beside any epsilon. */
// @ts-ignore: decorator
@inline
function floored(v: v128): v128 {
  return f32x4.pmax(v, v128.load32_splat(TINY));
}

/** A first moment, 0 instead of anything below 1e-30. */
// @ts-ignore: decorator
@inline
function flushed(m: v128): v128 {
  return v128.andnot(m, f32x4.lt(f32x4.abs(m), v128.load32_splat(TINY)));
}

/** average + (x - average) * share, as Keras writes it; `share` is 1 less the decay rate. */
// @ts-ignore: decorator
@inline
function averaged(average: v128, x: v128, share: v128): v128 {
  return f32x4.add(average, f32x4.mul(f32x4.sub(x, average), share));
}

// Each class has one method: from w, decayed, and the clipped gradient g it returns the new w and stores its state.

// @ts-ignore: decorator
@final @unmanaged
class Sgd {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, _slot1: usize, _slot2: usize, scalars: usize): v128 {
    return f32x4.sub(w, f32x4.mul(v128.load32_splat(scalars, LR), g));
  }
}

/** m = momentum * m - lr * g */
// @ts-ignore: decorator
@inline
function momentum(m: v128, g: v128, scalars: usize): v128 {
  const kept = f32x4.mul(v128.load32_splat(scalars, H0), m);
  return f32x4.sub(kept, f32x4.mul(v128.load32_splat(scalars, LR), g));
}

// @ts-ignore: decorator
@final @unmanaged
class SgdMomentum {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, scalars: usize): v128 {
    const m = flushed(momentum(v128.load(slot1), g, scalars));
    v128.store(slot1, m);
    return f32x4.add(w, m);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class SgdNesterov {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, scalars: usize): v128 {
    const m = flushed(momentum(v128.load(slot1), g, scalars));
    v128.store(slot1, m);
    return f32x4.add(w, momentum(m, g, scalars));
  }
}

/** w -= lr * g / sqrt(v + epsilon): Keras adds epsilon inside the root here, outside in Adam. */
// @ts-ignore: decorator
@inline
function scaledStep(w: v128, g: v128, v: v128, epsilon: v128, scalars: usize): v128 {
  const step = f32x4.mul(v128.load32_splat(scalars, LR), g);
  return f32x4.sub(w, f32x4.div(step, f32x4.sqrt(f32x4.add(v, epsilon))));
}

// @ts-ignore: decorator
@final @unmanaged
class Rmsprop {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, scalars: usize): v128 {
    const v = floored(averaged(v128.load(slot1), f32x4.mul(g, g), v128.load32_splat(scalars, H0)));
    v128.store(slot1, v);
    return scaledStep(w, g, v, v128.load32_splat(scalars, H1), scalars);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Adam {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, scalars: usize): v128 {
    const m = flushed(averaged(v128.load(slot1), g, v128.load32_splat(scalars, H0)));
    const v = floored(averaged(v128.load(slot2), f32x4.mul(g, g), v128.load32_splat(scalars, H1)));
    v128.store(slot1, m);
    v128.store(slot2, v);
    const root = f32x4.add(f32x4.sqrt(v), v128.load32_splat(scalars, H2));
    return f32x4.sub(w, f32x4.div(f32x4.mul(v128.load32_splat(scalars, H3), m), root));
  }
}

/** The accumulator only grows, so it needs no guard. */
// @ts-ignore: decorator
@final @unmanaged
class Adagrad {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, scalars: usize): v128 {
    const accumulator = f32x4.add(v128.load(slot1), f32x4.mul(g, g));
    v128.store(slot1, accumulator);
    return scaledStep(w, g, accumulator, v128.load32_splat(scalars, H0), scalars);
  }
}

// What a step starts from. Most runs are neither decayed nor clipped, and then have a loop without either: Adam takes
// 0.52 instead of 0.65 ns a parameter.

// @ts-ignore: decorator
@final @unmanaged
class Plain {
  // @ts-ignore: decorator
  @inline weight(w: usize, _record: usize, _scalars: usize): v128 {
    return v128.load(w);
  }
  // @ts-ignore: decorator
  @inline gradient(g: usize, _record: usize, _scalars: usize): v128 {
    return v128.load(g);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Adjusted {
  /** w - w * decay * lr */
  // @ts-ignore: decorator
  @inline weight(w: usize, record: usize, scalars: usize): v128 {
    const decay = f32x4.splat(load<f32>(record, DECAY) * load<f32>(scalars, LR));
    const old = v128.load(w);
    return f32x4.sub(old, f32x4.mul(old, decay));
  }
  // The gradient comes first in pmin and pmax, so that a NaN is not clipped away.
  // @ts-ignore: decorator
  @inline gradient(g: usize, record: usize, scalars: usize): v128 {
    const high = v128.load32_splat(scalars, CLIP);
    const scaled = f32x4.mul(v128.load(g), v128.load32_splat(record, SCALE));
    return f32x4.pmax(f32x4.pmin(scaled, high), f32x4.neg(high));
  }
}

function update<Op>(table: usize, count: i32, scalars: usize): void {
  const clipped = load<f32>(scalars, CLIP) != Infinity;
  for (; count > 0; count--) {
    if (clipped || load<f32>(table, DECAY) != 0 || load<f32>(table, SCALE) != 1) {
      updateRun<Op, Adjusted>(table, scalars);
    } else updateRun<Op, Plain>(table, scalars);
    table += RECORD;
  }
}

function updateRun<Op, Start>(record: usize, scalars: usize): void {
  let w = <usize>load<u32>(record, W);
  let g = <usize>load<u32>(record, G);
  let slot1 = <usize>load<u32>(record, SLOT1);
  let slot2 = <usize>load<u32>(record, SLOT2);
  const end = w + (<usize>load<i32>(record, N) << 2);
  while (w < end) {
    const weight = changetype<Start>(0).weight(w, record, scalars);
    const gradient = changetype<Start>(0).gradient(g, record, scalars);
    v128.store(w, changetype<Op>(0).step(weight, gradient, slot1, slot2, scalars));
    w += 16;
    g += 16;
    slot1 += 16;
    slot2 += 16;
  }
}

/** w -= lr g */
export function sgd(table: usize, count: i32, scalars: usize): void {
  update<Sgd>(table, count, scalars);
}

/** m = momentum m - lr g, w += m */
export function sgdMomentum(table: usize, count: i32, scalars: usize): void {
  update<SgdMomentum>(table, count, scalars);
}

/** m = momentum m - lr g, w += momentum m - lr g */
export function sgdNesterov(table: usize, count: i32, scalars: usize): void {
  update<SgdNesterov>(table, count, scalars);
}

/** v += (g^2 - v) (1 - rho), w -= lr g / sqrt(v + epsilon) */
export function rmsprop(table: usize, count: i32, scalars: usize): void {
  update<Rmsprop>(table, count, scalars);
}

/** m += (g - m) (1 - beta1), v += (g^2 - v) (1 - beta2), w -= h3 m / (sqrt(v) + epsilon) */
export function adam(table: usize, count: i32, scalars: usize): void {
  update<Adam>(table, count, scalars);
}

/** accumulator += g^2, w -= lr g / sqrt(accumulator + epsilon) */
export function adagrad(table: usize, count: i32, scalars: usize): void {
  update<Adagrad>(table, count, scalars);
}

function sumSquares(record: usize): f64 {
  return sumOf<Square>(<usize>load<u32>(record, G), load<i32>(record, N));
}

/** What brings a gradient of the given squared norm down to `clipnorm`. A NaN in the norm stays one, as in Keras. */
function clipScale(squares: f64, clipnorm: f32): f32 {
  return <f32>(<f64>clipnorm / max(sqrt(squares), <f64>clipnorm));
}

/** Sets the scale of every record to clipnorm / max(norm of its own g, clipnorm). */
export function clipByNorm(table: usize, count: i32, clipnorm: f32): void {
  for (; count > 0; count--) {
    store<f32>(table, clipScale(sumSquares(table), clipnorm), SCALE);
    table += RECORD;
  }
}

/** Sets the scale of every record to clipnorm / max(norm of all g together, clipnorm). */
export function clipByGlobalNorm(table: usize, count: i32, clipnorm: f32): void {
  let squares: f64 = 0;
  for (let r = 0; r < count; r++) squares += sumSquares(table + <usize>r * RECORD);
  const scale = clipScale(squares, clipnorm);
  for (let r = 0; r < count; r++) store<f32>(table + <usize>r * RECORD, scale, SCALE);
}
