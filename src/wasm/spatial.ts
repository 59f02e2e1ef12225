import { type SpatialKernels, wasmBytes } from './generated/spatial.js';
import { spatialSource } from './inline/spatial.js';
import { KernelModule } from './module.js';

/** The kernels over spatial axes: convolution, pooling, resizing. Only what has such a layer carries them. */
export const spatial: KernelModule<SpatialKernels> = /* @__PURE__ */ new KernelModule<SpatialKernels>(
  'spatial',
  spatialSource,
  wasmBytes,
);

export { WINDOWS, WINOGRAD_TILES } from './generated/spatial.js';
