/**
 * Transcendental functions over four lanes: the project's own polynomials, because engines differ in the last
 * bits of theirs. The errors named below were found by comparing with float64: those of exp, log, sigmoid, softplus
 * and tanh over every float32 (scripts/scan-accuracy.mjs), the others over a part of them. An ulp is one unit in the
 * last place of the exact result. NaN gives NaN unless a comment says otherwise.
 *
 * How they are written:
 * - Constants come from one table by `load32_splat`: V8 builds a literal vector anew in every iteration of a
 *   loop, and with the many constants of a polynomial a load is 20 to 30 % faster.
 * - `pmin(x, bound)` and `pmax(x, bound)` with x first pass a NaN on and are one instruction each, where
 *   `f32x4.min` and `max` are several.
 * - Rounding is an addition of 1.5 * 2^23, which also leaves the integer in the low bits.
 * - Strictly multiply, then add: no result depends on whether the CPU has a fused multiply-add.
 *
 * Polynomials are minimax fits over the reduced range, rounded to float32, lowest power first.
 */
const TABLE: usize = memory.data<f32>(
  [
    // SHARED: 1, 0.5, 2, -1
    1.0, 0.5, 2.0, -1.0,
    // REDUCE: log2(e), 1.5 * 2^23, ln(2) in two parts (Cephes): n * first is exact, minus second completes it
    1.44269504, 12582912.0, 0.693359375, 2.1219444e-4,
    // RANGE: of exp (low, high), of expSaturating (low, high)
    -105.0, 90.0, -88.0, 88.376,
    // EXP: (exp(r) - 1 - r) / r^2, |r| <= ln(2) / 2
    0.49999994, 0.166665211, 0.0416682661, 0.00836868398, 0.00138209481,
    // EXPM1: the same without the help of the leading 1
    0.49999997, 0.166665465, 0.0416674353, 0.00836626161, 0.00138706574,
    // LOG: sqrt(1/2), smallest normal, 2^23, 23, Inf, -Inf; then the polynomial
    0.707106769, 1.17549435e-38, 8388608.0, 23.0, Infinity, -Infinity, 0.666667759, 0.399775594, 0.298718989,
    // LOG1P: (log1p(t) - 2s) / s^3, s = t / (2 + t), t in [0, 1]
    0.666664183, 0.400214374, 0.280030251, 0.280067861,
    // TANH: bound, -bound, numerator, denominator
    9.01, -9.01, 1.0, 0.133790225, 0.00349321868, 2.05705182e-5, 1.33020999e-8,
    1.0, 0.467123389, 0.0258679427, 3.28177761e-4, 7.75485717e-7,
    // NORMAL: -bound, bound, 0, 1 / sqrt(2 pi), -1/2, then of (share(x) - 1/2) / x in x^2: numerator, denominator
    -5.5013, 5.5013, 0.0, 0.3989422804014327, -0.5,
    0.398942262, 0.0337260105, 0.00466603694, 0.00016703525, 6.29341321e-6, 2.25607958e-8,
    1.0, 0.251204938, 0.028564306, 0.00187467143, 7.28252344e-5, 1.18762512e-6,
    // TURNS: 4, 1/4, sin(2 pi u) / u, cos(2 pi u), |u| <= 1/8
    4.0, 0.25, 6.28318548, -41.3418655, 81.6255951, -76.7722321,
    1.0, -19.7392082, 64.9391479, -85.4245224, 58.6210594,
  ],
  16,
);

const ONE: usize = TABLE;
const HALF: usize = TABLE + 4;
const TWO: usize = TABLE + 8;
const MINUS_ONE: usize = TABLE + 12;
const REDUCE: usize = TABLE + 16;
const RANGE: usize = REDUCE + 16;
const EXP: usize = RANGE + 16;
const EXPM1: usize = EXP + 20;
const LOG: usize = EXPM1 + 20;
const LOG1P: usize = LOG + 36;
const TANH: usize = LOG1P + 16;
const NORMAL: usize = TANH + 48;
const TURNS: usize = NORMAL + 68;

