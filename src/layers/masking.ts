import { ConfigError, ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { formatShape } from '../shape.js';
import { COMMON, Layer, type LayerOptions } from './layer.js';

export interface MaskingOptions extends LayerOptions {
  /** A time step in which everything is this number does not count. Default 0. */
  maskValue?: number;
}

/**
 * Leaves time steps out: [batch, steps, features] with zeros where all features are `maskValue`, and a mask that says so
 * to the layers behind, the loss and the metrics.
 */
export class Masking extends Layer {
  static override className = 'Masking';
  readonly maskValue: number;

  /** @throws ConfigError where maskValue is not finite. */
  constructor(options: MaskingOptions = {}) {
    super(options);
    checkOptions(options, ['maskValue', ...COMMON], 'layers.masking');
    const { maskValue = 0 } = options;
    if (!Number.isFinite(maskValue)) {
      throw new ConfigError(
        'option-value',
        `layers.masking: maskValue must be a finite number, but got ${String(maskValue)}.`,
      );
    }
    this.maskValue = maskValue;
  }

  override call(b: Builder, x: Value): Value {
    if (x.shape.length === 0) {
      throw new ShapeError(
        'layer-shape',
        `expected an input with features, but got ${formatShape(x.shape, true)}.`,
      );
    }
    const mask = b.rowMask(x, this.maskValue);
    return b.withMask(b.maskRows(x, mask), mask);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(b: Builder, _inputs: readonly Value[], output: Value): Value | undefined {
    return b.maskOf(output);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), maskValue: this.maskValue };
  }
}
