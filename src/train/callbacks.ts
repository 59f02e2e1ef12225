import type { Tensor } from '../data/tensor.js';
import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import { Callback } from './callback.js';
import { formatLogs } from './format.js';
import type { Logs } from './scoreboard.js';

type Hooks = Partial<
  Pick<
    Callback,
    'onTrainBegin' | 'onTrainEnd' | 'onEpochBegin' | 'onEpochEnd' | 'onTrainBatchBegin' | 'onTrainBatchEnd'
  >
>;

/** A callback made of functions. */
export class LambdaCallback extends Callback {
  constructor(hooks: Hooks) {
    super();
    const known = [
      'onTrainBegin',
      'onTrainEnd',
      'onEpochBegin',
      'onEpochEnd',
      'onTrainBatchBegin',
      'onTrainBatchEnd',
    ];
    checkOptions(hooks, known, 'callbacks.lambdaCallback');
    Object.assign(this, hooks);
  }
}

export interface EarlyStoppingOptions {
  /** The key in the logs to watch. Default 'val_loss'. */
  monitor?: string;
  /** Smaller changes are no improvement. Default 0. */
  minDelta?: number;
  /** How many epochs without improvement end the training. Default 0. */
  patience?: number;
  /** 1 says when it stops. Default 0. */
  verbose?: number;
  /** Whether less or more is better; 'auto' (default) asks the metric. */
  mode?: 'auto' | 'min' | 'max';
  /** Improvements that do not beat it do not count. Default: none. */
  baseline?: number;
  /** Whether the weights of the best epoch are put back at the end, whatever ended the training. Default false. */
  restoreBestWeights?: boolean;
  /** Epochs before it are not looked at. Default 0. */
  startFromEpoch?: number;
}

/** Ends the training when a figure no longer improves. */
export class EarlyStopping extends Callback {
  readonly monitor: string;
  readonly minDelta: number;
  readonly patience: number;
  readonly verbose: number;
  readonly mode: 'auto' | 'min' | 'max';
  readonly baseline: number | undefined;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  /** The epoch after which it ended the training, 0 if it did not. */
  stoppedEpoch = 0;
  bestEpoch = 0;
  best: number | undefined;
  #wait = 0;
  #bestWeights: Tensor[] | undefined;
  #sign = 1;
  #warned = false;

  /** @throws ConfigError for unknown options and modes. */
  constructor(options: EarlyStoppingOptions = {}) {
    super();
    const known = ['monitor', 'minDelta', 'patience', 'verbose', 'mode', 'baseline', 'restoreBestWeights'];
    checkOptions(options, [...known, 'startFromEpoch'], 'callbacks.earlyStopping');
    this.monitor = options.monitor ?? 'val_loss';
    this.minDelta = Math.abs(options.minDelta ?? 0);
    this.patience = options.patience ?? 0;
    this.verbose = options.verbose ?? 0;
    this.mode = options.mode ?? 'auto';
    this.baseline = options.baseline;
    this.restoreBestWeights = options.restoreBestWeights ?? false;
    this.startFromEpoch = options.startFromEpoch ?? 0;
    if (!['auto', 'min', 'max'].includes(this.mode)) {
      throw new ConfigError(
        'option-value',
        `callbacks.earlyStopping: mode is auto, min or max, but got ${this.mode}.`,
      );
    }
  }

  /** @throws ConfigError `monitor-direction` where 'auto' cannot tell whether less or more is better. */
  override onTrainBegin(): void {
    this.#sign = this.#direction() === 'max' ? 1 : -1;
    this.#wait = 0;
    this.#bestWeights = undefined;
    this.stoppedEpoch = 0;
    this.bestEpoch = 0;
    this.best = undefined;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const current = logs[this.monitor];
    if (current === undefined) this.#warnOnce(logs);
    if (current === undefined || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && !this.#bestWeights) this.#keep(epoch);
    this.#wait++;
    if (this.#improves(current, this.best)) {
      this.best = current;
      this.bestEpoch = epoch;
      if (this.restoreBestWeights) this.#keep(epoch);
      if (this.baseline === undefined || this.#improves(current, this.baseline)) this.#wait = 0;
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

  #improves(value: number, reference: number | undefined): boolean {
    return reference === undefined || this.#sign * (value - reference) - this.minDelta > 0;
  }

  #direction(): 'min' | 'max' {
    if (this.mode !== 'auto') return this.mode;
    const key = this.monitor.replace(/^val_/, '');
    if (key === 'loss' || key.endsWith('_loss')) return 'min';
    const direction = this.model.metricDirections[key];
    if (direction) return direction;
    throw new ConfigError(
      'monitor-direction',
      `callbacks.earlyStopping: '${this.monitor}' is neither a loss nor one of the metrics ` +
        `(${Object.keys(this.model.metricDirections).join(', ') || 'none'}); say mode: 'min' or 'max'.`,
    );
  }

  #warnOnce(logs: Logs): void {
    if (this.#warned) return;
    this.#warned = true;
    console.warn(
      `EarlyStopping watches '${this.monitor}', which is not there; the logs have ${Object.keys(logs).join(', ')}.`,
    );
  }
}

/** Reports the progress of a run. `fit` adds this one unless `verbose` is 0 or another is among the callbacks. */
export class ProgressLogger extends Callback {
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

export const lambdaCallback = (hooks: Hooks) => new LambdaCallback(hooks);
export const earlyStopping = (options?: EarlyStoppingOptions) => new EarlyStopping(options);
