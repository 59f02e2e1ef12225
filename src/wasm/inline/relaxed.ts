import base64 from '../generated/relaxed.base64.js';
import { inflateBase64 } from '../inflate.js';
import type { KernelSource } from '../module.js';

/** The kernels 'relaxed' from text inside the bundle: without configuration in Node, browsers, Deno, Bun and bundlers. */
export const relaxedSource = (): KernelSource => inflateBase64(base64);
