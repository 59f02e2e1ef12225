import type { Model } from '../model/model.js';
import type { TrainingState } from '../train/state.js';
import { runtime } from '../wasm/runtime.js';

/** What training keeps from step to step beside the weights. */
export interface TrainingSnapshot {
  readonly iterations: number;
  readonly epochs: number;
  /** The optimizer's slots, as they lie in memory. */
  readonly slots: Float32Array<ArrayBuffer>;
}

/** A model at one moment of its training. */
export interface Snapshot {
  readonly weights: readonly Float32Array<ArrayBuffer>[];
  readonly training: TrainingSnapshot | undefined;
}

/** Copies of all weights in their order. */
export function weightsOf(model: Model): Float32Array<ArrayBuffer>[] {
  return model.getWeights().map(({ data }) => data as Float32Array<ArrayBuffer>);
}

/** Of a model that has not been trained there is nothing to copy. */
export function trainingOf(model: Model): TrainingSnapshot | undefined {
  const state = model.training;
  if (!state) return undefined;
  const { iterations, epochs } = state;
  return { iterations, epochs, slots: slotsOf(state).slice() as Float32Array<ArrayBuffer> };
}

export function snapshotOf(model: Model): Snapshot {
  return { weights: weightsOf(model), training: trainingOf(model) };
}

/** Training goes on from there. */
export function restoreTraining(model: Model, { iterations, epochs, slots }: TrainingSnapshot): void {
  const state = model.trainingState();
  state.iterations = iterations;
  state.epochs = epochs;
  slotsOf(state).set(slots);
}

/** The buffers of a snapshot, for handing them over. */
export function buffersOf({ weights, training }: Partial<Snapshot>): ArrayBuffer[] {
  return [...(weights ?? []), ...(training ? [training.slots] : [])].map(({ buffer }) => buffer);
}

function slotsOf({ slots: { address, length } }: TrainingState): Float32Array {
  return runtime().heap.f32.subarray(address / 4, address / 4 + length);
}
