/**
 * The module of inference: of the core's kernels only those that forward steps use, so that a page that predicts does
 * not carry what trains. The calling rules stand in index.ts.
 */
export {
  absolute,
  elu,
  exponential,
  gelu,
  hardSigmoid,
  leakyRelu,
  log,
  reciprocal,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  sqrt,
  square,
  tanh,
} from './activations';
export { add, addRow, affine, allFinite, convertU8, maximum, minimum, multiply, multiplyRow } from './elementwise';
export { gemmNN } from './gemm';
export { rowSum } from './reduce';
export { copyColumns } from './shape';
export { softmax } from './softmax';
export { csrMatmul } from './sparse';
