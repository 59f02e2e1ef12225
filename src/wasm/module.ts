import { instantiateSync } from '@assemblyscript/loader';

/**
 * One compiled module of kernels. Its type parameter is what asc says the module exports, so a step that names a
 * kernel or passes arguments that do not exist is a compile error.
 */
export class KernelModule<Kernels> {
  readonly name: string;
  readonly #base64: string;
  #module: WebAssembly.Module | undefined;

  constructor(name: string, base64: string) {
    this.name = name;
    this.#base64 = base64;
  }

  /** The module's kernels over `memory`. */
  instantiate(memory: WebAssembly.Memory): Kernels {
    this.#module ??= new WebAssembly.Module(decodeBase64(this.#base64));
    // The loader adds to the imports that it is given, and wraps every export; the raw ones are the fast ones.
    const { instance } = instantiateSync(this.#module, { env: { memory } });
    return instance.exports as Kernels;
  }
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
