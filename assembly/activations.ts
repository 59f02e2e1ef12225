/**
 * Activations, and the few functions of one variable that custom layers compose, each as
 *
 *     name(y, x, alpha, n)                    y [n] = f(x [n])
 *     nameBackward(dx, dy, s, alpha, n)       dx [n] = dy [n] * f'
 *
 * where s [n] is what the forward pass saved: its input x or its output y. In place allowed (y = x, dx = dy).
 *
 * | name        | f                           | s | f'                                | alpha          |
 * |-------------|-----------------------------|---|-----------------------------------|----------------|
 * | relu        | max(x, 0), NaN stays        | y | y > 0                             |                |
 * | leakyRelu   | x > 0 ? x : alpha x         | x | x > 0 ? 1 : alpha                 | negative slope |
 * | sigmoid     | 1 / (1 + exp(-x))           | y | y (1 - y)                         |                |
 * | tanh        | tanh(x)                     | y | (1 - y) (1 + y)                   |                |
 * | softplus    | log(1 + exp(x))             | x | sigmoid(x)                        |                |
 * | elu         | x > 0 ? x : alpha (e^x - 1) | x | x > 0 ? 1 : alpha e^x             | negative scale |
 * | selu        | 1.0507 elu(x), alpha 1.6733 | x | scaled likewise                   |                |
 * | gelu        | x Phi(x)                    | x | Phi(x) + x phi(x)                 |                |
 * | silu        | x sigmoid(x)                | x | p (1 + x (1 - p)), p = sigmoid(x) |                |
 * | exponential | exp(x)                      | y | y                                 |                |
 * | hardSigmoid | relu6(x + 3) / 6            | x | abs(x) < 3 ? 1/6 : 0              |                |
 * | relu6       | min(max(x, 0), 6)           | y | 0 < y < 6                         |                |
 * | celu        | elu with e^(x / alpha)      | x | x > 0 ? 1 : e^(x / alpha)         | above 0        |
 * | mish        | x tanh(softplus(x))         | x | see the class                     |                |
 * | softsign    | x / (1 + abs(x))            | x | 1 / (1 + abs(x))^2                |                |
 * | logSigmoid  | -softplus(-x)               | x | sigmoid(-x)                       |                |
 * | hardSilu    | x relu6(x + 3) / 6          | x | (2 x + 3) / 6 between -3 and 3    |                |
 * | hardTanh    | min(max(x, -1), 1)          | x | abs(x) <= 1                       |                |
 * | tanhShrink  | x - tanh(x)                 | x | tanh(x)^2                         |                |
 * | softShrink  | x -+ alpha, 0 in between    | x | abs(x) > alpha                    | threshold      |
 * | hardShrink  | x, 0 up to abs(x) = alpha   | x | abs(x) > alpha                    | threshold      |
 * | squareplus  | (x + sqrt(x^2 + alpha)) / 2 | x | y / sqrt(x^2 + alpha)             | above 0        |
 * | sparsePlus  | (x + 1)^2 / 4, then x       | x | sparseSigmoid(x)                  |                |
 * | sparseSigmoid | (x + 1) / 2 kept to 0..1  | x | abs(x) < 1 ? 1/2 : 0              |                |
 * | absolute    | abs(x)                      | x | sign(x), 0 at 0                   |                |
 * | square      | x^2                         | x | 2 x                               |                |
 * | sqrt        | sqrt(x)                     | y | 1 / (2 y)                         |                |
 * | log         | log(x)                      | x | 1 / x                             |                |
 * | reciprocal  | 1 / x                       | y | -y^2                              |                |
 *
 * Names and values are those of Keras 3. Where a formula would end in infinity times zero, its argument is
 * kept to the range outside of which the result no longer changes.
 */
import * as math from './math';
import { storeLanes } from './simd';

// @ts-ignore: decorator
@inline
function splat(value: f32): v128 {
  return f32x4.splat(value);
}

// @ts-ignore: decorator
@inline
function greaterThanZero(x: v128): v128 {
  return f32x4.gt(x, splat(0));
}

// `pmax(x, bound)` and `pmin(x, bound)` with x first pass a NaN on.

