import type { Constraint } from '../constraints.js';
import { type NumberArray, type ShapedData, type Tensor, tensor } from '../data/tensor.js';
import { ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import { checkNumber, checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import { MOST_INDICES } from '../plan/masking.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Regularizer } from '../regularizers.js';
import {
  type ConstraintLike,
  describe,
  type InitializerLike,
  type RegularizerLike,
  resolveConstraint,
  resolveInitializer,
  resolveRegularizer,
} from '../resolve.js';
import { formatShape, sameShape } from '../shape.js';
import { runtime } from '../wasm/runtime.js';
import { COMMON, checkCount, Layer, type LayerOptions, optional, type WeightBuilder } from './layer.js';

export interface EmbeddingOptions extends LayerOptions {
  /** How many indices there are: 0 to inputDim - 1. At most 16,777,216. */
  inputDim: number;
  /** How many numbers each of them becomes. */
  outputDim: number;
  /** Default 'uniform', from -0.05 to 0.05. */
  embeddingsInitializer?: InitializerLike;
  /** Adds a penalty on the table to the loss. Default: none. */
  embeddingsRegularizer?: RegularizerLike;
  /** What is done to the table after every step. Default: nothing. */
  embeddingsConstraint?: ConstraintLike;
  /**
   * The table to begin with, [inputDim, outputDim]. Default: what the initializer gives. Files keep only the result.
   */
  weights?: NumberArray | ShapedData;
  /** Whether index 0 stands for padding: the output then has a mask that leaves it out. Default false. */
  maskZero?: boolean;
}

const OPTIONS = [
  ...['inputDim', 'outputDim', 'embeddingsInitializer', 'embeddingsRegularizer', 'embeddingsConstraint'],
  ...['maskZero', 'weights', ...COMMON],
];

/**
 * A row of a table for every index: whole numbers [batch, ...] to [batch, ..., outputDim]. Weight: embeddings
 * [inputDim, outputDim]. Data are checked before the first step (ValueError `index-range`); an index that other layers
 * computed gives NaN where the table has no such row. Optimizers walk the whole table at every step, as in Keras.
 */
export class Embedding extends Layer {
  static override className = 'Embedding';
  readonly inputDim: number;
  readonly outputDim: number;
  readonly embeddingsInitializer: Initializer;
  readonly embeddingsRegularizer: Regularizer | undefined;
  readonly embeddingsConstraint: Constraint | undefined;
  readonly maskZero: boolean;
  embeddings!: Parameter;
  readonly #given: Tensor | undefined;

  /** @throws ConfigError for sizes that are no positive whole numbers, unknown options and identifiers. */
  constructor(options: EmbeddingOptions) {
    super(options);
    checkOptions(options, OPTIONS, 'layers.embedding');
    this.inputDim = checkCount(options.inputDim, 'layers.embedding: inputDim');
    checkNumber(this.inputDim, 'layers.embedding: inputDim', { to: MOST_INDICES });
    this.outputDim = checkCount(options.outputDim, 'layers.embedding: outputDim');
    this.embeddingsInitializer = resolveInitializer(options.embeddingsInitializer ?? 'uniform');
    this.embeddingsRegularizer = optional(options.embeddingsRegularizer, resolveRegularizer);
    this.embeddingsConstraint = optional(options.embeddingsConstraint, resolveConstraint);
    this.maskZero = options.maskZero ?? false;
    this.#given = options.weights && tensor(options.weights);
    const shape = [this.inputDim, this.outputDim];
    if (this.#given && !sameShape(this.#given.shape, shape)) {
      throw new ShapeError(
        'layer-shape',
        `layers.embedding: weights must have the shape ${formatShape(shape)}, but got ${formatShape(this.#given.shape)}.`,
      );
    }
  }

  /** The table is the same for inputs of every shape. */
  override buildFor(): void {
    super.buildFor([]);
  }

  override build(b: WeightBuilder): void {
    this.embeddings = b.parameter({
      name: 'embeddings',
      shape: [this.inputDim, this.outputDim],
      initializer: this.#given ? valuesOf(this.#given) : this.embeddingsInitializer,
      regularizer: this.embeddingsRegularizer,
      constraint: this.embeddingsConstraint,
    });
  }

  override call(b: Builder, x: Value): Value {
    const indices = b.indices(x, this.inputDim);
    const y = b.gather(this.embeddings, indices);
    return this.maskZero ? b.withMask(y, b.indexMask(indices)) : y;
  }

  override get supportsMasking(): boolean {
    return this.maskZero;
  }

  override computeMask(b: Builder, _inputs: readonly Value[], output: Value): Value | undefined {
    return b.maskOf(output);
  }

  override getConfig(): Record<string, unknown> {
    const { inputDim, outputDim, maskZero } = this;
    return {
      ...super.getConfig(),
      inputDim,
      outputDim,
      embeddingsInitializer: describe(this.embeddingsInitializer),
      embeddingsRegularizer: optional(this.embeddingsRegularizer, describe),
      embeddingsConstraint: optional(this.embeddingsConstraint, describe),
      maskZero,
    };
  }
}

function valuesOf({ data }: Tensor): Initializer {
  return {
    name: 'weights',
    config: {},
    fill: (address) => runtime().heap.f32.set(data, address / 4),
  };
}
