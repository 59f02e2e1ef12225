import type { KernelSource } from '../module.js';
import module from './spatial.wasm';

/** The kernels 'spatial' as the platform has compiled them: the build puts this in the place of inline/spatial.ts. */
export const spatialSource = (): KernelSource => module;
