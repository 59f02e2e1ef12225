import type { ModelData } from '../data/adapt.js';
import { ConfigError } from '../errors.js';
import { InputLayer } from '../layers/input.js';
import { Layer } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import { checkOptions } from '../names.js';
import type { Shape } from '../shape.js';
import { layerConfig, type ModelConfig } from './architecture.js';
import { Model } from './model.js';
import { sampleShape } from './sampleShape.js';

export interface SequentialOptions {
  /** Its layers, first to last. Default: none yet. */
  layers?: readonly Layer[];
  /** Default: `sequential` and a number. */
  name?: string;
  /** Whether its layers are trained; read by `compile`. Default true. */
  trainable?: boolean;
}

/** A sequential model as a file has it. */
export interface SequentialConfig extends ModelConfig {
  /** The shape of a sample, once it is known. */
  readonly inputShape: Shape | undefined;
}

/**
 * Layers one after the other. It is built when the shape of the input is known: from an input layer, from the first
 * layer's `inputShape`, by `build`, or from the first data.
 */
export class Sequential extends Model {
  static override className = 'Sequential';
  readonly #layers: Layer[] = [];
  /** What comes out of each layer, as far as the shapes are known. */
  readonly #outputs: SymbolicTensor[] = [];
  #input: SymbolicTensor | undefined;

  constructor({ layers = [], ...options }: SequentialOptions = {}) {
    super(options);
    for (const layer of layers) this.#append(layer);
    this.#connect();
  }

  override get layers(): readonly Layer[] {
    return this.#layers;
  }

  override getConfig(): SequentialConfig & Record<string, unknown> {
    return {
      className: 'Sequential',
      name: this.name,
      trainable: this.trainable,
      inputShape: this.#input?.sampleShape,
      layers: this.#layers.map(layerConfig),
    };
  }

  /**
   * Appends a layer. What `compile` said counts for the longer model, with optimizer state that begins anew.
   *
   * @throws ConfigError, ShapeError where it does not fit: a name that is taken, a shape; it is not appended then.
   */
  add(layer: Layer): void {
    this.refuseWhileFitting('add');
    this.#append(layer);
    try {
      this.#connect();
    } catch (error) {
      if (!(layer instanceof InputLayer)) this.#takeLast();
      throw error;
    }
  }

  /** Takes the last layer away and returns it; undefined where there is none. */
  pop(): Layer | undefined {
    this.refuseWhileFitting('pop');
    const layer = this.#takeLast();
    if (this.#layers.length) this.#connect();
    else this.clearGraph();
    return layer;
  }

  #takeLast(): Layer | undefined {
    const layer = this.#layers.pop();
    const connected = this.#outputs.length > this.#layers.length;
    if (connected) layer?.nodes.splice(layer.nodes.indexOf(this.#outputs.pop()!.node), 1);
    return layer;
  }

  /** Builds the model for samples of this shape. */
  override build(...[shape]: unknown[]): void {
    this.#input ??= new InputLayer({ shape: shape as Shape, name: `${this.name}_input` }).output;
    this.#connect();
  }

  protected override prepareFor(x: ModelData): void {
    const shape = this.built ? undefined : sampleShape(x);
    if (shape) this.build(shape);
  }

  #append(layer: Layer): void {
    if (!(layer instanceof Layer)) {
      throw new ConfigError(
        'option-value',
        `Sequential '${this.name}' consists of layers, but got ${String(layer)}.`,
      );
    }
    if (layer instanceof InputLayer) {
      if (this.#layers.length) {
        throw new ConfigError(
          'option-value',
          `Sequential '${this.name}': an input layer can only be the first.`,
        );
      }
      this.#input = layer.output;
      return;
    }
    if (!this.#layers.length && layer instanceof Model && layer.built)
      this.#inputOf(layer.inputs[0].sampleShape);
    if (!this.#layers.length && layer.inputShape) this.#inputOf(layer.inputShape);
    this.#layers.push(layer);
  }

  #inputOf(shape: Shape): void {
    this.#input ??= new InputLayer({ shape, name: `${this.name}_input` }).output;
  }

  #connect(): void {
    if (!this.#input || !this.#layers.length) return;
    const outputs = this.#outputs;
    for (const layer of this.#layers.slice(outputs.length)) {
      outputs.push(layer.apply(outputs.at(-1) ?? this.#input));
    }
    this.setGraph([this.#input], [outputs.at(-1)!]);
  }
}

/** A model of layers one after the other: a list of them, or `{ layers, name }`. */
export function sequential(options: readonly Layer[] | SequentialOptions = []): Sequential {
  if (Array.isArray(options)) return new Sequential({ layers: options });
  checkOptions(options, ['layers', 'name', 'trainable'], 'sequential');
  return new Sequential(options as SequentialOptions);
}
