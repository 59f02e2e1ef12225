import { FourlaneError } from '../errors.js';
import { macrotask } from '../macrotask.js';

/** Steps between two looks at the clock, at the most. */
const MOST_STEPS = 256;

/**
 * Decides when a long run gives the event loop its turn, so that a page or a server stays alive. It looks at the
 * clock seldom enough to cost nothing; where the clock stands still (some edge runtimes), every 256 steps.
 */
export class Pacer {
  readonly #every: number;
  readonly #signal: AbortSignal | undefined;
  #began = performance.now();
  #steps = 0;
  #look = 1;

  constructor(everyMilliseconds = 50, signal?: AbortSignal) {
    this.#every = everyMilliseconds;
    this.#signal = signal;
  }

  /** To be asked after every step: whether `pause` should be awaited now. */
  due(): boolean {
    this.#steps++;
    if (this.#steps < this.#look) return false;
    const elapsed = performance.now() - this.#began;
    if (elapsed >= this.#every || (this.#steps >= MOST_STEPS && elapsed === 0)) return true;
    // The next look after about an eighth of the interval, as far as the steps so far tell.
    const perStep = elapsed / this.#steps;
    this.#look =
      this.#steps + Math.max(1, Math.min(MOST_STEPS, Math.floor(this.#every / 8 / (perStep || 1e-3))));
    return false;
  }

  /** Lets everything else that waits run once. */
  async pause(): Promise<void> {
    await macrotask();
    this.#began = performance.now();
    this.#steps = 0;
    this.#look = 1;
  }

  /** @throws FourlaneError `aborted`, named AbortError, if the signal says so; `where` is told in the message. */
  check(where: () => string): void {
    if (this.#signal?.aborted) throw abortion(this.#signal, where);
  }

  /** What `ask` gives in the end; rejects as `check` throws, as soon as the signal says so, also before it is asked. */
  async wait<T>(ask: () => Promise<T>, where: () => string): Promise<T> {
    this.check(where);
    const signal = this.#signal;
    if (!signal) return ask();
    let abort!: () => void;
    const aborted = new Promise<never>((_, reject) => {
      abort = () => reject(abortion(signal, where));
      signal.addEventListener('abort', abort);
    });
    try {
      return await Promise.race([ask(), aborted]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

function abortion(signal: AbortSignal, where: () => string): FourlaneError {
  const error = new FourlaneError(
    'aborted',
    `The run was aborted ${where()}. The model is as it was after the last whole step and can be used and trained.`,
    { cause: signal.reason },
  );
  error.name = 'AbortError';
  return error;
}
