/** How far the kernels of inference reach behind their addresses. */
import { GEMM_SCRATCH_BYTES } from '../wasm/generated/core.js';

/** A kernel takes addresses, then parameters, then sizes. */
export interface Reach {
  /** How many bytes it touches behind each of its addresses, for such sizes; undefined where it cannot take them. */
  readonly bytes: (...sizes: number[]) => readonly number[] | undefined;
  /** How many parameters stand between the addresses and the sizes. Default 0. */
  readonly parameters?: number;
  /** Which addresses may be 0, where there is nothing. Default: none. */
  readonly optional?: readonly number[];
  /** The only size that may follow the batch. Default: any, as everything is a straight line over each of them. */
  readonly samples?: number;
  /** Whether sizes may be 0. Default false. */
  readonly zeros?: boolean;
}

/** Kernels count with i32. */
export const MOST = 2 ** 31 - 1;

export const floats = (...counts: number[]) => counts.map((count) => count * 4);
const matrices = (rows: number, cols: number) => floats(rows * cols, rows * cols);

const unary: Reach = { parameters: 1, bytes: (n) => floats(n, n) };
const binary: Reach = { bytes: (n) => floats(n, n, n) };
const withRow: Reach = { bytes: (rows, cols) => floats(rows * cols, rows * cols, cols) };
const rows: Reach = { bytes: matrices };
const normalize: Reach = {
  parameters: 1,
  bytes: (rows, cols) => floats(rows * cols, rows, rows * cols),
};

/** One row for each kernel that a file may name, but for those over spatial axes. */
export const plainReaches = {
  absolute: unary,
  celu: unary,
  elu: unary,
  exponential: unary,
  gelu: unary,
  hardShrink: unary,
  hardSigmoid: unary,
  hardSilu: unary,
  hardTanh: unary,
  leakyRelu: unary,
  log: unary,
  logSigmoid: unary,
  mish: unary,
  reciprocal: unary,
  relu: unary,
  relu6: unary,
  selu: unary,
  sigmoid: unary,
  silu: unary,
  softplus: unary,
  softShrink: unary,
  softsign: unary,
  sparsePlus: unary,
  sparseSigmoid: unary,
  sqrt: unary,
  square: unary,
  squareplus: unary,
  tanh: unary,
  tanhShrink: unary,
  add: binary,
  maximum: binary,
  minimum: binary,
  multiply: binary,
  addRow: withRow,
  multiplyRow: withRow,
  affine: { parameters: 2, bytes: (n) => floats(n, n) },
  allFinite: { bytes: (n) => floats(n) },
  convertU8: { parameters: 2, bytes: (n) => [n * 4, n] },
  fill: { parameters: 1, bytes: (n) => floats(n) },
  rectify: { parameters: 4, bytes: (n) => floats(n, n) },
  normalizeColumns: {
    parameters: 1,
    bytes: (rows, cols) => floats(rows * cols, rows * cols, cols, cols),
  },
  toIndices: unary,
  gatherRows: { bytes: (limit, cols, rows) => floats(rows * cols, limit * cols, rows) },
  indexMask: { bytes: (n) => floats(n, n) },
  rowMask: { parameters: 1, bytes: (rows, cols) => floats(rows, rows * cols) },
  maskRows: { bytes: (rows, cols) => floats(rows * cols, rows * cols, rows) },
  layerNormalize: normalize,
  rmsNormalize: normalize,
  unitNormalize: normalize,
  softmax: rows,
  logSoftmax: rows,
  rowSum: { parameters: 1, bytes: (rows, cols) => floats(rows, rows * cols) },
  copyColumns: {
    bytes: (yStride, xStride, cols, rows) => floats((rows - 1) * yStride + cols, (rows - 1) * xStride + cols),
  },
  repeatRows: { bytes: (times, cols, rows) => floats(rows * times * cols, rows * cols) },
  transpose: {
    bytes: (rows, cols, inner, count) => matrices(rows * cols, inner * count),
  },
  gemmNN: {
    optional: [3],
    bytes: (m, n, k) => [...floats(m * n, m * k, k * n, n), GEMM_SCRATCH_BYTES],
  },
  gemmNT: {
    optional: [3],
    bytes: (m, n, k) => [...floats(m * n, m * k, n * k, n), GEMM_SCRATCH_BYTES],
  },
  batchNN: {
    bytes: (m, n, k, count) => [...floats(count * m * n, count * m * k, count * k * n), GEMM_SCRATCH_BYTES],
  },
} as const satisfies Record<string, Reach>;
