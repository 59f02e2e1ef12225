import type { KernelSource } from '../module.js';
import module from './relaxed.wasm';

/** The kernels 'relaxed' as the platform has compiled them: the build puts this in the place of inline/relaxed.ts. */
export const relaxedSource = (): KernelSource => module;
