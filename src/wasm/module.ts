import { instantiateSync } from '@assemblyscript/loader';
import { ConfigError } from '../errors.js';

/**
 * One compiled module of kernels. Its type parameter is what asc says the module exports, so a step that names a
 * kernel or passes arguments that do not exist is a compile error.
 */
export class KernelModule<Kernels> {
  readonly name: string;
  readonly bytes: number;
  #source: () => WebAssembly.Module;
  #used = false;

  /** @param bytes how large the shipped module is. */
  constructor(name: string, source: () => WebAssembly.Module, bytes: number) {
    this.name = name;
    this.bytes = bytes;
    this.#source = source;
  }

  /** Uses another compilation of the same kernels. @throws ConfigError `init-late`. */
  replace(source: () => WebAssembly.Module): void {
    this.checkUnused();
    this.#source = source;
  }

  /** @throws ConfigError `init-late` once the kernels are in use. */
  checkUnused(): void {
    if (!this.#used) return;
    throw new ConfigError(
      'init-late',
      'init() comes before the first model: the kernels are in use already.',
    );
  }

  /** The module's kernels over `memory`. */
  instantiate(memory: WebAssembly.Memory): Kernels {
    const module = this.#source();
    this.#used = true;
    // The loader knows a module by its class, which is another one where it comes from another realm.
    if (!(module instanceof WebAssembly.Module)) {
      const foreign: WebAssembly.Module = module;
      return new WebAssembly.Instance(foreign, { env: { memory } }).exports as Kernels;
    }
    // The loader adds to the imports that it is given, and wraps every export; the raw ones are the fast ones.
    return instantiateSync(module, { env: { memory } }).instance.exports as Kernels;
  }
}
