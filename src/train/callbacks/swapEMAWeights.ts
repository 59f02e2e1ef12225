import { ConfigError } from '../../errors.js';
import { checkOptions } from '../../names.js';
import { Callback } from '../callback.js';

export interface SwapEMAWeightsOptions {
  /** Whether the averages stand in the place of the weights at the end of epochs too, for callbacks behind. Default false. */
  swapOnEpoch?: boolean;
}

/**
 * Puts the moving averages of the weights in their place for every evaluation, and the weights back behind it. For
 * optimizers with `useEma`, and before callbacks that save weights.
 */
export class SwapEMAWeights extends Callback {
  readonly swapOnEpoch: boolean;

  constructor(options: SwapEMAWeightsOptions = {}) {
    super();
    checkOptions(options, ['swapOnEpoch'], 'callbacks.swapEMAWeights');
    this.swapOnEpoch = options.swapOnEpoch ?? false;
  }

  override onEpochBegin(): void {
    if (this.swapOnEpoch) this.#show(false);
  }

  override onEpochEnd(): void {
    if (this.swapOnEpoch) this.#show(true);
  }

  override onTestBegin(): void {
    this.#show(true);
  }

  override onTestEnd(): void {
    this.#show(false);
  }

  override onPredictBegin(): void {
    this.#show(true);
  }

  override onPredictEnd(): void {
    this.#show(false);
  }

  /** @throws ConfigError `no-averages` where the optimizer keeps none, or keeps them in a worker. */
  #show(averages: boolean): void {
    const { training, name } = this.model;
    if (training?.showAverages(averages)) return;
    throw new ConfigError(
      'no-averages',
      `callbacks.swapEMAWeights: model '${name}' keeps no averages of its weights here: train it with an optimizer ` +
        'with useEma: true, in the thread of the callback.',
    );
  }
}
