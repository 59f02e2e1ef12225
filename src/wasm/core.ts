import { type CoreKernels, wasmBytes } from './generated/core.js';
import { coreSource } from './inline/core.js';
import { KernelModule } from './module.js';

/**
 * All kernels: dense layers, element-wise functions, losses, metrics, optimizers and random numbers. A layer of one's
 * own may emit any of them, `b.emit(core, 'subtract', y, a, b, y.count)`; `fourlane/infer` has those of forward steps
 * and takes the others as `load(file, { kernels: [core] })`.
 */
export const core: KernelModule<CoreKernels> = /* @__PURE__ */ new KernelModule<CoreKernels>(
  'core',
  coreSource,
  wasmBytes,
);

export { GEMM_SCRATCH_BYTES } from './generated/core.js';
