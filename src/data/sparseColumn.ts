import { Value } from '../plan/value.js';
import type { Allocation, Heap } from '../wasm/heap.js';
import type { Addresses, BatchRows, Column, Port } from './column.js';
import type { SparseMatrix } from './sparse.js';

/**
 * Rows of a sparse matrix. A settled column lies in linear memory whole, and a batch of it is a table of addresses; of any
 * other the rows of a batch are copied to the program first, which has room for the longest row in every place.
 */
export class SparseColumn implements Column {
  readonly length: number;
  readonly signature: string;
  readonly #rowCapacity: number;
  /** The indices of all rows, behind them the values. */
  readonly #settled: Allocation | undefined;

  constructor(
    readonly matrix: SparseMatrix,
    /** The rows that belong to the column: `first` to before `last`. */
    readonly first = 0,
    readonly last = matrix.shape[0],
    rowCapacity?: number,
    settled?: Allocation,
  ) {
    this.length = last - first;
    this.#settled = settled;
    this.#rowCapacity = settled ? 0 : (rowCapacity ?? longestRow(matrix));
    this.signature = signatureOf(this.#rowCapacity, matrix.values !== undefined);
  }

  open(): Port {
    const table = () => new Value([1], { batched: true, type: 'int32' });
    const { values } = this.matrix;
    const sparse = { indices: table(), lengths: table(), values: values && table() };
    const inputs = [sparse.indices, sparse.lengths];
    if (sparse.values) inputs.push(sparse.values);
    if (!this.#settled) {
      inputs.push(new Value([this.#rowCapacity], { batched: true, type: 'int32' }));
      if (values) inputs.push(new Value([this.#rowCapacity], { batched: true }));
    }
    return { value: new Value([this.matrix.shape[1]], { batched: true, sparse }), inputs };
  }

  fill({ inputs }: Port, program: Addresses, heap: Heap, { order, start, count }: BatchRows): void {
    const { indptr, indices, values } = this.matrix;
    const settled = this.#settled;
    const { i32, f32 } = heap;
    const indexTable = program.addressOf(inputs[0]) / 4;
    const lengthTable = program.addressOf(inputs[1]) / 4;
    const valueTable = values ? program.addressOf(inputs[2]) / 4 : 0;
    const copies = values ? 3 : 2;
    let indexAt = settled ? settled.address : program.addressOf(inputs[copies]);
    let valueAt = 0;
    if (values) valueAt = settled ? indexAt + this.#terms * 4 : program.addressOf(inputs[copies + 1]);
    // A settled row lies as far behind these addresses as it begins in the matrix; copies follow one another.
    const first = indptr[this.first];
    const indicesAt = indexAt - first * 4;
    const valuesAt = valueAt - first * 4;
    for (let i = 0; i < count; i++) {
      const row = this.first + (order ? order[start + i] : start + i);
      const begin = indptr[row];
      const end = indptr[row + 1];
      if (settled) {
        indexAt = indicesAt + begin * 4;
        valueAt = valuesAt + begin * 4;
      } else {
        i32.set(indices.subarray(begin, end), indexAt / 4);
        if (values) f32.set(values.subarray(begin, end), valueAt / 4);
      }
      i32[indexTable + i] = indexAt;
      i32[lengthTable + i] = end - begin;
      if (values) i32[valueTable + i] = valueAt;
      indexAt += (end - begin) * 4;
      valueAt += (end - begin) * 4;
    }
  }

  slice(start: number, end: number): Column {
    return new SparseColumn(this.matrix, this.first + start, this.first + end, this.#rowCapacity);
  }

  settle(heap: Heap): Column {
    const { indptr, indices, values } = this.matrix;
    const [begin, end] = [indptr[this.first], indptr[this.last]];
    let memory: Allocation;
    try {
      memory = heap.allocate((end - begin) * (values ? 8 : 4), 'A data set');
    } catch {
      // It does not fit: then its rows are copied batch by batch.
      return this;
    }
    heap.i32.set(indices.subarray(begin, end), memory.address / 4);
    if (values) heap.f32.set(values.subarray(begin, end), memory.address / 4 + this.#terms);
    return new SparseColumn(this.matrix, this.first, this.last, this.#rowCapacity, memory);
  }

  release(heap: Heap): void {
    if (this.#settled) heap.release(this.#settled);
  }

  get #terms(): number {
    const { indptr } = this.matrix;
    return indptr[this.last] - indptr[this.first];
  }
}

const signatures = new Map<number, string>();

/** The same string object for the same plan, which a map finds faster than a new one. */
function signatureOf(rowCapacity: number, hasValues: boolean): string {
  const key = hasValues ? -rowCapacity - 1 : rowCapacity;
  let known = signatures.get(key);
  if (!known) {
    known = `sparse ${rowCapacity || 'settled'}${hasValues ? ' values' : ''}`;
    signatures.set(key, known);
  }
  return known;
}

/** The length of the longest row, rounded up to a power of two so that similar matrices share a plan. */
function longestRow({ indptr }: SparseMatrix): number {
  let longest = 1;
  for (let r = 1; r < indptr.length; r++) longest = Math.max(longest, indptr[r] - indptr[r - 1]);
  let capacity = 16;
  while (capacity < longest) capacity *= 2;
  return capacity;
}