// @ts-ignore: decorator
@inline
function constant(at: usize): v128 {
  return v128.load32_splat(at);
}

/** c0 + c1 z + c2 z^2 by Horner's rule, the coefficients lying at `at`; the longer ones build on it. */
// @ts-ignore: decorator
@inline
function polynomial3(z: v128, at: usize): v128 {
  const tail = f32x4.add(constant(at + 4), f32x4.mul(z, constant(at + 8)));
  return f32x4.add(constant(at), f32x4.mul(z, tail));
}

// @ts-ignore: decorator
@inline
function polynomial4(z: v128, at: usize): v128 {
  return f32x4.add(constant(at), f32x4.mul(z, polynomial3(z, at + 4)));
}

// @ts-ignore: decorator
@inline
function polynomial5(z: v128, at: usize): v128 {
  return f32x4.add(constant(at), f32x4.mul(z, polynomial4(z, at + 4)));
}

// @ts-ignore: decorator
@inline
function polynomial6(z: v128, at: usize): v128 {
  return f32x4.add(constant(at), f32x4.mul(z, polynomial5(z, at + 4)));
}

/** x limited to [low, high], the two constants at `low` and `high`. A NaN stays, -0 stays. */
// @ts-ignore: decorator
@inline
function clamp(x: v128, low: usize, high: usize): v128 {
  return f32x4.pmin(f32x4.pmax(x, constant(low)), constant(high));
}

/** round(x / ln 2) + 1.5 * 2^23: the integer n of x = n ln 2 + r stands in its low bits. */
// @ts-ignore: decorator
@inline
function biasedExponent(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, constant(REDUCE)), constant(REDUCE + 4));
}

/** The r of x = n ln 2 + r, |r| <= ln(2) / 2. */
// @ts-ignore: decorator
@inline
function reduced(x: v128, biased: v128): v128 {
  const n = f32x4.sub(biased, constant(REDUCE + 4));
  return f32x4.add(
    f32x4.sub(x, f32x4.mul(n, constant(REDUCE + 8))),
    f32x4.mul(n, constant(REDUCE + 12)),
  );
}

/** exp(r) for |r| <= ln(2) / 2. */
// @ts-ignore: decorator
@inline
function expReduced(r: v128): v128 {
  const quadratic = f32x4.mul(f32x4.mul(r, r), polynomial5(r, EXP));
  return f32x4.add(f32x4.add(quadratic, r), constant(ONE));
}

/** 2^n for an integer n in [-127, 127] in the low nine bits of `n`; 2^-127 comes out as 0. */
// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.add(i32x4.shl(n, 23), constant(ONE));
}

/** exp(x) to 1 ulp over the whole range: Inf above 88.72, denormals below -87.3, 0 below -104. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const inRange = clamp(x, RANGE, RANGE + 4);
  const biased = biasedExponent(inRange);
  const y = expReduced(reduced(inRange, biased));
  // 2^n in two steps, since n reaches from -151 to 130; the second multiplication rounds into the denormals.
  const n = i32x4.sub(biased, constant(REDUCE + 4));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(y, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/**
 * exp(x) to 1 ulp for x in [-87.68, 88.37], exactly 0 below: a fifth faster than `exp`, and free of its slow denormal
 * results.
 */
// @ts-ignore: decorator
@inline
export function expNegative(x: v128): v128 {
  const inRange = f32x4.pmax(x, constant(RANGE + 8));
  const biased = biasedExponent(inRange);
  // The lower bound has n = -127, and powerOfTwo makes 0 of it.
  return f32x4.mul(expReduced(reduced(inRange, biased)), powerOfTwo(biased));
}

