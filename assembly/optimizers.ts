import { logNormal, expSaturating } from './math';
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
 * |   16 | n (i32)        | elements, a multiple of 4; padding is 0 in w and g           |
 * |   20 | decay (f32)    | weight decay of this run: w -= w * decay * lr before the step |
 * |   24 | scale (f32)    | factor of the gradient, as set by clipByNorm or by the caller |
 * |   28 | slot3          | one more address of state                                    |
 *
 * `scalars` holds words: lr, clipvalue (Infinity for none), the hyper-parameters h0 to h6, all float32; then `skip` (i32),
 * not 0 where a step is not due yet because gradients are being collected; `share` and `overwrite` of movingAverage.
 *
 * | name                    | h0       | h1                 | h2                | h3, h4                                   | slots             |
 * |-------------------------|----------|--------------------|-------------------|------------------------------------------|-------------------|
 * | sgd                     |          |                    |                   |                                          |                   |
 * | sgdMomentum             | momentum |                    |                   |                                          | m                 |
 * | sgdNesterov             | momentum |                    |                   |                                          | m                 |
 * | rmsprop                 | 1-rho    | epsilon            |                   |                                          | v                 |
 * | rmspropMomentum         | 1-rho    | epsilon            | momentum          |                                          | v, m              |
 * | rmspropCentered         | 1-rho    | epsilon            |                   |                                          | v, mean           |
 * | rmspropCenteredMomentum | 1-rho    | epsilon            | momentum          |                                          | v, mean, m        |
 * | adam                    | 1-beta1  | 1-beta2            | epsilon           | lr sqrt(1-beta2^t) / (1-beta1^t)         | m, v              |
 * | amsgrad                 | 1-beta1  | 1-beta2            | epsilon           | as adam                                  | m, v, highest v   |
 * | adamax                  | 1-beta1  | beta2              | epsilon           | lr / (1-beta1^t)                         | m, u              |
 * | nadam                   | 1-beta1  | 1-beta2            | epsilon s         | factors of m and of g, see Nadam         | m, v              |
 * | adagrad                 | epsilon  |                    |                   |                                          | accumulator       |
 * | adadelta                | 1-rho    | epsilon            |                   |                                          | of g, of steps    |
 * | ftrl                    | 1/lr     | 2 l2 + beta/lr     | l1                | 2 l2Shrinkage                            | accumulator, linear |
 * | ftrlPower               | 1/lr     | 2 l2 + beta/lr     | l1                | 2 l2Shrinkage, -learningRatePower        | accumulator, linear |
 * | lion                    | 1-beta1  | 1-beta2            |                   |                                          | m                 |
 * | lamb                    | 1-beta1  | 1-beta2            | epsilon s         | s / (1-beta1^t)                          | m, v              |
 *
 * with s = sqrt(1 - beta2^t). lamb needs a run of its own for each variable. The complements and whatever depends on t
 * are computed by the caller in double precision: 1 - 0.999 formed in float32 is off by 1.3e-5.
 */

const W = 0;
const G = 4;
const SLOT1 = 8;
const SLOT2 = 12;
const N = 16;
const DECAY = 20;
const SCALE = 24;
const SLOT3 = 28;
const RECORD = 32;

const LR = 0;
const CLIP = 4;
const H0 = 8;
const H1 = 12;
const H2 = 16;
const H3 = 20;
const H4 = 24;
const SKIP = 36;
const SHARE = 40;
const OVERWRITE = 44;

/** The magnitude below which state counts as 0; 1. */
const TINY: usize = memory.data<f32>([1e-30, 1.0], 16);
const ONE: usize = TINY + 4;

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
  @inline step(w: v128, g: v128, _slot1: usize, _slot2: usize, _slot3: usize, scalars: usize): v128 {
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
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, _slot3: usize, scalars: usize): v128 {
    const m = flushed(momentum(v128.load(slot1), g, scalars));
    v128.store(slot1, m);
    return f32x4.add(w, m);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class SgdNesterov {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, _slot3: usize, scalars: usize): v128 {
    const m = flushed(momentum(v128.load(slot1), g, scalars));
    v128.store(slot1, m);
    return f32x4.add(w, momentum(m, g, scalars));
  }
}

