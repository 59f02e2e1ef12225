import type { Model } from '../model/model.js';
import { sizeOf } from '../shape.js';
import { paddedLength, type TrainingState } from '../train/state.js';
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

/** The slots lie behind the gradients, each as long as all of them. */
function slotsOf(state: TrainingState): Float32Array {
  const { parameters, optimizer } = state;
  const total = parameters.reduce((sum, { shape }) => sum + paddedLength(sizeOf(shape)), 0);
  const gradients = parameters.length ? state.gradientPlace(parameters[0])!.address / 4 : 0;
  return runtime().heap.f32.subarray(gradients + total, gradients + (1 + optimizer.slots) * total);
}
