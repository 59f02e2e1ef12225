import { Callback } from '../callback.js';
import { formatLogs } from '../format.js';
import type { Logs } from '../scoreboard.js';

/** Reports the progress of a run. `fit` adds this one unless `verbose` is 0 or another is among the callbacks. */
export class ProgbarLogger extends Callback {
  #epochBegan = 0;

  override onEpochBegin(_epoch: number, _logs: Logs): void {
    this.#epochBegan = Date.now();
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const { epochs, steps } = this.params;
    const seconds = ((Date.now() - this.#epochBegan) / 1000).toFixed(1);
    const iterations = `${steps} iteration${steps === 1 ? '' : 's'}`;
    console.log(`Epoch ${epoch + 1}/${epochs} - ${iterations} - ${seconds} s - ${formatLogs(logs)}`);
  }
}
