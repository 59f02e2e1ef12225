import { ConfigError, ShapeError, ValueError } from '../../errors.js';
import { formatShape } from '../../shape.js';
import { SparseMatrix } from '../sparse.js';
import { Tensor } from '../tensor.js';
import { asDense, asLabels, type Label, type Labels, type Numbers, sortedClasses } from './arrays.js';
import { checkInteger, describe } from './options.js';

/**
 * Class numbers as rows of zeros with a single one: shape [...x.shape, numClasses], float32. A last axis of length 1
 * is dropped first, so that [n, 1] gives [n, numClasses]. Keras's `to_categorical`.
 *
 * @param x integers from 0 to numClasses - 1.
 * @param numClasses default: the largest class number + 1.
 * @throws ValueError `class-out-of-range` or `not-an-integer`, naming the position.
 */
export function toCategorical(x: Numbers, numClasses?: number): Tensor {
  const { data, shape } = asDense(x, 'x');
  let classes = numClasses;
  if (classes === undefined) {
    classes = 1;
    for (let i = 0; i < data.length; i++) {
      if (Number.isInteger(data[i])) classes = Math.max(classes, data[i] + 1);
    }
  }
  return expand(
    data,
    shape.length > 1 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape,
    classes,
  );
}

/**
 * Class numbers as rows of zeros with a single one: shape [...x.shape, numClasses], float32. Keras's `one_hot`,
 * except that a number outside the classes is an error instead of a row of zeros.
 *
 * @throws ValueError `class-out-of-range` or `not-an-integer`, naming the position.
 */
export function oneHot(x: Numbers, numClasses: number): Tensor {
  const { data, shape } = asDense(x, 'x');
  return expand(data, shape, numClasses);
}

function expand(data: ArrayLike<number>, shape: readonly number[], classes: number): Tensor {
  checkInteger(classes, 'numClasses', 1);
  const encoded = new Float32Array(data.length * classes);
  for (let i = 0; i < data.length; i++) {
    if (!Number.isInteger(data[i]) || data[i] < 0 || data[i] >= classes) {
      throw new ValueError(
        'class-out-of-range',
        `x: expected integers from 0 to ${classes - 1} as class numbers, got ${data[i]} at position ${i}. ` +
          'LabelEncoder numbers other labels.',
      );
    }
    encoded[i * classes + data[i]] = 1;
  }
  return new Tensor(encoded, [...shape, classes]);
}

/**
 * Lists of word or category numbers as a sparse matrix [rows.length, columns] that holds 1 where a row names a
 * column, however often it does; the columns of each row are ascending.
 *
 * @throws ValueError `index-out-of-range`, naming the row.
 */
export function multiHot(rows: readonly ArrayLike<number>[], columns: number): SparseMatrix {
  checkInteger(columns, 'columns', 1);
  const unique = rows.map((row, r) => {
    const sorted = [...new Set(Array.from(row))].sort((a, b) => a - b);
    const wrong = sorted.find((index) => !Number.isInteger(index) || index < 0 || index >= columns);
    if (wrong !== undefined) {
      throw new ValueError(
        'index-out-of-range',
        `rows: expected integers from 0 to ${columns - 1}, got ${describe(wrong)} in row ${r}.`,
      );
    }
    return sorted;
  });
  return SparseMatrix.fromRows(unique, columns);
}

/**
 * Numbers labels from 0 in sorted order, and back, as scikit-learn's LabelEncoder.
 *
 * @throws ConfigError `not-fitted`; ValueError `unknown-label`, `mixed-labels` or `class-out-of-range`.
 */
export class LabelEncoder {
  #classes: readonly Label[] | undefined;
  #numbers = new Map<Label, number>();

  /** The labels, sorted; the position of each is its number. */
  get classes(): readonly Label[] {
    if (this.#classes) return this.#classes;
    throw new ConfigError('not-fitted', 'LabelEncoder: call fit() with the labels first.');
  }

  /** Learns the distinct labels of `y`: numbers or strings, shape [n] or [n, 1]. */
  fit(y: Labels): this {
    this.#classes = sortedClasses(asLabels(y, 'y'), 'y');
    this.#numbers = new Map(this.#classes.map((label, i) => [label, i]));
    return this;
  }

  /** The numbers of the labels `y` as an int32 Tensor [n]. */
  transform(y: Labels): Tensor {
    const { classes } = this;
    const numbers = asLabels(y, 'y').map((label, i) => {
      const number = this.#numbers.get(label);
      if (number !== undefined) return number;
      throw new ValueError(
        'unknown-label',
        `y: ${describe(label)} at position ${i} is none of the ${classes.length} labels that were fitted.`,
      );
    });
    return new Tensor(Int32Array.from(numbers), [numbers.length]);
  }

  /** `fit(y)` and `transform(y)` in one call. */
  fitTransform(y: Labels): Tensor {
    return this.fit(y).transform(y);
  }

  /** The labels of class numbers, shape [n] or [n, 1]. */
  inverseTransform(numbers: Numbers): Label[] {
    const { classes } = this;
    return (asLabels(numbers, 'numbers') as number[]).map((number, i) => {
      if (Number.isInteger(number) && number >= 0 && number < classes.length) return classes[number];
      throw new ValueError(
        'class-out-of-range',
        `numbers: expected integers from 0 to ${classes.length - 1}, got ${number} at position ${i}.`,
      );
    });
  }
}

/**
 * Class numbers from what a model predicts: for [n, classes] the position of the largest value of each row, the first
 * of equals; for [n, 1] or [n], the output of one sigmoid unit, 1 where it exceeds `threshold`.
 *
 * @throws ShapeError `wrong-rank` for other shapes.
 */
export function toClasses(probabilities: Numbers, threshold = 0.5): Int32Array {
  const { data, shape } = asDense(probabilities, 'probabilities');
  const [rows, columns = 1] = shape;
  if (shape.length < 1 || shape.length > 2) {
    throw new ShapeError(
      'wrong-rank',
      `probabilities: expected shape [n, classes], [n, 1] or [n], got ${formatShape(shape)}.`,
    );
  }
  if (columns === 1) return Int32Array.from({ length: rows }, (_, r) => (data[r] > threshold ? 1 : 0));
  const best = new Int32Array(rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 1; c < columns; c++) {
      if (data[r * columns + c] > data[r * columns + best[r]]) best[r] = c;
    }
  }
  return best;
}
