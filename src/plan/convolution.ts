import { ShapeError } from '../errors.js';
import { formatShape, type Shape } from '../shape.js';
import { core } from '../wasm/core.js';
import type { Builder } from './builder.js';
import { depthwise, depthwiseMirrored } from './convolution/depthwise.js';
import { direct } from './convolution/direct.js';
import { type Convolution, describeConvolution, type Method } from './convolution/method.js';
import { narrow, narrowMirrored } from './convolution/narrow.js';
import { pointwise } from './convolution/pointwise.js';
import type { ConvolutionCall } from './convolution/pooled.js';
import { winograd } from './convolution/winograd.js';
import type { Operand } from './tape.js';
import type { Value } from './value.js';
import { type SpreadOptions, slideWindows, spreadWindows, type WindowOptions } from './windows.js';

/** From the special to the general: each pass of a convolution is done by the first that fits its shapes and has it. */
const methods: readonly Method[] = [
  pointwise,
  depthwiseMirrored,
  depthwise,
  narrowMirrored,
  narrow,
  winograd,
  direct,
];

/** What values were computed from: a pooling fuses with it. */
const calls = new WeakMap<Value, ConvolutionCall>();

/** The convolution that gave y, if one did. */
export function convolutionOf(y: Value): ConvolutionCall | undefined {
  return calls.get(y);
}

export interface ConvolutionOptions extends WindowOptions {
  /** Into how many groups channels and filters are divided; each is convolved on its own. Default 1. */
  groups?: number;
}

/**
 * The convolution (as everywhere in this field a correlation) of x [...axes, channels] with the kernel
 * [...size, channels / groups, filters], plus the bias [filters]: [...counts, filters]. One to three axes.
 *
 * @throws ShapeError where the kernel does not fit.
 */
export function convolve(
  b: Builder,
  x: Operand,
  kernel: Operand,
  bias?: Operand,
  { groups = 1, ...options }: ConvolutionOptions = {},
): Value {
  const input = b.value(x);
  const w = b.value(kernel);
  const rank = input.shape.length - 1;
  const filters = w.cols;
  if (w.shape.length !== rank + 2 || w.shape[rank] * groups !== input.cols || filters % groups) {
    throw misfit(`convolve: a kernel ${formatShape(w.shape)} for ${groups} groups`, input);
  }
  return slide(b, input, { w, filters, groups, size: w.shape.slice(0, rank), bias }, options);
}

/**
 * Every channel of x [...axes, channels] convolved with kernels of its own, [...size, channels, multiplier], plus the
 * bias [channels * multiplier]: [...counts, channels * multiplier].
 *
 * @throws ShapeError where the kernel does not fit.
 */
export function convolveDepthwise(
  b: Builder,
  x: Operand,
  kernel: Operand,
  bias?: Operand,
  options: WindowOptions = {},
): Value {
  const input = b.value(x);
  const w = b.value(kernel);
  const rank = input.shape.length - 1;
  if (w.shape.length !== rank + 2 || w.shape[rank] !== input.cols) {
    throw misfit(`convolveDepthwise: a kernel ${formatShape(w.shape)}`, input);
  }
  const operands = {
    w,
    filters: input.cols * w.cols,
    groups: input.cols,
    size: w.shape.slice(0, rank),
    bias,
  };
  return slide(b, input, operands, options);
}

/**
 * The gradient of a convolution by its input, as an operation: every entry of x [...axes, channels] spreads the kernel
 * [...size, filters, channels] over a window of the output [...sizes, filters], plus the bias [filters].
 *
 * @throws ShapeError where the kernel does not fit or nothing is left.
 */
export function convolveTranspose(
  b: Builder,
  x: Operand,
  kernel: Operand,
  bias?: Operand,
  options: SpreadOptions = {},
): Value {
  const input = b.value(x);
  const w = b.value(kernel);
  const rank = input.shape.length - 1;
  if (w.shape.length !== rank + 2 || w.cols !== input.cols) {
    throw misfit(`convolveTranspose: a kernel ${formatShape(w.shape)}`, input);
  }
  const filters = w.shape[rank];
  const windows = spreadWindows(input.shape, w.shape.slice(0, rank), filters, options);
  // The convolution whose gradient this is goes from the output, with `filters` channels, to the input.
  const convolution = describeConvolution(windows, input.cols, 1);
  const needsGradient = input.needsGradient || w.needsGradient;
  const y = b.temporary([...windows.input.slice(3 - rank), filters], input, { needsGradient });
  pass(convolution, 'inputGradient')(b, convolution, y, input, w);
  b.onBackward(y, (dy) => {
    b.gradientFrom(w, (dw, start) =>
      pass(convolution, 'weightGradient')(b, convolution, dw, dy, input, start),
    );
    b.gradient(input, (dx) => pass(convolution, 'forward')(b, convolution, dx, dy, w, 0));
  });
  return bias ? b.add(y, bias) : y;
}

interface Operands {
  /** Its last axis and the one before it are those of `convolve` or of `convolveDepthwise`, which lie alike. */
  readonly w: Value;
  readonly bias: Operand | undefined;
  readonly size: Shape;
  readonly filters: number;
  readonly groups: number;
}

function slide(b: Builder, x: Value, operands: Operands, options: WindowOptions): Value {
  const { w, size, filters } = operands;
  // Several filters for every channel are one filter for each of its copies.
  const copies = operands.groups > 1 && operands.groups === x.cols ? filters / x.cols : 1;
  const input = repeatChannels(b, x, copies);
  const groups = operands.groups * copies;
  const offset = operands.bias && b.value(operands.bias);
  const windows = slideWindows(input.shape, size, options);
  const convolution = describeConvolution(windows, filters, groups);
  const needsGradient = input.needsGradient || w.needsGradient || offset?.needsGradient;
  const y = b.temporary([...windows.output.slice(3 - size.length), filters], input, { needsGradient });
  pass(convolution, 'forward')(b, convolution, y, input, w, offset ?? 0);
  calls.set(y, { convolution, input, kernel: w, bias: offset });
  b.onBackward(y, (dy) => {
    if (offset) {
      b.gradientFrom(offset, (db, start) =>
        b.emit(core, 'columnSum', db, dy, dy.rows, filters, start ? 1 : 0),
      );
    }
    b.gradientFrom(w, (dw, start) =>
      pass(convolution, 'weightGradient')(b, convolution, dw, input, dy, start),
    );
    b.gradient(input, (dx) => pass(convolution, 'inputGradient')(b, convolution, dx, dy, w));
  });
  return y;
}

function pass<Name extends Exclude<keyof Method, 'fits'>>(
  convolution: Convolution,
  name: Name,
): NonNullable<Method[Name]> {
  return methods.find((method) => method[name] && method.fits(convolution))![name]!;
}

/** Every channel `times` times, one copy behind the other. */
function repeatChannels(b: Builder, x: Value, times: number): Value {
  if (times === 1) return x;
  return b.reshape(b.repeat(x, x.shape.length, times), [...x.shape.slice(0, -1), x.cols * times]);
}

function misfit(what: string, input: Value): ShapeError {
  return new ShapeError(
    'operand-shape',
    `${what} does not fit the input ${formatShape(input.shape, input.batched)}.`,
  );
}
