import { ConfigError } from '../../errors.js';
import { checkNumber, checkOptions } from '../../names.js';
import { Callback } from '../callback.js';
import type { Logs } from '../scoreboard.js';

/** What happens in a run, as plain data that can be posted or written down as JSON. Epochs and batches count from 0. */
export type TrainingEvent =
  | {
      type: 'trainBegin';
      model: string;
      epochs: number;
      /** Iterations an epoch, where they are known. */
      steps?: number;
      /** Where they are in memory. */
      samples?: number;
      batchSize: number;
    }
  | { type: 'epochBegin'; epoch: number }
  | { type: 'batchEnd'; epoch: number; batch: number; logs: Logs }
  | { type: 'epochEnd'; epoch: number; logs: Logs; milliseconds: number }
  | { type: 'trainEnd'; logs: Logs };

export interface EventStreamOptions {
  /** Takes every event: into a socket, a port, a stream of server-sent events. A promise that it returns is awaited. */
  send: (event: TrainingEvent) => void | Promise<void>;
  /** Milliseconds between two events of batches, at least; Infinity leaves them out, at no cost. Default 100. */
  every?: number;
}

/** Streams what happens in a run, for a dashboard. */
export class EventStream extends Callback {
  readonly every: number;
  readonly #send: EventStreamOptions['send'];
  #epoch = 0;
  #epochBegan = 0;
  #last = 0;

  /** @throws ConfigError where `send` is no function. */
  constructor(options: EventStreamOptions) {
    super();
    checkOptions(options, ['send', 'every'], 'callbacks.eventStream');
    const { send, every = 100 } = options;
    if (typeof send !== 'function') {
      throw new ConfigError(
        'option-value',
        `callbacks.eventStream: send must be a function of an event, but got ${String(send)}.`,
      );
    }
    if (every !== Infinity) checkNumber(every, 'callbacks.eventStream: every', { from: 0 });
    this.#send = send;
    this.every = every;
    // A hook of batches that is there costs something in every iteration.
    if (every !== Infinity) this.onTrainBatchEnd = (batch, logs) => this.#batchEnd(batch, logs);
  }

  override onTrainBegin(): void | Promise<void> {
    const { epochs, steps, samples, batchSize } = this.params;
    return this.#send({ type: 'trainBegin', model: this.model.name, epochs, steps, samples, batchSize });
  }

  override onEpochBegin(epoch: number): void | Promise<void> {
    this.#epoch = epoch;
    this.#epochBegan = Date.now();
    return this.#send({ type: 'epochBegin', epoch });
  }

  override onEpochEnd(epoch: number, logs: Logs): void | Promise<void> {
    const milliseconds = Date.now() - this.#epochBegan;
    return this.#send({ type: 'epochEnd', epoch, logs: { ...logs }, milliseconds });
  }

  override onTrainEnd(logs: Logs): void | Promise<void> {
    return this.#send({ type: 'trainEnd', logs: { ...logs } });
  }

  #batchEnd(batch: number, logs: Logs): void | Promise<void> {
    const now = Date.now();
    if (now - this.#last < this.every) return;
    this.#last = now;
    return this.#send({ type: 'batchEnd', epoch: this.#epoch, batch, logs: { ...logs } });
  }
}
