import type { Tensor } from '../data/tensor.js';
import type { LoadWeightsOptions, SaveOptions } from '../file/options.js';
import type { Logs } from './scoreboard.js';

/** What callbacks may do with the model that is being trained. */
export interface CallbackModel {
  readonly name: string;
  /** Ends the training after the running iteration, with the validation and the hooks that end an epoch. */
  stopTraining: boolean;
  readonly optimizer: { learningRate: number } | undefined;
  /** What training keeps beside the weights, where it is in the thread of the callback and has begun. */
  readonly training: { showAverages(shown: boolean): boolean } | undefined;
  /** The metrics by their keys, with the direction in which they get better. */
  readonly metricDirections: Readonly<Record<string, 'min' | 'max'>>;
  getWeights(): Tensor[];
  setWeights(weights: readonly Tensor[]): void;
  save(options?: SaveOptions): Uint8Array<ArrayBuffer>;
  saveWeights(options?: SaveOptions): Uint8Array<ArrayBuffer>;
  loadWeights(bytes: Uint8Array | ArrayBuffer, options?: LoadWeightsOptions): readonly string[];
}

/** What a run is like, for callbacks that report it. */
export interface RunParams {
  /**
   * Whether the run goes on where the state of training says, in the middle of an epoch too: the option `resume` of
   * `fit`. A callback that restores the state sets it in `onTrainBegin`.
   */
  resume: boolean;
  readonly epochs: number;
  /** Iterations an epoch: how many batches it has; undefined while nobody knows, as in the first epoch of some data. */
  readonly steps: number | undefined;
  /** How many samples there are; undefined where the data come in batches. */
  readonly samples: number | undefined;
  /** Samples an iteration; where the data come in batches, those of the largest so far. */
  readonly batchSize: number;
  readonly verbose: number;
  /** How far the epoch is, for whoever reports it now and then: iterations done, and the running means. */
  progress(): { batch: number; logs: Logs };
}

type Result = void | Promise<void>;

/**
 * The base of all callbacks. Hooks may return a promise, which is awaited. Hooks for batches cost nothing unless they
 * are overridden. Logs hold the running means of the epoch.
 */
export class Callback {
  /** The model, set before the first hook. */
  model!: CallbackModel;
  /** What the run is like, set before the first hook. */
  params!: RunParams;

  onTrainBegin(_logs: Logs): Result {}
  onTrainEnd(_logs: Logs): Result {}
  onEpochBegin(_epoch: number, _logs: Logs): Result {}
  onEpochEnd(_epoch: number, _logs: Logs): Result {}
  onTrainBatchBegin(_batch: number, _logs: Logs): Result {}
  onTrainBatchEnd(_batch: number, _logs: Logs): Result {}
  onTestBegin(_logs: Logs): Result {}
  onTestEnd(_logs: Logs): Result {}
  onTestBatchBegin(_batch: number, _logs: Logs): Result {}
  onTestBatchEnd(_batch: number, _logs: Logs): Result {}
  /** The hooks of `predict`, which is synchronous: it does not wait for promises. */
  onPredictBegin(_logs: Logs): void {}
  onPredictEnd(_logs: Logs): void {}
  onPredictBatchBegin(_batch: number, _logs: Logs): void {}
  onPredictBatchEnd(_batch: number, _logs: Logs): void {}
}

type BatchHook = 'onTrainBatchBegin' | 'onTrainBatchEnd' | 'onTestBatchBegin' | 'onTestBatchEnd';

/** Several callbacks in their order. */
export class CallbackList {
  constructor(
    readonly callbacks: readonly Callback[],
    model: CallbackModel,
    params: RunParams,
  ) {
    for (const callback of callbacks) {
      callback.model = model;
      callback.params = params;
    }
  }

  /** Calls a hook of every callback, one after the other. */
  async each(call: (callback: Callback) => Result): Promise<void> {
    for (const callback of this.callbacks) {
      const result = call(callback);
      if (result) await result;
    }
  }

  /**
   * A function that calls a batch hook where somebody overrides it, undefined where nobody does. It returns a promise
   * only if a hook does. `logs` is asked for only once for all of them.
   */
  batchHook(hook: BatchHook, logs: () => Logs): ((batch: number) => Promise<void> | undefined) | undefined {
    const listeners = this.callbacks.filter((callback) => callback[hook] !== Callback.prototype[hook]);
    if (!listeners.length) return undefined;
    return (batch) => {
      const current = logs();
      let pending: Promise<void> | undefined;
      for (const listener of listeners) {
        if (pending) pending = pending.then(() => listener[hook](batch, current));
        else pending = listener[hook](batch, current) || undefined;
      }
      return pending;
    };
  }
}
