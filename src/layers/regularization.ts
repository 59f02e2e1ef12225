import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { checkSeed, streams } from '../random.js';
import { Layer, type LayerOptions } from './layer.js';

export interface DropoutOptions extends LayerOptions {
  /** The share of elements that are dropped, 0 to below 1. It is kept to the nearest 1/65536. */
  rate: number;
  /** A seed of its own for the mask. Default: the model's. */
  seed?: number;
}

/**
 * In training sets a random share of its input to zero and scales the rest by 1 / (1 - rate), so that the expected
 * sum stays (Srivastava et al. 2014); otherwise does nothing.
 */
export class Dropout extends Layer {
  static override className = 'Dropout';
  readonly rate: number;
  readonly seed: number | undefined;

  /** @throws ConfigError for a rate outside 0 to below 1. */
  constructor(options: DropoutOptions) {
    super(options);
    checkOptions(options, ['rate', 'seed', 'name', 'trainable', 'inputShape'], 'layers.dropout');
    if (!(options.rate >= 0 && options.rate < 1)) {
      throw new ConfigError(
        'option-value',
        `layers.dropout: rate must be at least 0 and below 1, but got ${String(options.rate)}.`,
      );
    }
    this.rate = options.rate;
    this.seed = options.seed === undefined ? undefined : checkSeed(options.seed, 'layers.dropout');
  }

  override call(b: Builder, x: Value): Value {
    if (this.seed === undefined) return b.dropout(x, this.rate);
    return b.dropout(x, this.rate, (streams.own | this.seed) >>> 0);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}
