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

/**
 * The running sums of one program: the loss of every output, the regularisation, the metrics. Kernels add to them row
 * by row, so results do not depend on how the rows are cut into batches.
 */
export class Scoreboard {
  readonly #heap: Heap;
  readonly #memory: Allocation;
  readonly #losses: (Tally & { weight: number })[] = [];
  readonly #metrics: Tally[] = [];
  readonly #penalty: Value;
  #used = 0;

  constructor(runtime: Runtime, tallies: number) {
    this.#heap = runtime.heap;
    this.#memory = runtime.heap.allocate((tallies + 1) * TALLY_BYTES, 'Metrics');
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
    const at = this.#memory.address / 8;
    this.#heap.f64.fill(0, at, at + this.#used * 2);
  }

  /** A copy of all sums, to go on from later. */
  save(into?: Float64Array): Float64Array {
    const at = this.#memory.address / 8;
    const sums = this.#heap.f64.subarray(at, at + this.#used * 2);
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
    const samples = this.#heap.f64[this.#losses[0].value.place!.address / 8 + 1];
    let loss = 0;
    for (const { mean: part, weight } of parts) loss += part * weight;
    if (samples) loss += this.#heap.f64[this.#memory.address / 8] / samples;
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
    const at = value.place!.address / 8;
    const [total, count] = [this.#heap.f64[at], this.#heap.f64[at + 1]];
    return result(total, count);
  }

  #next(): Value {
    const place: Place = { address: this.#memory.address + this.#used++ * TALLY_BYTES };
    return new Value([2], { type: 'float64', place });
  }
}

function mean(total: number, count: number): number {
  return total / count;
}
