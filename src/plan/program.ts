import { sizeOf } from '../shape.js';
import { BoundCalls, type Call, type Kernels } from '../wasm/calls.js';
import type { Runtime } from '../wasm/runtime.js';
import type { Replicable } from '../wasm/team.js';
import { type Lifetime, planMemory } from './memory.js';
import type { Argument, Step } from './step.js';
import { withoutUnread } from './unread.js';
import { PerBatch, Value } from './value.js';

export interface ProgramOptions {
  steps: readonly Step[];
  /**
   * How many of the steps, the first, treat every sample on its own, so that replicas can run them for parts of a batch;
   * the others are for the whole batch. Default: all.
   */
  divisible?: number;
  /** The largest batch that the program can run. */
  capacity: number;
  /** Written from outside before a run: they live from the beginning. */
  inputs?: readonly Value[];
  /** Read from outside after a run: they live to the end. */
  outputs?: readonly Value[];
  /** Whom to name when memory runs out. */
  purpose: string;
}

/** What steps take, as far as shapes tell. */
export interface Work {
  /** Multiply-adds with weights for each sample. */
  readonly perSample: number;
  /** Elements that each replica writes for itself, to be summed. */
  readonly summed: number;
}

/**
 * Steps bound to kernels and addresses. It runs any batch from 1 to its capacity; offsets never change with the
 * batch. The only place that calls kernels.
 */
export class Program implements Replicable {
  readonly capacity: number;
  /** Bytes of the shared region that its temporaries take at full capacity. */
  readonly bytes: number;
  readonly #runtime: Runtime;
  readonly #purpose: string;
  readonly #divisible: readonly Step[];
  readonly #offsets: ReadonlyMap<Value, number>;
  readonly #part: BoundCalls;
  readonly #whole: BoundCalls;
  #region = -1;

  constructor(
    runtime: Runtime,
    {
      steps: emitted,
      divisible = emitted.length,
      capacity,
      inputs = [],
      outputs = [],
      purpose,
    }: ProgramOptions,
  ) {
    const steps = withoutUnread(emitted, outputs);
    this.#runtime = runtime;
    this.#purpose = purpose;
    this.capacity = capacity;
    const lifetimes = lifetimesOf(steps, capacity, inputs, outputs);
    const { offsets, bytes } = planMemory([...lifetimes.values()]);
    this.#offsets = new Map([...lifetimes.keys()].map((value, i) => [value, offsets[i]]));
    this.bytes = bytes;
    const first = new Set(emitted.slice(0, divisible));
    this.#divisible = steps.filter((step) => first.has(step));
    const kernels = new Map<string, Kernels>(
      steps.map(({ module }) => [module.name, runtime.kernels(module)]),
    );
    const bind = (some: readonly Step[]) =>
      new BoundCalls(
        some.map((step) => this.#callOf(step, 0)),
        (module) => kernels.get(module)!,
      );
    this.#part = bind(this.#divisible);
    this.#whole = bind(steps.filter((step) => !first.has(step)));
  }

  /**
   * Makes sure that its memory is there; to be called before inputs are written.
   *
   * @param batch how many samples there are.
   * @param part how many of them this thread runs.
   */
  prepare(batch: number, part = batch): void {
    this.#runtime.reserveRegion(this.bytes, this.#purpose);
    const region = this.#runtime.regionAddress;
    this.#region = region;
    this.#part.prepare(region, part);
    this.#whole.prepare(region, batch);
  }

  /** Runs every step for the batch that was prepared. */
  run(): void {
    this.#part.run();
    this.#whole.run();
  }

  /** Runs the divisible steps for the part of the batch that was prepared. */
  runPart(): void {
    this.#part.run();
  }

  /** Runs the other steps, once the parts of all replicas are done. */
  runWhole(): void {
    this.#whole.run();
  }

  /** What the divisible steps take; undefined where one writes what all replicas share, so that they must not be divided. */
  get work(): Work | undefined {
    const work = { perSample: 0, summed: 0 };
    for (const { args } of this.#divisible) {
      const [output, ...operands] = args.filter((argument) => argument instanceof Value);
      const { place } = output.storage;
      if (place && place.stride === undefined) return undefined;
      if (place) work.summed += sizeOf(output.shape);
      // Every row of an output meets every element of its weights, unless rows of these are picked by indices.
      else if (operands.every(({ type }) => type !== 'int32')) {
        const weights = operands.filter(({ storage }) => storage.place);
        const met = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
        work.perSample += (sizeOf(output.shape) / output.cols) * met;
      }
    }
    return work;
  }

  /** Where a value lies; valid from `prepare` to the next run of any program. */
  addressOf(value: Value, region = this.#region): number {
    const { place } = value.storage;
    return place ? place.address : region + this.#offsets.get(value.storage)!;
  }

  get modules(): Replicable['modules'] {
    return Object.fromEntries(
      this.#divisible.map(({ module }) => [module.name, this.#runtime.modulesOf(module)]),
    );
  }

  callsOf(replica: number): readonly Call[] {
    return this.#divisible.map((step) => this.#callOf(step, replica));
  }

  #callOf({ module, kernel, args }: Step, replica: number): Call {
    const numbers: number[] = new Array(args.length).fill(0);
    const placed: { index: number; offset: number }[] = [];
    const sized: { index: number; factor: number }[] = [];
    args.forEach((argument, index) => {
      if (typeof argument === 'number') numbers[index] = argument;
      else if (argument instanceof PerBatch) sized.push({ index, factor: argument.factor });
      else {
        const { storage, byteOffset } = argument;
        const { place } = storage;
        if (place) numbers[index] = place.address + replica * (place.stride ?? 0) + byteOffset;
        else placed.push({ index, offset: this.#offsets.get(storage)! + byteOffset });
      }
    });
    return { module: module.name, kernel, args: numbers, placed, sized };
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
  // What no step names is read through addresses that others hold, such as the copied rows of a sparse matrix.
  for (const lifetime of lifetimes.values()) if (lifetime.last < 0) lifetime.last = steps.length;
  return lifetimes;
}
