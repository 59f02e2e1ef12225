import { checkNumber, checkOptions } from '../../names.js';
import type { Logs } from '../scoreboard.js';
import { MONITOR, MonitorCallback, type MonitorOptions } from './monitor.js';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, below 1. Default 0.1. */
  factor?: number;
  /** How many epochs without improvement reduce it. Default 10. */
  patience?: number;
  /** 1 says when it reduces the rate. Default 0. */
  verbose?: number;
  /** Smaller changes are no improvement. Default 0.0001. */
  minDelta?: number;
  /** Epochs after a reduction in which nothing is counted. Default 0. */
  cooldown?: number;
  /** The rate is not reduced below it. Default 0. */
  minLr?: number;
}

const OPTIONS = [...MONITOR, 'factor', 'patience', 'verbose', 'minDelta', 'cooldown', 'minLr'];

/** Reduces the learning rate when a figure no longer improves, and adds `learning_rate` to the logs. */
export class ReduceLROnPlateau extends MonitorCallback {
  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly minDelta: number;
  readonly cooldown: number;
  readonly minLr: number;
  best: number | undefined;
  #wait = 0;
  #cooling = 0;

  /** @throws ConfigError for unknown options and modes, and a factor that is not below 1. */
  constructor(options: ReduceLROnPlateauOptions = {}) {
    checkOptions(options, OPTIONS, 'callbacks.reduceLROnPlateau');
    const { factor = 0.1, patience = 10, verbose = 0, minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
    checkNumber(factor, 'callbacks.reduceLROnPlateau: factor', { from: 0, below: 1 });
    checkNumber(minLr, 'callbacks.reduceLROnPlateau: minLr', { from: 0 });
    super('reduceLROnPlateau', options, minDelta);
    this.factor = factor;
    this.patience = patience;
    this.verbose = verbose;
    this.minDelta = minDelta;
    this.cooldown = cooldown;
    this.minLr = minLr;
  }

  override onTrainBegin(logs: Logs): void {
    super.onTrainBegin(logs);
    this.best = undefined;
    this.#wait = 0;
    this.#cooling = 0;
  }

  /** @throws ConfigError `learning-rate-schedule` where the optimizer follows a schedule. */
  override onEpochEnd(epoch: number, logs: Logs): void {
    const optimizer = this.model.optimizer!;
    logs.learning_rate = optimizer.learningRate;
    const current = this.current(logs);
    if (current === undefined) return;
    if (this.#cooling) {
      this.#cooling--;
      this.#wait = 0;
    }
    if (this.improves(current, this.best)) {
      this.best = current;
      this.#wait = 0;
      return;
    }
    if (this.#cooling) return;
    this.#wait++;
    if (this.#wait < this.patience || optimizer.learningRate <= this.minLr) return;
    optimizer.learningRate = Math.max(optimizer.learningRate * this.factor, this.minLr);
    this.#cooling = this.cooldown;
    this.#wait = 0;
    if (this.verbose)
      console.log(`Epoch ${epoch + 1}: the learning rate is reduced to ${optimizer.learningRate}.`);
  }
}
