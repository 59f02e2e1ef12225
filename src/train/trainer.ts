import { type BatchSource, isBatchSource, refuseBatchOptions } from '../data/stream.js';
import type { ClassWeight, SampleWeight } from '../data/weights.js';
import { ConfigError, FourlaneError, ValueError } from '../errors.js';
import { checkNumber, checkOptions } from '../names.js';
import { permutationOf, streams } from '../random.js';
import { type BatchData, type Batches, type BatchPlan, runEpoch, type Turn } from './batches.js';
import { type Callback, CallbackList, type RunParams } from './callback.js';
import { ProgbarLogger } from './callbacks/progbarLogger.js';
import { type Loaders, openData, releaseData, settleData } from './data.js';
import { type Dataloader, DataModule } from './dataModule.js';
import { evaluateBatches } from './evaluate.js';
import { History } from './history.js';
import { Pacer } from './pacer.js';
import type { Logs } from './scoreboard.js';
import type { Position, TrainingState } from './state.js';
import type { Trainable } from './trainable.js';
import { withBatches } from './withBatches.js';

export interface TrainerOptions<Data> {
  /** How often all samples are gone through. Default 1. */
  epochs?: number;
  /** Samples an iteration, for data in memory. Default 32, or as many as `stepsPerEpoch` batches need. */
  batchSize?: number;
  /**
   * Iterations an epoch. Default: a pass over the data. With it the next epoch goes on where the last one has ended; data
   * that end within an epoch end that with a warning, and the training where they cannot begin anew.
   */
  stepsPerEpoch?: number;
  /** [x, y], [x, y, sampleWeight] or batches on which loss and metrics are computed after each epoch. Default: none. */
  validationData?: Dataloader<Data>;
  /** The share of the samples, the last ones, that is held out instead. Default 0. */
  validationSplit?: number;
  /** Samples a step of the validation, for data in memory. Default: batchSize. */
  validationBatchSize?: number;
  /** Steps of a validation, each of which begins at the beginning of its data. Default: all of them. */
  validationSteps?: number;
  /** Validate after every so many epochs, counted from the first of all. Default 1. */
  validationFreq?: number;
  /** Whether the samples in memory come in another order in each epoch; batches come as they are. Default true. */
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
  /**
   * Ends the training when the loss of an epoch differs from that of the epoch before by no more than this: gradient
   * descent has converged. Default: never.
   */
  tolerance?: number;
  /** The number of the first epoch, to go on with a former run. Default 0. */
  initialEpoch?: number;
  /**
   * Goes on where the last run of this model was, be it aborted here or saved in a file with `includeOptimizer`, in the
   * middle of an epoch too: with the same data and options the weights become those of a run that never stopped, bit by
   * bit. `epochs` counts from the first of all; it takes the place of `initialEpoch`. Default false.
   */
  resume?: boolean;
  /** Ends the run between two steps. Default: none. */
  signal?: AbortSignal;
  /** Milliseconds after which the event loop gets its turn. Default 50. */
  yieldEvery?: number;
}

const OPTIONS = [
  ...[
    'epochs',
    'batchSize',
    'stepsPerEpoch',
    'shuffle',
    'sampleWeight',
    'classWeight',
    'callbacks',
    'verbose',
  ],
  ...['validationData', 'validationSplit', 'validationBatchSize', 'validationSteps', 'validationFreq'],
  ...['tolerance', 'initialEpoch', 'resume', 'signal', 'yieldEvery'],
];

