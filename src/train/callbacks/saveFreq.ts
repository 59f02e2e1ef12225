import { checkNumber } from '../../names.js';

/** When something is saved: after every epoch, or after every so many batches. */
export type SaveFreq = 'epoch' | number;

/** Counts batches, from one epoch to the next. */
export class BatchCount {
  readonly #every: number;
  #batches = 0;

  /** @throws ConfigError where that is no whole number of 1 or more. */
  constructor(every: number, where: string) {
    checkNumber(every, `callbacks.${where}: saveFreq, unless it is 'epoch',`, { from: 1, whole: true });
    this.#every = every;
  }

  /** To be asked after every batch: whether it is time. */
  due(): boolean {
    this.#batches = (this.#batches + 1) % this.#every;
    return this.#batches === 0;
  }
}