/** lr * g / sqrt(v + epsilon): Keras adds epsilon inside the root here, outside in Adam. */
// @ts-ignore: decorator
@inline
function scaledStep(g: v128, v: v128, epsilon: v128, scalars: usize): v128 {
  const step = f32x4.mul(v128.load32_splat(scalars, LR), g);
  return f32x4.div(step, f32x4.sqrt(f32x4.add(v, epsilon)));
}

/** The step of RMSprop, by the mean square of the gradient. */
// @ts-ignore: decorator
@inline
function rmsStep(g: v128, slot1: usize, scalars: usize): v128 {
  const v = floored(averaged(v128.load(slot1), f32x4.mul(g, g), v128.load32_splat(scalars, H0)));
  v128.store(slot1, v);
  return scaledStep(g, v, v128.load32_splat(scalars, H1), scalars);
}

/** The same by the variance. In float32 mean square less squared mean may come out below 0, where it counts as 0. */
// @ts-ignore: decorator
@inline
function centeredStep(g: v128, slot1: usize, slot2: usize, scalars: usize): v128 {
  const share = v128.load32_splat(scalars, H0);
  const v = floored(averaged(v128.load(slot1), f32x4.mul(g, g), share));
  const mean = flushed(averaged(v128.load(slot2), g, share));
  v128.store(slot1, v);
  v128.store(slot2, mean);
  const variance = f32x4.pmax(f32x4.sub(v, f32x4.mul(mean, mean)), i32x4.splat(0));
  return scaledStep(g, variance, v128.load32_splat(scalars, H1), scalars);
}

/** m = momentum * m + step */
// @ts-ignore: decorator
@inline
function gathered(step: v128, slot: usize, scalars: usize): v128 {
  const m = flushed(f32x4.add(f32x4.mul(v128.load32_splat(scalars, H2), v128.load(slot)), step));
  v128.store(slot, m);
  return m;
}

// @ts-ignore: decorator
@final @unmanaged
class Rmsprop {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, _slot3: usize, scalars: usize): v128 {
    return f32x4.sub(w, rmsStep(g, slot1, scalars));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class RmspropMomentum {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    return f32x4.sub(w, gathered(rmsStep(g, slot1, scalars), slot2, scalars));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class RmspropCentered {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    return f32x4.sub(w, centeredStep(g, slot1, slot2, scalars));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class RmspropCenteredMomentum {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, slot3: usize, scalars: usize): v128 {
    return f32x4.sub(w, gathered(centeredStep(g, slot1, slot2, scalars), slot3, scalars));
  }
}

/** m = m + (g - m) * h0, stored */
// @ts-ignore: decorator
@inline
function firstMoment(g: v128, slot: usize, scalars: usize): v128 {
  const m = flushed(averaged(v128.load(slot), g, v128.load32_splat(scalars, H0)));
  v128.store(slot, m);
  return m;
}

/** v = v + (g^2 - v) * h1, stored */
// @ts-ignore: decorator
@inline
function secondMoment(g: v128, slot: usize, scalars: usize): v128 {
  const v = floored(averaged(v128.load(slot), f32x4.mul(g, g), v128.load32_splat(scalars, H1)));
  v128.store(slot, v);
  return v;
}

/** x / (sqrt(v) + h2) */
// @ts-ignore: decorator
@inline
function overRoot(x: v128, v: v128, scalars: usize): v128 {
  return f32x4.div(x, f32x4.add(f32x4.sqrt(v), v128.load32_splat(scalars, H2)));
}

/** h3 * m */
// @ts-ignore: decorator
@inline
function corrected(m: v128, scalars: usize): v128 {
  return f32x4.mul(v128.load32_splat(scalars, H3), m);
}

// @ts-ignore: decorator
@final @unmanaged
class Adam {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    const m = firstMoment(g, slot1, scalars);
    const v = secondMoment(g, slot2, scalars);
    return f32x4.sub(w, overRoot(corrected(m, scalars), v, scalars));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Amsgrad {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, slot3: usize, scalars: usize): v128 {
    const m = firstMoment(g, slot1, scalars);
    const highest = f32x4.pmax(secondMoment(g, slot2, scalars), v128.load(slot3));
    v128.store(slot3, highest);
    return f32x4.sub(w, overRoot(corrected(m, scalars), highest, scalars));
  }
}

/** u = max(beta2 u, |g|), without a root. |g| comes first, so that a NaN stays. */
// @ts-ignore: decorator
@final @unmanaged
class Adamax {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    const m = firstMoment(g, slot1, scalars);
    const kept = f32x4.mul(v128.load32_splat(scalars, H1), v128.load(slot2));
    const u = floored(f32x4.pmax(f32x4.abs(g), kept));
    v128.store(slot2, u);
    const root = f32x4.add(u, v128.load32_splat(scalars, H2));
    return f32x4.sub(w, f32x4.div(corrected(m, scalars), root));
  }
}

/**
 * With u_t = beta1 (1 - 0.96^t / 2), U_t the product of u_1 to u_t and s = sqrt(1 - beta2^t): h3 = lr s u_{t+1} /
 * (1 - U_{t+1}), h4 = lr s (1 - u_t) / (1 - U_t).
 */
// @ts-ignore: decorator
@final @unmanaged
class Nadam {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    const m = firstMoment(g, slot1, scalars);
    const v = secondMoment(g, slot2, scalars);
    const ahead = f32x4.add(corrected(m, scalars), f32x4.mul(v128.load32_splat(scalars, H4), g));
    return f32x4.sub(w, overRoot(ahead, v, scalars));
  }
}

