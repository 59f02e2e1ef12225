import type { Data } from '../data/adapt.js';
import type { Tensor } from '../data/tensor.js';
import { ConfigError, ShapeError } from '../errors.js';
import { Layer } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import type { Builder } from '../plan/builder.js';
import { indexLimits } from '../plan/indices.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import { nextModelKey, type RandomKey } from '../random.js';
import { formatShape, sameShape } from '../shape.js';
import { graphConfig, type ModelConfig } from './architecture.js';
import { callGraph, forwardSteps, type Graph, traceGraph } from './graph.js';
import { encodeModel } from './save.js';
import { summarize } from './summary.js';
import { placeWeights, readWeights, writeWeights } from './weights.js';

/** A graph of layers with its weights; itself a layer. What is trained and asked for predictions is a `Model`. */
export abstract class Network extends Layer {
  /** What names its random streams: the seed, and how many models came before it. */
  readonly key: RandomKey = nextModelKey();
  #graph: Graph | undefined;
  #indexLimits: readonly (number | undefined)[] | undefined;

  /** Makes this the graph of the model and gives its new weights a place and values. */
  protected setGraph(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): void {
    const graph = traceGraph(inputs, outputs);
    const names = new Set<string>();
    for (const { name } of graph.layers) {
      if (names.has(name)) {
        throw new ConfigError(
          'layer-name',
          `Model '${this.name}' has two layers named '${name}'; names are unique.`,
        );
      }
      names.add(name);
    }
    const parameters = [...new Set(graph.layers.flatMap((layer) => layer.parameters))];
    placeWeights(parameters, this.key, this.name);
    this.parameters.length = 0;
    this.parameters.push(...parameters);
    this.#graph = graph;
    this.#indexLimits = undefined;
    if (!this.trainable) this.trainable = false;
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  /** Freezes, or trains again, all of its layers. */
  override set trainable(trainable: boolean) {
    super.trainable = trainable;
    for (const layer of this.#graph?.layers ?? []) layer.trainable = trainable;
  }

  /** What lies between its inputs and its outputs. @throws ConfigError `not-built`. */
  get graph(): Graph {
    if (this.#graph) return this.#graph;
    throw new ConfigError(
      'not-built',
      `Model '${this.name}' does not know the shape of its input yet: give the first layer an inputShape, or train ` +
        'it on data first.',
    );
  }

  /** Whether the model knows its shapes and has its weights. */
  override get built(): boolean {
    return this.#graph !== undefined;
  }

  get inputs(): readonly SymbolicTensor[] {
    return this.graph.inputs;
  }

  /** For each input how many rows it picks from, where it is read as indices. */
  get indexLimits(): readonly (number | undefined)[] {
    if (!this.#indexLimits) {
      const { steps, inputs } = forwardSteps(this.graph);
      this.#indexLimits = indexLimits(steps, inputs);
    }
    return this.#indexLimits;
  }

  get outputs(): readonly SymbolicTensor[] {
    return this.graph.outputs;
  }

  /** Its layers in Keras's order. */
  get layers(): readonly Layer[] {
    return this.graph.layers;
  }

  override buildFor(): void {}

  override call(b: Builder, ...inputs: Value[]): readonly Value[] {
    inputs.forEach(({ shape }, i) => {
      const expected = this.inputs[i]?.sampleShape;
      if (expected && sameShape(shape, expected)) return;
      throw new ShapeError(
        'layer-shape',
        `input ${i + 1} must have the shape ${expected ? formatShape(expected, true) : 'of nothing'}, but got ` +
          `${formatShape(shape, true)}.`,
      );
    });
    return callGraph(b, this.graph, inputs);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(b: Builder, _inputs: readonly Value[], output: Value): Value | undefined {
    return b.maskOf(output);
  }

  override trainableParameters(): readonly Parameter[] {
    if (!this.trainable) return [];
    return [...new Set(this.graph.layers.flatMap((layer) => layer.trainableParameters()))];
  }

  /** The architecture as plain data: `fromConfig` makes an equal model of it. */
  override getConfig(): ModelConfig & Record<string, unknown> {
    const { name, trainable } = this;
    return { className: 'Model', name, trainable, ...graphConfig(this.graph) };
  }

  /**
   * The model as one file (safetensors): weights, architecture, and the forward program that `fourlane/infer` runs.
   * `load` reads it.
   */
  save(): Uint8Array<ArrayBuffer> {
    return encodeModel(this);
  }

  /** Finds a layer by its name or its place. @throws ConfigError `unknown-layer`. */
  getLayer(nameOrIndex: string | number): Layer {
    const { layers } = this;
    const layer =
      typeof nameOrIndex === 'number' ? layers[nameOrIndex] : layers.find(({ name }) => name === nameOrIndex);
    if (layer) return layer;
    throw new ConfigError(
      'unknown-layer',
      `Model '${this.name}' has no layer ${JSON.stringify(nameOrIndex)}; it has ${layers.map(({ name }) => name).join(', ')}.`,
    );
  }

  /** A copy of all weights in Keras's order and shapes. */
  getWeights(): Tensor[] {
    this.graph;
    return readWeights(this.parameters);
  }

  /** Puts other values into the weights. @throws ShapeError where they do not fit; nothing has changed then. */
  setWeights(weights: readonly Data[]): void {
    this.graph;
    writeWeights(this.parameters, weights, this.name);
  }

  /** A table of the layers with their output shapes and numbers of weights. */
  override toString(): string {
    return summarize(this);
  }

  /** Prints the table of `toString`, by default to the console. */
  summary(print: (text: string) => void = console.log): void {
    print(this.toString());
  }
}
