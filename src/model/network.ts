import type { DenseData, Tensor } from '../data/tensor.js';
import { ConfigError, ShapeError } from '../errors.js';
import { Layer } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import { readWeights, writeWeights } from '../layers/weights.js';
import type { Builder } from '../plan/builder.js';
import { indexLimits } from '../plan/indices.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import { nextModelKey, type RandomKey } from '../random.js';
import { formatShape, sameShape } from '../shape.js';
import { graphConfig, type ModelConfig } from './architecture.js';
import { type CopyWeightsOptions, copyWeights } from './copyWeights.js';
import { callGraph, forwardSteps, type Graph, traceGraph } from './graph.js';
import { type SummaryOptions, summarize } from './summary.js';
import { placeWeights } from './weights.js';

/** A graph of layers with its weights; itself a layer. What is trained and asked for predictions is a `Model`. */
export abstract class Network extends Layer {
  /** What names its random streams: the seed, and how many models came before it. */
  key: RandomKey = nextModelKey();
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

  /** Makes the model one that is not built. */
  protected clearGraph(): void {
    this.parameters.length = 0;
    this.#graph = undefined;
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

  /** Its only input. @throws ConfigError `layer-uses` where it has several: then `inputs` has them. */
  override get input(): SymbolicTensor {
    return this.#only('inputs');
  }

  /** Its only output; as `input`. */
  override get output(): SymbolicTensor {
    return this.#only('outputs');
  }

  #only(side: 'inputs' | 'outputs'): SymbolicTensor {
    const tensors = this[side];
    if (tensors.length === 1) return tensors[0];
    throw new ConfigError(
      'layer-uses',
      `Model '${this.name}' has ${tensors.length} ${side}: choose one of model.${side}.`,
    );
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

  /**
   * The weights that optimizers may change. As in Keras a frozen model has none; a frozen model within another has those
   * of layers of it that were thawed again.
   */
  override trainableParameters(): readonly Parameter[] {
    if (!this.trainable) return [];
    return [...new Set(this.flatLayers().flatMap((layer) => layer.trainableParameters()))];
  }

  override flatLayers(): Layer[] {
    return this.layers.flatMap((layer) => layer.flatLayers());
  }

  /** The architecture as plain data: `fromConfig` makes an equal model of it. */
  override getConfig(): ModelConfig & Record<string, unknown> {
    const { name, trainable } = this;
    return { className: 'Model', name, trainable, ...graphConfig(this.graph) };
  }

  /** Finds a layer by its name, or by its place in `layers`; -1 is the last. @throws ConfigError `unknown-layer`. */
  getLayer(nameOrIndex: string | number): Layer {
    const { layers } = this;
    const layer =
      typeof nameOrIndex === 'number'
        ? layers.at(nameOrIndex)
        : layers.find(({ name }) => name === nameOrIndex);
    if (layer) return layer;
    throw new ConfigError(
      'unknown-layer',
      `Model '${this.name}' has no layer ${JSON.stringify(nameOrIndex)}; it has ${layers.map(({ name }) => name).join(', ')}.`,
    );
  }

  /** A copy of all weights in Keras's order and shapes. */
  override getWeights(): Tensor[] {
    this.graph;
    return readWeights(this.parameters, `Model '${this.name}'`);
  }

  /** Puts other values into the weights. @throws ShapeError where they do not fit; nothing has changed then. */
  override setWeights(weights: readonly DenseData[]): void {
    this.graph;
    writeWeights(this.parameters, weights, `Model '${this.name}'`);
  }

  /**
   * Takes over the weights of all layers that have the same name in `source`, those within models by their paths
   * ('encoder/dense'). Other layers stay as they are, such as a new head.
   *
   * @param options.layers only these layers of the model, by name.
   * @param options.skipMismatch whether layers whose weights have other shapes stay as they are. Default false.
   * @returns the names of the layers that were written.
   * @throws ShapeError that names the layer where shapes differ, ConfigError where no layer has a counterpart; nothing
   *   has changed then.
   */
  copyWeights(source: Network, options: CopyWeightsOptions = {}): string[] {
    return copyWeights(source, this, options);
  }

  /** The architecture as plain data, so that `JSON.stringify(model)` is its text; `fl.fromConfig` reads it. */
  toJSON(): ModelConfig {
    return this.getConfig();
  }

  /** How many numbers training keeps beside the weights; 0 before its first step. */
  get optimizerParams(): number {
    return 0;
  }

  /** What `summary` prints. */
  override toString(): string {
    return summarize(this);
  }

  /**
   * Prints a table of the layers as Keras does: output shapes, numbers of weights, and in graphs what each layer reads;
   * and what its weights and its outputs take in memory, the latter for a batch of 32.
   */
  summary(options: SummaryOptions = {}): void {
    const { printFn = console.log } = options;
    printFn(summarize(this, options));
  }
}
