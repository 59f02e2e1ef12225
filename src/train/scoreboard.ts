import type { Metric } from '../metrics.js';
import type { Builder } from '../plan/builder.js';
import { type Place, Value } from '../plan/value.js';
import { core } from '../wasm/core.js';
import type { Allocation, Heap } from '../wasm/heap.js';
import type { Runtime } from '../wasm/runtime.js';

/** Losses and metrics by name, as they stand in logs and in the history. */
export type Logs = Record<string, number>;

/** A sum of values and their number, in double precision. */
interface Tally {
  readonly name: string;
  readonly value: Value;
  readonly result: (total: number, count: number) => number;
}

const TALLY_BYTES = 16;
/** What replicas write lies in cache lines of its own. */
const LINE_BYTES = 64;

/**
 * The running sums of one program: the loss of every output, the regularisation, the metrics. Kernels add to them row
 * by row, so results do not depend on how the rows are cut into batches. Every replica has sums of its own, which are
 * added in their order when somebody asks.
 */
export class Scoreboard {
  readonly #heap: Heap;
  readonly #memory: Allocation;
  readonly #losses: (Tally & { weight: number })[] = [];
  readonly #metrics: Tally[] = [];
  readonly #penalty: Value;
  readonly #replicas: number;
  /** Bytes from the sums of one replica to those of the next. */
  readonly #stride: number;
  #used = 0;

  constructor(runtime: Runtime, tallies: number) {
    this.#heap = runtime.heap;
    this.#replicas = runtime.threads;
    this.#stride = Math.ceil(((tallies + 1) * TALLY_BYTES) / LINE_BYTES) * LINE_BYTES;
    this.#memory = runtime.heap.allocate(this.#replicas * this.#stride, 'Metrics');
    this.#penalty = this.#next();
  }

  /** Where regularisers add their penalty, times the number of samples. */
  get penalty(): Value {
    return this.#penalty;
  }

  /** Counts a loss per row; `weight` is its share in the total. */
  addLoss(b: Builder, name: string, perRow: Value, weight: number): void {
    this.#losses.push({ ...this.#tally(b, name, perRow, mean), weight });
  }

  /** Counts a metric. */
  addMetric(b: Builder, name: string, metric: Metric, perRow: Value): void {
    this.#metrics.push(this.#tally(b, name, perRow, metric.result));
  }

  /** Begins anew. */
  reset(): void {
    this.#sums().fill(0);
  }

  /** A copy of all sums, to go on from later. */
  save(into?: Float64Array): Float64Array {
    const sums = this.#sums();
    if (!into) return sums.slice();
    into.set(sums);
    return into;
  }

  /** Goes on from what `save` returned. */
  restore(sums: Float64Array): void {
    this.#heap.f64.set(sums, this.#memory.address / 8);
  }

  /** Loss and metrics over everything since the last reset. */
  logs(): Logs {
    const parts = this.#losses.map((tally) => ({ ...tally, mean: this.#read(tally) }));
    const samples = this.#total(this.#losses[0].value, 1);
    let loss = 0;
    for (const { mean: part, weight } of parts) loss += part * weight;
    if (samples) loss += this.#total(this.#penalty, 0) / samples;
    const logs: Logs = { loss };
    if (parts.length > 1) for (const { name, mean: part } of parts) logs[name] = part;
    for (const tally of this.#metrics) logs[tally.name] = this.#read(tally);
    return logs;
  }

  /** Gives its memory back at once. */
  release(): void {
    this.#heap.release(this.#memory);
  }

  #tally(b: Builder, name: string, perRow: Value, result: Tally['result']): Tally {
    const value = this.#next();
    b.emit(core, 'accumulate', value, perRow, 0, perRow.count);
    return { name, value, result };
  }

  #read({ value, result }: Tally): number {
    return result(this.#total(value, 0), this.#total(value, 1));
  }

  /** A sum (`part` 0) or its number of values (1) over all replicas. */
  #total({ place }: Value, part: 0 | 1): number {
    let total = 0;
    for (let replica = 0; replica < this.#replicas; replica++) {
      total += this.#heap.f64[(place!.address + replica * this.#stride) / 8 + part];
    }
    return total;
  }

  #sums(): Float64Array {
    const { address, bytes } = this.#memory;
    return this.#heap.f64.subarray(address / 8, (address + bytes) / 8);
  }

  #next(): Value {
    const place: Place = {
      address: this.#memory.address + this.#used++ * TALLY_BYTES,
      stride: this.#stride,
    };
    return new Value([2], { type: 'float64', place });
  }
}

function mean(total: number, count: number): number {
  return total / count;
}
