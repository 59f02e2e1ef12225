import { inputColumn, labelColumn, type ModelData, splitData, valueColumn } from '../data/adapt.js';
import {
  makeSamples,
  type PredictingProgram,
  predictSamples,
  type Samples,
  stepAlone,
} from '../data/feed.js';
import { type BatchSource, dataArguments, isBatchSource, refuseBatchOptions } from '../data/stream.js';
import { Tensor } from '../data/tensor.js';
import { type ClassWeight, type SampleWeight, withClassWeights, withSampleWeights } from '../data/weights.js';
import { ConfigError, FourlaneError } from '../errors.js';
import type { LoadWeightsOptions, SaveOptions } from '../file/options.js';
import type { LayerOptions } from '../layers/layer.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import { checkNumber, checkOptions } from '../names.js';
import type { Optimizer } from '../optimizer.js';
import type { Place } from '../plan/value.js';
import { sizeOf } from '../shape.js';
import type { BatchData } from '../train/batches.js';
import type { Callback } from '../train/callback.js';
import { streamOf } from '../train/data.js';
import { evaluateBatches } from '../train/evaluate.js';
import type { History } from '../train/history.js';
import { Pacer } from '../train/pacer.js';
import type { Logs } from '../train/scoreboard.js';
import { TrainingState } from '../train/state.js';
import type { ScoringProgram, Trainable } from '../train/trainable.js';
import { Trainer, type TrainerOptions } from '../train/trainer.js';
import { runtime } from '../wasm/runtime.js';
import { ProgramCache } from './cache.js';
import {
  type Compiled,
  type CompiledOutput,
  type CompileOptions,
  checkBatchSize,
  compileOptions,
} from './compile.js';
import { detached, inputReadsSparse } from './graph.js';
import { Network } from './network.js';
import { ModelPlan, type PlanOptions } from './plan.js';
import { buildPredicting, buildScoring } from './programs.js';
import { encodeModel, encodeWeights, weightNames } from './save.js';
import { loadWeights } from './weightsFile.js';

export interface ModelOptions extends LayerOptions {
  /** What `input()` returned, or tensors within another model such as `layer.output`: one, or a list. */
  inputs: SymbolicTensor | readonly SymbolicTensor[];
  /** What the last layers returned, or `layer.output` of any layer: one, or a list. */
  outputs: SymbolicTensor | readonly SymbolicTensor[];
}

export interface EvaluateOptions {
  /** Samples a step, for data in memory. Default 32, or as many as `steps` need. */
  batchSize?: number;
  /** How many steps there are. Default: all of the data. */
  steps?: number;
  /** What each sample counts in the loss and in weighted metrics. Default: all of them once. */
  sampleWeight?: SampleWeight;
  /** Told of the beginning, the end and every batch. Default: none. */
  callbacks?: readonly Callback[];
  /** Ends the evaluation between two steps. Default: none. */
  signal?: AbortSignal;
  /** Milliseconds after which the event loop gets its turn. Default 50. */
  yieldEvery?: number;
}

export interface PredictOptions {
  /** Samples a step. Default 32; larger is faster and takes more memory. */
  batchSize?: number;
  /** Told of the beginning, the end and every batch. Default: none. */
  callbacks?: readonly Callback[];
}

export interface TestOnBatchOptions {
  /** What each sample counts in the loss and in weighted metrics. Default: all of them once. */
  sampleWeight?: SampleWeight;
}

export interface TrainOnBatchOptions extends TestOnBatchOptions {
  /** What the samples of each class count; for models with one output, without `sampleWeight`. Default: all the same. */
  classWeight?: ClassWeight;
}

const EVALUATE_OPTIONS = ['batchSize', 'steps', 'sampleWeight', 'callbacks', 'signal', 'yieldEvery'];

export type FitOptions = TrainerOptions<ModelData>;

/** Batches to predict. */
type PredictSource =
  | AsyncIterable<ModelData | readonly ModelData[]>
  | (Iterable<ModelData | readonly ModelData[]> & { readonly length?: undefined });

