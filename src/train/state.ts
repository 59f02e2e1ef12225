import { FormatError } from '../errors.js';
import type { Optimizer } from '../optimizer.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import { type Place, Value } from '../plan/value.js';
import type { RandomKey } from '../random.js';
import { sizeOf } from '../shape.js';
import { core } from '../wasm/core.js';
import type { Allocation, Heap } from '../wasm/heap.js';
import type { Runtime } from '../wasm/runtime.js';
import type { Scoreboard } from './scoreboard.js';

/** Words of the scalar block: what changes from step to step and is read by kernels from memory. */
export const SCALARS = {
  learningRate: 0,
  clipvalue: 1,
  hyperparameters: 2,
  skip: 9,
  share: 10,
  overwrite: 11,
  key: 12,
  step: 14,
  replica: 15,
  words: 16,
};
const RECORD_WORDS = 8;
/** What replicas write lies in cache lines of its own. */
const LINE_BYTES = 64;

/** Weights that are neighbours in memory and decay alike. */
interface Run {
  weights: number;
  offset: number;
  length: number;
  decay: number;
}

/** Where a run is. */
export interface Position {
  /** The number of the epoch that goes on, or comes next. */
  readonly epoch: number;
  /** How many batches of it are done. */
  readonly batch: number;
  /** The sums of its losses and metrics, where some are. */
  readonly sums: Float64Array | undefined;
}

/** What training keeps beside the weights: with both it goes on elsewhere as if nothing had happened. */
export interface TrainingSnapshot {
  readonly iterations: number;
  readonly epochs: number;
  /** What names the random streams. */
  readonly key: RandomKey;
  /** The learning rate, unless it follows a schedule. */
  readonly learningRate: number | undefined;
  readonly position: Position;
  /** Whether weights and moving averages have changed places. */
  readonly averaged: boolean;
  /**
   * The optimizer's slots one after the other, each in the order of the weights; then the moving averages and the
   * collected gradients, where it keeps any.
   */
  readonly slots: Float32Array<ArrayBuffer>;
}

/**
 * What the training of a model keeps from step to step: gradients and optimizer slots in the order of the parameters,
 * the scalar block, and the table of contiguous runs that the optimizer walks in one call. Every replica has gradients
 * and a scalar block of its own.
 */
export class TrainingState {
  readonly parameters: readonly Parameter[];
  readonly optimizer: Optimizer;
  readonly scalars: Place;
  /** Steps taken so far. */
  iterations = 0;
  /** Epochs of which a step was taken so far: the shuffle is keyed by it. */
  epochs = 0;
  #epoch = 0;
  #batch = 0;
  #scores: Scoreboard | undefined;
  #sums: Float64Array | undefined;
  #key: RandomKey;
  readonly #runtime: Runtime;
  readonly #heap: Heap;
  readonly #memory: Allocation;
  readonly #gradients = new Map<Parameter, Place>();
  readonly #allGradients: Value;
  readonly #table: Value;
  readonly #runs: readonly Run[];
  /** Where the slots begin and end, in elements. */
  readonly #slots: readonly [from: number, to: number];
  /** The address of the moving averages of the weights. */
  readonly #averages: number | undefined;
  /** Whether weights and averages have changed places. */
  #averaged = false;
  /** The address of the collected gradients. */
  readonly #collected: number | undefined;

  constructor(runtime: Runtime, optimizer: Optimizer, parameters: readonly Parameter[], key: RandomKey) {
    this.optimizer = optimizer;
    this.parameters = parameters;
    this.#runtime = runtime;
    this.#heap = runtime.heap;
    const lengths = parameters.map(({ shape }) => paddedLength(sizeOf(shape)));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const runs = runsOf(parameters, lengths, optimizer);
    this.#runs = runs;

    const scalarBytes = SCALARS.words * 4;
    const stride = Math.ceil((scalarBytes + total * 4) / LINE_BYTES) * LINE_BYTES;
    const tableBytes = runs.length * RECORD_WORDS * 4;
    const { useEma, gradientAccumulationSteps } = optimizer;
    const starts = [...optimizer.slots, ...(useEma ? [0] : []), ...(gradientAccumulationSteps ? [0] : [])];
    const bytes = runtime.threads * stride + tableBytes + starts.length * total * 4;
    this.#memory = runtime.heap.allocate(bytes, 'Training (gradients and optimizer)');
    const { address } = this.#memory;
    const gradients = address + scalarBytes;
    const table = address + runtime.threads * stride;
    const slots = table + tableBytes;
    const slotAt = (i: number, offset = 0) => slots + (i * total + offset) * 4;
    const slot = (i: number, offset: number) => (i < optimizer.slots.length ? slotAt(i, offset) : 0);
    this.#averages = useEma ? slotAt(optimizer.slots.length) : undefined;
    this.#collected = gradientAccumulationSteps ? slotAt(starts.length - 1) : undefined;
    this.scalars = { address, stride };
    this.#slots = [slots / 4, slots / 4 + starts.length * total];
    this.#table = new Value([runs.length * RECORD_WORDS], { place: { address: table } });
    this.#allGradients = new Value([total], { place: { address: gradients, stride } });

    let offset = 0;
    parameters.forEach((parameter, i) => {
      this.#gradients.set(parameter, { address: gradients + offset * 4, stride });
      offset += lengths[i];
    });
    const { i32, f32 } = runtime.heap;
    runs.forEach((run, r) => {
      const at = table / 4 + r * RECORD_WORDS;
      i32.set(
        [run.weights, gradients + run.offset * 4, slot(0, run.offset), slot(1, run.offset), run.length],
        at,
      );
      f32.set([run.decay, 1], at + 5);
      i32[at + 7] = slot(2, run.offset);
    });
    starts.forEach((start, i) => {
      if (start) f32.fill(start, slotAt(i) / 4, slotAt(i + 1) / 4);
    });
    this.#key = key;
    this.#writeKey();
    for (let replica = 1; replica < runtime.threads; replica++) {
      i32[(address + replica * stride) / 4 + SCALARS.replica] = replica;
    }
  }

