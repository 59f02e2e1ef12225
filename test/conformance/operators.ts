/** ONNX operators by layers: a thin adapter that moves the channels to the end and back. */
import * as fl from 'fourlane';
import { averagePooling, maxPooling, type PoolingWindows } from '../../src/plan/pooling.js';
import type { Node, Tensor } from './protobuf.js';

/** The reason why an operator, or a use of it, is not served. */
export class NotServed extends Error {}

/** How an operator is computed: what goes in (with a batch axis), layers, their weights, and what comes out of it. */
export interface Computation {
  readonly input: Tensor;
  readonly outputs: (x: fl.SymbolicTensor) => fl.SymbolicTensor;
  readonly weights?: readonly Tensor[];
  readonly back?: (y: Tensor) => Tensor;
}

interface Use {
  readonly attributes: Node['attributes'];
  readonly inputs: readonly (Tensor | undefined)[];
  readonly opset: number;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Axis `order[i]` becomes axis i. */
function transpose({ name, shape, data }: Tensor, order: readonly number[]): Tensor {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const to = order.map((axis) => shape[axis]);
  const steps = to.map((_, axis) => sizeOf(to.slice(axis + 1)));
  const moved = range(sizeOf(shape)).map((i) =>
    order.reduce((at, axis, j) => at + (Math.floor(i / steps[j]) % to[j]) * strides[axis], 0),
  );
  return { name, shape: to, data: moved.map((at) => data[at]) };
}

/** [batch, channels, ...axes] to [batch, ...axes, channels]. */
const channelsLast = (x: Tensor) => transpose(x, [0, ...range(x.shape.length).slice(2), 1]);
const channelsFirst = (y: Tensor) =>
  transpose(y, [0, y.shape.length - 1, ...range(y.shape.length - 1).slice(1)]);

const reshaped = (x: Tensor, shape: readonly number[]): Tensor => ({ ...x, shape });
const batchOfOne = (x: Tensor) => reshaped(x, [1, ...x.shape]);
const withoutBatch = (y: Tensor) => reshaped(y, y.shape.slice(1));

function ints(use: Use, name: string, rank: number, otherwise: number): number[] {
  return [...((use.attributes[name] as number[] | undefined) ?? new Array(rank).fill(otherwise))];
}

function number(use: Use, name: string, otherwise: number): number {
  return (use.attributes[name] as number | undefined) ?? otherwise;
}

/** How windows lie over the axes of an image: padding before and behind, and how many there are. */
function windowsOf(use: Use, sizes: readonly number[], kernel: readonly number[]) {
  const rank = sizes.length;
  const strides = ints(use, 'strides', rank, 1);
  const dilations = ints(use, 'dilations', rank, 1);
  const pads = ints(use, 'pads', 2 * rank, 0);
  const auto = (use.attributes.auto_pad as string | undefined) ?? 'NOTSET';
  const ceil = number(use, 'ceil_mode', 0) === 1;
  const axes = sizes.map((size, i) => {
    const reach = (kernel[i] - 1) * dilations[i] + 1;
    let [before, behind] = [pads[i], pads[rank + i]];
    if (auto.startsWith('SAME')) {
      const zeros = Math.max((Math.ceil(size / strides[i]) - 1) * strides[i] + reach - size, 0);
      before = auto === 'SAME_UPPER' ? Math.floor(zeros / 2) : Math.ceil(zeros / 2);
      behind = zeros - before;
    }
    const whole = (size + before + behind - reach) / strides[i];
    let count = (ceil ? Math.ceil(whole) : Math.floor(whole)) + 1;
    // A window that would begin behind the padding is left out.
    if (ceil && (count - 1) * strides[i] >= size + before) count--;
    return { before, behind, count };
  });
  return { strides, dilations, axes };
}

const PADDINGS = [fl.layers.zeroPadding1D, fl.layers.zeroPadding2D, fl.layers.zeroPadding3D];
const CROPPINGS = [fl.layers.cropping1D, fl.layers.cropping2D, fl.layers.cropping3D];

type Ends = [number, number];

/** One of three layers, with options for each axis; those for series take the only pair as it is. */
function along(makers: readonly unknown[], option: string, ends: Ends[]): fl.Layer {
  const make = makers[ends.length - 1] as (options: object) => fl.Layer;
  return make({ [option]: ends.length === 1 ? ends[0] : ends });
}

function convolution(use: Use): Computation {
  const [x, w, bias] = use.inputs as [Tensor, Tensor, Tensor | undefined];
  const rank = x.shape.length - 2;
  const kernelSize = w.shape.slice(2);
  const { strides, dilations, axes } = windowsOf(use, x.shape.slice(2), kernelSize);
  const make = [fl.layers.conv1D, fl.layers.conv2D, fl.layers.conv3D][rank - 1];
  const layer = make({
    filters: w.shape[0],
    kernelSize,
    strides,
    dilationRate: dilations,
    groups: number(use, 'group', 1),
    useBias: bias !== undefined,
  });
  const pad = along(
    PADDINGS,
    'padding',
    axes.map(({ before, behind }): Ends => [before, behind]),
  );
  const kernel = transpose(w, [...range(rank + 2).slice(2), 1, 0]);
  return {
    input: channelsLast(x),
    outputs: (input) => layer(pad(input)),
    weights: bias ? [kernel, bias] : [kernel],
    back: channelsFirst,
  };
}

function transposedConvolution(use: Use): Computation {
  const [x, w, bias] = use.inputs as [Tensor, Tensor, Tensor | undefined];
  const rank = x.shape.length - 2;
  if (number(use, 'group', 1) !== 1) throw new NotServed('transposed convolution in groups');
  const kernelSize = w.shape.slice(2);
  const strides = ints(use, 'strides', rank, 1);
  const dilations = ints(use, 'dilations', rank, 1);
  const more = ints(use, 'output_padding', rank, 0);
  const pads = ints(use, 'pads', 2 * rank, 0);
  const auto = (use.attributes.auto_pad as string | undefined) ?? 'NOTSET';
  const wanted = use.attributes.output_shape as number[] | undefined;
  const makers = [fl.layers.conv1DTranspose, fl.layers.conv2DTranspose] as const;
  if (rank > makers.length) throw new NotServed('transposed convolution over three axes');
  // Everything that the kernel reaches, of which padding is cut off and output_padding added.
  const ends = range(rank).map((i): Ends => {
    const reach = (kernelSize[i] - 1) * dilations[i] + 1;
    const full = (x.shape[i + 2] - 1) * strides[i] + more[i] + reach;
    const same = auto.startsWith('SAME') ? x.shape[i + 2] * strides[i] : undefined;
    const length = wanted?.[i] ?? same;
    if (length === undefined) return [pads[i], pads[rank + i]];
    const over = full - length;
    const before = auto === 'SAME_UPPER' ? Math.floor(over / 2) : Math.ceil(over / 2);
    return [before, over - before];
  });
  const layer = makers[rank - 1]({
    filters: w.shape[1],
    kernelSize,
    strides,
    dilationRate: dilations,
    outputPadding: more,
    useBias: bias !== undefined,
  });
  const kernel = transpose(w, [...range(rank + 2).slice(2), 1, 0]);
  return {
    input: channelsLast(x),
    outputs: (input) => along(CROPPINGS, 'cropping', ends)(layer(input)),
    weights: bias ? [kernel, bias] : [kernel],
    back: channelsFirst,
  };
}

/** Pooling over given windows: layers have only Keras's. */
class Pool extends fl.Layer {
  readonly #operation: typeof maxPooling;
  readonly #windows: PoolingWindows;