/** The accumulator only grows, so it needs no guard. */
// @ts-ignore: decorator
@final @unmanaged
class Adagrad {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, _slot3: usize, scalars: usize): v128 {
    const accumulator = f32x4.add(v128.load(slot1), f32x4.mul(g, g));
    v128.store(slot1, accumulator);
    return f32x4.sub(w, scaledStep(g, accumulator, v128.load32_splat(scalars, H0), scalars));
  }
}

/** step = g sqrt(steps + epsilon) / sqrt(squares + epsilon), both averages of squares. */
// @ts-ignore: decorator
@final @unmanaged
class Adadelta {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    const share = v128.load32_splat(scalars, H0);
    const epsilon = v128.load32_splat(scalars, H1);
    const squares = floored(averaged(v128.load(slot1), f32x4.mul(g, g), share));
    const steps = v128.load(slot2);
    const scaled = f32x4.mul(f32x4.sqrt(f32x4.add(steps, epsilon)), g);
    const step = f32x4.div(scaled, f32x4.sqrt(f32x4.add(squares, epsilon)));
    v128.store(slot1, squares);
    v128.store(slot2, floored(averaged(steps, f32x4.mul(step, step), share)));
    return f32x4.sub(w, f32x4.mul(v128.load32_splat(scalars, LR), step));
  }
}

/** x^(1/2), of which Ftrl's other powers are the general case. */
// @ts-ignore: decorator
@final @unmanaged
class Root {
  // @ts-ignore: decorator
  @inline of(x: v128, _scalars: usize): v128 {
    return f32x4.sqrt(x);
  }
}

/** x^h4 for x from 1e-30 up, as exp(h4 log x). Not inlined: its 60 operations would stand in four places. */
function powerOf(x: v128, scalars: usize): v128 {
  return expSaturating(f32x4.mul(v128.load32_splat(scalars, H4), logNormal(x)));
}

// @ts-ignore: decorator
@final @unmanaged
class Power {
  // @ts-ignore: decorator
  @inline of(x: v128, scalars: usize): v128 {
    return powerOf(x, scalars);
  }
}

/** McMahan et al. 2013, with the shrinkage of TensorFlow. The floor keeps 0 / 0 from the padding. */
// @ts-ignore: decorator
@final @unmanaged
class Ftrl<P> {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    const rate = v128.load32_splat(scalars, H0);
    const old = floored(v128.load(slot1));
    const accumulator = f32x4.add(old, f32x4.mul(g, g));
    v128.store(slot1, accumulator);
    const power = changetype<P>(0).of(accumulator, scalars);
    const growth = f32x4.mul(f32x4.sub(power, changetype<P>(0).of(old, scalars)), rate);
    const shrinking = f32x4.add(g, f32x4.mul(v128.load32_splat(scalars, H3), w));
    const change = f32x4.sub(shrinking, f32x4.mul(growth, w));
    const linear = flushed(f32x4.add(v128.load(slot2), change));
    v128.store(slot2, linear);
    const l1 = v128.load32_splat(scalars, H2);
    const clipped = f32x4.pmax(f32x4.pmin(linear, l1), f32x4.neg(l1));
    const quadratic = f32x4.add(f32x4.mul(power, rate), v128.load32_splat(scalars, H1));
    return f32x4.div(f32x4.sub(clipped, linear), quadratic);
  }
}

