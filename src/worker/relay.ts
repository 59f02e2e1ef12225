import type { Model } from '../model/model.js';
import { Callback } from '../train/callback.js';
import type { Logs } from '../train/scoreboard.js';
import type { HookName } from './hooks.js';
import { unpack } from './parcel.js';
import { weightsOf } from './snapshot.js';
import type { Answer, HookCall, RunRequest } from './wire.js';

/** Thrown inside the worker when a callback or a source of batches outside has thrown: the run ends, and what was thrown is known there. */
export class FailedOutside extends Error {}

/** Stands in the worker for all callbacks outside: it has the hooks that they have, and asks them. */
export class Relay extends Callback {
  readonly #target: Model;
  readonly #ask: (call: HookCall) => Promise<Answer>;

  constructor(model: Model, { hooks, weighted }: RunRequest, ask: (call: HookCall) => Promise<Answer>) {
    super();
    this.#target = model;
    this.#ask = ask;
    for (const hook of hooks) {
      const call = (...given: HookCall['arguments']) => this.#call(hook, given, weighted.includes(hook));
      Object.assign(this, { [hook]: call });
    }
  }

  /** How far the run is, once it has begun. */
  get progress(): { batch: number; logs: Logs } | undefined {
    return this.params?.progress();
  }

  async #call(hook: HookName, given: HookCall['arguments'], weighted: boolean): Promise<void> {
    const model = this.#target;
    const { progress, ...params } = this.params;
    const weights = weighted ? weightsOf(model) : undefined;
    const { learningRate, iterations = 0 } = model.optimizer ?? {};
    const how = { params, progress: progress(), learningRate, iterations };
    const call = { hook, arguments: given, ...how, weights };
    const answer = await this.#ask(call);
    if (answer.failed) throw new FailedOutside('A callback has thrown.');
    if (answer.stopTraining) model.stopTraining = true;
    if (answer.weights) model.setWeights(unpack(answer.weights) as Float32Array[]);
    if (answer.learningRate !== undefined) model.optimizer!.learningRate = answer.learningRate;
  }
}