// @ts-ignore: decorator
@final @unmanaged
class Relu {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.pmax(x, splat(0));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, y: v128, _alpha: v128): v128 {
    return v128.and(dy, greaterThanZero(y));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class LeakyRelu {
  // @ts-ignore: decorator
  @inline forward(x: v128, alpha: v128): v128 {
    return v128.bitselect(x, f32x4.mul(x, alpha), greaterThanZero(x));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, alpha: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, alpha), greaterThanZero(x));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Sigmoid {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return math.sigmoid(x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, y: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(splat(1), y)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Tanh {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return math.tanh(x);
  }
  // (1 - y) (1 + y) is exact to the last place near |y| = 1, where 1 - y^2 cancels.
  // @ts-ignore: decorator
  @inline backward(dy: v128, y: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(f32x4.sub(splat(1), y), f32x4.add(splat(1), y)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Softplus {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return math.softplus(x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, math.sigmoid(x));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Elu {
  // @ts-ignore: decorator
  @inline forward(x: v128, alpha: v128): v128 {
    return v128.bitselect(x, f32x4.mul(alpha, math.expm1(x)), greaterThanZero(x));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, alpha: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, f32x4.mul(alpha, math.expSaturating(x))), greaterThanZero(x));
  }
}

const SELU_SCALE: f32 = 1.0507009873554805;
const SELU_ALPHA: f32 = 1.6732632423543772;

// @ts-ignore: decorator
@final @unmanaged
class Selu {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.mul(changetype<Elu>(0).forward(x, splat(SELU_ALPHA)), splat(SELU_SCALE));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return f32x4.mul(changetype<Elu>(0).backward(dy, x, splat(SELU_ALPHA)), splat(SELU_SCALE));
  }
}

/** Where the density of gelu's derivative is exactly 0. */
const FAR: usize = memory.data<f32>([-14, 14], 16);

// @ts-ignore: decorator
@final @unmanaged
class Gelu {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return math.gelu(x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, v128.load32_splat(FAR)), v128.load32_splat(FAR, 4));
    const slope = f32x4.add(
      math.normalShare(bounded),
      f32x4.mul(bounded, math.normalDensity(bounded)),
    );
    return f32x4.mul(dy, slope);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Silu {
  // exp(x) / (1 + exp(x)) is exactly 0 at the lower bound, where 1 / (1 + exp(-x)) saturates above it.
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    const bounded = f32x4.pmax(x, splat(-100));
    const e = math.expSaturating(bounded);
    return f32x4.mul(bounded, f32x4.div(e, f32x4.add(splat(1), e)));
  }
  // With q = 1 - p computed by itself, not as a difference, the tail on the right keeps its last places.
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, splat(-100)), splat(80));
    const e = math.expSaturating(bounded);
    const q = f32x4.div(splat(1), f32x4.add(splat(1), e));
    return f32x4.mul(dy, f32x4.mul(f32x4.mul(e, q), f32x4.add(splat(1), f32x4.mul(bounded, q))));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Exponential {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return math.exp(x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, y: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, y);
  }
}

const SIXTH: f32 = 0.16666666666666666;

// @ts-ignore: decorator
@final @unmanaged
class HardSigmoid {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.mul(f32x4.pmin(f32x4.pmax(f32x4.add(x, splat(3)), splat(0)), splat(6)), splat(SIXTH));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return v128.and(f32x4.mul(dy, splat(SIXTH)), f32x4.lt(f32x4.abs(x), splat(3)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Relu6 {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, splat(0)), splat(6));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, y: v128, _alpha: v128): v128 {
    return v128.and(dy, v128.and(greaterThanZero(y), f32x4.lt(y, splat(6))));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Celu {
  // @ts-ignore: decorator
  @inline forward(x: v128, alpha: v128): v128 {
    return v128.bitselect(x, f32x4.mul(alpha, math.expm1(f32x4.div(x, alpha))), greaterThanZero(x));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, alpha: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, math.expSaturating(f32x4.div(x, alpha))), greaterThanZero(x));
  }
}

/** Where tanh(softplus(x)) is 0 and 1. */
const MISH: usize = memory.data<f32>([-100, 20], 16);

