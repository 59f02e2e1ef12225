/**
 * The module of inference: of the core's kernels only those that forward steps use, so that a page that predicts does
 * not carry what trains. The calling rules stand in index.ts.
 */
export {
  absolute,
  celu,
  elu,
  exponential,
  gelu,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardTanh,
  leakyRelu,
  log,
  logSigmoid,
  mish,
  reciprocal,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softplus,
  softShrink,
  softsign,
  sparsePlus,
  sparseSigmoid,
  sqrt,
  square,
  squareplus,
  tanh,
  tanhShrink,
} from './activations';
export { add, addRow, affine, allFinite, convertU8, fill, maximum, minimum, multiply, multiplyRow } from './elementwise';
export { normalizeColumns } from './batchnorm';
export { gatherRows, indexMask, maskRows, rowMask, toIndices } from './embedding';
export { gemmNN, gemmNT } from './gemm';
export { batchNN } from './gemmbatch';
export { layerNormalize, rmsNormalize, unitNormalize } from './normalize';
export { rectify } from './rectify';
export { rowSum } from './reduce';
export { copyColumns, repeatRows, transpose } from './shape';
export { logSoftmax, softmax } from './softmax';
export { csrMatmul } from './sparse';
export { convolve, convolveInputGradient } from './spatial/convolution';
export { convolveNarrow, mirrorWeights } from './spatial/narrow';
export { convolveDepthwise } from './spatial/depthwise';
export { averagePooling, maxPooling, poolingAxis } from './spatial/pooling';
export { resample } from './spatial/resample';
export { winogradForward, winogradInputGradient, winogradPool } from './spatial/winograd';
export { winogradPoolOne } from './spatial/winogradPoolOne';
export { windows } from './spatial/windows';
