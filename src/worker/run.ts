import { ConfigError } from '../errors.js';
import type { Model } from '../model/model.js';
import { type Callback, CallbackList, type RunParams } from '../train/callback.js';
import { ProgbarLogger } from '../train/callbacks/progbarLogger.js';
import { History } from '../train/history.js';
import type { Logs } from '../train/scoreboard.js';
import { DistantModel } from './distantModel.js';
import { type HookName, isBatchHook, neededHooks, overriddenHooks } from './hooks.js';
import type { Answer, HookCall, Progress } from './wire.js';

/** The callbacks of a fit or an evaluation in a worker. They run here, asked by messages. */
export class Run {
  readonly history = new History();
  readonly hooks: readonly HookName[];
  readonly weighted: readonly HookName[];
  /** What a callback has thrown. */
  thrown: { error: unknown } | undefined;
  readonly #callbacks: readonly Callback[];
  readonly #model: DistantModel;
  readonly #verbose: number;
  #list: CallbackList | undefined;
  #progress: Progress = { batch: 0, logs: {} };
  /** The logs of the last epoch, with what callbacks have added. */
  #last: Logs | undefined;

  /** @throws ConfigError where a callback is none. */
  constructor(model: Model, callbacks: readonly Callback[], verbose: number, synchronized: boolean) {
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
    this.#list ??= new CallbackList(this.#callbacks, this.#model, this.#params(params));
    if (hook === 'onEpochEnd') this.#last = given[1] as Logs;
    const values = hook === 'onTrainEnd' && this.#last ? [this.#last] : given;
    await this.#list.each((callback) => Reflect.apply(callback[hook], callback, values));
  }

  #params(params: HookCall['params']): RunParams {
    return { ...params, verbose: this.#verbose, progress: () => this.#progress };
  }
}
