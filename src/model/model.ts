import {
  type Data,
  inputColumn,
  labelColumn,
  type ModelData,
  splitData,
  valueColumn,
} from '../data/adapt.js';
import {
  makeSamples,
  type PredictingProgram,
  predictSamples,
  type Samples,
  stepAlone,
} from '../data/feed.js';
import { Tensor, tensor } from '../data/tensor.js';
import { ConfigError, FourlaneError, ShapeError } from '../errors.js';
import { Layer, type LayerOptions } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import { checkOptions } from '../names.js';
import type { Optimizer } from '../optimizers.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import { nextModelKey, type RandomKey } from '../random.js';
import { formatShape, sameShape, sizeOf } from '../shape.js';
import { type Callback, CallbackList } from '../train/callback.js';
import { evaluateSamples } from '../train/evaluate.js';
import type { History } from '../train/history.js';
import { Pacer } from '../train/pacer.js';
import type { Logs } from '../train/scoreboard.js';
import { TrainingState } from '../train/state.js';
import type { ScoringProgram, Trainable } from '../train/trainable.js';
import { Trainer, type TrainerOptions } from '../train/trainer.js';
import { runtime } from '../wasm/runtime.js';
import { ProgramCache } from './cache.js';
import { type Compiled, type CompileOptions, checkBatchSize, compileOptions } from './compile.js';
import { callGraph, type Graph, traceGraph } from './graph.js';
import { buildPredicting, buildScoring } from './programs.js';
import { encodeModel } from './save.js';
import { summarize } from './summary.js';
import { placeWeights } from './weights.js';

export interface ModelOptions extends LayerOptions {
  /** What `input()` returned: one, or a list. */
  inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** What the last layers returned: one, or a list. */
  outputs: SymbolicTensor | readonly SymbolicTensor[];
}

export interface EvaluateOptions {
  /** Samples a step. Default 32. */
  batchSize?: number;
  callbacks?: readonly Callback[];
  signal?: AbortSignal;
  /** Milliseconds after which the event loop gets its turn. Default 50. */
  yieldEvery?: number;
}

export interface PredictOptions {
  /** Samples a step. Default 32; larger is faster and takes more memory. */
  batchSize?: number;
  callbacks?: readonly Callback[];
}

export type FitOptions = TrainerOptions<ModelData>;

/** A layer as a file has it. */
export interface LayerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A model as a file has it. */
export interface ModelConfig {
  readonly className: string;
  readonly name: string;
  readonly trainable: boolean;
  readonly layers: readonly LayerConfig[];
}

/** Where a tensor comes from: the number of a node, and which of its outputs it is. */
type TensorConfig = readonly [node: number, output: number];

/** A functional model: every use of a layer is a node. */
export interface GraphConfig extends ModelConfig {
  readonly nodes: readonly (readonly [layer: number, inputs: readonly TensorConfig[]])[];
  readonly inputs: readonly TensorConfig[];
  readonly outputs: readonly TensorConfig[];
}

/** A graph of layers that can be compiled, trained, evaluated and asked for predictions; itself a layer. */
export class Model extends Layer implements Trainable<ModelData> {
  static override className = 'Model';
  /** What names its random streams: the seed, and how many models came before it. */
  readonly key: RandomKey = nextModelKey();
  /** Set by a callback to end the training after the running epoch. */
  stopTraining = false;
  /** Whether a `fit` is running. */
  fitting = false;
  #graph: Graph | undefined;
  #compiled: Compiled | undefined;
  #compileArguments: CompileOptions | undefined;
  #state: TrainingState | undefined;
  readonly #training = new ProgramCache<ScoringProgram>();
  readonly #evaluating = new ProgramCache<ScoringProgram>();
  readonly #predicting = new ProgramCache<PredictingProgram>();

