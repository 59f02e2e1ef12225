import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { COMMON, Layer, type LayerOptions } from './layer.js';

export interface RescalingOptions extends LayerOptions {
  /** What every value is multiplied by. */
  scale: number;
  /** Default 0. */
  offset?: number;
}

/** x * scale + offset: `{ scale: 1 / 255 }` brings bytes to 0..1. */
export class Rescaling extends Layer {
  static override className = 'Rescaling';
  readonly scale: number;
  readonly offset: number;

  constructor(options: RescalingOptions) {
    super(options);
    checkOptions(options, ['scale', 'offset', ...COMMON], 'layers.rescaling');
    const { scale, offset = 0 } = options;
    if (!Number.isFinite(scale) || !Number.isFinite(offset)) {
      throw new ConfigError(
        'option-value',
        `layers.rescaling: scale and offset must be finite numbers, but got ${String(scale)} and ${String(offset)}.`,
      );
    }
    this.scale = scale;
    this.offset = offset;
  }

  override call(b: Builder, x: Value): Value {
    return b.affine(x, this.scale, this.offset);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}
