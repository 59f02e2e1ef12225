import * as fl from 'fourlane';

/** A callback that puts figures of our choosing into the logs, one for each epoch. */
export class Script extends fl.Callback {
  constructor(
    readonly figures: readonly number[],
    readonly key = 'val_loss',
  ) {
    super();
  }

  override onEpochEnd(epoch: number, logs: fl.Logs): void {
    logs[this.key] = this.figures[epoch];
  }
}