  /** @throws ConfigError where the outputs depend on inputs that are not given. */
  constructor({ inputs, outputs, ...options }: Partial<ModelOptions> = {}) {
    super(options);
    if (inputs && outputs) this.setGraph([inputs].flat(), [outputs].flat());
  }

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
    this.#forget();
    if (this.#compileArguments) this.#compiled = compileOptions(this.#compileArguments, this.outputs);
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

  get outputs(): readonly SymbolicTensor[] {
    return this.graph.outputs;
  }

  /** Its layers in Keras's order. */
  get layers(): readonly Layer[] {
    return this.graph.layers;
  }

  get optimizer(): Optimizer | undefined {
    return this.#compiled?.optimizer;
  }

  /** What `compile` was told last. */
  get compileArguments(): CompileOptions | undefined {
    return this.#compileArguments;
  }

  /** What training has kept so far; undefined before its first step. */
  get training(): TrainingState | undefined {
    return this.#state;
  }

  get metricDirections(): Readonly<Record<string, 'min' | 'max'>> {
    const { outputs } = this.#ready();
    const prefix = (name: string) => (outputs.length > 1 ? `${name}_` : '');
    return Object.fromEntries(
      outputs.flatMap(({ name, metrics }) =>
        metrics.map((metric) => [`${prefix(name)}${metric.name}`, metric.direction]),
      ),
    );
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

  override trainableParameters(): readonly Parameter[] {
    if (!this.trainable) return [];
    return [...new Set(this.graph.layers.flatMap((layer) => layer.trainableParameters()))];
  }

  /** The architecture as plain data: `fromConfig` makes an equal model of it. */
  override getConfig(): ModelConfig & Record<string, unknown> {
    const { nodes, layers, inputs, outputs } = this.graph;
    const reference = (tensor: SymbolicTensor): TensorConfig => [
      nodes.indexOf(tensor.node),
      tensor.node.outputs.indexOf(tensor),
    ];
    return {
      className: 'Model',
      name: this.name,
      trainable: this.trainable,
      layers: layers.map(layerConfig),
      nodes: nodes.map(({ layer, inputs: from }) => [layers.indexOf(layer), from.map(reference)]),
      inputs: inputs.map(reference),
      outputs: outputs.map(reference),
    };
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

  /**
   * Says what the model is trained with. Which layers are trainable is read now; optimizer state begins anew.
   *
   * @throws ConfigError for unknown names and options, and for a loss that does not fit the last activation.
   */
  compile(options: CompileOptions): void {
    this.#refuseWhileFitting('compile');
    if (this.#graph) this.#compiled = compileOptions(options, this.outputs);
    this.#compileArguments = options;
    this.#forget();
  }

  /**
   * Trains the model on all samples, `epochs` times. Data are checked whole before the first step.
   *
   * @param x data for the inputs: nested arrays, typed arrays, tensors, a SparseMatrix.
   * @param y targets: of the shape of the output, or class numbers for a sparse loss.
   * @returns the history: loss and metrics of every epoch.
   */
  fit(x: ModelData, y: ModelData, options: FitOptions = {}): Promise<History> {
    try {
      return new Trainer(options).fit(this, x, y);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Loss and metrics over all samples, whatever the batch size. */
  async evaluate(x: ModelData, y: ModelData, options: EvaluateOptions = {}): Promise<Logs> {
    checkOptions(options, ['batchSize', 'callbacks', 'signal', 'yieldEvery'], 'evaluate');
    const batchSize = checkBatchSize(options.batchSize ?? 32);
    const samples = this.samples(x, y);
    const steps = Math.ceil(samples.length / batchSize);
    const progress = () => ({ batch: 0, logs: {} });
    const params = { epochs: 1, steps, samples: samples.length, batchSize, verbose: 0, progress };
    const callbacks = new CallbackList(options.callbacks ?? [], this, params);
    const pacer = new Pacer(options.yieldEvery, options.signal);
    return evaluateSamples(this, samples, batchSize, callbacks, pacer);
  }

  /**
   * The outputs for all samples, at once and synchronously: a tensor [samples, ...], or one for each output.
   */
  predict(x: ModelData, options?: PredictOptions): Tensor;
  predict<T extends readonly Tensor[]>(x: ModelData, options?: PredictOptions): T;
  predict(x: ModelData, options: PredictOptions = {}): Tensor | readonly Tensor[] {
    checkOptions(options, ['batchSize', 'callbacks'], 'predict');
    const { callbacks = [] } = options;
    const batchSize = checkBatchSize(options.batchSize ?? 32);
    const samples = this.#inputs(x, 'x');
    const { inputs, length } = samples;
    const feed = this.#predicting.get(inputs, Math.min(batchSize, length), (capacity) =>
      buildPredicting(this.graph, inputs, capacity, this.name),
    );
    for (const callback of callbacks) callback.onPredictBegin({});
    const tensors = predictSamples(feed, samples, batchSize, callbacks);
    for (const callback of callbacks) callback.onPredictEnd({});
    return tensors.length === 1 ? tensors[0] : tensors;
  }

  /** One step on one batch. Returns its loss and metrics, those from before the step. */
  trainOnBatch(x: ModelData, y: ModelData): Logs {
    this.#refuseWhileFitting('trainOnBatch');
    const samples = this.samples(x, y);
    const feed = this.trainingProgram(samples, samples.length);
    const state = this.trainingState();
    feed.scores.reset();
    state.beginStep();
    stepAlone(feed, samples)({ order: undefined, start: 0, count: samples.length });
    state.endStep();
    return feed.scores.logs();
  }

  /** Loss and metrics of one batch. Synchronous, so on this thread alone. */
  testOnBatch(x: ModelData, y: ModelData): Logs {
    const samples = this.samples(x, y);
    const feed = this.evaluationProgram(samples, samples.length);
    feed.scores.reset();
    stepAlone(feed, samples)({ order: undefined, start: 0, count: samples.length });
    return feed.scores.logs();
  }

  /** A copy of all weights in Keras's order and shapes. */
  getWeights(): Tensor[] {
    this.graph;
    const { f32 } = runtime().heap;
    return this.parameters.map(({ address, shape }) => {
      const at = address / 4;
      return new Tensor(f32.slice(at, at + sizeOf(shape)), shape);
    });
  }

  /** Puts other values into the weights. @throws ShapeError where they do not fit; nothing has changed then. */
  setWeights(weights: readonly Data[]): void {
    this.graph;
    const { parameters, name } = this;
    if (weights.length !== parameters.length) {
      throw new ShapeError(
        'weights',
        `Model '${name}' has ${parameters.length} weights, but setWeights got ${weights.length}.`,
      );
    }
    const tensors = weights.map((weight) => tensor(weight as Tensor));
    tensors.forEach(({ shape, data }, i) => {
      const { name: weight, shape: expected } = parameters[i];
      if (data.length === sizeOf(expected) && (shape.length === 1 || sameShape(shape, expected))) return;
      throw new ShapeError(
        'weights',
        `Model '${name}': weight ${i} ('${weight}') has the shape ${formatShape(expected)}, but got ${formatShape(shape)}.`,
      );
    });
    const { f32 } = runtime().heap;
    tensors.forEach(({ data }, i) => {
      f32.set(data, parameters[i].address / 4);
    });
  }

  /** A table of the layers with their output shapes and numbers of weights. */
  override toString(): string {
    return summarize(this);
  }

  /** Prints the table of `toString`, by default to the console. */
  summary(print: (text: string) => void = console.log): void {
    print(this.toString());
  }

  /** Gives the memory of training and predictions back at once; nobody needs to call it. Weights stay. */
  dispose(): void {
    this.#refuseWhileFitting('dispose');
    this.#forget();
  }

  samples(x: ModelData, y: ModelData, [xName, yName] = ['x', 'y']): Samples {
    const { inputs } = this.#inputs(x, xName);
    const { outputs } = this.#ready();
    const expected = this.outputs.map(({ name, sampleShape }) => ({ name, shape: sampleShape }));
    const parts = splitData(y, expected, yName);
    const targets = parts.map((part, i) => {
      const adapt = outputs[i].loss.target === 'labels' ? labelColumn : valueColumn;
      return adapt(part, expected[i], yName);
    });
    return makeSamples(inputs, targets, [...inputs.map(() => xName), ...targets.map(() => yName)]);
  }

  trainingState(): TrainingState {
    const { optimizer } = this.#ready();
    this.#state ??= new TrainingState(runtime(), optimizer, this.trainableParameters(), this.key);
    return this.#state;
  }

  trainingProgram(samples: Samples, batchSize: number): ScoringProgram {
    return this.#scoring(this.#training, samples, batchSize, this.trainingState());
  }

  evaluationProgram(samples: Samples, batchSize: number): ScoringProgram {
    return this.#scoring(this.#evaluating, samples, batchSize);
  }

  #scoring(
    cache: ProgramCache<ScoringProgram>,
    { inputs, targets }: Samples,
    batchSize: number,
    state?: TrainingState,
  ): ScoringProgram {
    const { outputs } = this.#ready();
    const { graph, name } = this;
    const parameters = this.trainableParameters();
    return cache.get([...inputs, ...targets], batchSize, (capacity) =>
      buildScoring({ graph, columns: inputs, targets, outputs, capacity, parameters, name, state }),
    );
  }

  /** What `compile` was told. @throws ConfigError `not-compiled`. */
  #ready(): Compiled {
    this.graph;
    if (this.#compiled) return this.#compiled;
    throw new ConfigError(
      'not-compiled',
      `Model '${this.name}' must be compiled before it is trained or evaluated: ` +
        "model.compile({ optimizer: 'adam', loss: 'meanSquaredError' }).",
    );
  }

  #inputs(x: ModelData, argument: string): Samples {
    this.prepareFor(x);
    const expected = this.inputs.map(({ name, sampleShape }) => ({ name, shape: sampleShape }));
    const parts = splitData(x, expected, argument);
    const columns = parts.map((part, i) => inputColumn(part, expected[i], argument));
    return makeSamples(
      columns,
      [],
      columns.map(() => argument),
    );
  }

  /** A chance to learn the shape of the input from the first data. */
  protected prepareFor(_x: ModelData): void {}

  #refuseWhileFitting(what: string): void {
    if (!this.fitting) return;
    throw new FourlaneError(
      'fit-pending',
      `Model '${this.name}' is being trained; await that fit before ${what}.`,
    );
  }

  #forget(): void {
    this.#state?.release();
    this.#state = undefined;
    for (const cache of [this.#training, this.#evaluating]) cache.clear(({ scores }) => scores.release());
    this.#predicting.clear();
  }
}

/** A layer as a file has it. */
export function layerConfig(layer: Layer): LayerConfig {
  return { className: layer.className, config: layer.getConfig() };
}

/** A model from what `input()` and layers returned. */
export function model(options: ModelOptions): Model {
  checkOptions(options, ['inputs', 'outputs', 'name', 'trainable'], 'model');
  for (const part of ['inputs', 'outputs'] as const) {
    if ([options[part] ?? []].flat().length) continue;
    throw new ConfigError(
      'option-value',
      `model: ${part} must be one or more symbolic tensors, but there are none.`,
    );
  }
  return new Model(options);
}
