import { ShapeError } from '../errors.js';
import { formatShape, type Shape } from '../shape.js';
import { spatial } from '../wasm/spatial.js';
import { layoutOf, type WindowLayout } from './convolution/layout.js';
import type { Tape } from './tape.js';
import { Value } from './value.js';

/** 'same' adds zeros so that a stride of 1 keeps the size; 'causal' adds them all in front. */
export type Padding = 'valid' | 'same' | 'causal';

/** How windows go along each spatial axis. */
export interface WindowOptions {
  /** Steps between windows. Default 1. */
  strides?: Shape;
  /** Steps between the entries of a window. Default 1. */
  dilation?: Shape;
  /** Default 'valid'. */
  padding?: Padding;
}

/** Windows over samples [...axes, channels]. Lists have three entries, depth, height and width: missing axes count 1. */
export interface Windows {
  readonly input: Shape;
  readonly output: Shape;
  readonly size: Shape;
  readonly strides: Shape;
  readonly dilation: Shape;
  /** Zeros before the first entry. */
  readonly front: Shape;
  readonly channels: number;
}

/**
 * The windows of that size over samples of that shape, whose last axis is the channels, and how many of them there are
 * along each axis.
 *
 * @throws ShapeError where one is larger than the sample.
 */
export function slideWindows(
  shape: Shape,
  size: Shape,
  { strides = [], dilation = [], padding = 'valid' }: WindowOptions = {},
): Windows {
  const axes = shape.slice(0, -1).map((input, axis) => {
    const stride = strides[axis] ?? 1;
    const step = dilation[axis] ?? 1;
    const reach = (size[axis] - 1) * step + 1;
    const front = padding === 'causal' ? reach - 1 : 0;
    if (padding === 'same') {
      const output = Math.ceil(input / stride);
      const zeros = Math.max((output - 1) * stride + reach - input, 0);
      return { input, output, size: size[axis], stride, step, front: Math.floor(zeros / 2) };
    }
    const output = Math.floor((input + front - reach) / stride) + 1;
    if (output > 0) return { input, output, size: size[axis], stride, step, front };
    throw new ShapeError(
      'layer-shape',
      `a kernel of ${formatShape(size)}${dilated(dilation)} does not fit into the input ${formatShape(shape, true)}: ` +
        `it reaches over ${reach} entries of axis ${axis + 1}, which has ${input}. Use a smaller one, or padding 'same'.`,
    );
  });
  return windowsOf(axes, shape[shape.length - 1]);
}

/** As `WindowOptions`, for windows that are written to. */
export interface SpreadOptions extends Omit<WindowOptions, 'padding'> {
  /** 'same': the output is as long as the input times the stride. Default 'valid': all that the windows reach. */
  padding?: Exclude<Padding, 'causal'>;
  /** Entries that are added behind the output, to what is the shortest one for that padding. Default: what it takes. */
  outputPadding?: Shape;
}

/**
 * The windows for which a convolution of samples [...sizes, channels] has results of that shape: those of a transposed
 * convolution, whose output `sizes` follow from the options as in Keras.
 *
 * @throws ShapeError where nothing would be left.
 */
export function spreadWindows(
  shape: Shape,
  size: Shape,
  channels: number,
  { strides = [], dilation = [], padding = 'valid', outputPadding }: SpreadOptions = {},
): Windows {
  const axes = shape.slice(0, -1).map((output, axis) => {
    const stride = strides[axis] ?? 1;
    const step = dilation[axis] ?? 1;
    const reach = (size[axis] - 1) * step + 1;
    const more = outputPadding?.[axis];
    const common = { output, size: size[axis], stride, step };
    if (padding === 'valid') {
      return {
        ...common,
        input: (output - 1) * stride + reach + (more ?? Math.max(stride - reach, 0)),
        front: 0,
      };
    }
    const input = more === undefined ? output * stride : (output - 1) * stride + (reach % 2) + more;
    // Of what the windows reach over, (output - 1) * stride + reach, so much is cut off at both ends.
    const kept = input - (output - 1) * stride + reach - 2;
    const front = Math.max(reach - 1 - Math.ceil(kept / 2), 0);
    if (input > 0) return { ...common, input, front };
    throw new ShapeError(
      'layer-shape',
      `an outputPadding of ${more} leaves nothing of the output along axis ${axis + 1} of ${formatShape(shape, true)}.`,
    );
  });
  return windowsOf(axes, channels);
}

interface Axis {
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly stride: number;
  readonly step: number;
  readonly front: number;
}

function windowsOf(axes: readonly Axis[], channels: number): Windows {
  const three = (of: (axis: Axis) => number, missing = 1) => [
    ...new Array<number>(3 - axes.length).fill(missing),
    ...axes.map(of),
  ];
  return {
    input: three(({ input }) => input),
    output: three(({ output }) => output),
    size: three(({ size }) => size),
    strides: three(({ stride }) => stride),
    dilation: three(({ step }) => step),
    front: three(({ front }) => front, 0),
    channels,
  };
}

/** Whether there is a window at every entry. */
export function hasUnitStrides({ strides }: Windows): boolean {
  return strides.every((stride) => stride === 1);
}

/**
 * For windows with strides of 1: those over the output, with its channels, that contain all that an entry of the input
 * was part of.
 */
export function mirrorWindows(windows: Windows, channels: number): Windows {
  const { input, output, size, strides, dilation } = windows;
  const front = size.map((entries, axis) => (entries - 1) * dilation[axis] - windows.front[axis]);
  return { input: output, output: input, size, strides, dilation, front, channels };
}

/** The tables of windows for kernels, as a value, and how they lie. */
export interface WindowTables extends WindowLayout {
  readonly tables: Value;
}

/** Emits the step that computes the tables. */
export function emitWindows(b: Tape, windows: Windows, groups: number): WindowTables {
  const { input, output, size, strides, dilation, front, channels } = windows;
  const layout = layoutOf(windows, groups);
  const tables = new Value([layout.tableBytes], { type: 'uint8' });
  const [inDepth, inHeight, inWidth] = input;
  const [outDepth, outHeight, outWidth] = output;
  const [sizeDepth, sizeHeight, sizeWidth] = size;
  const [strideDepth, strideHeight, strideWidth] = strides;
  const [stepDepth, stepHeight, stepWidth] = dilation;
  const [frontDepth, frontHeight, frontWidth] = front;
  b.emitFor(
    ...([tables, spatial, 'windows', tables] as const),
    ...([inDepth, inHeight, inWidth, outDepth, outHeight, outWidth] as const),
    ...([sizeDepth, sizeHeight, sizeWidth, strideDepth, strideHeight, strideWidth] as const),
    ...([stepDepth, stepHeight, stepWidth, frontDepth, frontHeight, frontWidth] as const),
    ...([channels, groups, layout.run, layout.block] as const),
  );
  return { ...layout, tables };
}

function dilated(dilation: Shape): string {
  return dilation.some((step) => step > 1) ? ` with a dilation of ${formatShape(dilation)}` : '';
}
