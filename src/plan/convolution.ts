import { ShapeError } from '../errors.js';
import { formatShape } from '../shape.js';
import { core } from '../wasm/core.js';
import { direct } from './convolution/direct.js';
import type { Convolution, Method } from './convolution/method.js';
import { pointwise } from './convolution/pointwise.js';
import type { ConvolutionCall } from './convolution/pooled.js';
import { winograd } from './convolution/winograd.js';
import type { Operand, Tape } from './tape.js';
import type { Value } from './value.js';
import { emitWindows, slideWindows, type WindowOptions, type Windows, type WindowTables } from './windows.js';

export interface ConvolutionOptions extends WindowOptions {
  /** Into how many groups channels and filters are divided; each is convolved on its own. Default 1. */
  groups?: number;
}

/** From the special to the general. */
const methods: readonly Method[] = [pointwise, winograd, direct];

/** What values were computed from: a pooling fuses with it. */
const calls = new WeakMap<Value, ConvolutionCall>();

/** The convolution that gave y, if one did. */
export function convolutionOf(y: Value): ConvolutionCall | undefined {
  return calls.get(y);
}

/**
 * The convolution (as everywhere in this field a correlation) of x [...axes, channels] with the kernel
 * [...size, channels / groups, filters], plus the bias [filters]: [...counts, filters]. One to three axes.
 *
 * @throws ShapeError where the kernel does not fit.
 */
export function convolve(
  b: Tape,
  x: Operand,
  kernel: Operand,
  bias?: Operand,
  { groups = 1, ...options }: ConvolutionOptions = {},
): Value {
  const input = b.value(x);
  const w = b.value(kernel);
  const offset = bias && b.value(bias);
  const rank = input.shape.length - 1;
  const filters = w.cols;
  if (w.shape.length !== rank + 2 || w.shape[rank] * groups !== input.cols || filters % groups) {
    throw new ShapeError(
      'operand-shape',
      `convolve: a kernel ${formatShape(w.shape)} for ${groups} groups does not fit the input ` +
        `${formatShape(input.shape, input.batched)}.`,
    );
  }
  const { counts, ...windows } = slideWindows(input.shape, w.shape.slice(0, rank), options);
  const convolution = describe(windows, filters, groups);
  const needsGradient = input.needsGradient || w.needsGradient || offset?.needsGradient;
  const y = b.temporary([...counts, filters], input, { needsGradient });
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

/** The pass of the first method that fits and has it. */
function pass<Name extends Exclude<keyof Method, 'fits'>>(
  convolution: Convolution,
  name: Name,
): NonNullable<Method[Name]> {
  return methods.find((method) => method[name] && method.fits(convolution))![name]!;
}

function describe(windows: Windows, filters: number, groups: number): Convolution {
  let tables: WindowTables | undefined;
  return {
    windows,
    filters,
    groups,
    tables(b) {
      tables ??= emitWindows(b, windows, { groups });
      return tables;
    },
  };
}
