import base64 from '../generated/forward.base64.js';
import { inflateBase64 } from '../inflate.js';
import type { KernelSource } from '../module.js';

/** The kernels 'forward' from text inside the bundle: without configuration in Node, browsers, Deno, Bun and bundlers. */
export const forwardSource = (): KernelSource => inflateBase64(base64);