/**
 * Owns the loop: epochs, iterations, validation, callbacks. `model.fit(x, y, options)` is
 * `new Trainer(options).fit(model, x, y)`; a `DataModule` brings data for training and validation.
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
    wholeNumber(options.stepsPerEpoch ?? 1, 'stepsPerEpoch', 1);
    wholeNumber(options.validationSteps ?? 1, 'validationSteps', 1);
    if (options.tolerance !== undefined) checkNumber(options.tolerance, 'fit: tolerance', { from: 0 });
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
  fit(model: Trainable<Data>, x: Data, y: Data): Promise<History>;
  fit(model: Trainable<Data>, data: BatchSource<Data> | DataModule<Data>): Promise<History>;
  async fit(
    model: Trainable<Data>,
    x: Data | BatchSource<Data> | DataModule<Data>,
    y?: Data,
  ): Promise<History> {
    if (model.fitting) {
      throw new FourlaneError(
        'fit-pending',
        `Model '${model.name}' is being trained already; await that fit before the next.`,
      );
    }
    model.fitting = true;
    try {
      if (x instanceof DataModule) {
        const training = await x.trainDataloader();
        const validation = this.options.validationData ?? (await x.valDataloader());
        return await this.#run(model, { training, validation });
      }
      const training: Dataloader<Data> = isBatchSource<readonly Data[]>(x) ? x : [x, y!];
      if (training === x) refuseBatchOptions({ y }, 'fit');
      return await this.#run(model, { training, validation: this.options.validationData });
    } finally {
      model.fitting = false;
    }
  }

  async #run(model: Trainable<Data>, loaders: Loaders<Data>): Promise<History> {
    const { batchSize, stepsPerEpoch: steps, shuffle = true } = this.options;
    const data = settleData(model, openData(model, loaders, this.options));
    const pass: Pass = { number: 0 };
    const order = (samples: number) =>
      shuffle ? permutationOf(samples, model.key, pass.number, streams.shuffle) : undefined;
    try {
      return await withBatches(
        data.training,
        { batchSize, steps, order },
        (samples, size) => model.trainingProgram(samples, size),
        (batches) => this.#train(model, batches, pass, data.validation),
      );
    } finally {
      releaseData(data);
    }
  }

  async #train(
    model: Trainable<Data>,
    batches: Batches,
    pass: Pass,
    validation: BatchData | undefined,
  ): Promise<History> {
    const { epochs = 1, initialEpoch = 0, verbose = 1, tolerance = -1, resume = false } = this.options;
    const { validationFreq = 1, signal, yieldEvery } = this.options;
    const pacer = new Pacer(yieldEvery, signal);
    let epoch = initialEpoch;
    const where = () =>
      `in epoch ${epoch + 1} of ${epochs}, after ${batches.taken} of ${batches.steps ?? 'some'} iterations`;
    await pacer.wait(() => batches.begin(), where);
    const state = model.trainingState();
    const history = new History();
    let { scores } = batches.feed;
    const logs = () => scores.logs();
    const params: RunParams = {
      ...{ epochs, samples: batches.samples, verbose, resume },
      get steps() {
        return batches.steps;
      },
      get batchSize() {
        return batches.batchSize;
      },
      progress: () => ({ batch: batches.taken, logs: logs() }),
    };
    const callbacks = new CallbackList(this.#callbacks(verbose, history), model, params);
    const turn: Turn = {
      begin: (current) => {
        // A batch that needs another program goes on with the sums so far.
        if (current !== scores) current.restore(scores.save());
        scores = current;
        state.beginStep();
      },
      end: () => {
        state.endStep();
        if (batches.taken === 1) state.epochs++;
        state.reach(epoch, batches.taken, scores);
      },
      batchBegin: callbacks.batchHook('onTrainBatchBegin', logs),
      batchEnd: callbacks.batchHook('onTrainBatchEnd', logs),
      stopped: () => model.stopTraining,
      where,
    };

    model.stopTraining = false;
    let last: Logs = {};
    await callbacks.each((callback) => callback.onTrainBegin({}));
    const start = params.resume ? state.position : { epoch: initialEpoch, batch: 0, sums: undefined };
    if (params.resume) state.showAverages(false);
    let ended = false;
    try {
      epoch = start.epoch;
      await pacer.wait(() => catchUp(batches, pass, state, { ...start, initialEpoch }), where);
      for (let first = true; epoch < epochs && !model.stopTraining; epoch++, first = false) {
        if (!first && !(await pacer.wait(() => batches.begin(), where))) break;
        scores = batches.feed.scores;
        if (batches.taken && start.sums) scores.restore(start.sums);
        else scores.reset();
        if (!batches.taken) pass.number = state.epochs;
        state.reach(epoch, batches.taken, scores);
        await callbacks.each((callback) => callback.onEpochBegin(epoch, {}));
        const whole = await runEpoch(batches, turn, pacer);
        const before = last.loss ?? Infinity;
        last = logs();
        if (Math.abs(last.loss - before) <= tolerance) model.stopTraining = true;
        if (validation && (epoch + 1) % validationFreq === 0) {
          const found = await evaluateBatches(model, validation, this.#validationPlan(), callbacks, pacer);
          for (const [key, value] of Object.entries(found)) last[`val_${key}`] = value;
        }
        if (whole) state.reach(epoch + 1, 0);
        await callbacks.each((callback) => callback.onEpochEnd(epoch, last));
      }
      ended = true;
    } finally {
      // A run that may go on needs the weights again.
      if (ended) state.useAverages();
      else state.showAverages(true);
    }
    await callbacks.each((callback) => callback.onTrainEnd(last));
    // Finalizers of dropped models, and whoever else waits, get a turn even between many short runs.
    await pacer.pause();
    return history;
  }

  #validationPlan(): BatchPlan {
    const { batchSize, validationBatchSize = batchSize, validationSteps } = this.options;
    return { batchSize: validationBatchSize, steps: validationSteps };
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
    const reported = verbose === 0 || own.some((callback) => callback instanceof ProgbarLogger);
    // After the others, so that it records what they add to the logs.
    return [...own, history, ...(reported ? [] : [new ProgbarLogger()])];
  }
}

/** Which pass over the samples in memory comes next: its order is drawn by the number of epochs before it. */
interface Pass {
  number: number;
}

/**
 * Goes to where a run that goes on was: past the batches of the epoch, and where passes and epochs are not the same, past
 * the epochs before. Batches from a source are asked for and dropped, those of the running epoch alone.
 */
async function catchUp(
  batches: Batches,
  pass: Pass,
  state: TrainingState,
  { epoch, batch, initialEpoch }: Position & { initialEpoch: number },
): Promise<boolean> {
  const begun = state.epochs - (batch ? 1 : 0);
  if (batches.samples !== undefined) {
    for (let past = initialEpoch; past < epoch; past++) {
      pass.number = begun - (epoch - past);
      while (batches.taken !== batches.limit && (await batches.next()));
      await batches.begin();
    }
  }
  pass.number = begun;
  while (batches.taken < batch) {
    if (batches.taken !== batches.limit && (await batches.next())) continue;
    throw new ConfigError(
      'resume',
      `fit: the epoch that goes on has ${batch} iterations behind it, but with these data and this batchSize it has only ` +
        `${batches.taken}: resume takes the data and options of the run that was interrupted.`,
    );
  }
  return true;
}

function wholeNumber(value: number, option: string, low: number): void {
  if (Number.isInteger(value) && value >= low) return;
  throw new ValueError(
    'option-value',
    `fit: ${option} must be a whole number of ${low} or more, but got ${String(value)}.`,
  );
}
