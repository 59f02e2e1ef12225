import { Tensor } from '../data/tensor.js';
import { FourlaneError } from '../errors.js';
import type { SaveOptions } from '../file/options.js';
import type { Model } from '../model/model.js';
import type { CallbackModel } from '../train/callback.js';
import { type Packed, Parcel } from './parcel.js';
import type { Answer, HookCall } from './wire.js';

/** The model as callbacks see it while it is trained elsewhere. */
export class DistantModel implements CallbackModel {
  readonly #model: Model;
  readonly optimizer: { learningRate: number } | undefined;
  /** It is kept in the worker. */
  readonly training = undefined;
  #stopTraining = false;
  /** What the worker has. */
  #learningRate: number | undefined;
  /** As they were when the running hook was called. */
  #weights: Tensor[] | undefined;
  #changed: Packed;

  constructor(
    model: Model,
    readonly synchronized: boolean,
  ) {
    this.#model = model;
    const { optimizer } = model;
    this.optimizer = synchronized || !optimizer ? optimizer : { learningRate: optimizer.learningRate };
    this.#learningRate = optimizer?.learningRate;
  }

  get name(): string {
    return this.#model.name;
  }

  get metricDirections(): CallbackModel['metricDirections'] {
    return this.#model.metricDirections;
  }

  get stopTraining(): boolean {
    return this.#stopTraining || (this.synchronized && this.#model.stopTraining);
  }

  set stopTraining(stop: boolean) {
    this.#stopTraining = stop;
    if (this.synchronized) this.#model.stopTraining = stop;
  }

  /** @throws FourlaneError `worker-weights` in the hooks of batches, to which weights do not come along. */
  getWeights(): Tensor[] {
    if (this.#weights) return this.#weights.map(({ data, shape }) => new Tensor(data.slice(), shape));
    throw new FourlaneError(
      'worker-weights',
      'While a model is trained in a worker its weights come along with the hooks of runs and epochs, not with those ' +
        'of batches: read them in onEpochEnd.',
    );
  }

  /** The weights go back to the worker with the answer of the running hook. */
  setWeights(weights: readonly Tensor[]): void {
    this.#changed = new Parcel().pack(weights);
  }

  /** @throws FourlaneError `worker-weights` in the hooks of batches, and for what the worker alone knows. */
  save(options?: SaveOptions): Uint8Array<ArrayBuffer> {
    return this.#saved(options, () => this.#model.save());
  }

  /** @throws as `save`. */
  saveWeights(options?: SaveOptions): Uint8Array<ArrayBuffer> {
    return this.#saved(options, () => this.#model.saveWeights());
  }

  /** @throws FourlaneError `worker-weights`: a run in a worker cannot be put elsewhere. */
  loadWeights(): readonly string[] {
    throw inWorkerAlone('be taken from a file');
  }

  #saved(options: SaveOptions | undefined, encode: () => Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (options?.includeOptimizer) throw inWorkerAlone('be saved with the optimizer');
    const weights = this.getWeights();
    const own = this.#model.getWeights();
    this.#model.setWeights(weights);
    try {
      return encode();
    } finally {
      this.#model.setWeights(own);
    }
  }

  /** Takes what has come along with a hook. */
  see({ weights, learningRate, iterations }: HookCall): void {
    const { optimizer } = this;
    if (this.synchronized && this.#model.optimizer) this.#model.optimizer.iterations = iterations;
    // Without synchronization the worker's rate is the one that counts, until somebody here sets another.
    const untouched = !this.synchronized && optimizer?.learningRate === this.#learningRate;
    if (optimizer && untouched && learningRate !== undefined) optimizer.learningRate = learningRate;
    this.#learningRate = learningRate;
    const { parameters } = this.#model;
    this.#weights = weights?.map((data, i) => new Tensor(data, parameters[i].shape));
    if (this.#weights && this.synchronized) this.#model.setWeights(this.#weights);
  }

  /** What callbacks have changed since the last time. */
  answer(failed: boolean): Answer {
    const { stopTraining } = this;
    const rate = this.optimizer?.learningRate;
    const learningRate = rate === this.#learningRate ? undefined : rate;
    this.#learningRate = rate;
    const weights = this.#changed;
    this.#changed = undefined;
    return { failed, stopTraining, learningRate, weights };
  }
}

function inWorkerAlone(what: string): FourlaneError {
  return new FourlaneError(
    'worker-weights',
    `While a model is trained in a worker the state of its training stays there, so it cannot ${what}: save its weights ` +
      'alone (saveWeightsOnly: true), or train it on this thread.',
  );
}
