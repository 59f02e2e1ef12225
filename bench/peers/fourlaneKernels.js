const PAGE = 65536;
const ALIGNMENT = 64;
/** Kernels may read a little past the end of a buffer. */
const SLACK = 128;

/** Kernels over a memory of their own, and a way to put arrays into it. */
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

async function openKernels(work, file = 'core.wasm') {
  if (!modules.has(file)) modules.set(file, await WebAssembly.compile(await work.bytes(file)));
  return new Kernels(modules.get(file));
}

export async function gemm({ form, m, k, n }, a, b, work) {
  const kernels = await openKernels(work);
  const run = kernels.exports[`gemm${form}`];
  const [aAt, bAt] = [kernels.place(a), kernels.place(b)];
  const c = kernels.reserve(m * n * 4);
  const scratch = kernels.reserve(kernels.exports.GEMM_SCRATCH_BYTES.value);
  return { run: () => run(c, aAt, bAt, 0, scratch, m, n, k), result: () => kernels.view(c, m * n) };
}

/** As src/plan/convolution.ts chooses: a matrix product over the channels, or Winograd's F(2x2, 3x3). */
export async function convolution(row, a, b, work) {
  const { pass, size, side, channels, filters, images } = row;
  const pixels = images * side ** 2;
  if (size === 1) {
    const products = {
      forward: { form: 'NN', m: pixels, k: channels, n: filters },
      input: { form: 'NT', m: pixels, k: filters, n: channels },
      kernel: { form: 'TN', m: channels, k: pixels, n: filters },
    };
    return gemm(products[pass], a, b, work);
  }
  const kernels = await openKernels(work, 'spatial.wasm');
  const [aAt, bAt] = [kernels.place(a), kernels.place(b)];
  const lengths = {
    forward: pixels * filters,
    input: pixels * channels,
    kernel: size ** 2 * channels * filters,
  };
  const result = kernels.reserve(lengths[pass] * 4);
  // Not less than src/plan/convolution/scratch.ts has it.
  const tiles = kernels.exports.WINOGRAD_TILES.value;
  const larger = Math.max(channels, filters);
  const scratch = kernels.reserve(
    4 * (16 * (tiles + 3) * (channels + filters) + 25 * (channels * filters + larger)),
  );
  const sizes = [images, side, side, channels, filters, 1];
  const calls = {
    forward: () => kernels.exports.winogradForward(result, aAt, bAt, 0, scratch, ...sizes),
    input: () => kernels.exports.winogradInputGradient(result, aAt, bAt, scratch, ...sizes),
    kernel: () => kernels.exports.winogradWeightGradient(result, aAt, bAt, 0, scratch, ...sizes),
  };
  return { run: calls[pass], result: () => kernels.view(result, lengths[pass]) };
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