  constructor(operation: typeof maxPooling, windows: PoolingWindows) {
    super();
    this.#operation = operation;
    this.#windows = windows;
  }

  override call(b: fl.Builder, x: fl.Value): fl.Value {
    return this.#operation(b, x, this.#windows);
  }
}

const three = (list: readonly number[], missing = 1) => [
  ...new Array(3 - list.length).fill(missing),
  ...list,
];

function pooling(operation: typeof maxPooling): (use: Use) => Computation {
  return (use) => {
    const [x] = use.inputs as [Tensor];
    const kernel = use.attributes.kernel_shape as number[];
    const sizes = x.shape.slice(2);
    const { strides, dilations, axes } = windowsOf(use, sizes, kernel);
    if (dilations.some((step) => step > 1)) throw new NotServed('pooling with dilation');
    const zeros = number(use, 'count_include_pad', 0) === 1;
    const pad = along(
      PADDINGS,
      'padding',
      axes.map(({ before, behind }): Ends => [before, behind]),
    );
    const counts = axes.map(({ count }) => count);
    const windows: PoolingWindows = {
      size: three(kernel),
      strides: three(strides),
      divisors: [1, 1, 1],
      front: three(
        axes.map(({ before }) => (zeros ? 0 : before)),
        0,
      ),
      input: three(sizes.map((size, i) => (zeros ? size + axes[i].before + axes[i].behind : size))),
      output: three(counts),
      counts,
    };
    const pool = new Pool(operation, windows);
    return {
      input: channelsLast(x),
      outputs: (input) => pool(zeros ? pad(input) : input),
      back: channelsFirst,
    };
  };
}

function globalPooling(kind: 'Max' | 'Average'): (use: Use) => Computation {
  return ({ inputs: [x] }) => {
    const rank = (x!.shape.length - 2) as 1 | 2 | 3;
    const layer = fl.layers[`global${kind}Pooling${rank}D`]({ keepdims: true });
    return { input: channelsLast(x!), outputs: layer, back: channelsFirst };
  };
}

function batchNormalization(use: Use): Computation {
  if (number(use, 'training_mode', 0)) throw new NotServed('batch normalisation in training');
  const [x, ...weights] = use.inputs as Tensor[];
  const layer = fl.layers.batchNormalization({ epsilon: number(use, 'epsilon', 1e-5) });
  return { input: channelsLast(x), outputs: layer, weights, back: channelsFirst };
}

function gemm(use: Use): Computation {
  const [a, b, c] = use.inputs as [Tensor, Tensor, Tensor | undefined];
  const turned = (x: Tensor, attribute: string) => (number(use, attribute, 0) ? transpose(x, [1, 0]) : x);
  const input = turned(a, 'transA');
  const kernel = turned(b, 'transB');
  const [alpha, beta] = [number(use, 'alpha', 1), number(use, 'beta', 1)];
  const units = kernel.shape[1];
  if (c && c.data.length > units) throw new NotServed('gemm that adds a matrix');
  const layer = fl.layers.dense({ units, useBias: c !== undefined });
  const weights = [{ ...kernel, data: kernel.data.map((value) => alpha * value) }];
  const bias = c && range(units).map((i) => beta * c.data[i % c.data.length]);
  if (bias) weights.push({ name: '', shape: [units], data: bias });
  return { input, outputs: layer, weights };
}

function softmax(use: Use): Computation {
  const [x] = use.inputs as [Tensor];
  const axis = number(use, 'axis', use.opset < 13 ? 1 : -1);
  const from = axis < 0 ? axis + x.shape.length : axis;
  if (use.opset < 13) {
    // Before version 13 all axes from this one on count as one.
    const rows = reshaped(x, [sizeOf(x.shape.slice(0, from)), sizeOf(x.shape.slice(from))]);
    return { input: rows, outputs: fl.layers.softmax(), back: (y) => reshaped(y, x.shape) };
  }
  return { input: batchOfOne(x), outputs: fl.layers.softmax({ axis: from + 1 }), back: withoutBatch };
}

function logSoftmax(use: Use): Computation {
  const [x] = use.inputs as [Tensor];
  const rank = x.shape.length;
  const layer = fl.layers.activation({ activation: 'logSoftmax' });
  const axis = number(use, 'axis', use.opset < 13 ? 1 : -1);
  const from = axis < 0 ? axis + rank : axis;
  if (use.opset < 13) {
    const rows = reshaped(x, [sizeOf(x.shape.slice(0, from)), sizeOf(x.shape.slice(from))]);
    return { input: rows, outputs: layer, back: (y) => reshaped(y, x.shape) };
  }
  const order = [...range(rank).filter((i) => i !== from), from];
  const undo = range(rank).map((i) => order.indexOf(i));
  return {
    input: batchOfOne(transpose(x, order)),
    outputs: layer,
    back: (y) => transpose(withoutBatch(y), undo),
  };
}

/** Zeros around every axis; the operation of the plan, since layers pad no channels. */
class Pad extends fl.Layer {
  readonly #ends: Ends[];

