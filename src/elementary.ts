/**
 * A power and a cosine by + - * / alone, because engines differ in the last bits of theirs: a learning rate that is made
 * of these has the same bits everywhere.
 */

const { LN2, PI } = Math;

/**
 * base^exponent for a base and an exponent of 0 or above, 0^0 being 1. The whole part of the exponent n by squaring, the
 * rest by exp and log. Relative error: below 1e-14 plus n * 2e-16, far below the 6e-8 of float32.
 */
export function power(base: number, exponent: number): number {
  let whole = Math.floor(exponent);
  const rest = exponent - whole;
  if (base === 0) return exponent === 0 ? 1 : 0;
  let result = rest === 0 ? 1 : exp(rest * log(base));
  for (let square = base; whole > 0; whole = Math.floor(whole / 2)) {
    if (whole % 2) result *= square;
    square *= square;
  }
  return result;
}

/** cos(pi x) for x in [0, 1] to 5e-16; exact at 0, 1/2 and 1. */
export function cosPi(x: number): number {
  if (x > 0.75) return -cosPi(1 - x);
  if (x <= 0.25) return series(1, PI * x);
  const z = PI * (0.5 - x);
  return z * series(2, z);
}

/** The series of cos(z) (first 1) or of sin(z) / z (first 2), |z| <= pi / 4: 1 - z^2 / (first (first + 1)) + ... */
function series(first: number, z: number): number {
  let sum = 1;
  for (let k = first + 16; k >= first; k -= 2) sum = 1 - ((z * z) / (k * (k + 1))) * sum;
  return sum;
}

/** exp(x): x = n ln 2 + r, the series of exp(r), and n doublings or halvings. */
function exp(x: number): number {
  const n = Math.round(x / LN2);
  const r = x - n * LN2;
  let sum = 1;
  for (let k = 18; k >= 1; k--) sum = 1 + (r / k) * sum;
  for (let i = 0; i < n; i++) sum *= 2;
  for (let i = 0; i > n; i--) sum /= 2;
  return sum;
}

/** log(x) of a positive x: x = 2^n m with m in [3/4, 3/2), and 2 artanh((m - 1) / (m + 1)). */
function log(x: number): number {
  let m = x;
  let n = 0;
  for (; m >= 1.5; n++) m /= 2;
  for (; m < 0.75; n--) m *= 2;
  const s = (m - 1) / (m + 1);
  let sum = 0;
  for (let k = 25; k >= 1; k -= 2) sum = sum * s * s + 1 / k;
  return n * LN2 + 2 * s * sum;
}
