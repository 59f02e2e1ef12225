import { decodeBase64 } from '../base64.js';
import base64 from '../generated/spatial.base64.js';
import type { KernelSource } from '../module.js';

/** The kernels 'spatial' from base64 inside the bundle: without configuration in Node, browsers, Deno, Bun and bundlers. */
export const spatialSource = (): KernelSource => decodeBase64(base64);
