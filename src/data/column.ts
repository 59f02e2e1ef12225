import { ValueError } from '../errors.js';
import { type Size, Value } from '../plan/value.js';
import { type Shape, sizeOf } from '../shape.js';
import type { Heap } from '../wasm/heap.js';
import type { SparseMatrix } from './sparse.js';

/** Where a column enters a plan: what layers read, and the buffers that are written before each run. */
export interface Port {
  readonly value: Value;
  readonly inputs: readonly Value[];
  /** What turns the raw rows into what layers read, if anything has to. */
  readonly convert?: {
    readonly kernel: 'affine' | 'convertU8';
    readonly args: readonly [Value, Value, number, number, Size];
  };
}

/** What knows where the values of a plan lie. */
export interface Addresses {
  addressOf(value: Value): number;
}

/** Which samples make a batch: `count` of them from `start`, through `order` where they are shuffled. */
export interface BatchRows {
  order: Int32Array | undefined;
  start: number;
  count: number;
}

/** One input or target of a model, at rest in its own type; rows are converted when a batch is made. */
export interface Column {
  readonly length: number;
  /** Plans are shared by columns with the same signature. */
  readonly signature: string;
  /** The port for a plan. */
  open(): Port;
  /** Copies the rows of a batch into the port. */
  fill(port: Port, program: Addresses, heap: Heap, rows: BatchRows): void;
  /** The rows from `start` to `end` as a column of their own. */
  slice(start: number, end: number): Column;
}

type NumberData = Float32Array | Float64Array | Int32Array;

/** Rows shorter than this are copied by a loop: a view of each would cost more than the copy. */
const SHORT_ROW = 48;

/** How dense rows enter memory: as what type, through which view. */
const KINDS = {
  /** Any numbers, converted to float32. */
  numbers: { type: 'float32', bytes: 4, view: (heap: Heap) => heap.f32 },
  /** Bytes, such as images, copied as they are and converted by a kernel. */
  bytes: { type: 'uint8', bytes: 1, view: (heap: Heap) => heap.u8 },
  /** Class numbers. */
  labels: { type: 'int32', bytes: 4, view: (heap: Heap) => heap.i32 },
} as const;

/** Rows of a typed array. Values mean `data * scale + offset`. */
export class DenseColumn implements Column {
  readonly length: number;
  readonly signature: string;
  readonly #width: number;

  constructor(
    readonly kind: keyof typeof KINDS,
    readonly data: NumberData | Uint8Array,
    readonly shape: Shape,
    readonly scale = 1,
    readonly offset = 0,
  ) {
    this.#width = sizeOf(shape);
    this.length = data.length / this.#width;
    this.signature = `${kind} ${scale} ${offset}`;
  }

  open(): Port {
    const { kind, shape, scale, offset } = this;
    const raw = new Value(shape, { batched: true, type: KINDS[kind].type });
    if (kind === 'bytes') {
      const value = new Value(shape, { batched: true });
      return {
        value,
        inputs: [raw],
        convert: { kernel: 'convertU8', args: [value, raw, scale, offset, raw.count] },
      };
    }
    if (scale === 1 && offset === 0) return { value: raw, inputs: [raw] };
    return {
      value: raw,
      inputs: [raw],
      convert: { kernel: 'affine', args: [raw, raw, scale, offset, raw.count] },
    };
  }

  fill({ inputs }: Port, program: Addresses, heap: Heap, rows: BatchRows): void {
    const { bytes, view } = KINDS[this.kind];
    copyRows(view(heap), program.addressOf(inputs[0]) / bytes, this.data, this.#width, rows);
  }

  slice(start: number, end: number): Column {
    const data = this.data.subarray(start * this.#width, end * this.#width);
    return new DenseColumn(this.kind, data, this.shape, this.scale, this.offset);
  }
}

/** Rows of a sparse matrix. Its plan has room for the longest row in every place of the batch. */
export class SparseColumn implements Column {
  readonly length: number;
  readonly signature: string;
  readonly #rowCapacity: number;

  constructor(
    readonly matrix: SparseMatrix,
    /** The rows that belong to the column: `first` to before `last`. */
    readonly first = 0,
    readonly last = matrix.shape[0],
    rowCapacity?: number,
  ) {
    this.length = last - first;
    this.#rowCapacity = rowCapacity ?? longestRow(matrix);
    this.signature = `sparse ${this.#rowCapacity}${matrix.values ? ' values' : ''}`;
  }

  open(): Port {
    const offsets = new Value([2], { batched: true, type: 'int32' });
    const indices = new Value([this.#rowCapacity], { batched: true, type: 'int32' });
    const values = this.matrix.values && new Value([this.#rowCapacity], { batched: true });
    const sparse = { indptr: offsets, indices, values };
    const value = new Value([this.matrix.shape[1]], { batched: true, sparse });
    return { value, inputs: values ? [offsets, indices, values] : [offsets, indices] };
  }

  fill({ inputs }: Port, program: Addresses, heap: Heap, rows: BatchRows): void {
    const { indptr, indices, values } = this.matrix;
    const offsetsAt = program.addressOf(inputs[0]) / 4;
    const indicesAt = program.addressOf(inputs[1]) / 4;
    const valuesAt = values ? program.addressOf(inputs[2]) / 4 : 0;
    let stored = 0;
    heap.i32[offsetsAt] = 0;
    for (let i = 0; i < rows.count; i++) {
      const at = rows.start + i;
      const row = this.first + (rows.order ? rows.order[at] : at);
      const begin = indptr[row];
      const end = indptr[row + 1];
      heap.i32.set(indices.subarray(begin, end), indicesAt + stored);
      if (values) heap.f32.set(values.subarray(begin, end), valuesAt + stored);
      stored += end - begin;
      heap.i32[offsetsAt + i + 1] = stored;
    }
  }

  slice(start: number, end: number): Column {
    return new SparseColumn(this.matrix, this.first + start, this.first + end, this.#rowCapacity);
  }
}

/** The length of the longest row, rounded up to a power of two so that similar matrices share a plan. */
function longestRow({ indptr }: SparseMatrix): number {
  let longest = 1;
  for (let r = 1; r < indptr.length; r++) longest = Math.max(longest, indptr[r] - indptr[r - 1]);
  let capacity = 16;
  while (capacity < longest) capacity *= 2;
  return capacity;
}

function copyRows<T extends Float32Array | Int32Array | Uint8Array>(
  memory: T,
  at: number,
  data: NumberData | Uint8Array,
  width: number,
  { order, start, count }: BatchRows,
): void {
  if (!order) {
    memory.set(data.subarray(start * width, (start + count) * width), at);
    return;
  }
  for (let i = 0; i < count; i++) {
    const from = order[start + i] * width;
    const to = at + i * width;
    if (width < SHORT_ROW) for (let j = 0; j < width; j++) memory[to + j] = data[from + j];
    else memory.set(data.subarray(from, from + width), to);
  }
}

/** @throws ValueError `not-finite` that says where the first NaN or Infinity stands. */
export function checkFinite(data: ArrayLike<number>, width: number, argument: string): void {
  for (let i = 0; i < data.length; i++) {
    // The difference is NaN for NaN and both infinities, 0 for everything else.
    if (data[i] - data[i] === 0) continue;
    throw new ValueError(
      'not-finite',
      `${argument} holds ${data[i]} at row ${Math.floor(i / width)}, position ${i % width}; all values must be ` +
        'finite numbers. Remove such rows or fill them in (SimpleImputer) first.',
    );
  }
}
