import type { Data, ModelData } from '../data/adapt.js';
import { type BatchSource, dataArguments } from '../data/stream.js';
import type { Tensor } from '../data/tensor.js';
import { ConfigError, FourlaneError } from '../errors.js';
import type { EvaluateOptions, FitOptions, Model } from '../model/model.js';
import { checkOptions } from '../names.js';
import type { Callback } from '../train/callback.js';
import type { Logs } from '../train/scoreboard.js';
import { Trainer } from '../train/trainer.js';
import { fromFault } from './faults.js';
import type { Link } from './link.js';
import { Parcel, unpack } from './parcel.js';
import { Run } from './run.js';
import type { RunRequest } from './wire.js';

interface TransferOptions {
  /**
   * Hands the arrays over instead of copies of them: nothing is copied, and they are empty here afterwards. Arrays on
   * a SharedArrayBuffer are never copied. Default false.
   */
  transfer?: boolean;
}

export interface WorkerFitOptions extends FitOptions, TransferOptions {
  /**
   * Whether the original model gets the weights and the state of its training back when the run is over, however it
   * ended, and counts as being trained until then. Default true.
   */
  sync?: boolean;
}

export interface WorkerEvaluateOptions extends EvaluateOptions, TransferOptions {}

export interface WorkerPredictOptions extends TransferOptions {
  /** Samples a step. Default 32; larger is faster and takes more memory. */
  batchSize?: number;
}

/** Loss and metrics of every epoch, as plain data. */
export interface WorkerHistory {
  /** The number of each epoch, from `initialEpoch` on. */
  readonly epoch: number[];
  /** Keras's keys: `loss`, the metrics by name, both with `val_` in front, and what callbacks have added. */
  readonly history: Record<string, number[]>;
}

/**
 * A model in a worker. Callbacks run on this side; the worker waits for hooks that somebody overrides. Options, errors
 * and results are those of `Model`.
 *
 * Every method rejects with FourlaneError `worker-died` where the worker is gone, `worker-closed` after `close`.
 */
export class WorkerModel {
  readonly #model: Model;
  readonly #link: Link;
  readonly #compiled: unknown;
  #fitting = false;

  /** @internal */
  constructor(model: Model, link: Link) {
    this.#model = model;
    this.#link = link;
    this.#compiled = model.compileArguments;
  }

  /**
   * Trains the model in the worker, which asks for batches one at a time where the data come in batches. Callbacks see it as `this.model`: its learning rate and `stopTraining` can be set in
   * any hook, its weights be read and set in the hooks of runs and epochs. `this.params.progress()` says how far the
   * epoch is, twenty times a second, without a hook.
   *
   * @throws what `model.fit` throws; ConfigError `worker-compile` where the model has been compiled anew meanwhile.
   */
  fit(x: ModelData, y: ModelData, options?: WorkerFitOptions): Promise<WorkerHistory>;
  fit(batches: BatchSource, options?: WorkerFitOptions): Promise<WorkerHistory>;
  async fit(...given: [x: unknown, y?: unknown, options?: WorkerFitOptions]): Promise<WorkerHistory> {
    const { x, y, options = {} } = dataArguments(given);
    const { sync = true, transfer, ...fitOptions } = options;
    const { callbacks = [], verbose = 1 } = new Trainer(fitOptions).options;
    const model = this.#model;
    this.#checkCompiled();
    if (this.#fitting || (sync && model.fitting)) {
      throw new FourlaneError(
        'fit-pending',
        `Model '${model.name}' is being trained already; await that fit before the next.`,
      );
    }
    const run = new Run(model, callbacks, verbose, sync, transfer);
    this.#fitting = true;
    if (sync) {
      model.fitting = true;
      model.stopTraining = false;
    }
    try {
      return await this.#fit(x, y, { ...fitOptions, transfer, verbose: 0 }, run, sync);
    } finally {
      this.#fitting = false;
      if (sync) model.fitting = false;
    }
  }

