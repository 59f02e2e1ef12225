import { readFileSync } from 'node:fs';
import type { CoreKernels } from '../../src/wasm/generated/core.js';

const SLACK = 64;
const FIRST = 65536;

/** The kernels of a module over a memory of their own, with helpers to place arrays in it and read them back. */
export class KernelBench<Kernels = CoreKernels> {
  readonly memory = new WebAssembly.Memory({ initial: 512, maximum: 65536 });
  readonly kernels: Kernels;
  #next = FIRST;

  constructor(name = 'core') {
    const bytes = readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));
    const module = new WebAssembly.Module(bytes);
    this.kernels = new WebAssembly.Instance(module, { env: { memory: this.memory } })
      .exports as unknown as Kernels;
  }

  /** Forgets everything placed so far. */
  reset(): void {
    this.#next = FIRST;
  }

  /** Room for `bytes` bytes, aligned to 16, filled with 0x7f bytes (3.39e38 as float32) so that stray reads show. */
  reserve(bytes: number): number {
    const address = this.#next;
    this.#next = (address + bytes + SLACK + 15) & ~15;
    const missing = this.#next + SLACK - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    new Uint8Array(this.memory.buffer, address, this.#next - address).fill(0x7f);
    return address;
  }

  /** Places a copy of `data` and returns its address. */
  place(data: Float32Array | Int32Array | Uint8Array | Float64Array): number {
    const address = this.reserve(data.byteLength);
    new Uint8Array(this.memory.buffer, address, data.byteLength).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
    return address;
  }

  f32(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length).slice();
  }

  i32(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length).slice();
  }

  f64(address: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, length).slice();
  }

  /** True if the bytes right behind the buffer still hold what `reserve` put there: nothing was written past its end. */
  tailIntact(address: number, bytes: number): boolean {
    return new Uint8Array(this.memory.buffer, address + bytes, 16).every((byte) => byte === 0x7f);
  }
}
