import { ConfigError, RuntimeUnsupportedError } from '../errors.js';
import type { KernelSource } from './module.js';

/** Compiled kernels, or what they can be compiled from. */
export type WasmSource = WebAssembly.Module | BufferSource | Response;

/** Whether it is a plain object, with sources by their names, and none of them itself. */
export function isNamed<T extends object>(source: WasmSource | Promise<WasmSource> | T): source is T {
  return Object.prototype.toString.call(source) === '[object Object]';
}

/**
 * The kernels that somebody hands in.
 *
 * @throws RuntimeUnsupportedError where the server has none; ConfigError where it is something else.
 */
export async function readSource(source: WasmSource): Promise<KernelSource> {
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (source.ok) return new Uint8Array(await source.arrayBuffer());
    throw new RuntimeUnsupportedError(
      'wasm-fetch',
      `The kernels cannot be loaded: ${source.url || 'the server'} answered ${source.status} ${source.statusText}.`,
    );
  }
  if (source instanceof ArrayBuffer) return new Uint8Array(source).slice();
  if (ArrayBuffer.isView(source)) {
    const { buffer, byteOffset, byteLength } = source;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  // A module of another realm is no instance of this one's class, but still a module.
  if (Object.prototype.toString.call(source) === '[object WebAssembly.Module]')
    return source as WebAssembly.Module;
  throw new ConfigError(
    'option-value',
    `init: wasm must be a WebAssembly.Module, its bytes or a Response, but got ${String(source)}.`,
  );
}
