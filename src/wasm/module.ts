import { instantiateSync } from '@assemblyscript/loader';
import { ConfigError } from '../errors.js';
import { compileKernels } from './compile.js';
import type { Heap } from './heap.js';
import { bareInstance } from './instance.js';
import { forSharedMemory } from './sharing.js';

/** Kernels as bytes, or as the platform has compiled them. */
export type KernelSource = Uint8Array<ArrayBuffer> | WebAssembly.Module;

/** What kernels come from, and what has been made of it for memory that threads share (true) and other memory. */
interface Origin {
  readonly source: () => KernelSource;
  readonly compiled: Map<boolean, WebAssembly.Module>;
}

/** What was handed in, and which modules are in use: by name, so that handing one in imports none. */
const handedIn = /* @__PURE__ */ new Map<string, Origin>();
const used = /* @__PURE__ */ new Set<string>();

/**
 * Uses kernels from elsewhere in the place of the module of that name.
 *
 * @throws ConfigError `init-late`; RuntimeUnsupportedError where they cannot be compiled. Nothing has changed then.
 */
export function handInKernels(name: string, source: KernelSource): void {
  if (used.has(name)) throw tooLate();
  const module = source instanceof Uint8Array ? compileKernels(source, name) : source;
  handedIn.set(name, { source: () => source, compiled: new Map([[false, module]]) });
}

/** @throws ConfigError `shared-module` where what was handed in cannot run on the memory that threads share. */
export function checkShareable(): void {
  for (const [name, origin] of handedIn) compile(name, origin, true);
}

/**
 * One compiled module of kernels. Its type parameter is what asc says the module exports, so a step that names a
 * kernel or passes arguments that do not exist is a compile error.
 */
export class KernelModule<Kernels> {
  readonly name: string;
  readonly bytes: number;
  readonly #shipped: Origin;

  /** @param bytes how large the shipped module is. */
  constructor(name: string, source: () => KernelSource, bytes: number) {
    this.name = name;
    this.bytes = bytes;
    this.#shipped = { source, compiled: new Map() };
  }

  /** @throws ConfigError `init-late` once the kernels are in use. */
  checkUnused(): void {
    if (used.has(this.name)) throw tooLate();
  }

  /**
   * The compiled module, for a memory that threads share or for one that they do not.
   *
   * @throws ConfigError `shared-module` where the first is asked of a module that comes compiled for the second.
   */
  compile(shared: boolean): WebAssembly.Module {
    return compile(this.name, handedIn.get(this.name) ?? this.#shipped, shared);
  }

  /** The module's kernels over a memory. */
  instantiate({ memory, shared }: Heap): Kernels {
    const module = this.compile(shared);
    used.add(this.name);
    // The loader knows a module by its class, which is another one where it comes from another realm.
    if (!(module instanceof WebAssembly.Module)) return bareInstance(module, memory) as Kernels;
    // The loader adds to the imports that it is given, and wraps every export; the raw ones are the fast ones.
    return instantiateSync(module, { env: { memory } }).instance.exports as Kernels;
  }
}

function compile(name: string, { source: open, compiled }: Origin, shared: boolean): WebAssembly.Module {
  const known = compiled.get(shared);
  if (known) return known;
  const source = open();
  let module: WebAssembly.Module;
  if (source instanceof Uint8Array) {
    module = compileKernels(shared ? forSharedMemory(source) : source, name);
  } else if (!shared) module = source;
  else {
    throw new ConfigError(
      'shared-module',
      `The kernels '${name}' come as a WebAssembly.Module, which cannot run on the memory that threads share: hand ` +
        'them to init as bytes or as a Response, or leave threads out.',
    );
  }
  compiled.set(shared, module);
  return module;
}

/** What `init` says once something depends on how the runtime is. */
export function tooLate(): ConfigError {
  return new ConfigError('init-late', 'init() comes before the first model: the kernels are in use already.');
}
