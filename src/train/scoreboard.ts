import type { Metric } from '../metrics.js';
import type { Builder } from '../plan/builder.js';
import { PerBatch, type Place, type Size, Value } from '../plan/value.js';
import type { Shape } from '../shape.js';
import { core } from '../wasm/core.js';
import type { Allocation, Heap } from '../wasm/heap.js';
import type { Runtime } from '../wasm/runtime.js';

/** Losses and metrics by name, as they stand in logs and in the history. */
export type Logs = Record<string, number>;

/** Sums in double precision, and what follows from them. */
interface Tally {
  readonly name: string;
  readonly sums: Value;
  readonly result: (sums: Float64Array) => number;
}

/** What a metric reads. */
interface Scored {
  readonly prediction: Value;
  readonly target: Value;
  readonly weights?: Value;
}

const SUM_BYTES = 8;
/** A sum of values and their number. */
const MEAN = 2;
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
  readonly #losses: (Tally & { weight: number; rows: Size })[] = [];
  readonly #metrics: Tally[] = [];
  readonly #penalty: Value;
  readonly #replicas: number;
  /** Bytes from the sums of one replica to those of the next. */
  readonly #stride: number;
  /** Bytes that have been given away. */
  #used = 0;

  /** @param losses how many losses there will be, and @param metrics which metrics for samples of which shape. */
  constructor(
    runtime: Runtime,
    losses: number,
    metrics: readonly { readonly metric: Metric; readonly shape: Shape }[],
  ) {
    this.#heap = runtime.heap;
    this.#replicas = runtime.threads;
    const sums = metrics.reduce((all, { metric, shape }) => all + sumsOf(metric, shape), MEAN * (1 + losses));
    this.#stride = Math.ceil((sums * SUM_BYTES) / LINE_BYTES) * LINE_BYTES;
    this.#memory = runtime.heap.allocate(this.#replicas * this.#stride, 'Metrics');
    this.#penalty = this.#next(MEAN);
  }

  /** Where regularisers add their penalty, times `samples`. */
  get penalty(): Value {
    return this.#penalty;
  }

  /** How many samples a batch has, for those that have been counted; 1 where no loss is one of samples. */
  get samples(): Size {
    return this.#counted.rows instanceof PerBatch ? new PerBatch(1) : 1;
  }

  /** Counts a loss per row; `weight` is its share in the total. */
  addLoss(b: Builder, name: string, perRow: Value, weight: number): void {
    const sums = this.#accumulate(b, perRow);
    const rows = perRow.count;
    this.#losses.push({ name, sums, result: ([total, count]) => total / count, weight, rows });
  }

  /** Counts a metric. */
  addMetric(b: Builder, name: string, metric: Metric, scored: Scored): void {
    const { prediction, target, weights } = scored;
    if (metric.sums) {
      const { shape } = prediction;
      const sums = this.#next(metric.sums(shape));
      metric.build(b, { ...scored, sums });
      this.#metrics.push({ name, sums, result: (totals) => metric.result(totals, shape) });
    } else {
      const sums = this.#accumulate(b, metric.build(b, prediction, target), weights);
      this.#metrics.push({ name, sums, result: ([total, count]) => metric.result(total, count) });
    }
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
    const { sums, rows } = this.#counted;
    const samples = this.#totals(sums)[1] / (rows instanceof PerBatch ? rows.factor : rows);
    let loss = 0;
    for (const { mean: part, weight } of parts) loss += part * weight;
    if (samples) loss += this.#totals(this.#penalty)[0] / samples;
    const logs: Logs = { loss };
    if (parts.length > 1) for (const { name, mean: part } of parts) logs[name] = part;
    for (const tally of this.#metrics) logs[tally.name] = this.#read(tally);
    return logs;
  }

  /** Gives its memory back at once. */
  release(): void {
    this.#heap.release(this.#memory);
  }

  #accumulate(b: Builder, perRow: Value, weights?: Value): Value {
    const sums = this.#next(MEAN);
    b.emit(core, 'accumulate', sums, perRow, weights ?? 0, perRow.count);
    return sums;
  }

  /** The loss that tells how many samples there were. */
  get #counted(): { sums: Value; rows: Size } {
    return this.#losses.find(({ rows }) => rows instanceof PerBatch) ?? this.#losses[0];
  }

  #read({ sums, result }: Tally): number {
    return result(this.#totals(sums));
  }

  /** Sums over all replicas. */
  #totals({ place, shape: [length] }: Value): Float64Array {
    const totals = new Float64Array(length);
    for (let replica = 0; replica < this.#replicas; replica++) {
      const at = (place!.address + replica * this.#stride) / SUM_BYTES;
      for (let i = 0; i < length; i++) totals[i] += this.#heap.f64[at + i];
    }
    return totals;
  }

  #sums(): Float64Array {
    const { address, bytes } = this.#memory;
    return this.#heap.f64.subarray(address / 8, (address + bytes) / 8);
  }

  #next(length: number): Value {
    const place: Place = { address: this.#memory.address + this.#used, stride: this.#stride };
    this.#used += length * SUM_BYTES;
    return new Value([length], { type: 'float64', place });
  }
}

function sumsOf(metric: Metric, shape: Shape): number {
  return metric.sums ? metric.sums(shape) : MEAN;
}
