/**
 * Element-wise functions of one argument that have kernels, and whether their derivative is computed from the input
 * `x` or from the output `y`. The backward kernel of `relu` is `reluBackward`, and so on.
 */
export const functions = {
  relu: 'y',
  leakyRelu: 'x',
  sigmoid: 'y',
  tanh: 'y',
  softplus: 'x',
  elu: 'x',
  selu: 'x',
  gelu: 'x',
  silu: 'x',
  exponential: 'y',
  hardSigmoid: 'x',
  relu6: 'y',
  celu: 'x',
  mish: 'x',
  softsign: 'x',
  logSigmoid: 'x',
  hardSilu: 'x',
  hardTanh: 'x',
  tanhShrink: 'x',
  softShrink: 'x',
  hardShrink: 'x',
  squareplus: 'x',
  sparsePlus: 'x',
  sparseSigmoid: 'x',
  absolute: 'x',
  square: 'x',
  sqrt: 'y',
  log: 'x',
  reciprocal: 'y',
} as const;

export type FunctionName = keyof typeof functions;