/** With e = exp(x), tanh(softplus(x)) is e (e + 2) / (e (e + 2) + 2): no logarithm, no cancellation. */
// @ts-ignore: decorator
@final @unmanaged
class Mish {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    const low = f32x4.pmax(x, v128.load32_splat(MISH));
    const e = math.expNegative(f32x4.pmin(low, v128.load32_splat(MISH, 4)));
    const n = f32x4.mul(e, f32x4.add(e, splat(2)));
    return f32x4.mul(low, f32x4.div(n, f32x4.add(n, splat(2))));
  }
  // The slope is n / (n + 2) + 4 x e (e + 1) / (n + 2)^2.
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, v128.load32_splat(MISH)), v128.load32_splat(MISH, 4));
    const e = math.expNegative(bounded);
    const n = f32x4.mul(e, f32x4.add(e, splat(2)));
    const inverse = f32x4.div(splat(1), f32x4.add(n, splat(2)));
    const rise = f32x4.mul(f32x4.mul(e, f32x4.add(e, splat(1))), f32x4.mul(inverse, inverse));
    const slope = f32x4.add(f32x4.mul(n, inverse), f32x4.mul(f32x4.mul(splat(4), bounded), rise));
    return f32x4.mul(dy, slope);
  }
}

/** Keeps infinity from meeting itself. */
const LARGE: usize = memory.data<f32>([-1e38, 1e38], 16);

// @ts-ignore: decorator
@inline
function withoutInfinity(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, v128.load32_splat(LARGE)), v128.load32_splat(LARGE, 4));
}