/** -1, 0 or 1; a NaN stays. */
// @ts-ignore: decorator
@inline
function signOf(x: v128): v128 {
  const one = v128.load32_splat(ONE);
  const zero = i32x4.splat(0);
  const positive = v128.and(one, f32x4.gt(x, zero));
  const negative = v128.and(one, f32x4.lt(x, zero));
  return v128.bitselect(x, f32x4.sub(positive, negative), f32x4.ne(x, x));
}

// @ts-ignore: decorator
@final @unmanaged
class Lion {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, _slot2: usize, _slot3: usize, scalars: usize): v128 {
    const m = v128.load(slot1);
    const direction = signOf(averaged(m, g, v128.load32_splat(scalars, H0)));
    v128.store(slot1, flushed(averaged(m, g, v128.load32_splat(scalars, H1))));
    return f32x4.sub(w, f32x4.mul(v128.load32_splat(scalars, LR), direction));
  }
}

/** The first half of Lamb: the moments alone. */
// @ts-ignore: decorator
@final @unmanaged
class Moments {
  // @ts-ignore: decorator
  @inline step(w: v128, g: v128, slot1: usize, slot2: usize, _slot3: usize, scalars: usize): v128 {
    firstMoment(g, slot1, scalars);
    secondMoment(g, slot2, scalars);
    return w;
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
  if (load<i32>(scalars, SKIP)) return;
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
  let slot3 = <usize>load<u32>(record, SLOT3);
  const end = w + (<usize>load<i32>(record, N) << 2);
  while (w < end) {
    const weight = changetype<Start>(0).weight(w, record, scalars);
    const gradient = changetype<Start>(0).gradient(g, record, scalars);
    v128.store(w, changetype<Op>(0).step(weight, gradient, slot1, slot2, slot3, scalars));
    w += 16;
    g += 16;
    slot1 += 16;
    slot2 += 16;
    slot3 += 16;
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

/** As rmsprop, but steps gather: m = momentum m + step, w -= m */
export function rmspropMomentum(table: usize, count: i32, scalars: usize): void {
  update<RmspropMomentum>(table, count, scalars);
}

/** As rmsprop, with v - mean^2 in the place of v: mean += (g - mean) (1 - rho) */
export function rmspropCentered(table: usize, count: i32, scalars: usize): void {
  update<RmspropCentered>(table, count, scalars);
}

/** rmspropCentered whose steps gather */
export function rmspropCenteredMomentum(table: usize, count: i32, scalars: usize): void {
  update<RmspropCenteredMomentum>(table, count, scalars);
}

/** m += (g - m) (1 - beta1), v += (g^2 - v) (1 - beta2), w -= h3 m / (sqrt(v) + epsilon) */
export function adam(table: usize, count: i32, scalars: usize): void {
  update<Adam>(table, count, scalars);
}

/** As adam, but with the highest v so far under the root. */
export function amsgrad(table: usize, count: i32, scalars: usize): void {
  update<Amsgrad>(table, count, scalars);
}

/** m as adam, u = max(beta2 u, |g|), w -= h3 m / (u + epsilon) */
export function adamax(table: usize, count: i32, scalars: usize): void {
  update<Adamax>(table, count, scalars);
}

/** m and v as adam, w -= (h3 m + h4 g) / (sqrt(v) + h2) */
export function nadam(table: usize, count: i32, scalars: usize): void {
  update<Nadam>(table, count, scalars);
}

/** accumulator += g^2, w -= lr g / sqrt(accumulator + epsilon) */
export function adagrad(table: usize, count: i32, scalars: usize): void {
  update<Adagrad>(table, count, scalars);
}

/** step = g sqrt(steps + epsilon) / sqrt(squares + epsilon), w -= lr step; averages of g^2 and of step^2 */
export function adadelta(table: usize, count: i32, scalars: usize): void {
  update<Adadelta>(table, count, scalars);
}

/** The proximal step that follows the regularized leader, with the square root of the accumulator. */
export function ftrl(table: usize, count: i32, scalars: usize): void {
  update<Ftrl<Root>>(table, count, scalars);
}

/** ftrl with another power of the accumulator, h4 */
export function ftrlPower(table: usize, count: i32, scalars: usize): void {
  update<Ftrl<Power>>(table, count, scalars);
}

/** w -= lr sign(m + (g - m) (1 - beta1)), m += (g - m) (1 - beta2) */
export function lion(table: usize, count: i32, scalars: usize): void {
  update<Lion>(table, count, scalars);
}

/** m and v as adam, u = h3 m / (sqrt(v) + h2), w -= lr u |w| / |u|, the norms being those of a whole run */
export function lamb(table: usize, count: i32, scalars: usize): void {
  update<Moments>(table, count, scalars);
  if (load<i32>(scalars, SKIP)) return;
  for (; count > 0; count--) {
    const weights = sqrt(sumOf<Square>(<usize>load<u32>(table, W), load<i32>(table, N)));
    const steps = sqrt(sumLambSquares(table, scalars));
    const ratio: f64 = weights > 0 && steps > 0 ? weights / steps : 1;
    stepLamb(table, f32x4.splat(<f32>(ratio * <f64>load<f32>(scalars, LR))), scalars);
    table += RECORD;
  }
}

// @ts-ignore: decorator
@inline
function lambDirection(m: usize, v: usize, scalars: usize): v128 {
  return overRoot(corrected(v128.load(m), scalars), v128.load(v), scalars);
}

function sumLambSquares(record: usize, scalars: usize): f64 {
  let m = <usize>load<u32>(record, SLOT1);
  let v = <usize>load<u32>(record, SLOT2);
  const end = m + (<usize>load<i32>(record, N) << 2);
  let sum = f64x2.splat(0);
  for (; m < end; m += 16) {
    const direction = lambDirection(m, v, scalars);
    const low = f64x2.promote_low_f32x4(direction);
    const high = f64x2.promote_low_f32x4(i64x2.shuffle(direction, direction, 1, 1));
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    v += 16;
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

function stepLamb(record: usize, rate: v128, scalars: usize): void {
  let w = <usize>load<u32>(record, W);
  let m = <usize>load<u32>(record, SLOT1);
  let v = <usize>load<u32>(record, SLOT2);
  const end = w + (<usize>load<i32>(record, N) << 2);
  for (; w < end; w += 16) {
    v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(rate, lambDirection(m, v, scalars))));
    m += 16;
    v += 16;
  }
}

/**
 * Collects gradients: sum [n] += g [n]. Where a step is due (`skip` of the scalars is 0) g becomes the mean of all
 * `steps` that were collected, its own among them, and the sum begins anew. n is a multiple of 4.
 */
export function collectGradients(sum: usize, g: usize, scalars: usize, steps: f32, n: i32): void {
  const skip = load<i32>(scalars, SKIP);
  const divisor = f32x4.splat(steps);
  const end = g + (<usize>n << 2);
  for (; g < end; g += 16) {
    const all = f32x4.add(v128.load(g), v128.load(sum));
    if (skip) v128.store(sum, all);
    else {
      v128.store(g, f32x4.div(all, divisor));
      v128.store(sum, i32x4.splat(0));
    }
    sum += 16;
  }
}

/**
 * average [n] += (w [n] - average) * share; then w = average where `overwrite` is not 0. Both are words of the scalars
 * (float32 and i32). n is a multiple of 4.
 */
export function movingAverage(average: usize, w: usize, scalars: usize, n: i32): void {
  const share = v128.load32_splat(scalars, SHARE);
  const overwrite = load<i32>(scalars, OVERWRITE);
  const end = w + (<usize>n << 2);
  for (; w < end; w += 16) {
    const mean = flushed(averaged(v128.load(average), v128.load(w), share));
    v128.store(average, mean);
    if (overwrite) v128.store(w, mean);
    average += 16;
  }
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
