import { ShapeError } from '../errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js';
import { core } from '../wasm/core.js';
import { type Operand, Tape } from './tape.js';
import { type Size, scaleSize, type Value } from './value.js';

/** Operations that move elements: they change shapes, or choose and repeat parts. Axis 0 is the first after the batch. */
export class ShapeOperations extends Tape {
  /** The same elements under another shape. */
  reshape(x: Operand, shape: Shape): Value {
    const input = this.value(x);
    if (sizeOf(shape) !== sizeOf(input.shape)) {
      throw new ShapeError(
        'operand-shape',
        `reshape: ${formatShape(input.shape, input.batched)} has ${sizeOf(input.shape)} elements per sample, ` +
          `${formatShape(shape, input.batched)} has ${sizeOf(shape)}.`,
      );
    }
    if (sameShape(shape, input.shape)) return input;
    const y = input.view(shape);
    this.onBackward(y, (dy) => this.passGradient(input, dy.view(input.shape)));
    return y;
  }

  /** Joins values along an axis of the sample (0 is the first axis after the batch). */
  concatenate(operands: readonly Operand[], axis: number): Value {
    const inputs = operands.map((operand) => this.value(operand));
    const [first] = inputs;
    const shape = [...first.shape];
    shape[axis] = inputs.reduce((total, input) => total + input.shape[axis], 0);
    const needsGradient = inputs.some((input) => input.needsGradient);
    const y = this.temporary(shape, first, { needsGradient });
    const width = sizeOf(shape.slice(axis));
    const rows = groups(y, width);
    let column = 0;
    for (const input of inputs) {
      const cols = sizeOf(input.shape.slice(axis));
      const at = column;
      this.emit(core, 'copyColumns', y.at(at), input, width, cols, cols, rows);
      this.onBackward(y, (dy) => {
        this.gradient(input, (dx) => this.emit(core, 'copyColumns', dx, dy.at(at), cols, width, cols, rows));
      });
      column += cols;
    }
    return y;
  }

  /** `length` entries of an axis, from `start` on. */
  slice(x: Operand, axis: number, start: number, length: number): Value {
    const input = this.value(x);
    const y = this.#resized(input, axis, length);
    const inner = sizeOf(y.shape.slice(axis + 1));
    const [cols, width] = [length * inner, input.shape[axis] * inner];
    const rows = groups(y, cols);
    this.emit(core, 'copyColumns', y, input.at(start * inner), cols, width, cols, rows);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => {
        this.emit(core, 'fill', dx, 0, dx.count);
        this.emit(core, 'copyColumns', dx.at(start * inner), dy, width, cols, cols, rows);
      });
    });
    return y;
  }

  /** Zeros before and behind the entries of an axis. */
  pad(x: Operand, axis: number, before: number, after: number): Value {
    const input = this.value(x);
    const y = this.#resized(input, axis, before + input.shape[axis] + after);
    const inner = sizeOf(y.shape.slice(axis + 1));
    const [cols, width] = [input.shape[axis] * inner, y.shape[axis] * inner];
    const rows = groups(input, cols);
    this.emit(core, 'fill', y, 0, y.count);
    this.emit(core, 'copyColumns', y.at(before * inner), input, width, cols, cols, rows);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) =>
        this.emit(core, 'copyColumns', dx, dy.at(before * inner), cols, width, cols, rows),
      );
    });
    return y;
  }

  /** Axis `order[i]` becomes axis i. */
  permute(x: Operand, order: readonly number[]): Value {
    let y = this.value(x);
    const axes = order.map((_, axis) => axis);
    order.forEach((axis, to) => {
      const from = axes.indexOf(axis);
      y = this.#moveAxis(y, from, to);
      axes.splice(to, 0, ...axes.splice(from, 1));
    });
    return y;
  }

  /** A new axis of that size, along which everything is the same. */
  repeat(x: Operand, axis: number, times: number): Value {
    const input = this.value(x);
    const shape = [...input.shape.slice(0, axis), times, ...input.shape.slice(axis)];
    const y = this.temporary(shape, input, { needsGradient: input.needsGradient });
    const cols = sizeOf(input.shape.slice(axis));
    const rows = groups(input, cols);
    this.emit(core, 'repeatRows', y, input, times, cols, rows);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => this.emit(core, 'sumRepeats', dx, dy, times, cols, rows));
    });
    return y;
  }

  /** Repeats along every axis of size 1 that is longer in `shape`. */
  broadcast(x: Operand, shape: Shape): Value {
    let y = this.value(x);
    shape.forEach((size, axis) => {
      if (y.shape[axis] === size) return;
      const without = y.shape.filter((_, i) => i !== axis);
      y = this.repeat(this.reshape(y, without), axis, size);
    });
    return y;
  }

  /** Moves an axis to the front of those from `to` on. */
  #moveAxis(input: Value, from: number, to: number): Value {
    const { shape } = input;
    const moved = [...shape.slice(0, to), shape[from], ...shape.slice(to, from), ...shape.slice(from + 1)];
    const rows = sizeOf(shape.slice(to, from));
    const cols = shape[from];
    if (rows === 1 || cols === 1) return this.reshape(input, moved);
    const inner = sizeOf(shape.slice(from + 1));
    const count = groups(input, rows * cols * inner);
    const y = this.temporary(moved, input, { needsGradient: input.needsGradient });
    this.emit(core, 'transpose', y, input, rows, cols, inner, count);
    this.onBackward(y, (dy) => {
      this.gradient(input, (dx) => this.emit(core, 'transpose', dx, dy, cols, rows, inner, count));
    });
    return y;
  }

  #resized(input: Value, axis: number, size: number): Value {
    const shape = input.shape.map((old, i) => (i === axis ? size : old));
    return this.temporary(shape, input, { needsGradient: input.needsGradient });
  }
}

/** How many groups of `size` neighbouring elements there are. */
function groups(value: Value, size: number): Size {
  return value.batched ? scaleSize(value.count, 1 / size) : sizeOf(value.shape) / size;
}
