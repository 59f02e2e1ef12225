import type { KernelSource } from '../module.js';
import module from './forward.wasm';

/** The kernels 'forward' as the platform has compiled them: the build puts this in the place of inline/forward.ts. */
export const forwardSource = (): KernelSource => module;
