import { decodeBase64 } from '../base64.js';
import { compileKernels } from '../compile.js';
import base64 from '../generated/relaxed.base64.js';

/** The kernels 'relaxed' from base64 inside the bundle: without configuration in Node, browsers, Deno, Bun and bundlers. */
export const relaxedModule = (): WebAssembly.Module => compileKernels(decodeBase64(base64), 'relaxed');
