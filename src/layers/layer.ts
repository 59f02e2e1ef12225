import { ConfigError, FourlaneError, ShapeError, ValueError } from '../errors.js';
import { zeros } from '../initializers.js';
import { toSnakeCase } from '../names.js';
import { Builder } from '../plan/builder.js';
import { Parameter } from '../plan/parameter.js';
import { Value } from '../plan/value.js';
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
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js';
import { type Node, SymbolicTensor } from './symbolic.js';

export interface LayerOptions {
  /** Unique within a model. Default: the kind of layer and a number. */
  name?: string;
  /** Whether its weights are trained; read by `compile`. Default true. */
  trainable?: boolean;
  /** The shape of one sample, for the first layer of a sequential model. */
  inputShape?: Shape;
  /** Adds a penalty on the output to the loss, divided by the batch size. Default: none. */
  activityRegularizer?: RegularizerLike;
}

/** The options that every layer knows. */
export const COMMON: readonly (keyof LayerOptions)[] = [
  'name',
  'trainable',
  'inputShape',
  'activityRegularizer',
];

export interface WeightOptions {
  name: string;
  shape: Shape;
  /** Default 'zeros'. */
  initializer?: InitializerLike;
  regularizer?: RegularizerLike;
  /** What is done to it after every step of its training. */
  constraint?: ConstraintLike;
  /** Whether optimizers change it. Default true. */
  trainable?: boolean;
}

/** What `Layer.build` makes its weights with. */
export interface WeightBuilder {
  parameter(options: WeightOptions): Parameter;
}

/**
 * An object that is a function: its class is the prototype of the function, so that a layer can be called as in Keras.
 * The fields of derived classes are put on what this constructor returns.
 */
class Callable {
  constructor() {
    const callable = (inputs: readonly SymbolicTensor[]) => (callable as unknown as Layer).apply(inputs);
    // biome-ignore lint/correctness/noConstructorReturn: this is how an object becomes callable
    return Object.setPrototypeOf(callable, new.target.prototype);
  }
}

/** `layer(x)` is `layer.apply(x)`. */
export interface Layer {
  (input: SymbolicTensor): SymbolicTensor;
  (inputs: readonly SymbolicTensor[]): SymbolicTensor;
}

const counts = new Map<string, number>();

/** `dense`, `dense_1`, `dense_2`: names for people, nothing is derived from them. */
function nextName(kind: string): string {
  const base = toSnakeCase(kind);
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count ? `${base}_${count}` : base;
}