/** `expNegative` for any x: 2.41e38 above its range. */
// @ts-ignore: decorator
@inline
export function expSaturating(x: v128): v128 {
  return expNegative(f32x4.pmin(x, constant(RANGE + 12)));
}

/** exp(x) - 1 to 2 ulp for x up to 88.37, also near 0; -1 from about -17 down. */
// @ts-ignore: decorator
@inline
export function expm1(x: v128): v128 {
  const inRange = clamp(x, RANGE + 8, RANGE + 12);
  const biased = biasedExponent(inRange);
  const r = reduced(inRange, biased);
  const y = f32x4.add(f32x4.mul(f32x4.mul(r, r), polynomial5(r, EXPM1)), r);
  const scale = powerOfTwo(biased);
  return f32x4.add(f32x4.mul(y, scale), f32x4.sub(scale, constant(ONE)));
}

/** The integer k of x = m * 2^k, m in [sqrt(1/2), sqrt(2)), for a positive normal x. */
// @ts-ignore: decorator
@inline
function exponentOf(x: v128): v128 {
  return i32x4.shr_s(i32x4.sub(x, constant(LOG)), 23);
}

/** log(m) + k ln 2 by s = f / (2 + f), f = m - 1, as in fdlibm's e_logf.c. */
// @ts-ignore: decorator
@inline
function logOfParts(m: v128, k: v128): v128 {
  const f = f32x4.sub(m, constant(ONE));
  const s = f32x4.div(f, f32x4.add(constant(TWO), f));
  const z = f32x4.mul(s, s);
  const series = f32x4.mul(z, polynomial3(z, LOG + 24));
  const h = f32x4.mul(f32x4.mul(f, f), constant(HALF));
  const correction = f32x4.sub(f32x4.mul(s, f32x4.add(h, series)), h);
  const low = f32x4.sub(correction, f32x4.mul(k, constant(REDUCE + 12)));
  return f32x4.add(f32x4.add(low, f), f32x4.mul(k, constant(REDUCE + 8)));
}

/** log(x) to 1 ulp for positive normal x; anything else, NaN included, gives a meaningless number. */
// @ts-ignore: decorator
@inline
export function logNormal(x: v128): v128 {
  const k = exponentOf(x);
  return logOfParts(i32x4.sub(x, i32x4.shl(k, 23)), f32x4.convert_i32x4_s(k));
}

/** log(x) to 1 ulp for every x: -Inf at 0, NaN below, denormals right. 1.8 times the time of `logNormal`. */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, constant(LOG + 4));
  const normal = v128.bitselect(f32x4.mul(x, constant(LOG + 8)), x, tiny);
  const k = exponentOf(normal);
  const exponent = f32x4.sub(f32x4.convert_i32x4_s(k), v128.and(tiny, constant(LOG + 12)));
  let y = logOfParts(i32x4.sub(normal, i32x4.shl(k, 23)), exponent);
  y = v128.bitselect(y, x, f32x4.lt(x, constant(LOG + 16)));
  y = v128.bitselect(constant(LOG + 20), y, f32x4.eq(x, i32x4.splat(0)));
  return v128.or(y, f32x4.lt(x, i32x4.splat(0)));
}

/** log(1 + t) to 2 ulp for t in [0, 1], also near 0. */
// @ts-ignore: decorator
@inline
export function log1pUnit(t: v128): v128 {
  const s = f32x4.div(t, f32x4.add(constant(TWO), t));
  const z = f32x4.mul(s, s);
  return f32x4.add(f32x4.add(s, s), f32x4.mul(f32x4.mul(s, z), polynomial4(z, LOG1P)));
}

