import { instantiateSync } from '@assemblyscript/loader';
import { ConfigError } from '../errors.js';
import { compileKernels } from './compile.js';
import type { Heap } from './heap.js';
import { bareInstance } from './instance.js';
import { forSharedMemory } from './sharing.js';

/** Kernels as bytes, or as the platform has compiled them. */
export type KernelSource = Uint8Array<ArrayBuffer> | WebAssembly.Module;

/**
 * One compiled module of kernels. Its type parameter is what asc says the module exports, so a step that names a
 * kernel or passes arguments that do not exist is a compile error.
 */
export class KernelModule<Kernels> {
  readonly name: string;
  readonly bytes: number;
  #source: () => KernelSource;
  #used = false;
  readonly #compiled = new Map<boolean, WebAssembly.Module>();

  /** @param bytes how large the shipped module is. */
  constructor(name: string, source: () => KernelSource, bytes: number) {
    this.name = name;
    this.bytes = bytes;
    this.#source = source;
  }

  /**
   * Uses the same kernels from elsewhere.
   *
   * @throws ConfigError `init-late`; RuntimeUnsupportedError where they cannot be compiled. Nothing has changed then.
   */
  replace(source: KernelSource): void {
    this.checkUnused();
    const module = source instanceof Uint8Array ? compileKernels(source, this.name) : source;
    this.#source = () => source;
    this.#compiled.clear();
    this.#compiled.set(false, module);
  }

  /** @throws ConfigError `init-late` once the kernels are in use. */
  checkUnused(): void {
    if (this.#used) throw tooLate();
  }

  /**
   * The compiled module, for a memory that threads share or for one that they do not.
   *
   * @throws ConfigError `shared-module` where the first is asked of a module that comes compiled for the second.
   */
  compile(shared: boolean): WebAssembly.Module {
    let module = this.#compiled.get(shared);
    if (!module) {
      const source = this.#source();
      if (source instanceof Uint8Array) {
        module = compileKernels(shared ? forSharedMemory(source) : source, this.name);
      } else if (!shared) module = source;
      else {
        throw new ConfigError(
          'shared-module',
          `The kernels '${this.name}' come as a WebAssembly.Module, which cannot run on the memory that threads ` +
            'share: hand them to init as bytes or as a Response, or leave threads out.',
        );
      }
      this.#compiled.set(shared, module);
    }
    return module;
  }

  /** The module's kernels over a memory. */
  instantiate({ memory, shared }: Heap): Kernels {
    const module = this.compile(shared);
    this.#used = true;
    // The loader knows a module by its class, which is another one where it comes from another realm.
    if (!(module instanceof WebAssembly.Module)) return bareInstance(module, memory) as Kernels;
    // The loader adds to the imports that it is given, and wraps every export; the raw ones are the fast ones.
    return instantiateSync(module, { env: { memory } }).instance.exports as Kernels;
  }
}

/** What `init` says once something depends on how the runtime is. */
export function tooLate(): ConfigError {
  return new ConfigError('init-late', 'init() comes before the first model: the kernels are in use already.');
}
