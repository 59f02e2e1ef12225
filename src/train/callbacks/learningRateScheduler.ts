import { ConfigError } from '../../errors.js';
import { checkOptions } from '../../names.js';
import { Callback } from '../callback.js';
import type { Logs } from '../scoreboard.js';

export interface LearningRateSchedulerOptions {
  /** The learning rate of an epoch, from its number (0 is the first) and the rate so far. */
  schedule: (epoch: number, learningRate: number) => number;
  /** 1 says what it sets. Default 0. */
  verbose?: number;
}

/** Sets the learning rate before every epoch, and adds `learning_rate` to the logs. */
export class LearningRateScheduler extends Callback {
  readonly schedule: LearningRateSchedulerOptions['schedule'];
  readonly verbose: number;

  /** @throws ConfigError where `schedule` is no function. */
  constructor(options: LearningRateSchedulerOptions) {
    super();
    checkOptions(options, ['schedule', 'verbose'], 'callbacks.learningRateScheduler');
    const { schedule, verbose = 0 } = options;
    if (typeof schedule !== 'function') {
      throw new ConfigError(
        'option-value',
        `callbacks.learningRateScheduler: schedule must be a function of epoch and learning rate, but got ${String(schedule)}.`,
      );
    }
    this.schedule = schedule;
    this.verbose = verbose;
  }

  /** @throws ConfigError where the schedule returns no rate, or the optimizer follows a schedule of its own. */
  override onEpochBegin(epoch: number, _logs: Logs): void {
    const optimizer = this.model.optimizer!;
    const rate = this.schedule(epoch, optimizer.learningRate);
    if (typeof rate !== 'number') {
      throw new ConfigError(
        'option-value',
        `callbacks.learningRateScheduler: schedule must return a number, but returned ${String(rate)}.`,
      );
    }
    optimizer.learningRate = rate;
    if (this.verbose) console.log(`Epoch ${epoch + 1}: the learning rate is set to ${rate}.`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = this.model.optimizer!.learningRate;
  }
}