  constructor(ends: Ends[]) {
    super();
    this.#ends = ends;
  }

  override call(b: fl.Builder, x: fl.Value): fl.Value {
    return this.#ends.reduce((y, [before, after], axis) => b.pad(y, axis, before, after), x);
  }
}

function pad(use: Use): Computation {
  const [x, given, value, axes] = use.inputs as [Tensor, Tensor?, Tensor?, Tensor?];
  const mode = (use.attributes.mode as string | undefined) ?? 'constant';
  if (mode !== 'constant') throw new NotServed(`padding by ${mode}`);
  const pads = given?.data ?? (use.attributes.pads as number[]);
  const constant = value?.data[0] ?? number(use, 'value', 0);
  const rank = x.shape.length;
  const padded = (axes?.data ?? range(rank)).map((axis) => (axis < 0 ? axis + rank : axis));
  const ends = range(rank).map((axis): Ends => {
    const i = padded.indexOf(axis);
    return i < 0 ? [0, 0] : [pads[i], pads[padded.length + i]];
  });
  if (ends.flat().some((count) => count < 0)) throw new NotServed('padding that cuts off');
  // What is added is zeros: the constant is taken away before and added behind.
  return {
    input: batchOfOne(x),
    outputs: (input) => scaled(1, constant)(new Pad(ends)(scaled(1, -constant)(input))),
    back: withoutBatch,
  };
}

/** An operator that is one layer after the other on every element. */
function elementwise(make: (use: Use) => fl.Layer | fl.Layer[]): (use: Use) => Computation {
  return (use) => {
    const layers = [make(use)].flat();
    return {
      input: batchOfOne(use.inputs[0]!),
      outputs: (x) => layers.reduce((y, layer) => layer(y), x),
      back: withoutBatch,
    };
  };
}

const scaled = (scale: number, offset = 0) => fl.layers.rescaling({ scale, offset });
const activation = (name: keyof typeof fl.activations) =>
  elementwise(() => fl.layers.activation({ activation: name }));

function prelu(use: Use): Computation {
  const [x, slope] = use.inputs as [Tensor, Tensor];
  const rank = x.shape.length;
  // Before version 7 there is a slope for each channel; since then slopes are broadcast from the last axis.
  const ofChannels = use.opset < 7 ? new Array(rank - 2).fill(1) : [];
  const axes = [...slope.shape, ...ofChannels];
  const shape = [...new Array(rank - axes.length).fill(1), ...axes];
  const data = range(sizeOf(x.shape)).map((i) =>
    shape.reduce(
      ([at], size, axis) => {
        const index = Math.floor(i / sizeOf(x.shape.slice(axis + 1))) % x.shape[axis];
        return [at * size + (size === 1 ? 0 : index)];
      },
      [0],
    ),
  );
  const weights = [{ name: '', shape: x.shape, data: data.map(([at]) => slope.data[at]) }];
  return { input: batchOfOne(x), outputs: fl.layers.prelu(), weights, back: withoutBatch };
}

/** Those that this library is about. */
export const operators: Readonly<Record<string, (use: Use) => Computation>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: pooling(maxPooling),
  AveragePool: pooling(averagePooling),
  GlobalMaxPool: globalPooling('Max'),
  GlobalAveragePool: globalPooling('Average'),
  LpPool: () => {
    throw new NotServed('pooling by a norm');
  },
  MaxUnpool: () => {
    throw new NotServed('the reverse of pooling');
  },
  BatchNormalization: batchNormalization,
  Gemm: gemm,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  Hardmax: () => {
    throw new NotServed('hardmax');
  },
  Pad: pad,
  Relu: activation('relu'),
  LeakyRelu: elementwise((use) => fl.layers.leakyRelu({ negativeSlope: number(use, 'alpha', 0.01) })),
  PRelu: prelu,
  ThresholdedRelu: elementwise((use) => fl.layers.relu({ threshold: number(use, 'alpha', 1) })),
  Elu: elementwise((use) => fl.layers.elu({ alpha: number(use, 'alpha', 1) })),
  // alpha celu(x / alpha)
  Celu: elementwise((use) => {
    const alpha = number(use, 'alpha', 1);
    return [scaled(1 / alpha), fl.layers.activation({ activation: 'celu' }), scaled(alpha)];
  }),
  Selu: elementwise((use) => [
    fl.layers.elu({ alpha: number(use, 'alpha', 1.6732631921768188) }),
    scaled(number(use, 'gamma', 1.0507010221481323)),
  ]),
  Gelu: elementwise((use) => {
    const approximate = use.attributes.approximate === 'tanh';
    return fl.layers.activation({ activation: fl.activations.gelu({ approximate }) });
  }),
  Sigmoid: activation('sigmoid'),
  HardSigmoid: elementwise((use) => [
    scaled(number(use, 'alpha', 0.2), number(use, 'beta', 0.5)),
    fl.layers.relu({ maxValue: 1 }),
  ]),
  HardSwish: activation('hardSilu'),
  Swish: activation('silu'),
  Mish: activation('mish'),
  Tanh: activation('tanh'),
  Softplus: activation('softplus'),
  Softsign: activation('softsign'),
  Shrink: elementwise((use) => {
    if (number(use, 'bias', 0) !== 0) throw new NotServed('shrink with a bias');
    return fl.layers.activation({
      activation: fl.activations.hardShrink({ threshold: number(use, 'lambd', 0.5) }),
    });
  }),
};
