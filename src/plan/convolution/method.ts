import type { Tape } from '../tape.js';
import { PerBatch, Value } from '../value.js';
import { emitWindows, type Windows, type WindowTables } from '../windows.js';

/** A convolution as its shapes tell it: all that the choice of a method may follow. */
export interface Convolution {
  readonly windows: Windows;
  readonly filters: number;
  readonly groups: number;
  /** The tables of its windows: emitted when they are first asked for, then shared by all passes. */
  tables(b: Tape): WindowTables;
}

/**
 * One way to compute a convolution: y = the windows of x times the kernel [...size, channels / groups, filters]. A pass
 * is done by the first method of the table that fits and has it.
 */
export interface Method {
  fits(convolution: Convolution): boolean;
  /** y = x * kernel + bias. */
  forward?(b: Tape, convolution: Convolution, y: Value, x: Value, kernel: Value, bias: Value | 0): void;
  /** dx from dy. */
  inputGradient?(b: Tape, convolution: Convolution, dx: Value, dy: Value, kernel: Value): void;
  /** dw from x and dy, added to what is there where `start` is dw. */
  weightGradient?(b: Tape, convolution: Convolution, dw: Value, x: Value, dy: Value, start: Value | 0): void;
}

export function describeConvolution(windows: Windows, filters: number, groups: number): Convolution {
  let tables: WindowTables | undefined;
  return {
    windows,
    filters,
    groups,
    tables(b) {
      tables ??= emitWindows(b, windows, groups);
      return tables;
    },
  };
}

/** How many samples there are. */
export function samplesOf(x: Value): PerBatch | number {
  return x.batched ? new PerBatch(1) : 1;
}

/** Memory for a kernel's own use. */
export function scratchOf(floats: number): Value {
  return new Value([floats * 4], { type: 'uint8' });
}