  /** Loss and metrics over all samples; `x` and `y` as for `fit`. */
  evaluate(x: ModelData, y: ModelData, options?: WorkerEvaluateOptions): Promise<Logs>;
  evaluate(batches: BatchSource, options?: WorkerEvaluateOptions): Promise<Logs>;
  async evaluate(...given: [x: unknown, y?: unknown, options?: WorkerEvaluateOptions]): Promise<Logs> {
    const { x, y, options = {} } = dataArguments(given);
    this.#checkCompiled();
    const run = new Run(this.#model, options.callbacks ?? [], 0, false, options.transfer);
    const [request, parcel] = this.#request(x, y, options, run);
    const { signal } = options;
    const { answer: hook, progress, pull } = run;
    const { transfer } = parcel;
    try {
      return await this.#link.call('evaluate', request, { transfer, signal, hook, progress, pull });
    } catch (error) {
      throw run.thrown ? run.thrown.error : withCause(error, signal);
    } finally {
      run.batches.close();
    }
  }

  /** The outputs for all samples, also while a fit is running: a tensor [samples, ...], or one for each output. */
  predict(x: ModelData, options?: WorkerPredictOptions): Promise<Tensor>;
  predict<T extends readonly Tensor[]>(x: ModelData, options?: WorkerPredictOptions): Promise<T>;
  async predict(x: ModelData, options: WorkerPredictOptions = {}): Promise<Tensor | readonly Tensor[]> {
    const { transfer, ...own } = options;
    checkOptions(own, ['batchSize'], 'predict');
    const parcel = new Parcel(transfer);
    const request = { x: parcel.pack(x), options: parcel.pack(own) };
    return unpack(await this.#link.call('predict', request, parcel)) as Tensor | readonly Tensor[];
  }

  /** The weights in the worker, in Keras's order and shapes. */
  async getWeights(): Promise<Tensor[]> {
    return unpack(await this.#link.call('getWeights', undefined)) as Tensor[];
  }

  /** Puts other values into the weights of the worker. @throws ShapeError where they do not fit. */
  async setWeights(weights: readonly Data[]): Promise<void> {
    const parcel = new Parcel();
    await this.#link.call('setWeights', parcel.pack(weights), parcel);
  }

  /** Ends the worker at once, whatever it does. A process may end without it, a page keeps the worker until then. */
  close(): Promise<void> {
    return this.#link.close();
  }

  async #fit(
    x: unknown,
    y: unknown,
    options: WorkerFitOptions,
    run: Run,
    sync: boolean,
  ): Promise<WorkerHistory> {
    const [request, { transfer }] = this.#request(x, y, options, run);
    const { signal } = options;
    const { answer: hook, progress, pull } = run;
    const result = await this.#link
      .call('fit', { ...request, sync }, { transfer, signal, hook, progress, pull })
      .finally(() => run.batches.close());
    const { snapshot, fault } = result;
    if (snapshot) {
      this.#model.setWeights(snapshot.weights);
      if (snapshot.training) this.#model.trainingState().restore(snapshot.training);
    }
    if (run.thrown) throw run.thrown.error;
    if (fault) throw withCause(fromFault(fault), signal);
    const { epoch, history } = run.history;
    return { epoch, history };
  }

  #request(
    x: unknown,
    y: unknown,
    options: { callbacks?: readonly Callback[]; signal?: AbortSignal } & TransferOptions,
    { hooks, weighted, batches }: Run,
  ): [RunRequest, Parcel] {
    const { callbacks, signal, transfer, ...own } = options;
    const parcel = new Parcel(transfer, (source) => batches.add(source));
    const data = { x: parcel.pack(x), y: parcel.pack(y), options: parcel.pack(own) };
    return [{ ...data, hooks, weighted, aborted: signal?.aborted ?? false }, parcel];
  }

  #checkCompiled(): void {
    if (this.#model.compileArguments === this.#compiled) return;
    throw new ConfigError(
      'worker-compile',
      `Model '${this.#model.name}' has been compiled anew since its worker was opened; open another: inWorker(model).`,
    );
  }
}

/** An abortion says why, which only this side knows. */
function withCause(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof FourlaneError && error.code === 'aborted') error.cause = signal?.reason;
  return error;
}
