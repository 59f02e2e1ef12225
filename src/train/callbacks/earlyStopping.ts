import type { Tensor } from '../../data/tensor.js';
import { checkOptions } from '../../names.js';
import type { Logs } from '../scoreboard.js';
import { MONITOR, MonitorCallback, type MonitorOptions } from './monitor.js';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Smaller changes are no improvement. Default 0. */
  minDelta?: number;
  /** How many epochs without improvement end the training. Default 0. */
  patience?: number;
  /** 1 says when it stops. Default 0. */
  verbose?: number;
  /** Improvements that do not beat it do not count. Default: none. */
  baseline?: number;
  /** Whether the weights of the best epoch are put back at the end, whatever ended the training. Default false. */
  restoreBestWeights?: boolean;
  /** Epochs before it are not looked at. Default 0. */
  startFromEpoch?: number;
}

const OPTIONS = [
  ...MONITOR,
  ...['minDelta', 'patience', 'verbose', 'baseline', 'restoreBestWeights', 'startFromEpoch'],
];

/** Ends the training when a figure no longer improves. */
export class EarlyStopping extends MonitorCallback {
  readonly minDelta: number;
  readonly patience: number;
  readonly verbose: number;
  readonly baseline: number | undefined;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  /** The epoch after which it ended the training, 0 if it did not. */
  stoppedEpoch = 0;
  bestEpoch = 0;
  best: number | undefined;
  #wait = 0;
  #bestWeights: Tensor[] | undefined;

  /** @throws ConfigError for unknown options and modes. */
  constructor(options: EarlyStoppingOptions = {}) {
    checkOptions(options, OPTIONS, 'callbacks.earlyStopping');
    const { minDelta = 0, patience = 0, verbose = 0, baseline } = options;
    const { restoreBestWeights = false, startFromEpoch = 0 } = options;
    super('earlyStopping', options, minDelta);
    this.minDelta = minDelta;
    this.patience = patience;
    this.verbose = verbose;
    this.baseline = baseline;
    this.restoreBestWeights = restoreBestWeights;
    this.startFromEpoch = startFromEpoch;
  }

  override onTrainBegin(logs: Logs): void {
    super.onTrainBegin(logs);
    this.#wait = 0;
    this.#bestWeights = undefined;
    this.stoppedEpoch = 0;
    this.bestEpoch = 0;
    this.best = undefined;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const current = this.current(logs);
    if (current === undefined || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && !this.#bestWeights) this.#keep(epoch);
    this.#wait++;
    if (this.improves(current, this.best)) {
      this.best = current;
      this.bestEpoch = epoch;
      if (this.restoreBestWeights) this.#keep(epoch);
      if (this.baseline === undefined || this.improves(current, this.baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch && this.verbose) {
      console.log(
        `Early stopping after epoch ${this.stoppedEpoch + 1}; the best was epoch ${this.bestEpoch + 1}.`,
      );
    }
    if (this.#bestWeights) this.model.setWeights(this.#bestWeights);
    this.#bestWeights = undefined;
  }

  #keep(epoch: number): void {
    this.#bestWeights = this.model.getWeights();
    this.bestEpoch = epoch;
  }
}
