import { ConfigError, RuntimeUnsupportedError } from '../errors.js';
import { compileKernels } from './compile.js';

/** Compiled kernels, or what they can be compiled from. */
export type WasmSource = WebAssembly.Module | BufferSource | Response;

/**
 * The module of kernels that somebody hands in.
 *
 * @throws RuntimeUnsupportedError that says why it cannot be loaded; ConfigError where it is something else.
 */
export async function compileSource(source: WasmSource, name: string): Promise<WebAssembly.Module> {
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (source.ok) return compileKernels(new Uint8Array(await source.arrayBuffer()), name);
    throw new RuntimeUnsupportedError(
      'wasm-fetch',
      `The kernels cannot be loaded: ${source.url || 'the server'} answered ${source.status} ${source.statusText}.`,
    );
  }
  if (source instanceof ArrayBuffer) return compileKernels(new Uint8Array(source), name);
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return compileKernels(new Uint8Array(buffer, byteOffset, byteLength).slice(), name);
  }
  // A module of another realm is no instance of this one's class, but still a module.
  if (Object.prototype.toString.call(source) === '[object WebAssembly.Module]')
    return source as WebAssembly.Module;
  throw new ConfigError(
    'option-value',
    `init: wasm must be a WebAssembly.Module, its bytes or a Response, but got ${String(source)}.`,
  );
}
