import { readFileSync } from 'node:fs';

const PAGE = 65536;
const ALIGNMENT = 64;
/** Kernels may read a little past the end of a buffer. */
const SLACK = 128;

/** The core kernels over a memory of their own, and a way to put arrays into it. */
export class Kernels {
  #memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  #next = PAGE;

  constructor() {
    const module = new WebAssembly.Module(readFileSync(new URL('../build/core.wasm', import.meta.url)));
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports;
  }

  /** The address of `bytes` zero bytes. */
  reserve(bytes) {
    const address = this.#next;
    this.#next = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    const missing = this.#next + SLACK - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** The address of a copy of a Float32Array. */
  place(values) {
    const address = this.reserve(values.byteLength);
    new Float32Array(this.#memory.buffer, address, values.length).set(values);
    return address;
  }
}
