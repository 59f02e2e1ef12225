import type { BatchRows } from '../data/column.js';
import { releaseSamples, type Samples, settleSamples, sliceSamples } from '../data/feed.js';
import { openStepper } from '../data/stepper.js';
import { type ClassWeight, type SampleWeight, withClassWeights } from '../data/weights.js';
import { ConfigError, FourlaneError, ValueError } from '../errors.js';
import { checkOptions } from '../names.js';
import { permutationOf, streams } from '../random.js';
import type { Callback, RunParams } from './callback.js';
import { CallbackList } from './callback.js';
import { ProgressLogger } from './callbacks.js';
import { evaluateSamples } from './evaluate.js';
import { History } from './history.js';
import { Pacer } from './pacer.js';
import type { Logs } from './scoreboard.js';
import type { Trainable } from './trainable.js';

export interface TrainerOptions<Data> {
  /** How often all samples are gone through. Default 1. */
  epochs?: number;
  /** Samples an iteration. Default 32. */
  batchSize?: number;
  /** [x, y] or [x, y, sampleWeight] on which loss and metrics are computed after each epoch. Default: none. */
  validationData?: readonly [Data, Data] | readonly [Data, Data, SampleWeight];
  /** The share of the samples, the last ones, that is held out instead. Default 0. */
  validationSplit?: number;
  /** Samples a step of the validation. Default: batchSize. */
  validationBatchSize?: number;
  /** Validate after every so many epochs. Default 1. */
  validationFreq?: number;
  /** Whether the samples of each epoch come in another order. Default true. */
  shuffle?: boolean;
  /**
   * What each sample counts in the loss and in weighted metrics, or each row of an output (time step). The loss is
   * divided by the number of samples, not by the sum of the weights. Default: all the same.
   */
  sampleWeight?: SampleWeight;
  /** What the samples of each class count in training; for models with one output, without `sampleWeight`. Default: all the same. */
  classWeight?: ClassWeight;
  /** Told of the beginning, the end, every epoch and every batch. Default: none. */
  callbacks?: readonly Callback[];
  /** 0 prints nothing, 1 (default) a line for each epoch. */
  verbose?: number;
  /** The number of the first epoch, to go on with a former run. Default 0. */
  initialEpoch?: number;
  /** Ends the run between two steps. Default: none. */
  signal?: AbortSignal;
  /** Milliseconds after which the event loop gets its turn. Default 50. */
  yieldEvery?: number;
}

const OPTIONS = [
  ...['epochs', 'batchSize', 'validationData', 'validationSplit', 'validationBatchSize', 'validationFreq'],
  ...[
    'shuffle',
    'sampleWeight',
    'classWeight',
    'callbacks',
    'verbose',
    'initialEpoch',
    'signal',
    'yieldEvery',
  ],
];

/**
 * Owns the loop: epochs, iterations, validation, callbacks. `model.fit(x, y, options)` is
 * `new Trainer(options).fit(model, x, y)`.
 */
export class Trainer<Data> {
  readonly options: TrainerOptions<Data>;

  /** @throws ConfigError, ValueError for unknown options and values out of range. */
  constructor(options: TrainerOptions<Data> = {}) {
    checkOptions(options, OPTIONS, 'fit');
    const { epochs = 1, initialEpoch = 0, batchSize = 32, validationFreq = 1, validationSplit = 0 } = options;
    wholeNumber(epochs, 'epochs', 0);
    wholeNumber(initialEpoch, 'initialEpoch', 0);
    wholeNumber(batchSize, 'batchSize', 1);
    wholeNumber(options.validationBatchSize ?? batchSize, 'validationBatchSize', 1);
    wholeNumber(validationFreq, 'validationFreq', 1);
    if (!(validationSplit >= 0 && validationSplit < 1)) {
      throw new ValueError(
        'option-value',
        `fit: validationSplit must be at least 0 and below 1, but got ${String(validationSplit)}.`,
      );
    }
    this.options = options;
  }

  /**
   * Trains until the last epoch, or until a callback or the signal ends it.
   *
   * @throws FourlaneError `fit-pending` while another fit of this model runs, `aborted` where the signal says so,
   *   `thread-died` where one of several threads does, `thread-start` where the next fit cannot start others.
   */
  async fit(model: Trainable<Data>, x: Data, y: Data): Promise<History> {
    if (model.fitting) {
      throw new FourlaneError(
        'fit-pending',
        `Model '${model.name}' is being trained already; await that fit before the next.`,
      );
    }
    model.fitting = true;
    try {
      return await this.#run(model, x, y);
    } finally {
      model.fitting = false;
    }
  }

