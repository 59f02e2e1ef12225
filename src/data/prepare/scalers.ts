import { ConfigError } from '../../errors.js';
import { checkOptions } from '../../names.js';
import { ColumnScaler } from './columnScaler.js';
import { describe } from './options.js';

const EPSILON = 2 ** -52;

/** Options of `StandardScaler`. */
export interface StandardScalerOptions {
  /** Subtract the mean of each column; default true. */
  withMean?: boolean;
  /** Divide by the standard deviation of each column; default true. */
  withStd?: boolean;
}

interface Moments {
  mean: Float64Array;
  variance: Float64Array;
  scale: Float64Array;
}

/**
 * Standardises columns: (x - mean) / scale, with the population standard deviation (divisor n), as scikit-learn.
 * A column without variance is divided by 1. NaN is left out when fitting and stays NaN when transforming.
 * Fit on the training part alone and transform every part with it.
 *
 * @throws ShapeError `wrong-rank`, `feature-count` or `no-samples`; ValueError `not-finite`; ConfigError `not-fitted`.
 */
export class StandardScaler extends ColumnScaler<Moments> {
  readonly withMean: boolean;
  readonly withStd: boolean;

  constructor(options: StandardScalerOptions = {}) {
    super();
    checkOptions(options, ['withMean', 'withStd'], 'StandardScaler');
    this.withMean = options.withMean ?? true;
    this.withStd = options.withStd ?? true;
  }

  /** Mean of each column. */
  get mean(): Float64Array {
    return this.fitted.mean;
  }

  /** Population variance of each column. */
  get var(): Float64Array {
    return this.fitted.variance;
  }

  /** Divisor of each column: its standard deviation, or 1 where there is none to divide by. */
  get scale(): Float64Array {
    return this.fitted.scale;
  }

  protected override fitColumns(columns: Float64Array[]): Moments {
    const mean = Float64Array.from(
      columns,
      (values) => values.reduce((sum, x) => sum + x, 0) / values.length,
    );
    const variance = Float64Array.from(columns, (values, c) => varianceAbout(mean[c], values));
    const scale = variance.map((v, c) => {
      // A variance within its own rounding error is none; the bound is scikit-learn's.
      const n = columns[c].length;
      const rounding = n * EPSILON * v + (n * mean[c] * EPSILON) ** 2;
      return this.withStd && !(v <= rounding) ? Math.sqrt(v) : 1;
    });
    return { mean, variance, scale };
  }

  protected override forward(value: number, column: number, { mean, scale }: Moments): number {
    return (this.withMean ? value - mean[column] : value) / scale[column];
  }

  protected override backward(value: number, column: number, { mean, scale }: Moments): number {
    return value * scale[column] + (this.withMean ? mean[column] : 0);
  }
}

/** Options of `MinMaxScaler`. */
export interface MinMaxScalerOptions {
  /** Where the smallest and the largest value of each column shall lie; default [0, 1]. */
  featureRange?: readonly [number, number];
  /** Hold transformed values within `featureRange`; default false. */
  clip?: boolean;
}

interface Extremes {
  dataMin: Float64Array;
  dataMax: Float64Array;
  scale: Float64Array;
  min: Float64Array;
}

/**
 * Brings each column to a range: x * scale + min, as scikit-learn. A column of one value goes to the lower end.
 * NaN is left out when fitting and stays NaN when transforming.
 *
 * @throws as `StandardScaler`; ConfigError `feature-range` unless the range rises.
 */
export class MinMaxScaler extends ColumnScaler<Extremes> {
  readonly featureRange: readonly [number, number];
  readonly clip: boolean;

  constructor(options: MinMaxScalerOptions = {}) {
    super();
    checkOptions(options, ['featureRange', 'clip'], 'MinMaxScaler');
    this.featureRange = options.featureRange ?? [0, 1];
    this.clip = options.clip ?? false;
    if (!(this.featureRange[0] < this.featureRange[1])) {
      const came = Array.isArray(this.featureRange) ? `[${this.featureRange}]` : describe(this.featureRange);
      throw new ConfigError(
        'feature-range',
        `featureRange: expected [low, high] with low < high, got ${came}.`,
      );
    }
  }

  /** Smallest value of each column. */
  get dataMin(): Float64Array {
    return this.fitted.dataMin;
  }

  /** Largest value of each column. */
  get dataMax(): Float64Array {
    return this.fitted.dataMax;
  }

  /** dataMax - dataMin of each column. */
  get dataRange(): Float64Array {
    return this.dataMax.map((max, c) => max - this.dataMin[c]);
  }

  /** Factor of each column. */
  get scale(): Float64Array {
    return this.fitted.scale;
  }

  /** Offset of each column, added after scaling. */
  get min(): Float64Array {
    return this.fitted.min;
  }

  protected override fitColumns(columns: Float64Array[]): Extremes {
    const [low, high] = this.featureRange;
    const extreme = (of: (a: number, b: number) => number) =>
      Float64Array.from(columns, (values) =>
        values.length > 0 ? values.reduce((a, b) => of(a, b)) : Number.NaN,
      );
    const [dataMin, dataMax] = [extreme(Math.min), extreme(Math.max)];
    const scale = dataMax.map((max, c) => {
      const range = max - dataMin[c];
      return (high - low) / (range < 10 * EPSILON ? 1 : range);
    });
    return { dataMin, dataMax, scale, min: scale.map((factor, c) => low - dataMin[c] * factor) };
  }

  protected override forward(value: number, column: number, { scale, min }: Extremes): number {
    const mapped = value * scale[column] + min[column];
    return this.clip ? Math.min(Math.max(mapped, this.featureRange[0]), this.featureRange[1]) : mapped;
  }

  protected override backward(value: number, column: number, { scale, min }: Extremes): number {
    return (value - min[column]) / scale[column];
  }
}

/** Population variance in two passes with a correction for the rounding of the mean (Chan, Golub & LeVeque 1983). */
function varianceAbout(mean: number, values: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value - mean;
    squares += (value - mean) ** 2;
  }
  return (squares - (sum * sum) / values.length) / values.length;
}
