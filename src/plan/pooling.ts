import { type Shape, sizeOf } from '../shape.js';
import { spatial } from '../wasm/spatial.js';
import type { Builder } from './builder.js';
import { convolvePooled } from './convolution/pooled.js';
import { convolutionOf } from './convolution.js';
import type { Operand, Tape } from './tape.js';
import { PerBatch, Value } from './value.js';
import { type Padding, slideWindows } from './windows.js';

/**
 * The windows of a pooling over samples [...axes, channels]. Lists have three entries, depth, height and width: missing
 * axes count 1. Window `o` of an axis reaches from floor(o stride / divisor) - front up to
 * ceil((o stride + size) / divisor) - front, as far as there are entries.
 */
export interface PoolingWindows {
  readonly size: Shape;
  readonly strides: Shape;
  readonly divisors: Shape;
  readonly front: Shape;
  readonly input: Shape;
  readonly output: Shape;
  /** How many there are along each axis of the sample. */
  readonly counts: Shape;
}

/**
 * Windows of that size, `strides` apart, over samples of that shape.
 *
 * @throws ShapeError where one is larger than the sample.
 */
export function slidingWindows(
  shape: Shape,
  size: Shape,
  strides: Shape,
  padding: Padding = 'valid',
): PoolingWindows {
  const windows = slideWindows(shape, size, { strides, padding });
  return { ...windows, divisors: [1, 1, 1], counts: windows.output.slice(3 - size.length) };
}

/**
 * `counts` windows along each axis that cover it as evenly as whole entries allow: window `o` of an axis with n entries
 * from floor(o n / count) up to ceil((o + 1) n / count).
 */
export function adaptiveWindows(shape: Shape, counts: Shape): PoolingWindows {
  const input = three(shape.slice(0, -1));
  const output = three(counts);
  return { size: input, strides: input, divisors: output, front: [0, 0, 0], input, output, counts };
}

/**
 * The largest entry of each window: [...counts, channels]. The gradient goes to it alone, and to the first of several
 * that are equal, as in TensorFlow and Jax. NaN counts as the largest. Fuses with a relu of a convolution.
 */
export function maxPooling(b: Builder, x: Operand, windows: PoolingWindows): Value {
  const input = b.value(x);
  const before = b.rectifiedFrom(input);
  const call = before && convolutionOf(before);
  const fused = call && convolvePooled(b, call, windows);
  if (fused) return fused;
  const g = emitWindows(b, windows);
  const y = output(b, input, windows);
  const sizes = [input.cols, samplesOf(input)] as const;
  if (!input.needsGradient) {
    b.emit(spatial, 'maxPooling', y, input, g, ...sizes);
    return y;
  }
  const index = new Value(y.shape, { batched: input.batched, type: indexType(windows) });
  b.emit(spatial, 'findLargest', y, index, input, g, ...sizes);
  b.onBackward(y, (dy) => {
    b.gradient(input, (dx) => b.emit(spatial, 'maxPoolingBackward', dx, dy, index, g, ...sizes));
  });
  return y;
}

/** The mean over the entries of each window, padding left out: [...counts, channels]. */
export function averagePooling(b: Tape, x: Operand, windows: PoolingWindows): Value {
  const input = b.value(x);
  const g = emitWindows(b, windows);
  const y = output(b, input, windows);
  b.emit(spatial, 'averagePooling', y, input, g, input.cols, samplesOf(input));
  b.onBackward(y, (dy) => {
    b.gradient(input, (dx) =>
      b.emit(spatial, 'averagePoolingBackward', dx, dy, g, input.cols, samplesOf(input)),
    );
  });
  return y;
}

/** Emits the steps that write down for kernels how the windows lie. */
function emitWindows(b: Tape, { size, strides, divisors, front, input, output }: PoolingWindows): Value {
  const g = new Value([3, 24], { type: 'uint8' });
  for (let i = 0; i < 3; i++) {
    const along = [size[i], strides[i], divisors[i], front[i], input[i], output[i]] as const;
    b.emit(spatial, 'poolingAxis', g.at(24 * i), ...along);
  }
  return g;
}

function output(b: Tape, x: Value, { counts }: PoolingWindows): Value {
  return b.temporary([...counts, x.cols], x, { needsGradient: x.needsGradient });
}

/** Bytes hold the number of a position in a window of up to 256. */
function indexType({ size, divisors }: PoolingWindows): 'uint8' | 'int32' {
  const widest = size.map((n, i) => (divisors[i] === 1 ? n : Math.ceil(n / divisors[i]) + 1));
  return sizeOf(widest) <= 256 ? 'uint8' : 'int32';
}

function samplesOf({ batched }: Value): PerBatch | number {
  return batched ? new PerBatch(1) : 1;
}

/** With sizes of 1 for the axes that are missing in front. */
function three(axes: Shape): Shape {
  return [...new Array(3 - axes.length).fill(1), ...axes];
}
