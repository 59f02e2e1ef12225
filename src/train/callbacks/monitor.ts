import { ConfigError } from '../../errors.js';
import { checkChoice } from '../../names.js';
import { Callback } from '../callback.js';
import type { Logs } from '../scoreboard.js';

export interface MonitorOptions {
  /** The key in the logs to watch. Default 'val_loss'. */
  monitor?: string;
  /** Whether less or more is better; 'auto' (default) asks the metric. */
  mode?: 'auto' | 'min' | 'max';
}

export const MONITOR: readonly (keyof MonitorOptions)[] = ['monitor', 'mode'];

/** The base of callbacks that wait for a figure in the logs to get better. */
export abstract class MonitorCallback extends Callback {
  readonly monitor: string;
  readonly mode: 'auto' | 'min' | 'max';
  readonly #where: string;
  readonly #minDelta: number;
  #sign = 1;
  #warned = false;

  /**
   * @param where who is to be named in errors.
   * @param minDelta smaller changes are no improvement.
   * @throws ConfigError for unknown modes.
   */
  constructor(where: string, { monitor = 'val_loss', mode = 'auto' }: MonitorOptions, minDelta = 0) {
    super();
    checkChoice(mode, `callbacks.${where}: mode`, ['auto', 'min', 'max']);
    this.#where = where;
    this.monitor = monitor;
    this.mode = mode;
    this.#minDelta = Math.abs(minDelta);
  }

  /** @throws ConfigError `monitor-direction` where 'auto' cannot tell whether less or more is better. */
  override onTrainBegin(_logs: Logs): void | Promise<void> {
    this.#sign = this.#direction() === 'max' ? 1 : -1;
  }

  /** The figure; undefined, with one warning, where it is not there. */
  protected current(logs: Logs): number | undefined {
    const value = logs[this.monitor];
    if (value === undefined && !this.#warned) {
      this.#warned = true;
      console.warn(
        `callbacks.${this.#where} watches '${this.monitor}', which is not there; the logs have ` +
          `${Object.keys(logs).join(', ')}.`,
      );
    }
    return value;
  }

  /** Whether a figure is better than another; NaN never is. */
  protected improves(value: number, reference: number | undefined): boolean {
    return reference === undefined || this.#sign * (value - reference) - this.#minDelta > 0;
  }

  #direction(): 'min' | 'max' {
    if (this.mode !== 'auto') return this.mode;
    const key = this.monitor.replace(/^val_/, '');
    if (key === 'loss' || key.endsWith('_loss')) return 'min';
    const direction = this.model.metricDirections[key];
    if (direction) return direction;
    throw new ConfigError(
      'monitor-direction',
      `callbacks.${this.#where}: '${this.monitor}' is neither a loss nor one of the metrics ` +
        `(${Object.keys(this.model.metricDirections).join(', ') || 'none'}); say mode: 'min' or 'max'.`,
    );
  }
}
