import { Callback } from './callback.js';
import type { Logs } from './scoreboard.js';

/** Records the logs of every epoch; what `fit` returns. */
export class History extends Callback {
  /** The number of each epoch, from `initialEpoch` on. */
  readonly epoch: number[] = [];
  /** Keras's keys: `loss`, the metrics by name, both with `val_` in front, and what callbacks have added. */
  readonly history: Record<string, number[]> = {};

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [key, value] of Object.entries(logs)) {
      this.history[key] ??= [];
      this.history[key].push(value);
    }
  }
}
