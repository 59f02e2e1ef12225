import { decodeBase64 } from '../base64.js';
import { compileKernels } from '../compile.js';
import base64 from '../generated/forward.base64.js';

/** The kernels 'forward' from base64 inside the bundle: without configuration in Node, browsers, Deno, Bun and bundlers. */
export const forwardModule = (): WebAssembly.Module => compileKernels(decodeBase64(base64), 'forward');