/** A graph of layers that can be compiled, trained, evaluated and asked for predictions; itself a layer. */
export class Model extends Network implements Trainable<ModelData> {
  static override className = 'Model';
  /** Set by a callback to end the training after the running iteration. */
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
    if (inputs && outputs) this.setGraph(...detached([inputs].flat(), [outputs].flat()));
  }

  protected override setGraph(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): void {
    super.setGraph(inputs, outputs);
    this.#forget();
    // Not before it is needed: a head may be taken off whose successor fits the loss.
    this.#compiled = undefined;
  }

  protected override clearGraph(): void {
    super.clearGraph();
    this.#forget();
    this.#compiled = undefined;
  }

  get optimizer(): Optimizer | undefined {
    return this.built && this.compileArguments ? this.#ready().optimizer : undefined;
  }

  /** What `compile` was told last. */
  get compileArguments(): CompileOptions | undefined {
    return this.#compileArguments;
  }

  /** What training has kept so far; undefined before its first step. */
  get training(): TrainingState | undefined {
    return this.#state;
  }

  /** The optimizer's slots with its count of steps and its learning rate, as Keras counts them. */
  override get optimizerParams(): number {
    return this.#state ? 2 + this.#state.slotSize : 0;
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
    if (this.built) this.#compiled = compileOptions(options, this);
    this.#compileArguments = options;
    this.#forget();
  }

  /**
   * Trains the model on all samples, `epochs` times. Data in memory are checked whole before the first step, each batch
   * before its own.
   *
   * @param x data for the inputs: nested arrays, typed arrays, tensors, a SparseMatrix. Or batches, without `y`: a
   *   `Dataset`, or anything (async) iterable that gives [x, y] or [x, y, sampleWeight].
   * @param y targets: of the shape of the output, or class numbers for a sparse loss.
   * @returns the history: loss and metrics of every epoch.
   */
  fit(x: ModelData, y: ModelData, options?: FitOptions): Promise<History>;
  fit(batches: BatchSource, options?: FitOptions): Promise<History>;
  async fit(...given: [x: unknown, y?: unknown, options?: FitOptions]): Promise<History> {
    const { x, y, options } = dataArguments(given);
    return new Trainer(options).fit(this, x as ModelData, y as ModelData);
  }

  /** Loss and metrics over all samples, whatever the batch size; `x` and `y` as for `fit`. */
  evaluate(x: ModelData, y: ModelData, options?: EvaluateOptions): Promise<Logs>;
  evaluate(batches: BatchSource, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(...given: [x: unknown, y?: unknown, options?: EvaluateOptions]): Promise<Logs> {
    const { x, y, options = {} } = dataArguments(given);
    checkOptions(options, EVALUATE_OPTIONS, 'evaluate');
    const { batchSize, steps, sampleWeight, callbacks = [], signal, yieldEvery } = options;
    checkBatchSize(batchSize ?? 32);
    if (steps !== undefined) checkNumber(steps, 'evaluate: steps', { from: 1, whole: true });
    let data: BatchData;
    if (isBatchSource<readonly ModelData[]>(x)) {
      refuseBatchOptions({ y, batchSize, sampleWeight }, 'evaluate');
      data = streamOf(this, x, 'evaluate', ['x', 'y', 'sampleWeight']);
    } else data = this.samples(x as ModelData, y as ModelData, sampleWeight);
    return evaluateBatches(this, data, { batchSize, steps }, callbacks, new Pacer(yieldEvery, signal));
  }

  /**
   * The outputs for all samples, at once and synchronously: a tensor [samples, ...], or one for each output.
   */
  predict(x: ModelData, options?: PredictOptions): Tensor;
  predict<T extends readonly Tensor[]>(x: ModelData, options?: PredictOptions): T;
  predict(x: ModelData, options: PredictOptions = {}): Tensor | readonly Tensor[] {
    checkOptions(options, ['batchSize', 'callbacks'], 'predict');
    const batchSize = checkBatchSize(options.batchSize ?? 32);
    return this.#predict(this.#inputs(x, 'x'), batchSize, options.callbacks);
  }

  /**
   * The outputs for one batch after the other, as `predict` gives them: `for await (const p of model.predictBatches(data))`.
   *
   * @param batches a `Dataset`, or anything else (async) iterable, of data for the inputs or of batches as `fit` takes
   *   them: an array is [x], [x, y] or [x, y, sampleWeight].
   * @throws ShapeError, ValueError that name the batch.
   */
  async *predictBatches(batches: PredictSource): AsyncGenerator<Tensor | readonly Tensor[], void, undefined> {
    let number = 0;
    for await (const batch of batches) {
      const samples = this.#inputs(Array.isArray(batch) ? batch[0] : batch, `x in batch ${++number}`);
      yield this.#predict(samples, samples.length);
    }
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

  /**
   * The model as one file (safetensors): weights, architecture, and the forward program that `fourlane/infer` runs; with
   * `includeOptimizer` also what `compile` was told and the state of training. `load` reads it.
   *
   * @throws ConfigError `own-part` where `includeOptimizer` is asked for and `compile` was told losses, metrics or
   *   functions of one's own, which a file cannot hold; `not-compiled`, `not-built`.
   */
  save(options?: SaveOptions): Uint8Array<ArrayBuffer> {
    return encodeModel(this, options);
  }

  /**
   * The weights alone as a file (safetensors); with `includeOptimizer` also the state of training. `loadWeights` reads
   * it.
   */
  saveWeights(options?: SaveOptions): Uint8Array<ArrayBuffer> {
    return encodeWeights(this, options);
  }

  /**
   * Puts the weights of a file into those of this model, be it one of `saveWeights` or of `save`.
   *
   * @returns the names of the weights that stayed as they were.
   * @throws FormatError where the bytes are no such file, `file-weights` where they do not fit, `training-slots` where
   *   the state of training is that of another optimizer. Nothing has changed then.
   */
  loadWeights(bytes: Uint8Array | ArrayBuffer, options?: LoadWeightsOptions): readonly string[] {
    return loadWeights(this, bytes, options);
  }

  /**
   * Prints in words what the model has been compiled to: every kernel call with the layer and the phase that it is for
   * and the shapes that it reads and writes, then where each temporary lies in memory and from which step to which.
   *
   * @returns the plan; `String(plan)` is the text.
   * @throws ConfigError `not-compiled` for the plan of training, `not-built`.
   */
  plan(options: PlanOptions = {}): ModelPlan {
    checkOptions(options, ['batchSize', 'training', 'printFn'], 'plan');
    const { training = this.compileArguments !== undefined, printFn = console.log } = options;
    const batchSize = checkBatchSize(options.batchSize ?? 32);
    const plan = training ? this.#trainingPlan(batchSize) : this.#predictingPlan(batchSize);
    printFn(String(plan));
    return plan;
  }

  #predictingPlan(batchSize: number): ModelPlan {
    const { inputs } = this.#inputs(zeros(this.inputs), 'x');
    const { program, ports, outputs } = buildPredicting(this.graph, inputs, batchSize, this.name);
    return new ModelPlan({
      title: `Model '${this.name}', predictions`,
      program,
      inputs: ports.flatMap((port, i) => port.inputs.map((value) => [value, this.inputs[i].name] as const)),
      outputs: outputs.map((value, i) => [value, this.outputs[i].name] as const),
      places: weightNames(this.graph),
      gradients: new Set(),
    });
  }

  #trainingPlan(batchSize: number): ModelPlan {
    const trained = this.#state !== undefined;
    const state = this.trainingState();
    const { outputs, parameters, frozen } = this.#ready();
    const { inputs, targets } = this.samples(zeros(this.inputs), zeros(this.outputs, outputs));
    const { graph, name } = this;
    const options = { graph, columns: inputs, targets, outputs, parameters, frozen, capacity: batchSize };
    const { program, ports, scores } = buildScoring({ ...options, name, state });
    const names = [
      ...this.inputs.map((tensor) => tensor.name),
      ...outputs.map((output) => `target of ${output.name}`),
    ];
    const weights = weightNames(graph);
    const gradients = parameters.map(
      (one) => [state.gradientPlace(one)!, `gradient of ${weights.get(one)}`] as const,
    );
    try {
      return new ModelPlan({
        title: `Model '${name}', training`,
        program,
        inputs: ports.flatMap((port, i) => port.inputs.map((value) => [value, names[i]] as const)),
        outputs: [],
        places: new Map<Place, string>([...weights, ...gradients, ...state.places, ...scores.places]),
        gradients: new Set(gradients.map(([place]) => place)),
      });
    } finally {
      scores.release();
      if (!trained) this.#forget();
    }
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
    const { optimizer, parameters } = this.#ready();
    this.#state ??= new TrainingState(runtime(), optimizer, parameters, this.key);
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
    const compiled = this.#ready();
    const { graph, name } = this;
    return cache.get([...inputs, ...targets], batchSize, (capacity) =>
      buildScoring({ graph, columns: inputs, targets, ...compiled, capacity, name, state }),
    );
  }

  /** What `compile` was told. @throws ConfigError `not-compiled`. */
  #ready(): Compiled {
    this.graph;
    const { compileArguments } = this;
    if (compileArguments) this.#compiled ??= compileOptions(compileArguments, this);
    if (this.#compiled) return this.#compiled;
    throw new ConfigError(
      'not-compiled',
      `Model '${this.name}' must be compiled before it is trained or evaluated: ` +
        "model.compile({ optimizer: 'adam', loss: 'meanSquaredError' }).",
    );
  }

  #predict(
    samples: Samples,
    batchSize: number,
    callbacks: readonly Callback[] = [],
  ): Tensor | readonly Tensor[] {
    const { inputs, length } = samples;
    const feed = this.#predicting.get(inputs, Math.min(batchSize, length), (capacity) =>
      buildPredicting(this.graph, inputs, capacity, this.name),
    );
    for (const callback of callbacks) {
      callback.model = this;
      callback.onPredictBegin({});
    }
    const tensors = predictSamples(feed, samples, batchSize, callbacks);
    for (const callback of callbacks) callback.onPredictEnd({});
    return tensors.length === 1 ? tensors[0] : tensors;
  }

  #inputs(x: ModelData, argument: string): Samples {
    this.prepareFor(x);
    const { inputs, indexLimits } = this;
    const columns = splitData(x, inputs, argument).map((part, i) =>
      inputColumn(part, inputs[i], argument, indexLimits[i]),
    );
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

/** One sample of zeros for each tensor; for outputs with a loss of class numbers, the numbers. */
function zeros(tensors: readonly SymbolicTensor[], outputs?: readonly CompiledOutput[]): Tensor[] {
  return tensors.map(({ sampleShape }, i) => {
    const labels = outputs?.[i].loss.target === 'labels';
    const shape = labels ? sampleShape.slice(0, -1) : sampleShape;
    const data = labels ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    return new Tensor(data, [1, ...shape]);
  });
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
