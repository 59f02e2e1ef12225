import { ConfigError } from '../errors.js';
import type { Model } from '../model/model.js';
import { type Callback, CallbackList, type RunParams } from '../train/callback.js';
import { ProgbarLogger } from '../train/callbacks/progbarLogger.js';
import { History } from '../train/history.js';
import type { Logs } from '../train/scoreboard.js';
import { OutgoingBatches } from './batches.js';
import { DistantModel } from './distantModel.js';
import { type HookName, isBatchHook, neededHooks, overriddenHooks } from './hooks.js';
import type { CallOptions } from './link.js';
import type { Answer, HookCall, Progress } from './wire.js';

/** The callbacks of a fit or an evaluation in a worker. They run here, asked by messages. */
export class Run {
  readonly history = new History();
  readonly batches: OutgoingBatches;
  readonly hooks: readonly HookName[];
  readonly weighted: readonly HookName[];
  /** What a callback has thrown. */
  thrown: { error: unknown } | undefined;
  readonly #callbacks: readonly Callback[];
  readonly #model: DistantModel;
  readonly #verbose: number;
  #list: CallbackList | undefined;
  #told!: HookCall['params'];
  #progress: Progress = { batch: 0, logs: {} };
  /** The logs of the last epoch, with what callbacks have added. */
  #last: Logs | undefined;

  /** @throws ConfigError where a callback is none. */
  constructor(
    model: Model,
    callbacks: readonly Callback[],
    verbose: number,
    synchronized: boolean,
    transfer: boolean | undefined,
  ) {
    this.batches = new OutgoingBatches(transfer);
    for (const callback of callbacks) {
      if (callback && typeof callback.onEpochEnd === 'function') continue;
      throw new ConfigError(
        'option-value',
        `fit: callbacks must be Callback objects, but got ${String(callback)}.`,
      );
    }
    const reported = verbose === 0 || callbacks.some((callback) => callback instanceof ProgbarLogger);
    this.#callbacks = [...callbacks, this.history, ...(reported ? [] : [new ProgbarLogger()])];
    this.#model = new DistantModel(model, synchronized);
    this.#verbose = verbose;
    this.hooks = neededHooks(this.#callbacks);
    const curious = callbacks.filter((callback) => !(callback instanceof ProgbarLogger));
    this.weighted = overriddenHooks(curious).filter((hook) => !isBatchHook(hook));
  }

  readonly progress = (progress: Progress): void => {
    this.#progress = progress;
  };

  /** Gives a batch to the worker. */
  readonly pull: NonNullable<CallOptions['pull']> = async (pull) => {
    try {
      return await this.batches.answer(pull);
    } catch (error) {
      this.thrown ??= { error };
      return { pulled: undefined, transfer: [] };
    }
  };

  readonly answer = async (call: HookCall): Promise<Answer> => {
    try {
      await this.#call(call);
    } catch (error) {
      this.thrown ??= { error };
    }
    return this.#model.answer(this.thrown !== undefined);
  };

  async #call(call: HookCall): Promise<void> {
    const { hook, arguments: given, params, progress } = call;
    this.#progress = progress;
    this.#model.see(call);
    this.#told = params;
    this.#list ??= new CallbackList(this.#callbacks, this.#model, this.#params());
    if (hook === 'onEpochEnd') this.#last = given[1] as Logs;
    const values = hook === 'onTrainEnd' && this.#last ? [this.#last] : given;
    await this.#list.each((callback) => Reflect.apply(callback[hook], callback, values));
  }

  /** Steps and batch size may become known later. */
  #params(): RunParams {
    const told = () => this.#told;
    return {
      ...told(),
      get steps() {
        return told().steps;
      },
      get batchSize() {
        return told().batchSize;
      },
      verbose: this.#verbose,
      progress: () => this.#progress,
    };
  }
}
