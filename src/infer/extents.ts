/** How far the kernels of inference reach: what keeps the program of a file within its own values. */
import { FormatError } from '../errors.js';
import type { Step } from '../plan/step.js';
import { PerBatch, Value } from '../plan/value.js';
import { forward } from '../wasm/forward.js';
import { GEMM_SCRATCH_BYTES } from '../wasm/generated/core.js';
import type { ForwardKernels } from '../wasm/generated/forward.js';

/** A kernel takes addresses, then parameters, then sizes. */
interface Reach {
  /** How many bytes it touches behind each of its addresses, for such sizes. */
  readonly bytes: (...sizes: number[]) => readonly number[];
  /** How many parameters stand between the addresses and the sizes. Default 0. */
  readonly parameters?: number;
  /** Which address may be 0, where there is nothing. Default: none. */
  readonly optional?: number;
}

const floats = (...counts: number[]) => counts.map((count) => count * 4);
const matrices = (rows: number, cols: number) => floats(rows * cols, rows * cols);

const unary: Reach = { parameters: 1, bytes: (n) => floats(n, n) };
const binary: Reach = { bytes: (n) => floats(n, n, n) };
const withRow: Reach = { bytes: (rows, cols) => floats(rows * cols, rows * cols, cols) };
const rows: Reach = { bytes: matrices };
const normalize: Reach = {
  parameters: 1,
  bytes: (rows, cols) => floats(rows * cols, rows, rows * cols),
};

/** Kernels that go by the tables of windows. */
const tabled = [
  ...(['windows', 'convolve', 'convolveNarrow', 'convolveDepthwise', 'convolveInputGradient'] as const),
  ...(['poolingAxis', 'maxPooling', 'averagePooling', 'resample'] as const),
  ...(['winogradForward', 'winogradInputGradient', 'winogradPool', 'winogradPoolOne'] as const),
] as const;

/** One row for each kernel that a file may name. `csrMatmul` reads through addresses in memory, which no file may give. */
export const reaches: Readonly<
  Record<Exclude<keyof ForwardKernels, 'csrMatmul' | (typeof tabled)[number]>, Reach>
> = {
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
    optional: 3,
    bytes: (m, n, k) => [...floats(m * n, m * k, k * n, n), GEMM_SCRATCH_BYTES],
  },
  batchNN: {
    bytes: (m, n, k, count) => [...floats(count * m * n, count * m * k, count * k * n), GEMM_SCRATCH_BYTES],
  },
};

const MOST = 2 ** 31 - 1;

/**
 * Refuses a step that reaches beyond the values that it names, whatever the size of the batch. Kernels beside those of
 * inference, which were handed in, are not known here; whoever hands them in trusts the file.
 *
 * @throws FormatError `bad-program`.
 */
export function checkReach({ module, kernel, args }: Step): void {
  const reach = Object.hasOwn(reaches, kernel) ? reaches[kernel as keyof typeof reaches] : undefined;
  if (!reach) {
    if ((tabled as readonly string[]).includes(kernel)) return;
    if (module === forward) throw beyond(kernel, 'no file may call it');
    return;
  }
  const { bytes, parameters = 0, optional } = reach;
  const places = args.length - parameters - bytes.length;
  const sizes = args.slice(places + parameters);
  if (sizes.filter((size) => size instanceof PerBatch).length > 1) {
    throw beyond(kernel, 'two of its sizes follow the batch');
  }
  // Everything is a straight line over the batch: it stays below another one if it begins there and is no steeper.
  const [one, two] = [1, 2].map((batch) => bytes(...sizes.map((size) => sizeOf(size, batch, kernel))));
  args.slice(0, places).forEach((argument, i) => {
    if (argument === 0 && i === optional) return;
    if (!(argument instanceof Value)) throw beyond(kernel, `its argument ${i + 1} is no value`);
    const { storage, byteOffset } = argument;
    const [first, second] = [storage.bytes(1), storage.bytes(2)];
    if (one[i] + byteOffset <= first && two[i] - one[i] <= second - first) return;
    throw beyond(
      kernel,
      `its argument ${i + 1} has ${first - byteOffset} bytes, but it reaches over ${one[i]}`,
    );
  });
  for (const parameter of args.slice(places, places + parameters)) {
    if (typeof parameter !== 'number') throw beyond(kernel, 'one of its parameters is no number');
  }
}

function sizeOf(size: Step['args'][number], batch: number, kernel: string): number {
  const value = size instanceof PerBatch ? size.factor * batch : size;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw beyond(kernel, 'one of its sizes is no whole number of 1 or more');
}

function beyond(kernel: string, fault: string): FormatError {
  return new FormatError(
    'bad-program',
    `The program of the model file cannot be run: it calls kernel '${kernel}' with what it must not touch: ${fault}. ` +
      'Save the model again.',
  );
}