  /** What lies in its memory beside the gradients, by name. */
  get places(): readonly (readonly [Place, string])[] {
    return [
      [this.scalars, 'scalars of the step'],
      [this.#allGradients.place!, 'all gradients'],
      [this.#table.place!, 'table of weights, gradients and slots'],
    ];
  }

  /** How many numbers it keeps beside weights and gradients, without what pads them. */
  get slotSize(): number {
    const { slots, useEma, gradientAccumulationSteps } = this.optimizer;
    const kinds = slots.length + (useEma ? 1 : 0) + (gradientAccumulationSteps ? 1 : 0);
    return kinds * this.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  /** Where the gradient of a parameter belongs, if it is trained. */
  gradientPlace(parameter: Parameter): Place | undefined {
    return this.#gradients.get(parameter);
  }

  /** Emits what makes one gradient of those of all replicas, in the scale of the loss itself. */
  emitSum(b: Builder): void {
    const { team } = this.#runtime;
    const gradients = this.#allGradients;
    const { place, count } = gradients;
    if (team) {
      const shares = new Value([1 + team.threads], { place: team.shares });
      b.emit(core, 'sumReplicas', gradients, shares, place!.stride!, count);
    }
    const { lossScaleFactor } = this.optimizer;
    if (lossScaleFactor) b.emit(core, 'affine', gradients, gradients, 1 / lossScaleFactor, 0, count);
  }

  /** Emits what turns gradients into new weights. */
  emitUpdate(b: Builder): void {
    const { clipnorm, globalClipnorm, gradientAccumulationSteps, kernel } = this.optimizer;
    const [table, gradients, count] = [this.#table, this.#allGradients, this.#runs.length];
    const scalars = new Value([SCALARS.words], { place: this.scalars });
    if (this.#collected) {
      const sum = new Value(gradients.shape, { place: { address: this.#collected } });
      b.emit(core, 'collectGradients', sum, gradients, scalars, gradientAccumulationSteps!, gradients.count);
    }
    if (clipnorm !== undefined) b.emit(core, 'clipByNorm', table, count, clipnorm);
    if (globalClipnorm !== undefined) b.emit(core, 'clipByGlobalNorm', table, count, globalClipnorm);
    b.emit(core, kernel, table, count, scalars);
    if (!this.#averages) return;
    for (const { weights, offset, length } of this.#runs) {
      const average = new Value([length], { place: { address: this.#averages + offset * 4 } });
      const run = new Value([length], { place: { address: weights } });
      b.emit(core, 'movingAverage', average, run, scalars, length);
    }
  }

  /** Puts the moving averages, where there are any, in the place of the weights for good. */
  useAverages(): void {
    if (!this.#averages || !this.iterations) return;
    const { f32 } = this.#heap;
    for (const { weights, offset, length } of this.#runs) {
      const [weight, average] = [weights / 4, this.#averages / 4 + offset];
      if (this.#averaged) f32.copyWithin(average, weight, weight + length);
      else f32.copyWithin(weight, average, average + length);
    }
    this.#averaged = false;
  }

  /**
   * Lets the moving averages stand in the place of the weights, or the weights again.
   *
   * @returns whether there are any averages.
   */
  showAverages(shown: boolean): boolean {
    if (!this.#averages) return false;
    if (!this.iterations || shown === this.#averaged) return true;
    const { f32 } = this.#heap;
    for (const { weights, offset, length } of this.#runs) {
      const [weight, average] = [weights / 4, this.#averages / 4 + offset];
      const kept = f32.slice(weight, weight + length);
      f32.copyWithin(weight, average, average + length);
      f32.set(kept, average);
    }
    this.#averaged = shown;
    return true;
  }

  /** Writes the scalars of the step that comes next. */
  beginStep(): void {
    if (this.#averaged) this.useAverages();
    const { optimizer, iterations } = this;
    const { gradientAccumulationSteps: collect = 1, emaMomentum, emaOverwriteFrequency } = optimizer;
    const { f32, i32 } = this.#heap;
    const { address, stride } = this.scalars;
    const at = address / 4;
    optimizer.iterations = iterations;
    const { learningRate } = optimizer;
    // As in Keras: schedules follow the gradients that were computed, everything else the steps that were taken.
    const taken = Math.floor(iterations / collect);
    f32[at + SCALARS.learningRate] = learningRate;
    f32[at + SCALARS.clipvalue] = optimizer.clipvalue ?? Infinity;
    const values = optimizer.hyperparameters(taken + 1, learningRate);
    for (let i = 0; i < values.length; i++) f32[at + SCALARS.hyperparameters + i] = values[i];
    i32[at + SCALARS.skip] = (iterations + 1) % collect ? 1 : 0;
    f32[at + SCALARS.share] = taken ? 1 - emaMomentum : 1;
    i32[at + SCALARS.overwrite] = emaOverwriteFrequency && (taken + 1) % emaOverwriteFrequency === 0 ? 1 : 0;
    i32[at + SCALARS.step] = iterations;
    for (let replica = 1; replica < this.#runtime.threads; replica++) {
      i32.copyWithin(at + (replica * stride!) / 4, at, at + SCALARS.replica);
    }
  }

  /** Counts the step, once it is done: one that fails has not been taken. */
  endStep(): void {
    this.iterations++;
    this.optimizer.iterations = this.iterations;
  }

  /** Says that so many batches of an epoch are done, whose losses and metrics are counted there. */
  reach(epoch: number, batch: number, scores?: Scoreboard): void {
    this.#epoch = epoch;
    this.#batch = batch;
    this.#scores = scores;
    this.#sums = undefined;
  }

  /** Where the run is, or was when it ended. */
  get position(): Position {
    const sums = this.#batch ? (this.#sums ?? this.#scores?.save()) : undefined;
    return { epoch: this.#epoch, batch: this.#batch, sums };
  }

  /** A copy of what it keeps. */
  snapshot(): TrainingSnapshot {
    const { iterations, epochs, position, optimizer } = this;
    const { learningRate } = optimizer.config;
    return {
      iterations,
      epochs,
      key: this.#key,
      learningRate: typeof learningRate === 'number' ? learningRate : undefined,
      position,
      averaged: this.#averaged,
      slots: this.#heap.f32.slice(...this.#slots),
    };
  }

  /**
   * Goes on where `snapshot` was called, for the same weights and optimizer.
   *
   * @throws FormatError `training-slots` where the optimizer keeps other numbers for these weights; nothing has changed then.
   */
  restore(snapshot: TrainingSnapshot): void {
    const { iterations, epochs, key, learningRate, position, averaged, slots } = snapshot;
    const [from, to] = this.#slots;
    const { name, config } = this.optimizer;
    if (slots.length !== to - from) {
      throw new FormatError(
        'training-slots',
        `The state of training holds ${slots.length} numbers of an optimizer, but '${name}' keeps ${to - from} for ` +
          'the trainable weights of this model: compile it with the same optimizer, with the same layers trainable.',
      );
    }
    this.iterations = iterations;
    this.optimizer.iterations = iterations;
    this.epochs = epochs;
    this.#key = key;
    this.#writeKey();
    if (learningRate !== undefined && typeof config.learningRate === 'number') {
      this.optimizer.learningRate = learningRate;
    }
    this.reach(position.epoch, position.batch);
    this.#sums = position.sums;
    this.#averaged = averaged;
    this.#heap.f32.set(slots, from);
  }

  #writeKey(): void {
    const { seed, ordinal } = this.#key;
    this.#heap.i32.set([seed, ordinal, 0], this.scalars.address / 4 + SCALARS.key);
  }

  /** Gives its memory back at once. */
  release(): void {
    this.#heap.release(this.#memory);
  }
}

/** Weights are padded with zeros to whole vectors. */
export function paddedLength(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** Neighbours in memory that decay alike are walked as one, unless every weight needs a norm of its own. */
function runsOf(parameters: readonly Parameter[], lengths: readonly number[], optimizer: Optimizer): Run[] {
  const separate = optimizer.separate || optimizer.clipnorm !== undefined;
  const runs: Run[] = [];
  let offset = 0;
  parameters.forEach(({ name, address }, i) => {
    const last = runs.at(-1);
    const decay = optimizer.weightDecayOf(name);
    const joins = !separate && last?.decay === decay && last.weights + last.length * 4 === address;
    if (joins) last.length += lengths[i];
    else runs.push({ weights: address, offset, length: lengths[i], decay });
    offset += lengths[i];
  });
  return runs;
}
