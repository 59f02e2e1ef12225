import type { Call } from './calls.js';

/** A program whose first calls can be made for parts of a batch, by replicas with temporaries of their own. */
export interface Replicable {
  /** Bytes of temporaries that a replica needs. */
  readonly bytes: number;
  /** What the kernels of each module are made of. */
  readonly modules: Readonly<Record<string, readonly WebAssembly.Module[]>>;
  /** The calls for parts of a batch, with the addresses of a replica. */
  callsOf(replica: number): readonly Call[];
}

/** Threads that share the memory. Replica 0 is the thread that owns the runtime, the others are the team's. */
export interface Team {
  /** The number of replicas. */
  readonly threads: number;
  /** Bytes of the memory that it needs for itself. */
  readonly bytes: number;
  /** Where the script of the threads is served, if it is. */
  readonly url: string | undefined;
  /** Where the share of each replica in a batch is written for kernels: how many there are, then a float32 for each. */
  readonly shares: { readonly address: number };
  /** While a step or a program is on its way and somebody awaits it: nothing else may be started before. */
  readonly pending: Promise<void> | undefined;
  /** Makes a program known. @throws FourlaneError `thread-died`, RuntimeUnsupportedError `memory-exhausted`. */
  load(program: Replicable): Promise<void>;
  /** Where the temporaries of a replica lie. */
  regionOf(replica: number): number;
  /** Lets a replica run its calls for so many samples. @throws FourlaneError `thread-died`. */
  start(program: Replicable, replica: number, samples: number): void;
  /** Waits for replicas 1 to `last`; a promise only where that takes long. @throws FourlaneError `thread-died`. */
  join(last: number): Promise<void> | undefined;
  /** Ends the threads. */
  close(): void;
}
