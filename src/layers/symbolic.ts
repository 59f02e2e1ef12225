import type { Shape } from '../shape.js';
import type { Layer } from './layer.js';

/** One use of a layer in a graph: what went in and what came out. */
export interface Node {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/** A place in a graph of layers: it has a shape and no values. `input()` makes the first, layers make the others. */
export class SymbolicTensor {
  /** The shape of one sample, without the batch axis. */
  readonly sampleShape: Shape;
  readonly name: string;
  /** The use of a layer that it is an output of. */
  node!: Node;

  constructor(sampleShape: Shape, name: string) {
    this.sampleShape = sampleShape;
    this.name = name;
  }

  /** The shape as Keras writes it: null stands for the batch. */
  get shape(): readonly (number | null)[] {
    return [null, ...this.sampleShape];
  }
}
