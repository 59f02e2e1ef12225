import { ShapeError } from '../errors.js';
import { formatShape, type Shape, sameShape } from '../shape.js';
import { core, GEMM_SCRATCH_BYTES } from '../wasm/core.js';
import { type FunctionName, functions } from './functions.js';
import { NormalizationOperations } from './normalization.js';
import type { Operand, TapeOptions } from './tape.js';
import { PerBatch, type Place, Value } from './value.js';

export interface BuilderOptions extends TapeOptions {
  /** The block from which random operations read key and step; needed where `training` is true. */
  scalars?: Place;
  /** Where penalties on outputs are added, times the number of samples; without it nothing is. */
  penalty?: Value;
}

/** The options of `Builder.rectify`. */
export interface RectifyOptions {
  /** What x - threshold is multiplied by below the threshold. Default 0. */
  slope?: number;
  /** The largest result. Default: none. */
  ceiling?: number;
  /** Default 0. */
  threshold?: number;
  /** What the result begins with below the threshold. Default 0. */
  below?: number;
}

/** Infinity in float32, and a number that JSON can write down. */
const NO_CEILING = 1e39;

/**
 * The operations that layers and losses are composed of. Each emits its forward steps and records its backward steps,
 * so whatever is built from them can be trained. Operands are values or weights; shapes leave out the batch axis.
 */
export class Builder extends NormalizationOperations {
  readonly #scalars: Value | undefined;
  readonly #penalty: Value | undefined;
  readonly #logits = new Map<Value, { activation: 'sigmoid' | 'softmax'; logits: Value }>();
  /** Outputs of a relu, and what each was computed from where that is a value of its own. */
  readonly #rectified = new Map<Value, Value | undefined>();
  #stream = 0;

  constructor(options: BuilderOptions = {}) {
    super(options);
    this.#scalars = options.scalars && new Value([16], { place: options.scalars });
    this.#penalty = options.penalty;
  }

  /** `x . kernel + bias` over the last axis: x [..., k], kernel [k, n], bias [n]. */
  dense(x: Operand, kernel: Operand, bias?: Operand): Value {
    const input = this.value(x);
    const w = this.value(kernel);
    const offset = bias && this.value(bias);
    const [k, n] = w.shape;
    if (w.shape.length !== 2 || input.cols !== k) {
      throw new ShapeError(
        'operand-shape',
        `dense: the last axis of the input ${formatShape(input.shape, input.batched)} must be the first of the ` +
          `kernel ${formatShape(w.shape)}.`,
      );
    }
    const needsGradient = input.needsGradient || w.needsGradient || offset?.needsGradient;
    const y = this.temporary([...input.shape.slice(0, -1), n], input, { needsGradient });
    const rows = y.rows;
    const scratch = () => new Value([GEMM_SCRATCH_BYTES], { type: 'uint8' });
    if (input.sparse) {
      const { indices, lengths, values } = input.sparse;
      this.emit(core, 'csrMatmul', y, indices, lengths, values ?? 0, w, offset ?? 0, rows, n);
    } else this.emit(core, 'gemmNN', y, input, w, offset ?? 0, scratch(), rows, n, k);

    this.onBackward(y, (dy) => {
      if (offset) {
        this.gradientFrom(offset, (db, start) =>
          this.emit(core, 'columnSum', db, dy, rows, n, start ? 1 : 0),
        );
      }
      this.gradientFrom(w, (dw, start) => {
        if (input.sparse) {
          const { indices, lengths, values } = input.sparse;
          if (!start) this.emit(core, 'fill', dw, 0, dw.count);
          this.emit(core, 'csrMatmulBackward', dw, dy, indices, lengths, values ?? 0, rows, n);
        } else this.emit(core, 'gemmTN', dw, input, dy, start, scratch(), k, n, rows);
      });
      this.gradientFrom(input, (dx, start) =>
        this.emit(core, 'gemmNT', dx, dy, w, start, scratch(), rows, k, n),
      );
    });
    return y;
  }

  /** `x . w` over the last axis: x [..., k], w [k, n]. */
  matmul(x: Operand, w: Operand): Value {
    return this.dense(x, w);
  }

