/** The error function: its Taylor series, and the continued fraction of erfc where that would cancel. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

const elu = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));

/** Functions of one value and the parameter alpha, which most of them ignore. */
export const activations = {
  relu: (x: number) => Math.max(x, 0),
  leakyRelu: (x: number, alpha: number) => (x > 0 ? x : alpha * x),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  tanh: (x: number) => Math.tanh(x),
  softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  elu,
  selu: (x: number) => 1.0507009873554805 * elu(x, 1.6732632423543772),
  gelu: (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: (x: number) => x / (1 + Math.exp(-x)),
  exponential: (x: number) => Math.exp(x),
  hardSigmoid: (x: number) => Math.min(Math.max(x + 3, 0), 6) / 6,
  absolute: (x: number) => Math.abs(x),
  square: (x: number) => x * x,
  sqrt: (x: number) => Math.sqrt(x),
  log: (x: number) => Math.log(x),
  reciprocal: (x: number) => 1 / x,
};
