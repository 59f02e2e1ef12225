import { VERSION } from './generated/version.js';
import { type Allocation, Heap } from './heap.js';
import { type KernelModule, tooLate } from './module.js';
import type { Team } from './team.js';

/**
 * What all models of this JavaScript realm share: the memory, the kernels bound to it, and the region in which the
 * temporaries of every program lie on top of each other (only one program runs at a time).
 */
export class Runtime {
  readonly heap: Heap;
  /** The other threads, where `init` has started some. */
  readonly team: Team | undefined;
  readonly #instances = new Map<KernelModule<unknown>, unknown>();
  #region: Allocation | undefined;
  /** The step whose temporaries have been left where they are. */
  #keptFor: Promise<void> | undefined;
  #overlay: KernelModule<object> | undefined;
  #wasmBytes = 0;

  constructor(heap = new Heap(), team?: Team) {
    this.heap = heap;
    this.team = team;
  }

  /** How many threads work on a step. */
  get threads(): number {
    return this.team?.threads ?? 1;
  }

  /** The kernels of a module over the shared memory. */
  kernels<Kernels>(module: KernelModule<Kernels>): Kernels {
    let instance = this.#instances.get(module) as Kernels | undefined;
    if (!instance) {
      // Kernels of the overlay that the module has as well stand in for its own.
      instance = { ...module.instantiate(this.heap), ...this.#overlay?.instantiate(this.heap) };
      this.#wasmBytes += module.bytes;
      this.#instances.set(module, instance);
    }
    return instance;
  }

  /** What other threads make the kernels of a module of: the later ones stand in for the earlier. */
  modulesOf(module: KernelModule<unknown>): readonly WebAssembly.Module[] {
    return [module, ...(this.#overlay ? [this.#overlay] : [])].map((one) => one.compile(this.heap.shared));
  }

  /** Uses these kernels instead of those of the same name in every module that is opened from now on. */
  overlay(module: KernelModule<object>): void {
    this.#overlay = module;
    this.#wasmBytes += module.bytes;
  }

  /** The same, before anything has been computed, over another memory. */
  moved(heap?: Heap, team?: Team): Runtime {
    const next = new Runtime(heap, team);
    if (this.#overlay) next.overlay(this.#overlay);
    return next;
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

  /**
   * Sees to it that the shared region holds `bytes` bytes. While a step waits for its threads it needs what it has left
   * there: whoever comes meanwhile gets another region, and that one goes when the step is done.
   */
  reserveRegion(bytes: number, purpose: string): void {
    this.#keepForPending();
    if (this.#region && this.#region.bytes >= bytes) return;
    const region = this.heap.allocate(bytes, purpose);
    if (this.#region) this.heap.release(this.#region);
    this.#region = region;
  }

  #keepForPending(): void {
    const pending = this.team?.pending;
    const region = this.#region;
    if (!pending || !region || this.#keptFor === pending) return;
    this.#keptFor = pending;
    this.#region = undefined;
    void pending.then(() => this.heap.release(region));
  }
}

let shared: Runtime | undefined;

/** The runtime of this realm, made when it is first needed. */
export function runtime(): Runtime {
  shared ??= new Runtime();
  return shared;
}

/** @throws ConfigError `init-late` once something lies in the memory. */
export function checkUnused(): void {
  const { heap, team } = runtime();
  if (heap.bytesInUse > (team?.bytes ?? 0)) throw tooLate();
}

/** Lets the runtime begin anew over another memory. @throws ConfigError `init-late`. */
export function moveRuntime(heap?: Heap, team?: Team): void {
  checkUnused();
  shared = runtime().moved(heap, team);
}

export interface RuntimeInfo {
  /** 'relaxed' where `init({ relaxed: true })` found it: faster, and not the same bits on every engine. */
  readonly simd: 'strict' | 'relaxed';
  /** How many threads work on a step: 1, or what `init({ threads })` found. */
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
  const { heap, relaxed, threads, wasmBytes } = runtime();
  return {
    simd: relaxed ? 'relaxed' : 'strict',
    threads,
    memoryBytes: heap.byteLength,
    usedBytes: heap.bytesInUse,
    wasmBytes,
    version: VERSION,
  };
}
