import type { ModelData } from '../data/adapt.js';
import { SparseMatrix } from '../data/sparse.js';
import { type BatchSource, isBatchSource } from '../data/stream.js';
import { type ShapedData, Tensor, type TensorData, tensor } from '../data/tensor.js';
import { ValueError } from '../errors.js';

/** What a structured clone would strip of its class, under a tag. */
type Tagged =
  | ({ readonly tag: 'tensor'; readonly data: TensorData } & Pick<Tensor, 'shape' | 'scale' | 'offset'>)
  | ({ readonly tag: 'sparse' } & Pick<SparseMatrix, 'shape' | 'indptr' | 'indices' | 'values'>)
  | PackedBatches
  | { readonly tag: 'record'; readonly entries: Readonly<Record<string, Packed>> };

/** Batches that stay where they are and are asked for by the number of their source. */
export interface PackedBatches {
  readonly tag: 'batches';
  readonly source: number;
  readonly cardinality: number | undefined;
}

/** Plain data, fit for `postMessage`. */
export type Packed = unknown;

const ARRAYS = [Float32Array, Float64Array, Int32Array, Uint8Array] as const;

/**
 * Packs data, and options that contain data, for the other side. Arrays are copied once, here, and the copies are
 * handed over; those on shared memory are seen from both sides and not copied at all.
 */
export class Parcel {
  /** What is to be handed over with the message. */
  readonly transfer = new Set<ArrayBuffer>();
  readonly #sent = new Map<TensorData, TensorData>();
  readonly #move: boolean;
  readonly #batches: ((source: BatchSource) => PackedBatches) | undefined;

  /**
   * @param move hands the arrays themselves over, which are empty here afterwards, where nothing else lies beside them.
   * @param batches says what stands for a source of batches. Default: such are refused.
   */
  constructor(move = false, batches?: (source: BatchSource) => PackedBatches) {
    this.#move = move;
    this.#batches = batches;
  }

  /** @throws ValueError `data-kind` for what cannot be sent; ShapeError and ValueError for ragged or other arrays. */
  pack(value: unknown): Packed {
    if (typeof value === 'function') throw notData('a function');
    if (typeof value !== 'object' || value === null) return value;
    if (ArrayBuffer.isView(value)) return this.#array(value as TensorData);
    if (value instanceof SparseMatrix) {
      const { shape, indptr, indices, values } = value;
      const arrays = { indptr: this.#array(indptr), indices: this.#array(indices) };
      return { tag: 'sparse', shape, ...arrays, values: values && this.#array(values) } satisfies Tagged;
    }
    if (Array.isArray(value)) {
      return typeof value[0] === 'number' ? value : value.map((part) => this.pack(part));
    }
    if ('shape' in value) {
      const { data, shape, scale, offset } = tensor(value as ShapedData);
      return { tag: 'tensor', data: this.#array(data), shape, scale, offset } satisfies Tagged;
    }
    if (isBatchSource<readonly ModelData[]>(value)) {
      if (this.#batches) return this.#batches(value);
      throw notData('an iterable');
    }
    const entries = Object.entries(value).map(([key, part]) => [key, this.pack(part)]);
    return { tag: 'record', entries: Object.fromEntries(entries) } satisfies Tagged;
  }

  #array<T extends TensorData>(array: T): T {
    const { buffer, byteLength } = array;
    const kind = ARRAYS.find((type) => array instanceof type);
    if (!kind || !(buffer instanceof ArrayBuffer)) return array;
    const move = this.#move && byteLength === buffer.byteLength;
    const sent = (this.#sent.get(array) ?? (move ? array : new kind(array))) as T;
    this.#sent.set(array, sent);
    this.transfer.add(sent.buffer as ArrayBuffer);
    return sent;
  }
}

/** What `Parcel.pack` was given. @param batches makes a source of what stands for one. */
export function unpack(packed: Packed, batches?: (packed: PackedBatches) => unknown): unknown {
  if (Array.isArray(packed)) {
    return typeof packed[0] === 'number' ? packed : packed.map((part) => unpack(part, batches));
  }
  if (typeof packed !== 'object' || packed === null || ArrayBuffer.isView(packed)) return packed;
  const tagged = packed as Tagged;
  if (tagged.tag === 'tensor') return new Tensor(tagged.data, tagged.shape, tagged);
  if (tagged.tag === 'sparse') return new SparseMatrix(tagged);
  if (tagged.tag === 'batches') return batches?.(tagged);
  return Object.fromEntries(
    Object.entries(tagged.entries).map(([key, part]) => [key, unpack(part, batches)]),
  );
}

function notData(what: string): ValueError {
  return new ValueError(
    'data-kind',
    `A worker takes data in memory (arrays, tensors, sparse matrices) and plain options, but got ${what}.`,
  );
}
