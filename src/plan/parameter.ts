import type { Constraint } from '../constraints.js';
import type { Initializer } from '../initializers.js';
import type { Regularizer } from '../regularizers.js';
import type { Shape } from '../shape.js';
import type { Allocation } from '../wasm/heap.js';
import type { Place } from './value.js';

export interface ParameterOptions {
  name: string;
  shape: Shape;
  initializer: Initializer;
  regularizer?: Regularizer;
  constraint?: Constraint;
  trainable?: boolean;
}

/**
 * A weight of a layer. It lies at one address wherever the layer is used, from the moment the first model that
 * contains the layer is made.
 */
export class Parameter implements Place {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
  readonly trainable: boolean;
  #storage: Allocation | undefined;
  #offset = 0;

  constructor({ name, shape, initializer, regularizer, constraint, trainable = true }: ParameterOptions) {
    this.name = name;
    this.shape = shape;
    this.initializer = initializer;
    this.regularizer = regularizer;
    this.constraint = constraint;
    this.trainable = trainable;
  }

  get placed(): boolean {
    return this.#storage !== undefined;
  }

  get address(): number {
    return this.#storage!.address + this.#offset;
  }

  /** Gives the parameter its place. It keeps `storage` alive from now on. */
  place(storage: Allocation, offset: number): void {
    this.#storage = storage;
    this.#offset = offset;
  }
}
