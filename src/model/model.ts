import { inputColumn, labelColumn, type ModelData, splitData, valueColumn } from '../data/adapt.js';
import {
  makeSamples,
  type PredictingProgram,
  predictSamples,
  type Samples,
  stepAlone,
} from '../data/feed.js';
import type { Tensor } from '../data/tensor.js';
import { type ClassWeight, type SampleWeight, withClassWeights, withSampleWeights } from '../data/weights.js';
import { ConfigError, FourlaneError } from '../errors.js';
import type { LayerOptions } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import { checkOptions } from '../names.js';
import type { Optimizer } from '../optimizer.js';
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
import { inputReadsSparse } from './graph.js';
import { Network } from './network.js';
import { buildPredicting, buildScoring } from './programs.js';

export interface ModelOptions extends LayerOptions {
  /** What `input()` returned: one, or a list. */
  inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** What the last layers returned: one, or a list. */
  outputs: SymbolicTensor | readonly SymbolicTensor[];
}

export interface EvaluateOptions {
  /** Samples a step. Default 32. */
  batchSize?: number;
  /** What each sample counts in the loss and in weighted metrics. Default: all of them once. */
  sampleWeight?: SampleWeight;
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

export interface TestOnBatchOptions {
  /** What each sample counts in the loss and in weighted metrics. Default: all of them once. */
  sampleWeight?: SampleWeight;
}

export interface TrainOnBatchOptions extends TestOnBatchOptions {
  /** What the samples of each class count; for models with one output, without `sampleWeight`. */
  classWeight?: ClassWeight;
}

export type FitOptions = TrainerOptions<ModelData>;

/** A graph of layers that can be compiled, trained, evaluated and asked for predictions; itself a layer. */
export class Model extends Network implements Trainable<ModelData> {
  static override className = 'Model';
  /** Set by a callback to end the training after the running epoch. */
  stopTraining = false;
  /** Whether a `fit` is running. */
  fitting = false;
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

  protected override setGraph(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): void {
    super.setGraph(inputs, outputs);
    this.#forget();
    if (this.#compileArguments) this.#compiled = compileOptions(this.#compileArguments, this.outputs);
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
    return Object.fromEntries(
      outputs.flatMap(({ metrics }) => metrics.map(({ key, metric }) => [key, metric.direction])),
    );
  }

  /**
   * Says what the model is trained with. Which layers are trainable is read now; optimizer state begins anew.
   *
   * @throws ConfigError for unknown names and options, and for a loss that does not fit the last activation.
   */
  compile(options: CompileOptions): void {
    this.refuseWhileFitting('compile');
    if (this.built) this.#compiled = compileOptions(options, this.outputs);
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
    checkOptions(options, ['batchSize', 'sampleWeight', 'callbacks', 'signal', 'yieldEvery'], 'evaluate');
    const batchSize = checkBatchSize(options.batchSize ?? 32);
    const samples = this.samples(x, y, options.sampleWeight);
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
  trainOnBatch(x: ModelData, y: ModelData, options: TrainOnBatchOptions = {}): Logs {
    this.refuseWhileFitting('trainOnBatch');
    checkOptions(options, ['sampleWeight', 'classWeight'], 'trainOnBatch');
    const { sampleWeight, classWeight } = options;
    const plain = this.samples(x, y, sampleWeight);
    const samples = classWeight ? withClassWeights(plain, classWeight, 'trainOnBatch') : plain;
    const feed = this.trainingProgram(samples, samples.length);
    const state = this.trainingState();
    feed.scores.reset();
    state.beginStep();
    stepAlone(feed, samples)({ order: undefined, start: 0, count: samples.length });
    state.endStep();
    return feed.scores.logs();
  }

  /** Loss and metrics of one batch. Synchronous, so on this thread alone. */
  testOnBatch(x: ModelData, y: ModelData, options: TestOnBatchOptions = {}): Logs {
    checkOptions(options, ['sampleWeight'], 'testOnBatch');
    const samples = this.samples(x, y, options.sampleWeight);
    const feed = this.evaluationProgram(samples, samples.length);
    feed.scores.reset();
    stepAlone(feed, samples)({ order: undefined, start: 0, count: samples.length });
    return feed.scores.logs();
  }

  /** Gives the memory of training and predictions back at once; nobody needs to call it. Weights stay. */
  dispose(): void {
    this.refuseWhileFitting('dispose');
    this.#forget();
  }

  samples(
    x: ModelData,
    y: ModelData,
    sampleWeight?: SampleWeight,
    [xName, yName, weightName] = ['x', 'y', 'sampleWeight'],
  ): Samples {
    const { inputs } = this.#inputs(x, xName);
    const { outputs } = this.#ready();
    const targets = splitData(y, this.outputs, yName).map((part, i) => {
      const { target, ignoreClass } = outputs[i].loss;
      if (target === 'labels') return labelColumn(part, this.outputs[i], yName, ignoreClass);
      return valueColumn(part, this.outputs[i], yName);
    });
    const samples = makeSamples(inputs, targets, (column) => (column < inputs.length ? xName : yName));
    return sampleWeight === undefined
      ? samples
      : withSampleWeights(samples, sampleWeight, this.outputs, weightName);
  }

  inputReadsSparse(input: number): boolean {
    return inputReadsSparse(this.graph, input);
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
    const { inputs } = this;
    const columns = splitData(x, inputs, argument).map((part, i) => inputColumn(part, inputs[i], argument));
    return makeSamples(columns, [], () => argument);
  }

  /** A chance to learn the shape of the input from the first data. */
  protected prepareFor(_x: ModelData): void {}

  /** @throws FourlaneError `fit-pending` while a fit of this model runs; `what` must wait for it. */
  refuseWhileFitting(what: string): void {
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
