import { base64, type ForwardKernels } from './generated/forward.js';
import { KernelModule } from './module.js';

export { abi } from './generated/forward.js';

/** The kernels of forward steps: what `fourlane/infer` runs. */
export const forward: KernelModule<ForwardKernels> = /* @__PURE__ */ new KernelModule<ForwardKernels>(
  'forward',
  base64,
);
