import { type ForwardKernels, wasmBytes } from './generated/forward.js';
import { forwardSource } from './inline/forward.js';
import { KernelModule } from './module.js';

export { abi } from './generated/forward.js';

/** The kernels of forward steps: what `fourlane/infer` runs. */
export const forward: KernelModule<ForwardKernels> = /* @__PURE__ */ new KernelModule<ForwardKernels>(
  'forward',
  forwardSource,
  wasmBytes,
);
