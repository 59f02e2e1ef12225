import type { Shape } from '../shape.js';
import { sizeOf } from '../shape.js';

export type ValueType = 'float32' | 'int32' | 'uint8' | 'float64';

const BYTES: Record<ValueType, number> = { float32: 4, int32: 4, uint8: 1, float64: 8 };

/** A place in linear memory that exists outside of any plan: a parameter, its gradient, a state. */
export interface Place {
  readonly address: number;
  /** Bytes from what one replica has to what the next one has; without it there is one for all of them. */
  readonly stride?: number;
}

/** A size that is proportional to the number of samples in the batch: the only variables of a program. */
export class PerBatch {
  readonly factor: number;

  constructor(factor: number) {
    this.factor = factor;
  }
}

export type Size = number | PerBatch;

/** `size` times a whole number. */
export function scaleSize(size: Size, by: number): Size {
  return typeof size === 'number' ? size * by : new PerBatch(size.factor * by);
}

export interface ValueOptions {
  batched?: boolean;
  type?: ValueType;
  place?: Place;
  needsGradient?: boolean;
  sparse?: SparseParts;
}

/**
 * The tables of a batch of sparse rows, one entry a row: the address of its first index, how many terms it has, and the
 * address of its first value; without `values` all of them are 1.
 */
export interface SparseParts {
  readonly indices: Value;
  readonly lengths: Value;
  readonly values?: Value;
}

/**
 * A symbolic array: what steps read and write. Where it lies is decided by the plan, unless it has a `place`. Its
 * shape leaves out the batch axis; `batched` says whether there is one.
 */
export class Value {
  readonly shape: Shape;
  readonly batched: boolean;
  readonly type: ValueType;
  readonly place: Place | undefined;
  /** The value whose memory this one looks at: itself, unless it is a view. */
  readonly storage: Value;
  /** Where the value begins within its storage, in elements. */
  readonly offset: number;
  /** What a sparse input consists of; only a dense layer can read one. */
  readonly sparse: SparseParts | undefined;
  /** Whether a gradient with respect to this value is wanted. */
  readonly needsGradient: boolean;

  constructor(shape: Shape, options: ValueOptions = {}, storage?: Value, offset = 0) {
    this.shape = shape;
    this.batched = options.batched ?? false;
    this.type = options.type ?? 'float32';
    this.place = options.place;
    this.needsGradient = options.needsGradient ?? false;
    this.sparse = options.sparse;
    this.storage = storage ?? this;
    this.offset = offset;
  }

  /** The same memory under another shape. */
  view(shape: Shape): Value {
    const { batched, type, place, needsGradient } = this;
    return new Value(shape, { batched, type, place, needsGradient }, this.storage, this.offset);
  }

  /** The same memory from `elements` further on: where a kernel begins that writes or reads a block of columns. */
  at(elements: number): Value {
    const { shape, batched, type, place, needsGradient } = this;
    return new Value(shape, { batched, type, place, needsGradient }, this.storage, this.offset + elements);
  }

  /** The last axis: how long a row is (1 for a scalar). */
  get cols(): number {
    return this.shape.length ? this.shape[this.shape.length - 1] : 1;
  }

  /** How many rows there are: everything but the last axis. */
  get rows(): Size {
    return this.#sized(sizeOf(this.shape.slice(0, -1)));
  }

  /** How many elements there are. */
  get count(): Size {
    return this.#sized(sizeOf(this.shape));
  }

  /** Bytes from the beginning of the storage to the beginning of this value. */
  get byteOffset(): number {
    return this.offset * BYTES[this.type];
  }

  /** Bytes at a given batch size. */
  bytes(batch: number): number {
    return sizeOf(this.shape) * BYTES[this.type] * (this.batched ? batch : 1);
  }

  #sized(size: number): Size {
    return this.batched ? new PerBatch(size) : size;
  }
}