  /** The product of two matrices for every sample: a [m, k] . b [k, n]. */
  batchMatmul(a: Operand, b: Operand): Value {
    const left = this.value(a);
    const right = this.value(b);
    const [m, k] = left.shape;
    const n = right.cols;
    if (left.shape.length !== 2 || right.shape.length !== 2 || right.shape[0] !== k) {
      throw unequal('batchMatmul', left, right);
    }
    const needsGradient = left.needsGradient || right.needsGradient;
    const y = this.temporary([m, n], left, { needsGradient });
    const count = new PerBatch(1);
    const scratch = () => new Value([GEMM_SCRATCH_BYTES], { type: 'uint8' });
    this.emit(core, 'batchNN', y, left, right, scratch(), m, n, k, count);
    this.onBackward(y, (dy) => {
      this.gradient(left, (da) => this.emit(core, 'batchNT', da, dy, right, scratch(), m, k, n, count));
      this.gradient(right, (db) => this.emit(core, 'batchTN', db, left, dy, scratch(), k, n, m, count));
    });
    return y;
  }

  /**
   * An element-wise function with a kernel of its own. `alpha` is its parameter where it has one; `inPlace` lets it
   * overwrite `x`, which nothing else may read then.
   */
  apply(name: FunctionName, x: Operand, alpha = 0, inPlace = false): Value {
    const input = this.value(x);
    // A loss behind a sigmoid is computed from what stands before it, so that has to stay.
    const reusable = inPlace && functions[name] === 'y' && name !== 'sigmoid';
    const y = reusable ? input.view(input.shape) : this.#like(input);
    this.emitFor(y, core, name, y, input, alpha, y.count);
    this.onBackward(y, (dy) => {
      const saved = functions[name] === 'x' ? input : y;
      this.gradient(input, (dx) => this.emit(core, `${name}Backward`, dx, dy, saved, alpha, y.count));
    });
    if (name === 'relu') this.markRectified(y, input);
    if (name === 'sigmoid') this.#logits.set(y, { activation: name, logits: input });
    return y;
  }

