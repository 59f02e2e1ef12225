import type { KernelSource } from '../module.js';
import module from './core.wasm';

/** The kernels 'core' as the platform has compiled them: the build puts this in the place of inline/core.ts. */
export const coreSource = (): KernelSource => module;
