import type { Logs } from './scoreboard.js';

/** What `fit` returns: for every key the values of all epochs, as Keras's History. */
export class History {
  /** The number of each epoch, from `initialEpoch` on. */
  readonly epoch: number[] = [];
  /** Keras's keys: `loss`, the metrics by name, and both with `val_` in front. */
  readonly history: Record<string, number[]> = {};

  add(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [key, value] of Object.entries(logs)) {
      this.history[key] ??= [];
      this.history[key].push(value);
    }
  }
}
