import { FourlaneError } from '../../errors.js';
import { checkOptions } from '../../names.js';
import { Callback } from '../callback.js';
import type { Logs } from '../scoreboard.js';

export interface TerminateOnNaNOptions {
  /** Whether `fit` rejects, without the hooks that end a run, instead of ending. Default false. */
  raiseError?: boolean;
}

/** Ends the training after the iteration in which the loss is NaN or infinite. */
export class TerminateOnNaN extends Callback {
  readonly raiseError: boolean;

  constructor(options: TerminateOnNaNOptions = {}) {
    super();
    checkOptions(options, ['raiseError'], 'callbacks.terminateOnNaN');
    this.raiseError = options.raiseError ?? false;
  }

  /** @throws FourlaneError `loss-not-finite` where `raiseError` is set. */
  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    if (Number.isFinite(loss)) return;
    const message =
      `Iteration ${batch + 1}: the loss is ${loss}, so the training ends. Try a smaller learning rate, clipnorm, ` +
      'or scaled data.';
    if (this.raiseError) throw new FourlaneError('loss-not-finite', message);
    console.warn(message);
    this.model.stopTraining = true;
  }
}
