import { ConfigError, ShapeError, ValueError } from '../../errors.js';
import { Tensor } from '../tensor.js';
import { asMatrix, type Numbers } from './arrays.js';

/** What `StandardScaler` and `MinMaxScaler` have in common, and what `crossValidate` asks of a scaler. */
export interface Scaler {
  fit(x: Numbers): this;
  transform(x: Numbers): Tensor;
}

/** Columns of numbers: fitted statistics, and affine maps of [samples, features] to float32. */
export abstract class ColumnScaler<Fitted extends { scale: Float64Array }> implements Scaler {
  #fitted: Fitted | undefined;
  #samples = 0;

  /** The statistics of columns from which NaN has been left out. */
  protected abstract fitColumns(columns: Float64Array[]): Fitted;
  protected abstract forward(value: number, column: number, fitted: Fitted): number;
  protected abstract backward(value: number, column: number, fitted: Fitted): number;

  /** Learns the statistics of the columns of `x`, [samples, features]; what was learnt before is forgotten. */
  fit(x: Numbers): this {
    const { data, rows, columns } = this.#matrix(x);
    if (rows === 0) throw new ShapeError('no-samples', 'x: expected at least one sample, got none.');
    this.#fitted = this.fitColumns(presentValues(data, rows, columns));
    this.#samples = rows;
    return this;
  }

  /** `x`, [samples, features], brought to the fitted scale as a float32 Tensor. NaN stays NaN. */
  transform(x: Numbers): Tensor {
    return this.#map(x, (value, column, fitted) => this.forward(value, column, fitted));
  }

  /** `fit(x)` and `transform(x)` in one call. */
  fitTransform(x: Numbers): Tensor {
    return this.fit(x).transform(x);
  }

  /** Scaled values, [samples, features], brought back to the original units as a float32 Tensor. */
  inverseTransform(x: Numbers): Tensor {
    return this.#map(x, (value, column, fitted) => this.backward(value, column, fitted));
  }

  /** Number of columns that were fitted. */
  get nFeaturesIn(): number {
    return this.fitted.scale.length;
  }

  /** Number of rows that were fitted. */
  get nSamplesSeen(): number {
    return this.#samples;
  }

  protected get fitted(): Fitted {
    if (this.#fitted) return this.#fitted;
    throw new ConfigError('not-fitted', `${this.constructor.name}: call fit() with the training data first.`);
  }

  #matrix(x: Numbers) {
    const matrix = asMatrix(x, 'x');
    for (let i = 0; i < matrix.data.length; i++) {
      if (Math.abs(matrix.data[i]) === Number.POSITIVE_INFINITY) {
        const [row, column] = [Math.floor(i / matrix.columns), i % matrix.columns];
        throw new ValueError(
          'not-finite',
          `x: expected finite values, got ${matrix.data[i]} at [${row}, ${column}].`,
        );
      }
    }
    return matrix;
  }

  #map(x: Numbers, formula: (value: number, column: number, fitted: Fitted) => number): Tensor {
    const { fitted } = this;
    const { data, rows, columns } = this.#matrix(x);
    if (columns !== this.nFeaturesIn) {
      throw new ShapeError(
        'feature-count',
        `x: ${this.constructor.name} was fitted on ${this.nFeaturesIn} features, got ${columns}.`,
      );
    }
    const mapped = new Float32Array(data.length);
    for (let i = 0; i < mapped.length; i++) mapped[i] = formula(data[i], i % columns, fitted);
    return new Tensor(mapped, [rows, columns]);
  }
}

/** The values of each column that are not NaN. */
function presentValues(data: ArrayLike<number>, rows: number, columns: number): Float64Array[] {
  return Array.from({ length: columns }, (_, c) => {
    const values = Float64Array.from({ length: rows }, (_, r) => data[r * columns + c]);
    return values.filter((value) => !Number.isNaN(value));
  });
}
