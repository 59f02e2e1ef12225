import type { Model } from '../model/model.js';
import type { TrainingSnapshot } from '../train/state.js';

/** A model at one moment of its training. */
export interface Snapshot {
  readonly weights: readonly Float32Array<ArrayBuffer>[];
  /** Of a model that has not been trained there is none. */
  readonly training: TrainingSnapshot | undefined;
}

/** Copies of all weights in their order. */
export function weightsOf(model: Model): Float32Array<ArrayBuffer>[] {
  return model.getWeights().map(({ data }) => data as Float32Array<ArrayBuffer>);
}

export function snapshotOf(model: Model): Snapshot {
  return { weights: weightsOf(model), training: model.training?.snapshot() };
}

/** The buffers of a snapshot, for handing them over. */
export function buffersOf({ weights = [], training }: Partial<Snapshot>): ArrayBuffer[] {
  return [...weights, ...(training ? [training.slots] : [])].map(({ buffer }) => buffer);
}
