import type { BatchRows } from '../data/column.js';
import { openStepper, type Stepper } from '../data/stepper.js';
import type { BatchStream } from '../data/stream.js';
import { ConfigError, ValueError } from '../errors.js';
import { type Batches, type BatchPlan, type ProgramFor, warnOfEnd } from './batches.js';
import type { ScoringProgram } from './trainable.js';

/**
 * Batches as they come. Each is asked for when the one before is done with; the first of an epoch before the epoch begins,
 * so that a model learns its shapes from it and an epoch of nothing is none.
 */
export class StreamBatches implements Batches {
  feed!: ScoringProgram;
  stepper!: Stepper;
  readonly rows: BatchRows = { order: undefined, start: 0, count: 0 };
  readonly limit: number | undefined;
  readonly samples = undefined;
  batchSize = 0;
  taken = 0;
  readonly #stream: BatchStream;
  readonly #programFor: ProgramFor;
  #steps: number | undefined;
  #epoch = 0;
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  /** Whether the batch that is there has not been gone to yet. */
  #ahead = false;
  #waiting = false;
  /** Batches of the running pass. */
  #read = 0;
  /** Whether the last epoch has had fewer steps than were asked for. */
  #short = false;
  #closed = false;

  /** @throws ConfigError `steps-missing` where the batches never end and nobody says how many are an epoch. */
  constructor(stream: BatchStream, { steps }: BatchPlan, programFor: ProgramFor) {
    const { cardinality, name } = stream;
    if (steps === undefined && cardinality === Infinity) {
      throw new ConfigError(
        'steps-missing',
        `${name}: the batches never end, so the number of steps must be given (stepsPerEpoch, validationSteps, or ` +
          'steps of evaluate).',
      );
    }
    this.#stream = stream;
    this.#programFor = programFor;
    this.limit = steps;
    this.#steps = steps ?? cardinality;
  }

  get steps(): number | undefined {
    return this.#steps;
  }

  async begin(): Promise<boolean> {
    this.taken = 0;
    this.#epoch++;
    this.#ahead = (this.#iterator !== undefined && (await this.#fetch())) || (await this.#reopen());
    return this.#ahead;
  }

  next(): boolean | Promise<boolean> {
    if (!this.#ahead) return this.#goOn();
    this.#ahead = false;
    this.#short = false;
    this.taken++;
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const iterator = this.#iterator;
    this.#iterator = undefined;
    if (!this.#waiting) await iterator?.return?.();
    // What is being waited for may never come, and a generator is closed only behind it.
    else Promise.resolve(iterator?.return?.()).catch(() => {});
  }

  async #goOn(): Promise<boolean> {
    if (await this.#fetch()) {
      this.taken++;
      return true;
    }
    if (this.limit === undefined) this.#steps = this.taken;
    else {
      warnOfEnd(this.taken, this.limit);
      this.#short = true;
    }
    return false;
  }

  /** Begins another pass. @throws ValueError `data-empty`, `data-used-up`. */
  async #reopen(): Promise<boolean> {
    if (this.#closed) return false;
    const stream = this.#stream;
    this.#iterator = stream.open();
    this.#read = 0;
    if (await this.#fetch()) return true;
    if (this.#closed) return false;
    if (stream.passes === 1) {
      throw new ValueError(
        'data-empty',
        `${stream.name}: there is no batch, not even a first one. Has it been used up before?`,
      );
    }
    if (this.limit === undefined || this.#epoch === 1) {
      throw new ValueError(
        'data-used-up',
        `${stream.name}: the batches are used up, for they can be gone through only once. Hand over something that ` +
          'begins anew, such as Dataset.from(function* () { … }), or say how many steps are an epoch.',
      );
    }
    if (!this.#short) warnOfEnd(0, this.limit);
    return false;
  }

  /** Gets the next batch of the pass and what it needs. */
  async #fetch(): Promise<boolean> {
    const iterator = this.#iterator!;
    this.#waiting = true;
    const { done, value } = await this.#ask(iterator);
    this.#waiting = false;
    if (this.#closed || done) {
      this.#iterator = undefined;
      return false;
    }
    const samples = this.#stream.samples(await value, ++this.#read);
    this.feed = this.#programFor(samples, samples.length);
    this.stepper = await openStepper(this.feed, samples);
    this.rows.count = samples.length;
    this.batchSize = Math.max(this.batchSize, samples.length);
    return true;
  }

  /** One that has thrown is done with. */
  async #ask(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<IteratorResult<unknown>> {
    try {
      return await iterator.next();
    } catch (error) {
      this.#iterator = undefined;
      throw error;
    }
  }
}
