import type { Runtime } from '../wasm/runtime.js';
import { bindCall } from './bind.js';
import { type Lifetime, planMemory } from './memory.js';
import type { Argument, Step } from './step.js';
import { withoutUnread } from './unread.js';
import { PerBatch, Value } from './value.js';

export interface ProgramOptions {
  steps: readonly Step[];
  /** The largest batch that the program can run. */
  capacity: number;
  /** Written from outside before a run: they live from the beginning. */
  inputs?: readonly Value[];
  /** Read from outside after a run: they live to the end. */
  outputs?: readonly Value[];
  /** Whom to name when memory runs out. */
  purpose: string;
}

/** An argument that has to be written again when the region moves or the batch changes. */
interface Patch {
  readonly args: number[];
  readonly index: number;
}

/**
 * Steps bound to kernels and addresses. It runs any batch from 1 to its capacity; offsets never change with the
 * batch. The only place that calls kernels.
 */
export class Program {
  readonly capacity: number;
  /** Bytes of the shared region that its temporaries take at full capacity. */
  readonly bytes: number;
  readonly #runtime: Runtime;
  readonly #purpose: string;
  readonly #calls: readonly (() => unknown)[];
  readonly #offsets: ReadonlyMap<Value, number>;
  readonly #placed: (Patch & { offset: number })[] = [];
  readonly #sized: (Patch & { size: PerBatch })[] = [];
  #region = -1;
  #batch = 0;

  constructor(
    runtime: Runtime,
    { steps: emitted, capacity, inputs = [], outputs = [], purpose }: ProgramOptions,
  ) {
    const steps = withoutUnread(emitted, outputs);
    this.#runtime = runtime;
    this.#purpose = purpose;
    this.capacity = capacity;
    const lifetimes = lifetimesOf(steps, capacity, inputs, outputs);
    const { offsets, bytes } = planMemory([...lifetimes.values()]);
    this.#offsets = new Map([...lifetimes.keys()].map((value, i) => [value, offsets[i]]));
    this.bytes = bytes;
    this.#calls = steps.map((step) => this.#bind(step));
  }

  /** Makes sure that its memory is there; to be called before inputs are written. */
  prepare(batch: number): void {
    this.#runtime.reserveRegion(this.bytes, this.#purpose);
    const region = this.#runtime.regionAddress;
    if (region !== this.#region) {
      for (const { args, index, offset } of this.#placed) args[index] = region + offset;
      this.#region = region;
    }
    if (batch !== this.#batch) {
      for (const { args, index, size } of this.#sized) args[index] = size.at(batch);
      this.#batch = batch;
    }
  }

  /** Runs every step for the batch that was prepared. */
  run(): void {
    for (const call of this.#calls) call();
  }

  /** Where a value lies; valid from `prepare` to the next run of any program. */
  addressOf(value: Value): number {
    const { place } = value.storage;
    return place ? place.address : this.#region + this.#offsets.get(value.storage)!;
  }

  #bind({ module, kernel, args }: Step): () => unknown {
    const numbers: number[] = new Array(args.length).fill(0);
    args.forEach((argument, index) => {
      if (typeof argument === 'number') numbers[index] = argument;
      else if (argument instanceof PerBatch) this.#sized.push({ args: numbers, index, size: argument });
      else {
        const { storage, byteOffset } = argument;
        if (storage.place) numbers[index] = storage.place.address + byteOffset;
        else this.#placed.push({ args: numbers, index, offset: this.#offsets.get(storage)! + byteOffset });
      }
    });
    return bindCall(this.#runtime.kernels(module)[kernel], numbers);
  }
}

/** First and last mention of every value that the plan has to place. */
function lifetimesOf(
  steps: readonly Step[],
  capacity: number,
  inputs: readonly Value[],
  outputs: readonly Value[],
): Map<Value, Lifetime> {
  const lifetimes = new Map<Value, { bytes: number; first: number; last: number }>();
  const mention = (argument: Argument, at: number) => {
    if (!(argument instanceof Value) || argument.storage.place) return;
    const value = argument.storage;
    const known = lifetimes.get(value);
    if (known) known.last = at;
    else lifetimes.set(value, { bytes: value.bytes(capacity), first: at, last: at });
  };
  for (const value of inputs) mention(value, -1);
  steps.forEach(({ args }, at) => {
    for (const argument of args) mention(argument, at);
  });
  for (const value of outputs) mention(value, steps.length);
  return lifetimes;
}
