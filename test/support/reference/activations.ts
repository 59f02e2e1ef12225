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

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Functions of one value and the parameter alpha, which most of them ignore. */
export const activations = {
  relu: (x: number) => Math.max(x, 0),
  leakyRelu: (x: number, alpha: number) => (x > 0 ? x : alpha * x),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  tanh: (x: number) => Math.tanh(x),
  softplus,
  elu,
  selu: (x: number) => 1.0507009873554805 * elu(x, 1.6732632423543772),
  gelu: (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: (x: number) => x / (1 + Math.exp(-x)),
  exponential: (x: number) => Math.exp(x),
  hardSigmoid: (x: number) => Math.min(Math.max(x + 3, 0), 6) / 6,
  relu6: (x: number) => Math.min(Math.max(x, 0), 6),
  celu: (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
  mish: (x: number) => x * Math.tanh(softplus(x)),
  softsign: (x: number) => x / (1 + Math.abs(x)),
  logSigmoid: (x: number) => -softplus(-x),
  hardSilu: (x: number) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  hardTanh: (x: number) => Math.min(Math.max(x, -1), 1),
  tanhShrink: (x: number) => x - Math.tanh(x),
  softShrink: (x: number, alpha: number) => Math.sign(x) * Math.max(Math.abs(x) - alpha, 0),
  hardShrink: (x: number, alpha: number) => (Math.abs(x) > alpha ? x : 0),
  squareplus: (x: number, b: number) => {
    const root = Math.hypot(x, Math.sqrt(b));
    return x < 0 ? b / (2 * (root - x)) : (x + root) / 2;
  },
  sparsePlus: (x: number) => (x >= 1 ? x : Math.max(x + 1, 0) ** 2 / 4),
  sparseSigmoid: (x: number) => Math.min(Math.max((x + 1) / 2, 0), 1),
  absolute: (x: number) => Math.abs(x),
  square: (x: number) => x * x,
  sqrt: (x: number) => Math.sqrt(x),
  log: (x: number) => Math.log(x),
  reciprocal: (x: number) => 1 / x,
};
