import { VERSION } from './generated/version.js';
import { type Allocation, Heap } from './heap.js';
import type { KernelModule } from './module.js';

/**
 * What all models of this JavaScript realm share: the memory, the kernels bound to it, and the region in which the
 * temporaries of every program lie on top of each other (only one program runs at a time).
 */
export class Runtime {
  readonly heap = new Heap();
  readonly #instances = new Map<KernelModule<unknown>, unknown>();
  #region: Allocation | undefined;
  #overlay: object | undefined;
  #wasmBytes = 0;

  /** The kernels of a module over the shared memory. */
  kernels<Kernels>(module: KernelModule<Kernels>): Kernels {
    let instance = this.#instances.get(module) as Kernels | undefined;
    if (!instance) {
      // Kernels of the overlay that the module has as well stand in for its own.
      instance = { ...module.instantiate(this.heap.memory), ...this.#overlay };
      this.#wasmBytes += module.bytes;
      this.#instances.set(module, instance);
    }
    return instance;
  }

  /** Uses these kernels instead of those of the same name in every module that is opened from now on. */
  overlay(module: KernelModule<object>): void {
    this.#overlay = module.instantiate(this.heap.memory);
    this.#wasmBytes += module.bytes;
  }

  /** Bytes of the modules that have been opened. */
  get wasmBytes(): number {
    return this.#wasmBytes;
  }

  /** Whether kernels of relaxed SIMD stand in for strict ones. */
  get relaxed(): boolean {
    return this.#overlay !== undefined;
  }

  /** Where the shared temporaries begin. It moves when a program asks for more than there is. */
  get regionAddress(): number {
    return this.#region?.address ?? 0;
  }

  /** Sees to it that the shared region holds `bytes` bytes. */
  reserveRegion(bytes: number, purpose: string): void {
    if (this.#region && this.#region.bytes >= bytes) return;
    const region = this.heap.allocate(bytes, purpose);
    if (this.#region) this.heap.release(this.#region);
    this.#region = region;
  }
}

let shared: Runtime | undefined;

/** The runtime of this realm, made when it is first needed. */
export function runtime(): Runtime {
  shared ??= new Runtime();
  return shared;
}

export interface RuntimeInfo {
  /** 'relaxed' where `init({ relaxed: true })` found it: faster, and not the same bits on every engine. */
  readonly simd: 'strict' | 'relaxed';
  readonly threads: number;
  /** Bytes of linear memory. */
  readonly memoryBytes: number;
  /** Bytes of it that are in use. */
  readonly usedBytes: number;
  /** Bytes of the compiled kernels that have been loaded. */
  readonly wasmBytes: number;
  /** The version of the package. */
  readonly version: string;
}

/** What computes here, and how much memory it holds. */
export function runtimeInfo(): RuntimeInfo {
  const { heap, relaxed, wasmBytes } = runtime();
  return {
    simd: relaxed ? 'relaxed' : 'strict',
    threads: 1,
    memoryBytes: heap.byteLength,
    usedBytes: heap.bytesInUse,
    wasmBytes,
    version: VERSION,
  };
}