// @ts-ignore: decorator
@final @unmanaged
class Softsign {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    const bounded = withoutInfinity(x);
    return f32x4.div(bounded, f32x4.add(splat(1), f32x4.abs(bounded)));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    const inverse = f32x4.div(splat(1), f32x4.add(splat(1), f32x4.abs(x)));
    return f32x4.mul(dy, f32x4.mul(inverse, inverse));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class LogSigmoid {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.neg(math.softplus(f32x4.neg(x)));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, math.sigmoid(f32x4.neg(x)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class HardSilu {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.mul(f32x4.pmax(x, splat(-3)), changetype<HardSigmoid>(0).forward(x, _alpha));
  }
  // At -3 the slope of the left side, at 3 that of the right one.
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    const inside = f32x4.mul(f32x4.add(f32x4.add(x, x), splat(3)), splat(SIXTH));
    const slope = v128.bitselect(splat(1), inside, f32x4.ge(x, splat(3)));
    return v128.andnot(f32x4.mul(dy, slope), f32x4.le(x, splat(-3)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class HardTanh {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, splat(-1)), splat(1));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return v128.and(dy, f32x4.le(f32x4.abs(x), splat(1)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class TanhShrink {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.sub(x, math.tanh(x));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    const t = math.tanh(x);
    return f32x4.mul(dy, f32x4.mul(t, t));
  }
}

/** v where abs(x) > alpha, NaN where x is NaN, else 0. */
// @ts-ignore: decorator
@inline
function beyond(x: v128, alpha: v128, v: v128): v128 {
  return v128.andnot(v, f32x4.le(f32x4.abs(x), alpha));
}

// @ts-ignore: decorator
@final @unmanaged
class SoftShrink {
  // @ts-ignore: decorator
  @inline forward(x: v128, alpha: v128): v128 {
    const inside = f32x4.pmin(f32x4.pmax(x, f32x4.neg(alpha)), alpha);
    return beyond(x, alpha, f32x4.sub(x, inside));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, alpha: v128): v128 {
    return beyond(x, alpha, dy);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class HardShrink {
  // @ts-ignore: decorator
  @inline forward(x: v128, alpha: v128): v128 {
    return beyond(x, alpha, x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, alpha: v128): v128 {
    return beyond(x, alpha, dy);
  }
}

/** sqrt(x^2 + b), also where x^2 overflows. */
// @ts-ignore: decorator
@inline
function hypotenuse(x: v128, b: v128): v128 {
  const root = f32x4.sqrt(f32x4.add(f32x4.pmin(f32x4.mul(x, x), v128.load32_splat(LARGE, 4)), b));
  return f32x4.pmax(root, f32x4.abs(x));
}

/** On the left (x + s) / 2, s = sqrt(x^2 + b), cancels; b / (2 (s - x)) is the same. */
// @ts-ignore: decorator
@final @unmanaged
class Squareplus {
  // @ts-ignore: decorator
  @inline forward(x: v128, b: v128): v128 {
    const half = splat(0.5);
    const sum = f32x4.add(f32x4.mul(hypotenuse(x, b), half), f32x4.mul(f32x4.abs(x), half));
    const left = f32x4.div(f32x4.mul(b, splat(0.25)), sum);
    return v128.bitselect(left, sum, f32x4.lt(x, splat(0)));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, b: v128): v128 {
    const bounded = withoutInfinity(x);
    const slope = f32x4.div(changetype<Squareplus>(0).forward(bounded, b), hypotenuse(bounded, b));
    return f32x4.mul(dy, slope);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class SparseSigmoid {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    const bounded = f32x4.pmin(f32x4.pmax(x, splat(-1)), splat(1));
    return f32x4.mul(f32x4.add(bounded, splat(1)), splat(0.5));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return v128.and(f32x4.mul(dy, splat(0.5)), f32x4.lt(f32x4.abs(x), splat(1)));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class SparsePlus {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    const share = changetype<SparseSigmoid>(0).forward(x, _alpha);
    return v128.bitselect(x, f32x4.mul(share, share), f32x4.ge(x, splat(1)));
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, changetype<SparseSigmoid>(0).forward(x, _alpha));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Absolute {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.abs(x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return f32x4.sub(v128.and(dy, greaterThanZero(x)), v128.and(dy, f32x4.lt(x, splat(0))));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Square {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.mul(x, x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return f32x4.mul(dy, f32x4.add(x, x));
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Sqrt {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.sqrt(x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, y: v128, _alpha: v128): v128 {
    return f32x4.div(f32x4.mul(dy, splat(0.5)), y);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Log {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return math.log(x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, x: v128, _alpha: v128): v128 {
    return f32x4.div(dy, x);
  }
}

// @ts-ignore: decorator
@final @unmanaged
class Reciprocal {
  // @ts-ignore: decorator
  @inline forward(x: v128, _alpha: v128): v128 {
    return f32x4.div(splat(1), x);
  }
  // @ts-ignore: decorator
  @inline backward(dy: v128, y: v128, _alpha: v128): v128 {
    return f32x4.neg(f32x4.mul(f32x4.mul(dy, y), y));
  }
}

// Two vectors at a time, so that the long chains of the transcendental functions overlap; then one by one.

function forward<Op>(y: usize, x: usize, alpha: f32, n: i32): void {
  const a = splat(alpha);
  const end = y + (<usize>(n & ~7) << 2);
  while (y < end) {
    const y0 = changetype<Op>(0).forward(v128.load(x), a);
    const y1 = changetype<Op>(0).forward(v128.load(x, 16), a);
    v128.store(y, y0);
    v128.store(y, y1, 16);
    y += 32;
    x += 32;
  }
  for (let rest = n & 7; rest > 0; rest -= 4) {
    const last = changetype<Op>(0).forward(v128.load(x), a);
    if (rest >= 4) v128.store(y, last);
    else storeLanes(y, last, rest);
    y += 16;
    x += 16;
  }
}

function backward<Op>(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  const a = splat(alpha);
  const end = dx + (<usize>(n & ~7) << 2);
  while (dx < end) {
    const d0 = changetype<Op>(0).backward(v128.load(dy), v128.load(s), a);
    const d1 = changetype<Op>(0).backward(v128.load(dy, 16), v128.load(s, 16), a);
    v128.store(dx, d0);
    v128.store(dx, d1, 16);
    dx += 32;
    dy += 32;
    s += 32;
  }
  for (let rest = n & 7; rest > 0; rest -= 4) {
    const last = changetype<Op>(0).backward(v128.load(dy), v128.load(s), a);
    if (rest >= 4) v128.store(dx, last);
    else storeLanes(dx, last, rest);
    dx += 16;
    dy += 16;
    s += 16;
  }
}

export function relu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Relu>(y, x, alpha, n);
}
export function reluBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Relu>(dx, dy, s, alpha, n);
}

export function leakyRelu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<LeakyRelu>(y, x, alpha, n);
}
export function leakyReluBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<LeakyRelu>(dx, dy, s, alpha, n);
}

export function sigmoid(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Sigmoid>(y, x, alpha, n);
}
export function sigmoidBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Sigmoid>(dx, dy, s, alpha, n);
}

export function tanh(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Tanh>(y, x, alpha, n);
}
export function tanhBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Tanh>(dx, dy, s, alpha, n);
}

export function softplus(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Softplus>(y, x, alpha, n);
}
export function softplusBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Softplus>(dx, dy, s, alpha, n);
}

export function elu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Elu>(y, x, alpha, n);
}
export function eluBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Elu>(dx, dy, s, alpha, n);
}

export function selu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Selu>(y, x, alpha, n);
}
export function seluBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Selu>(dx, dy, s, alpha, n);
}

export function gelu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Gelu>(y, x, alpha, n);
}
export function geluBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Gelu>(dx, dy, s, alpha, n);
}

export function silu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Silu>(y, x, alpha, n);
}
export function siluBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Silu>(dx, dy, s, alpha, n);
}

export function exponential(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Exponential>(y, x, alpha, n);
}
export function exponentialBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Exponential>(dx, dy, s, alpha, n);
}

export function hardSigmoid(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<HardSigmoid>(y, x, alpha, n);
}
export function hardSigmoidBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<HardSigmoid>(dx, dy, s, alpha, n);
}

