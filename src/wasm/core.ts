import { type CoreKernels, wasmBytes } from './generated/core.js';
import { coreSource } from './inline/core.js';
import { KernelModule } from './module.js';

/** Dense layers, element-wise functions, losses, metrics, optimizers and random numbers. */
export const core: KernelModule<CoreKernels> = /* @__PURE__ */ new KernelModule<CoreKernels>(
  'core',
  coreSource,
  wasmBytes,
);

export { GEMM_SCRATCH_BYTES } from './generated/core.js';
