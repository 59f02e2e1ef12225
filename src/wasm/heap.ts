import { RuntimeUnsupportedError } from '../errors.js';

const PAGE = 65536;
const MAX_PAGES = 65536;
const ALIGNMENT = 64;
/** The first page belongs to the constant tables of the modules. */
const FIRST_ADDRESS = PAGE;
/** Kernels may read a little past the end of a buffer; the end of memory is kept free for them. */
const SLACK = 128;

/** From this size on allocators map fresh pages, which cost nothing until they are touched. */
const LEAST_BALLAST = 131072;

/** A piece of linear memory. It is given back when nothing refers to this object any more, or by `Heap.release`. */
export class Allocation {
  readonly address: number;
  readonly bytes: number;
  /**
   * Never touched, so it takes no physical memory. It tells the garbage collector, which does not see linear memory,
   * what is gained by collecting this object: without it dropped models pile up to gigabytes.
   */
  readonly ballast: ArrayBuffer;

  constructor(address: number, bytes: number) {
    this.address = address;
    this.bytes = bytes;
    this.ballast = new ArrayBuffer(Math.max(bytes, LEAST_BALLAST));
  }
}

interface Gap {
  address: number;
  bytes: number;
}

/** The one linear memory of a runtime, and who owns which part of it. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** Whether other threads may see the memory too. */
  readonly shared: boolean;
  f32!: Float32Array;
  f64!: Float64Array;
  i32!: Int32Array;
  u8!: Uint8Array;
  /** What is free, by address; neighbours are always merged. */
  readonly #gaps: Gap[] = [];
  #end = FIRST_ADDRESS;
  #inUse = 0;
  readonly #registry: FinalizationRegistry<Gap> | undefined;

  constructor(shared = false) {
    this.shared = shared;
    this.memory = new WebAssembly.Memory({ initial: 16, maximum: MAX_PAGES, shared });
    this.#refreshViews();
    if (typeof FinalizationRegistry !== 'undefined') {
      this.#registry = new FinalizationRegistry((gap) => this.#giveBack(gap));
    }
  }

  /** Bytes handed out at the moment. */
  get bytesInUse(): number {
    return this.#inUse;
  }

  /** Bytes of the whole memory. */
  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * Zero-filled memory whose address is a multiple of 64.
   *
   * @throws RuntimeUnsupportedError `memory-exhausted`; nothing has changed then.
   */
  allocate(bytes: number, purpose: string): Allocation {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    const address = this.#takeGap(size) ?? this.#extend(size, purpose);
    this.#inUse += size;
    this.u8.fill(0, address, address + size);
    const allocation = new Allocation(address, size);
    this.#registry?.register(allocation, { address, bytes: size }, allocation);
    return allocation;
  }

  /** Gives memory back at once. Nothing may refer to it any more. */
  release(allocation: Allocation): void {
    this.#registry?.unregister(allocation);
    this.#giveBack({ address: allocation.address, bytes: allocation.bytes });
  }

  #takeGap(size: number): number | undefined {
    let best = -1;
    for (let i = 0; i < this.#gaps.length; i++) {
      const { bytes } = this.#gaps[i];
      if (bytes >= size && (best < 0 || bytes < this.#gaps[best].bytes)) best = i;
    }
    if (best < 0) return undefined;
    const gap = this.#gaps[best];
    const { address } = gap;
    if (gap.bytes === size) this.#gaps.splice(best, 1);
    else {
      gap.address += size;
      gap.bytes -= size;
    }
    return address;
  }

  #extend(size: number, purpose: string): number {
    const last = this.#gaps.at(-1);
    const tail = last && last.address + last.bytes === this.#end ? last : undefined;
    const address = tail ? tail.address : this.#end;
    const needed = address + size + SLACK;
    if (needed > this.byteLength) this.#grow(needed, size, purpose);
    if (tail) this.#gaps.pop();
    this.#end = address + size;
    return address;
  }

  #grow(needed: number, size: number, purpose: string): void {
    const missing = Math.ceil((needed - this.byteLength) / PAGE);
    // A quarter more than asked keeps the number of growths low; where that is too much, what is needed must do.
    const generous = Math.max(missing, Math.ceil(this.byteLength / PAGE / 4));
    for (const pages of [generous, missing]) {
      try {
        this.memory.grow(pages);
        this.#refreshViews();
        return;
      } catch {}
    }
    throw new RuntimeUnsupportedError(
      'memory-exhausted',
      `${purpose} needs ${megabytes(size)} of memory; ${megabytes(this.#inUse)} are in use and the platform ` +
        `gives no more (WebAssembly ends at ${megabytes(MAX_PAGES * PAGE)}). ` +
        'Use a smaller batchSize or fewer units, or dispose() of models that are no longer needed.',
    );
  }

  #giveBack(gap: Gap): void {
    this.#inUse -= gap.bytes;
    let at = this.#gaps.findIndex(({ address }) => address > gap.address);
    if (at < 0) at = this.#gaps.length;
    const before = this.#gaps[at - 1];
    const after = this.#gaps[at];
    const joinsBefore = before && before.address + before.bytes === gap.address;
    const joinsAfter = after && gap.address + gap.bytes === after.address;
    if (joinsBefore) {
      before.bytes += gap.bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#gaps.splice(at, 1);
    } else if (joinsAfter) {
      after.address = gap.address;
      after.bytes += gap.bytes;
    } else this.#gaps.splice(at, 0, { address: gap.address, bytes: gap.bytes });
  }

  #refreshViews(): void {
    const { buffer } = this.memory;
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u8 = new Uint8Array(buffer);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1048576).toFixed(1)} MiB`;
}