export function relu6(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Relu6>(y, x, alpha, n);
}
export function relu6Backward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Relu6>(dx, dy, s, alpha, n);
}

export function celu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Celu>(y, x, alpha, n);
}
export function celuBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Celu>(dx, dy, s, alpha, n);
}

export function mish(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Mish>(y, x, alpha, n);
}
export function mishBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Mish>(dx, dy, s, alpha, n);
}

export function softsign(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Softsign>(y, x, alpha, n);
}
export function softsignBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Softsign>(dx, dy, s, alpha, n);
}

export function logSigmoid(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<LogSigmoid>(y, x, alpha, n);
}
export function logSigmoidBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<LogSigmoid>(dx, dy, s, alpha, n);
}

export function hardSilu(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<HardSilu>(y, x, alpha, n);
}
export function hardSiluBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<HardSilu>(dx, dy, s, alpha, n);
}

export function hardTanh(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<HardTanh>(y, x, alpha, n);
}
export function hardTanhBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<HardTanh>(dx, dy, s, alpha, n);
}

export function tanhShrink(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<TanhShrink>(y, x, alpha, n);
}
export function tanhShrinkBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<TanhShrink>(dx, dy, s, alpha, n);
}

export function softShrink(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<SoftShrink>(y, x, alpha, n);
}
export function softShrinkBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<SoftShrink>(dx, dy, s, alpha, n);
}

export function hardShrink(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<HardShrink>(y, x, alpha, n);
}
export function hardShrinkBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<HardShrink>(dx, dy, s, alpha, n);
}

export function squareplus(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Squareplus>(y, x, alpha, n);
}
export function squareplusBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Squareplus>(dx, dy, s, alpha, n);
}

export function sparsePlus(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<SparsePlus>(y, x, alpha, n);
}
export function sparsePlusBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<SparsePlus>(dx, dy, s, alpha, n);
}

export function sparseSigmoid(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<SparseSigmoid>(y, x, alpha, n);
}
export function sparseSigmoidBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<SparseSigmoid>(dx, dy, s, alpha, n);
}

export function absolute(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Absolute>(y, x, alpha, n);
}
export function absoluteBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Absolute>(dx, dy, s, alpha, n);
}

export function square(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Square>(y, x, alpha, n);
}
export function squareBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Square>(dx, dy, s, alpha, n);
}

export function sqrt(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Sqrt>(y, x, alpha, n);
}
export function sqrtBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Sqrt>(dx, dy, s, alpha, n);
}

export function log(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Log>(y, x, alpha, n);
}
export function logBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Log>(dx, dy, s, alpha, n);
}

export function reciprocal(y: usize, x: usize, alpha: f32, n: i32): void {
  forward<Reciprocal>(y, x, alpha, n);
}
export function reciprocalBackward(dx: usize, dy: usize, s: usize, alpha: f32, n: i32): void {
  backward<Reciprocal>(dx, dy, s, alpha, n);
}
