import type { Optimizer } from '../optimizers.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import { type Place, Value } from '../plan/value.js';
import type { RandomKey } from '../random.js';
import { sizeOf } from '../shape.js';
import { core } from '../wasm/core.js';
import type { Allocation, Heap } from '../wasm/heap.js';
import type { Runtime } from '../wasm/runtime.js';

/** Words of the scalar block: what changes from step to step and is read by kernels from memory. */
const SCALARS = {
  learningRate: 0,
  clipvalue: 1,
  hyperparameters: 2,
  key: 12,
  step: 14,
  replica: 15,
  words: 16,
};
const RECORD_WORDS = 8;
/** What replicas write lies in cache lines of its own. */
const LINE_BYTES = 64;

interface Run {
  weights: number;
  offset: number;
  length: number;
}

/** What training keeps beside the weights: with both it goes on elsewhere as if nothing had happened. */
export interface TrainingSnapshot {
  readonly iterations: number;
  readonly epochs: number;
  /** The optimizer's slots one after the other, each in the order of the weights. */
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
  /** Epochs begun so far: the shuffle is keyed by it. */
  epochs = 0;
  readonly #runtime: Runtime;
  readonly #heap: Heap;
  readonly #memory: Allocation;
  readonly #gradients = new Map<Parameter, Place>();
  readonly #allGradients: Value;
  readonly #table: Value;
  readonly #runs: number;
  /** Where the slots begin and end, in elements. */
  readonly #slots: readonly [from: number, to: number];

  constructor(runtime: Runtime, optimizer: Optimizer, parameters: readonly Parameter[], key: RandomKey) {
    this.optimizer = optimizer;
    this.parameters = parameters;
    this.#runtime = runtime;
    this.#heap = runtime.heap;
    const lengths = parameters.map(({ shape }) => paddedLength(sizeOf(shape)));
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const runs = runsOf(parameters, lengths, optimizer.clipnorm !== undefined);
    this.#runs = runs.length;

    const scalarBytes = SCALARS.words * 4;
    const stride = Math.ceil((scalarBytes + total * 4) / LINE_BYTES) * LINE_BYTES;
    const tableBytes = runs.length * RECORD_WORDS * 4;
    const bytes = runtime.threads * stride + tableBytes + optimizer.slots * total * 4;
    this.#memory = runtime.heap.allocate(bytes, 'Training (gradients and optimizer)');
    const { address } = this.#memory;
    const gradients = address + scalarBytes;
    const table = address + runtime.threads * stride;
    const slots = table + tableBytes;
    const slot = (i: number, offset: number) => (i < optimizer.slots ? slots + (i * total + offset) * 4 : 0);
    this.scalars = { address, stride };
    this.#slots = [slots / 4, slots / 4 + optimizer.slots * total];
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
      f32.set([optimizer.weightDecay, 1], at + 5);
      i32[at + 7] = slot(2, run.offset);
    });
    if (optimizer.slotStart) f32.fill(optimizer.slotStart, ...this.#slots);
    i32.set([key.seed, key.ordinal, 0], address / 4 + SCALARS.key);
    for (let replica = 1; replica < runtime.threads; replica++) {
      i32[(address + replica * stride) / 4 + SCALARS.replica] = replica;
    }
  }

  /** Where the gradient of a parameter belongs, if it is trained. */
  gradientPlace(parameter: Parameter): Place | undefined {
    return this.#gradients.get(parameter);
  }

  /** Emits what makes one gradient of those of all replicas. */
  emitSum(b: Builder): void {
    const { team } = this.#runtime;
    if (!team) return;
    const shares = new Value([1 + team.threads], { place: team.shares });
    const { place, count } = this.#allGradients;
    b.emit(core, 'sumReplicas', this.#allGradients, shares, place!.stride!, count);
  }

  /** Emits what turns gradients into new weights. */
  emitUpdate(b: Builder): void {
    const { clipnorm, globalClipnorm, kernel } = this.optimizer;
    if (clipnorm !== undefined) b.emit(core, 'clipByNorm', this.#table, this.#runs, clipnorm);
    if (globalClipnorm !== undefined)
      b.emit(core, 'clipByGlobalNorm', this.#table, this.#runs, globalClipnorm);
    b.emit(core, kernel, this.#table, this.#runs, new Value([SCALARS.words], { place: this.scalars }));
  }

  /** Writes the scalars of the step that comes next. */
  beginStep(): void {
    const { optimizer, iterations } = this;
    const { f32, i32 } = this.#heap;
    const { address, stride } = this.scalars;
    const at = address / 4;
    f32[at + SCALARS.learningRate] = optimizer.learningRate;
    f32[at + SCALARS.clipvalue] = optimizer.clipvalue ?? Infinity;
    const values = optimizer.hyperparameters(iterations + 1);
    for (let i = 0; i < values.length; i++) f32[at + SCALARS.hyperparameters + i] = values[i];
    i32[at + SCALARS.step] = iterations;
    for (let replica = 1; replica < this.#runtime.threads; replica++) {
      i32.copyWithin(at + (replica * stride!) / 4, at, at + SCALARS.replica);
    }
  }

  /** Counts the step, once it is done: one that fails has not been taken. */
  endStep(): void {
    this.iterations++;
  }

  /** A copy of what it keeps. */
  snapshot(): TrainingSnapshot {
    const { iterations, epochs } = this;
    return { iterations, epochs, slots: this.#heap.f32.slice(...this.#slots) };
  }

  /** Goes on where `snapshot` was called, for the same weights and optimizer. */
  restore({ iterations, epochs, slots }: TrainingSnapshot): void {
    this.iterations = iterations;
    this.epochs = epochs;
    this.#heap.f32.subarray(...this.#slots).set(slots);
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

/** Neighbours in memory are walked as one, unless every weight needs a norm of its own. */
function runsOf(parameters: readonly Parameter[], lengths: readonly number[], separate: boolean): Run[] {
  const runs: Run[] = [];
  let offset = 0;
  parameters.forEach(({ address }, i) => {
    const last = runs.at(-1);
    if (!separate && last && last.weights + last.length * 4 === address) last.length += lengths[i];
    else runs.push({ weights: address, offset, length: lengths[i] });
    offset += lengths[i];
  });
  return runs;
}
