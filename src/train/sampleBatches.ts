import type { BatchRows } from '../data/column.js';
import type { Samples } from '../data/feed.js';
import { openStepper, type Stepper } from '../data/stepper.js';
import { type Batches, type BatchPlan, type ProgramFor, warnOfEnd } from './batches.js';
import type { ScoringProgram } from './trainable.js';

/** Batches of samples in memory, in an order that is drawn for every pass. Nothing is allocated from batch to batch. */
export class SampleBatches implements Batches {
  readonly rows: BatchRows = { order: undefined, start: 0, count: 0 };
  readonly limit: number;
  readonly samples: number;
  taken = 0;
  readonly #asked: number | undefined;
  readonly #order: BatchPlan['order'];

  private constructor(
    readonly feed: ScoringProgram,
    readonly stepper: Stepper,
    samples: number,
    readonly batchSize: number,
    { steps, order }: BatchPlan,
  ) {
    this.samples = samples;
    this.#asked = steps;
    this.#order = order;
    this.limit = steps ?? Math.ceil(samples / batchSize);
  }

  static async open(samples: Samples, plan: BatchPlan, programFor: ProgramFor): Promise<SampleBatches> {
    const { length } = samples;
    const { steps, batchSize = steps ? Math.ceil(length / steps) : 32 } = plan;
    const feed = programFor(samples, Math.min(batchSize, length));
    return new SampleBatches(feed, await openStepper(feed, samples), length, batchSize, plan);
  }

  get steps(): number {
    return this.limit;
  }

  async begin(): Promise<boolean> {
    const { rows } = this;
    this.taken = 0;
    if (!this.#asked || rows.start + rows.count >= this.samples) rows.start = rows.count = 0;
    return true;
  }

  next(): boolean {
    const { rows, samples } = this;
    const start = rows.start + rows.count;
    if (start >= samples) {
      warnOfEnd(this.taken, this.limit);
      return false;
    }
    if (start === 0) rows.order = this.#order?.(samples);
    rows.start = start;
    rows.count = Math.min(this.batchSize, samples - start);
    this.taken++;
    return true;
  }

  async close(): Promise<void> {}
}
