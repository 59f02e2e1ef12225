import { core } from '../wasm/core.js';
import { MaskOperations } from './masking.js';
import type { Operand } from './tape.js';
import { Value } from './value.js';

/** What a row is divided by, and whether its mean is subtracted before. */
export type RowNormalization = 'layer' | 'rms' | 'unit';

/** The output of `batchNormalize`, with the statistics of the batch. */
export interface BatchNormalized {
  readonly y: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/** Operations that bring rows or columns to a common scale. */
export class NormalizationOperations extends MaskOperations {
  /**
   * Every row by its own statistics. 'layer': (x - mean) / sqrt(variance + epsilon); 'rms': x / sqrt(mean of x^2 +
   * epsilon); 'unit': x / max(length, epsilon).
   */
  normalizeRows(kind: RowNormalization, x: Operand, epsilon: number): Value {
    const input = this.value(x);
    const y = this.temporary(input.shape, input, { needsGradient: input.needsGradient });
    const inverse = this.temporary(input.shape.slice(0, -1), input);
    const { rows, cols } = y;
    this.emit(core, `${kind}Normalize`, y, inverse, input, epsilon, rows, cols);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) =>
        this.emit(core, `${kind}NormalizeBackward`, dx, dy, y, inverse, epsilon, rows, cols),
      );
    });
    return y;
  }

  /**
   * Every entry of the last axis by its mean and (biased) variance over the batch and all other axes, in which every row
   * counts by its weight where there are `weights`.
   */
  batchNormalize(x: Operand, epsilon: number, weights: Value | 0 = 0): BatchNormalized {
    const input = this.value(x);
    const y = this.temporary(input.shape, input, { needsGradient: input.needsGradient });
    const { rows, cols } = y;
    const mean = new Value([cols]);
    const variance = new Value([cols]);
    this.emit(core, 'columnMoments', mean, variance, input, weights, rows, cols);
    this.emit(core, 'normalizeColumns', y, input, mean, variance, epsilon, rows, cols);
    this.onBackward(y, (dy) => {
      const scratch = new Value([3, cols]);
      this.gradient(input, (dx) =>
        this.emit(core, 'batchNormalizeBackward', dx, scratch, dy, y, variance, weights, epsilon, rows, cols),
      );
    });
    return { y, mean, variance };
  }

  /** (x - mean) / sqrt(variance + epsilon), with constant statistics [n] for the last axis. */
  normalizeColumns(x: Operand, mean: Operand, variance: Operand, epsilon: number): Value {
    const input = this.value(x);
    const y = this.temporary(input.shape, input, { needsGradient: input.needsGradient });
    const spread = this.value(variance);
    const { rows, cols } = y;
    this.emit(core, 'normalizeColumns', y, input, this.value(mean), spread, epsilon, rows, cols);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) =>
        this.emit(core, 'normalizeColumnsBackward', dx, dy, spread, epsilon, rows, cols),
      );
    });
    return y;
  }

  /** After the step, moves a weight towards `value`: moving * momentum + value * (1 - momentum). */
  moveTowards(moving: Operand, value: Value, momentum: number): void {
    const target = this.value(moving);
    this.afterwards(() =>
      this.emit(core, 'moveTowards', target, value, momentum, 1 - momentum, target.count),
    );
  }
}