  async #run(model: Trainable<Data>, x: Data, y: Data): Promise<History> {
    const split = this.#split(model, x, y);
    const readsSparse = (input: number) => model.inputReadsSparse(input);
    const training = settleSamples(split.training, readsSparse);
    const validation = split.validation && settleSamples(split.validation, readsSparse);
    try {
      return await this.#train(model, training, validation);
    } finally {
      releaseSamples(training);
      if (validation) releaseSamples(validation);
    }
  }

  async #train(model: Trainable<Data>, training: Samples, validation: Samples | undefined): Promise<History> {
    const { epochs = 1, batchSize = 32, initialEpoch = 0, shuffle = true, verbose = 1 } = this.options;
    const { validationFreq = 1, validationBatchSize = batchSize, signal, yieldEvery } = this.options;
    const steps = Math.ceil(training.length / batchSize);
    const feed = model.trainingProgram(training, Math.min(batchSize, training.length));
    const state = model.trainingState();
    const history = new History();
    const logs = () => feed.scores.logs();
    let batch = 0;
    const progress = () => ({ batch, logs: logs() });
    const params: RunParams = { epochs, steps, samples: training.length, batchSize, verbose, progress };
    const callbacks = new CallbackList(this.#callbacks(verbose, history), model, params);
    const batchBegin = callbacks.batchHook('onTrainBatchBegin');
    const batchEnd = callbacks.batchHook('onTrainBatchEnd');
    const pacer = new Pacer(yieldEvery, signal);
    const stepper = await openStepper(feed, training);

    model.stopTraining = false;
    let last: Logs = {};
    await callbacks.each((callback) => callback.onTrainBegin({}));
    for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
      await callbacks.each((callback) => callback.onEpochBegin(epoch, {}));
      const order = shuffle
        ? permutationOf(training.length, model.key, state.epochs, streams.shuffle)
        : undefined;
      state.epochs++;
      feed.scores.reset();
      const rows: BatchRows = { order, start: 0, count: 0 };
      for (batch = 0; batch < steps; batch++) {
        pacer.check(() => `in epoch ${epoch + 1} of ${epochs}, after ${batch} of ${steps} iterations`);
        const beginning = batchBegin?.(batch, logs);
        if (beginning) await beginning;
        rows.start = batch * batchSize;
        rows.count = Math.min(batchSize, training.length - rows.start);
        while (stepper.pending) await stepper.pending;
        state.beginStep();
        const running = stepper.step(rows);
        if (running) await running;
        state.endStep();
        const ending = batchEnd?.(batch, logs);
        if (ending) await ending;
        if (pacer.due()) await pacer.pause();
      }
      last = logs();
      if (validation && (epoch + 1 - initialEpoch) % validationFreq === 0) {
        const scores = await evaluateSamples(model, validation, validationBatchSize, callbacks, pacer);
        for (const [key, value] of Object.entries(scores)) last[`val_${key}`] = value;
      }
      await callbacks.each((callback) => callback.onEpochEnd(epoch, last));
    }
    state.useAverages();
    await callbacks.each((callback) => callback.onTrainEnd(last));
    // Finalizers of dropped models, and whoever else waits, get a turn even between many short runs.
    await pacer.pause();
    return history;
  }

  #split(model: Trainable<Data>, x: Data, y: Data): { training: Samples; validation: Samples | undefined } {
    const { classWeight, sampleWeight, validationData, validationSplit = 0 } = this.options;
    const samples = model.samples(x, y, sampleWeight);
    const weighted = (training: Samples) =>
      classWeight ? withClassWeights(training, classWeight, 'fit') : training;
    if (validationData) {
      const names: [string, string, string] = ['validation x', 'validation y', 'validation sampleWeight'];
      const [xVal, yVal, weights] = validationData;
      return { training: weighted(samples), validation: model.samples(xVal, yVal, weights, names) };
    }
    if (!validationSplit) return { training: weighted(samples), validation: undefined };
    const at = Math.floor(samples.length * (1 - validationSplit));
    if (at === 0 || at === samples.length) {
      throw new ValueError(
        'option-value',
        `fit: validationSplit ${validationSplit} of ${samples.length} samples leaves ${at} for training and ` +
          `${samples.length - at} for validation; both need at least one.`,
      );
    }
    return {
      training: weighted(sliceSamples(samples, 0, at)),
      validation: sliceSamples(samples, at, samples.length),
    };
  }

  #callbacks(verbose: number, history: History): Callback[] {
    const own = this.options.callbacks ?? [];
    for (const callback of own) {
      if (callback && typeof callback.onEpochEnd === 'function') continue;
      throw new ConfigError(
        'option-value',
        `fit: callbacks must be Callback objects, but got ${String(callback)}.`,
      );
    }
    const reported = verbose === 0 || own.some((callback) => callback instanceof ProgressLogger);
    // After the others, so that it records what they add to the logs.
    return [...own, history, ...(reported ? [] : [new ProgressLogger()])];
  }
}

function wholeNumber(value: number, option: string, low: number): void {
  if (Number.isInteger(value) && value >= low) return;
  throw new ValueError(
    'option-value',
    `fit: ${option} must be a whole number of ${low} or more, but got ${String(value)}.`,
  );
}