  /** min(x, ceiling) above the threshold, below + slope * (x - threshold) elsewhere. */
  rectify(x: Operand, options: RectifyOptions): Value {
    const { slope = 0, ceiling = NO_CEILING, threshold = 0, below = 0 } = options;
    const input = this.value(x);
    const y = this.#like(input);
    this.emitFor(y, core, 'rectify', y, input, slope, ceiling, threshold, below, y.count);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) =>
        this.emit(core, 'rectifyBackward', dx, dy, input, slope, ceiling, threshold, y.count),
      );
    });
    return y;
  }

  /** The logarithm of the softmax over the last axis. */
  logSoftmax(x: Operand): Value {
    const input = this.value(x);
    const y = this.#like(input);
    this.emitFor(y, core, 'logSoftmax', y, input, y.rows, y.cols);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => this.emit(core, 'logSoftmaxBackward', dx, dy, y, y.rows, y.cols));
    });
    return y;
  }

  /** Softmax over the last axis. */
  softmax(x: Operand): Value {
    const input = this.value(x);
    const y = this.#like(input);
    this.emitFor(y, core, 'softmax', y, input, y.rows, y.cols);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => this.emit(core, 'softmaxBackward', dx, dy, y, y.rows, y.cols));
    });
    this.#logits.set(y, { activation: 'softmax', logits: input });
    return y;
  }

  /** What `y` was computed from, if it is the output of that activation: losses fuse with it. */
  logitsOf(y: Value, activation: 'sigmoid' | 'softmax'): Value | undefined {
    const known = this.#logits.get(y);
    return known?.activation === activation ? known.logits : undefined;
  }

  /** Says that y is a relu (of `input`): not below 0, and nothing flows back where it is 0. */
  markRectified(y: Value, input?: Value): void {
    this.#rectified.set(y, input);
  }

  override reshape(x: Operand, shape: Shape): Value {
    const input = this.value(x);
    const y = super.reshape(input, shape);
    if (y !== input && this.#rectified.has(input)) this.markRectified(y);
    return y;
  }

  /** What `y` is the relu of, if it is one: a pooling fuses with it. */
  rectifiedFrom(y: Value): Value | undefined {
    return this.#rectified.get(y);
  }

  /** `a + b`: equal shapes, or `b` a row that is added to every row of `a`. */
  add(a: Operand, b: Operand): Value {
    const [left, right, row] = this.#pair('add', a, b);
    const y = this.#like(left, right);
    if (row) this.emit(core, 'addRow', y, left, right, y.rows, y.cols);
    else this.emit(core, 'add', y, left, right, y.count);
    this.onBackward(y, (dy) => {
      this.passGradient(left, dy);
      if (!row) this.passGradient(right, dy);
      else this.#columnSum(right, dy);
    });
    return y;
  }

  /** `a - b`: as `add`. */
  subtract(a: Operand, b: Operand): Value {
    return this.add(a, this.affine(b, -1, 0));
  }

  /** `a * b` element by element: equal shapes, or `b` a row that multiplies every row of `a`. */
  multiply(a: Operand, b: Operand): Value {
    const [left, right, row] = this.#pair('multiply', a, b);
    const y = this.#like(left, right);
    if (row) this.emit(core, 'multiplyRow', y, left, right, y.rows, y.cols);
    else this.emit(core, 'multiply', y, left, right, y.count);
    this.onBackward(y, (dy) => {
      this.gradient(left, (dx) => {
        if (row) this.emit(core, 'multiplyRow', dx, dy, right, y.rows, y.cols);
        else this.emit(core, 'multiply', dx, dy, right, y.count);
      });
      if (!row) this.gradient(right, (dx) => this.emit(core, 'multiply', dx, dy, left, y.count));
      else if (right.needsGradient) {
        const product = this.temporary(left.shape, left);
        this.emit(core, 'multiply', product, dy, left, y.count);
        this.#columnSum(right, product);
      }
    });
    return y;
  }

  /** `a / b`: as `multiply`. */
  divide(a: Operand, b: Operand): Value {
    return this.multiply(a, this.apply('reciprocal', b));
  }

  /** The larger of `a` and `b` element by element; where they are equal each gets half of the gradient. */
  maximum(a: Operand, b: Operand): Value {
    return this.#extreme('maximum', 'minimum', a, b);
  }

  /** The smaller of `a` and `b` element by element; where they are equal each gets half of the gradient. */
  minimum(a: Operand, b: Operand): Value {
    return this.#extreme('minimum', 'maximum', a, b);
  }

  /** `x * scale + offset` with two constants. */
  affine(x: Operand, scale: number, offset: number): Value {
    const input = this.value(x);
    const y = this.#like(input);
    this.emit(core, 'affine', y, input, scale, offset, y.count);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => this.emit(core, 'affine', dx, dy, scale, 0, y.count));
    });
    return y;
  }

  /** The sum over the last axis, which goes. */
  sum(x: Operand): Value {
    return this.#reduce(this.value(x), 1);
  }

  /** The mean over the last axis, which goes. */
  mean(x: Operand): Value {
    const input = this.value(x);
    return this.#reduce(input, 1 / input.cols);
  }

  /**
   * Sets a share of `rate` of the elements to zero and scales the others by 1 / (1 - rate); in training only. The mask
   * follows from the seed, the step and the position, so it is not stored: the backward step draws it again, or sees
   * it in the output where `x` comes from a relu.
   */
  dropout(x: Operand, rate: number, stream = this.#stream++): Value {
    const input = this.value(x);
    if (!this.training || rate === 0) return input;
    const y = this.#like(input);
    const scalars = this.#scalars!;
    this.emit(core, 'dropout', y, input, scalars, stream, rate, y.count);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => {
        if (this.#rectified.has(input)) this.emit(core, 'dropoutReluBackward', dx, dy, y, rate, y.count);
        else this.emit(core, 'dropout', dx, dy, scalars, stream, rate, y.count);
      });
    });
    return y;
  }

  /** Normal random numbers of the shape of `like`, from the seed, the step and the position; in training only. */
  noise(like: Value, mean: number, stddev: number, stream = this.#stream++): Value {
    const y = this.temporary(like.shape, like);
    this.emit(core, 'normalNoise', y, this.#scalars!, stream, mean, stddev, y.count);
    return y;
  }

  /** Uniform random numbers in [low, high) of the shape of `like`: as `noise`. */
  uniform(like: Value, low: number, high: number, stream = this.#stream++): Value {
    const y = this.temporary(like.shape, like);
    this.emit(core, 'uniformNoise', y, this.#scalars!, stream, low, high, y.count);
    return y;
  }

  /** A constant of the shape of `like`. */
  full(like: Value, value: number): Value {
    const y = this.temporary(like.shape, like);
    this.emit(core, 'fill', y, value, y.count);
    return y;
  }

  /** A row of constants, by a step for each run of equal ones. */
  constants(values: readonly number[]): Value {
    const y = new Value([values.length]);
    for (let start = 0; start < values.length; ) {
      const end = values.findIndex((value, i) => i > start && value !== values[start]);
      const length = (end < 0 ? values.length : end) - start;
      this.emit(core, 'fill', y.at(start), values[start], length);
      start += length;
    }
    return y;
  }

  /** The same values; no gradient flows back through them. */
  stopGradient(x: Operand): Value {
    const { shape, batched, type, place, storage, offset, sparse } = this.value(x);
    return new Value(shape, { batched, type, place, sparse }, storage, offset);
  }

  /** Adds the mean over the batch of `l1 sum|y| + l2 sum y^2` to the loss, where there is one. */
  penalize(y: Value, l1: number, l2: number): void {
    const penalty = this.#penalty;
    if (!penalty) return;
    this.emit(core, 'regularize', penalty, 0, y, l1, l2, 1, y.count);
    this.addGradient(y, (dy) =>
      this.emit(core, 'regularizeBackward', dy, y, l1, l2, new PerBatch(1), y.count),
    );
  }

  #extreme(name: 'maximum' | 'minimum', opposite: 'maximum' | 'minimum', a: Operand, b: Operand): Value {
    const [left, right, row] = this.#pair(name, a, b);
    if (row) throw unequal(name, left, right);
    const y = this.#like(left, right);
    this.emit(core, name, y, left, right, y.count);
    this.onBackward(y, (dy) => {
      this.gradient(left, (dx) => this.emit(core, `${name}Backward`, dx, dy, left, right, y.count));
      // b wins where a loses: the other kernel with the roles of the two kept.
      this.gradient(right, (dx) => this.emit(core, `${opposite}Backward`, dx, dy, left, right, y.count));
    });
    return y;
  }

  #reduce(input: Value, scale: number): Value {
    const y = this.temporary(input.shape.slice(0, -1), input, { needsGradient: input.needsGradient });
    this.emit(core, 'rowSum', y, input, scale, input.rows, input.cols);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => this.emit(core, 'rowBroadcast', dx, dy, scale, input.rows, input.cols));
    });
    return y;
  }

  #columnSum(row: Value, dy: Value): void {
    this.gradientFrom(row, (d, start) =>
      this.emit(core, 'columnSum', d, dy, dy.rows, dy.cols, start ? 1 : 0),
    );
  }

  #like(input: Value, other: Value = input): Value {
    return this.temporary(input.shape, input, { needsGradient: input.needsGradient || other.needsGradient });
  }

  /** Two operands, and whether the second is a row for all rows of the first. */
  #pair(operation: string, a: Operand, b: Operand): [Value, Value, boolean] {
    const left = this.value(a);
    const right = this.value(b);
    if (left.batched === right.batched && sameShape(left.shape, right.shape)) return [left, right, false];
    if (!right.batched && right.shape.length === 1 && right.cols === left.cols) return [left, right, true];
    throw unequal(operation, left, right);
  }
}

function unequal(operation: string, a: Value, b: Value): ShapeError {
  return new ShapeError(
    'operand-shape',
    `${operation}: the shapes ${formatShape(a.shape, a.batched)} and ${formatShape(b.shape, b.batched)} do not ` +
      'fit: they must be equal, or the second a row as long as the last axis of the first.',
  );
}
