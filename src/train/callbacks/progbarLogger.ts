import { Callback } from '../callback.js';
import { formatLogs } from '../format.js';
import type { Logs } from '../scoreboard.js';

/**
 * Reports the progress of a run: the epoch, its iterations (updates of the weights) and the batch size, loss and metrics.
 * `fit` adds this one unless `verbose` is 0 or another is among the callbacks.
 */
export class ProgbarLogger extends Callback {
  #epochBegan = 0;

  override onEpochBegin(_epoch: number, _logs: Logs): void {
    this.#epochBegan = Date.now();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const { epochs, batchSize, progress } = this.params;
    const steps = progress().batch;
    const seconds = ((Date.now() - this.#epochBegan) / 1000).toFixed(1);
    const iterations = `${steps} iteration${steps === 1 ? '' : 's'} of batch size ${batchSize}`;
    console.log(`Epoch ${epoch + 1}/${epochs} - ${iterations} - ${seconds} s - ${formatLogs(logs)}`);
  }
}