/** tanh(x) to 7 ulp (3.7e-7), never beyond 1 and exactly 1 from 9.01 on; keeps the sign of zero. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const inRange = clamp(x, TANH + 4, TANH);
  const z = f32x4.mul(inRange, inRange);
  const numerator = f32x4.mul(inRange, polynomial5(z, TANH + 8));
  // The quotient overshoots 1 by up to two ulp.
  return clamp(f32x4.div(numerator, polynomial5(z, TANH + 28)), MINUS_ONE, ONE);
}

/** 1 / (1 + exp(-x)) to 3 ulp down to -87; in [4.2e-39, 1] everywhere. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = constant(ONE);
  return f32x4.div(one, f32x4.add(one, expSaturating(f32x4.neg(x))));
}

/** log(1 + exp(x)) to 3 ulp down to -87.68, 0 below, as max(x, 0) + log1p(exp(-|x|)). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  const tail = log1pUnit(expSaturating(f32x4.neg(f32x4.abs(x))));
  return f32x4.add(f32x4.pmax(x, i32x4.splat(0)), tail);
}

/** As `normalShare` for x from -5.5013 up. */
// @ts-ignore: decorator
@inline
function shareFromLow(x: v128): v128 {
  const inRange = f32x4.pmin(x, constant(NORMAL + 4));
  const z = f32x4.mul(inRange, inRange);
  const numerator = f32x4.mul(inRange, polynomial6(z, NORMAL + 20));
  const half = f32x4.div(numerator, polynomial6(z, NORMAL + 44));
  return clamp(f32x4.add(constant(HALF), half), NORMAL + 8, ONE);
}

/**
 * The normal distribution function (1 + erf(x / sqrt(2))) / 2 to 2e-7 absolute, never outside of [0, 1]; exactly 0
 * from -5.5013 down and 1 from there up.
 */
// @ts-ignore: decorator
@inline
export function normalShare(x: v128): v128 {
  return shareFromLow(f32x4.pmax(x, constant(NORMAL)));
}

/** The normal density exp(-x^2 / 2) / sqrt(2 pi) for |x| <= 14, where it is exactly 0. */
// @ts-ignore: decorator
@inline
export function normalDensity(x: v128): v128 {
  const exponent = f32x4.mul(f32x4.mul(x, x), constant(NORMAL + 16));
  return f32x4.mul(expNegative(exponent), constant(NORMAL + 12));
}

/** x normalShare(x); one bound serves the share and keeps -Inf from meeting 0. */
// @ts-ignore: decorator
@inline
export function gelu(x: v128): v128 {
  const bounded = f32x4.pmax(x, constant(NORMAL));
  return f32x4.mul(bounded, shareFromLow(bounded));
}

/** sin(2 pi (u + quarters / 4)). u - q/4 is exact, so the angle loses nothing to the reduction. */
// @ts-ignore: decorator
@inline
function sinQuarters(u: v128, quarters: i32): v128 {
  const biased = f32x4.add(f32x4.mul(u, constant(TURNS)), constant(REDUCE + 4));
  const v = f32x4.sub(u, f32x4.mul(f32x4.sub(biased, constant(REDUCE + 4)), constant(TURNS + 4)));
  const z = f32x4.mul(v, v);
  const sine = f32x4.mul(v, polynomial4(z, TURNS + 8));
  const cosine = polynomial5(z, TURNS + 24);
  // Odd quarters swap sine and cosine (bit 0), the second half turn changes the sign (bit 1).
  const q = quarters == 0 ? biased : i32x4.add(biased, i32x4.splat(quarters));
  const odd = i32x4.shr_s(i32x4.shl(q, 31), 31);
  const sign = i32x4.shl(i32x4.shr_u(q, 1), 31);
  return v128.xor(v128.bitselect(cosine, sine, odd), sign);
}

/** sin(2 pi u) for u in [0, 1), to 8.5e-8. */
// @ts-ignore: decorator
@inline
export function sinTurns(u: v128): v128 {
  return sinQuarters(u, 0);
}

/** cos(2 pi u) for u in [0, 1), to 8.5e-8. */
// @ts-ignore: decorator
@inline
export function cosTurns(u: v128): v128 {
  return sinQuarters(u, 1);
}
