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
  layers?: readonly Layer[];
  name?: string;
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

  /** Appends a layer. */
  add(layer: Layer): void {
    this.#append(layer);
    this.#connect();
  }

  /** Takes the last layer away and returns it. */
  pop(): Layer | undefined {
    const layer = this.#layers.pop();
    this.#connect();
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
    const output = this.#layers.reduce((x, layer) => layer.apply(x), this.#input);
    this.setGraph([this.#input], [output]);
  }
}

/** A model of layers one after the other: a list of them, or `{ layers, name }`. */
export function sequential(options: readonly Layer[] | SequentialOptions = []): Sequential {
  if (Array.isArray(options)) return new Sequential({ layers: options });
  checkOptions(options, ['layers', 'name', 'trainable'], 'sequential');
  return new Sequential(options as SequentialOptions);
}