/**
 * The base of all layers. A layer of one's own extends it: `build` makes the weights for the shapes that come in
 * (without the batch axis), `call` composes operations of the builder; the gradient follows from them.
 *
 *     class Scale extends Layer {
 *       build(b, shape) { this.factor = b.parameter({ name: 'factor', shape: [shape.at(-1)], initializer: 'ones' }); }
 *       call(b, x) { return b.multiply(x, this.factor); }
 *     }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: Callable makes instances what the interface above says
export abstract class Layer extends Callable {
  /** The name under which files know the class; minifiers change the one in the code. */
  static className = 'Layer';
  readonly name: string;
  readonly activityRegularizer: Regularizer | undefined;
  /** The weights in Keras's order; empty until the layer has met its first input. */
  readonly parameters: Parameter[] = [];
  readonly inputShape: Shape | undefined;
  #trainable: boolean;
  #builtFor: readonly Shape[] | undefined;

  constructor({ name, trainable = true, inputShape, activityRegularizer }: LayerOptions = {}) {
    super();
    this.name = name ?? nextName(this.className);
    this.#trainable = trainable;
    this.inputShape = inputShape;
    this.activityRegularizer = optional(activityRegularizer, resolveRegularizer);
  }

  /** Whether its weights are trained, and the statistics of a normalisation moved; read when a model is compiled. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(trainable: boolean) {
    this.#trainable = trainable;
  }

  /** What kind of layer it is: the `className` of its class, or the name of a class that has none of its own. */
  get className(): string {
    return classNameOf(this.constructor as typeof Layer);
  }

  /** Makes the weights for inputs of these shapes, once. */
  build(_b: WeightBuilder, ..._shapes: Shape[]): void {}

  /** Emits the layer's operations. */
  abstract call(b: Builder, ...inputs: Value[]): Value | readonly Value[];

  /** Whether `call` can read an input of sparse rows. */
  get readsSparse(): boolean {
    return false;
  }

  /** The options that make an equal layer. */
  getConfig(): Record<string, unknown> {
    const { name, trainable, activityRegularizer } = this;
    return { name, trainable, activityRegularizer: optional(activityRegularizer, describe) };
  }

  get built(): boolean {
    return this.#builtFor !== undefined;
  }

  /** The weights that optimizers may change: none where the layer is frozen. */
  trainableParameters(): readonly Parameter[] {
    return this.trainable ? this.parameters.filter(({ trainable }) => trainable) : [];
  }

  /** How many numbers its weights hold. */
  countParams(): number {
    return this.parameters.reduce((total, { shape }) => total + sizeOf(shape), 0);
  }

  /**
   * Puts the layer behind symbolic inputs and returns its (first) output. Weights are made at the first use and shared
   * by all later ones.
   *
   * @throws ShapeError that names the layer, where the shapes do not fit it.
   */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    return this.applyAll(inputs instanceof SymbolicTensor ? [inputs] : inputs)[0];
  }

  /** As `apply`, for layers and models with several outputs. */
  applyAll(inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    const list = [inputs].flat();
    for (const input of list) {
      if (input instanceof SymbolicTensor) continue;
      throw new ValueError(
        'symbolic-input',
        `Layer '${this.name}' is called with what input() or another layer returns, but got ${String(input)}. ` +
          'To run a model on data, use predict().',
      );
    }
    const shapes = list.map(({ sampleShape }) => sampleShape);
    this.buildFor(shapes);
    const outputShapes = within(this, () => this.outputShapes(shapes));
    const node: Node = {
      layer: this,
      inputs: list,
      outputs: outputShapes.map((shape) => new SymbolicTensor(shape, this.name)),
    };
    for (const output of node.outputs) output.node = node;
    return node.outputs;
  }

  /** Makes the weights unless they are there; a layer that is used again must meet inputs of the same shape. */
  buildFor(shapes: readonly Shape[]): void {
    if (!this.#builtFor) {
      within(this, () => this.build({ parameter: (options) => this.#parameter(options) }, ...shapes));
      this.#builtFor = shapes;
    } else if (this.parameters.length && !shapes.every((shape, i) => sameShape(shape, this.#builtFor![i]))) {
      throw new ShapeError(
        'layer-shape',
        `Layer '${this.name}' has weights for inputs of shape ${format(this.#builtFor)}, but is used again with ` +
          `${format(shapes)}.`,
      );
    }
  }

  /** The shapes that come out: those of a rehearsal of `call`, so they cannot disagree with it. */
  protected outputShapes(shapes: readonly Shape[]): Shape[] {
    const b = new Builder();
    const outputs = this.call(b, ...shapes.map((shape) => new Value(shape, { batched: true })));
    return (outputs instanceof Value ? [outputs] : outputs).map(({ shape }) => shape);
  }

  #parameter({ name, shape, initializer, regularizer, constraint, trainable }: WeightOptions): Parameter {
    const parameter = new Parameter({
      name,
      shape,
      initializer: initializer === undefined ? zeros() : resolveInitializer(initializer),
      regularizer: regularizer === undefined ? undefined : resolveRegularizer(regularizer),
      constraint: constraint === undefined ? undefined : resolveConstraint(constraint),
      trainable,
    });
    this.parameters.push(parameter);
    return parameter;
  }
}

/** Runs `work`; an error that comes out of it says which layer it was. */
export function within<T>(layer: Layer, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FourlaneError && !error.message.startsWith('Layer ')) {
      error.message = `Layer '${layer.name}': ${error.message}`;
    }
    throw error;
  }
}

function format(shapes: readonly Shape[]): string {
  return shapes.map((shape) => formatShape(shape, true)).join(', ');
}

/** `make` of what an option holds; undefined where nothing or null stands there. */
export function optional<T, U>(value: T | null | undefined, make: (value: T) => U): U | undefined {
  return value === undefined || value === null ? undefined : make(value);
}

/** The `className` of a class of layers, or the name of one that has none of its own. */
export function classNameOf(kind: { className: string; name: string }): string {
  return Object.hasOwn(kind, 'className') ? kind.className : kind.name;
}

/** @throws ConfigError where `value` is no whole number of at least `low`. */
export function checkCount(value: number, argument: string, low = 1): number {
  if (Number.isInteger(value) && value >= low) return value;
  throw new ConfigError(
    'option-value',
    `${argument} must be a whole number of ${low} or more, but got ${String(value)}.`,
  );
}
