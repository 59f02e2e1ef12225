const PAGE = 65536;
const ALIGNMENT = 64;
/** Kernels may read a little past the end of a buffer. */
const SLACK = 128;

/** The core kernels over a memory of their own, and a way to put arrays into it. */
class Kernels {
  #memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  #next = PAGE;

  constructor(module) {
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

  /** The address of a copy of an array. */
  place(values) {
    const address = this.reserve(values.byteLength);
    new values.constructor(this.#memory.buffer, address, values.length).set(values);
    return address;
  }

  /** The floats at an address. */
  view(address, length) {
    return new Float32Array(this.#memory.buffer, address, length);
  }
}

const modules = new Map();

async function openKernels(work) {
  if (!modules.has(work)) modules.set(work, await WebAssembly.compile(await work.bytes('core.wasm')));
  return new Kernels(modules.get(work));
}

export async function gemm({ form, m, k, n }, a, b, work) {
  const kernels = await openKernels(work);
  const run = kernels.exports[`gemm${form}`];
  const [aAt, bAt] = [kernels.place(a), kernels.place(b)];
  const c = kernels.reserve(m * n * 4);
  const scratch = kernels.reserve(kernels.exports.GEMM_SCRATCH_BYTES.value);
  return { run: () => run(c, aAt, bAt, 0, scratch, m, n, k), result: () => kernels.view(c, m * n) };
}

const elementwise =
  (name) =>
  async ({ length }, work) => {
    const kernels = await openKernels(work);
    const run = kernels.exports[name];
    const x = kernels.place(work.noise('x', length));
    const y = kernels.reserve(length * 4);
    return { run: () => run(y, x, 0, length), result: () => kernels.view(y, length) };
  };

export const sigmoid = elementwise('sigmoid');
export const tanh = elementwise('tanh');
export const gelu = elementwise('gelu');

export async function softmax({ rows, columns }, work) {
  const kernels = await openKernels(work);
  const run = kernels.exports.softmax;
  const x = kernels.place(work.noise('x', rows * columns));
  const y = kernels.reserve(rows * columns * 4);
  return { run: () => run(y, x, rows, columns), result: () => kernels.view(y, rows * columns) };
}

/** One Adam step over weights `a` with gradients `b`, as the table of assembly/optimizers.ts wants it. */
export async function adam({ length }, work) {
  const kernels = await openKernels(work);
  const w = kernels.place(work.noise('a', length));
  const g = kernels.place(work.noise('b', length));
  const slots = [kernels.reserve(length * 4), kernels.reserve(length * 4)];
  const record = kernels.place(new Int32Array([w, g, ...slots, length, 0, 0, 0]));
  // No decay, and gradients as they are.
  kernels.view(record, 8).set([0, 1], 5);
  const scalars = kernels.reserve(6 * 4);
  let t = 0;
  const run = () => {
    t++;
    const rate = (0.001 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
    kernels.view(scalars, 6).set([0.001, Number.POSITIVE_INFINITY, 1 - 0.9, 1 - 0.999, 1e-7, rate]);
    kernels.exports.adam(record, 1, scalars);
  };
  return {
    run,
    result: () => kernels.view(w, length),
    clearGradients: () => kernels.view(g, length).fill(0),
  };
}
