import { ShapeError, ValueError } from './errors.js';
import { withDefaults } from './names.js';
import { overAxes, sampleAxis } from './plan/axes.js';
import type { Builder, RectifyOptions } from './plan/builder.js';
import type { FunctionName } from './plan/functions.js';
import type { Value } from './plan/value.js';

/** An activation function, ready to be put behind a layer. */
export interface Activation {
  readonly name: string;
  readonly config: Readonly<Record<string, number | boolean>>;
  /** Emits its steps. With `inPlace` it may overwrite `x`, which nothing else may read then. */
  apply(b: Builder, x: Value, inPlace?: boolean): Value;
}

/** x. */
export const linear = (): Activation => ({ name: 'linear', config: {}, apply: (_, x) => x });

export interface ReluOptions {
  /** The slope below the threshold, 0 or above. Default 0. */
  negativeSlope?: number;
  /** The largest result, 0 or above. Default: none. */
  maxValue?: number | null;
  /** Up to here the input counts as below; 0 or above. Default 0. */
  threshold?: number;
}

/**
 * max(x, 0). With options: min(x, maxValue) above the threshold, negativeSlope * (x - threshold) elsewhere.
 *
 * @throws ValueError where an option is negative.
 */
export function relu(options: ReluOptions = {}): Activation {
  const { negativeSlope, maxValue, threshold } = withDefaults<Required<ReluOptions>>(
    'activations.relu',
    options,
    {
      negativeSlope: 0,
      maxValue: null,
      threshold: 0,
    },
  );
  notNegative('relu', { negativeSlope, maxValue: maxValue ?? 0, threshold });
  if (maxValue === null && threshold === 0) {
    if (negativeSlope === 0) return elementwise('relu');
    return { ...elementwise('leakyRelu', { negativeSlope }, negativeSlope), name: 'relu' };
  }
  return rectifier(
    'relu',
    { negativeSlope, threshold, ...(maxValue === null ? {} : { maxValue }) },
    { slope: negativeSlope, threshold, ceiling: maxValue ?? undefined },
  );
}

export interface LeakyReluOptions {
  /** The slope below 0. Default 0.2; the layer of that name has 0.3. */
  negativeSlope?: number;
}

export interface EluOptions {
  /** How far below 0 it goes: it tends to -alpha. Default 1. */
  alpha?: number;
}

export interface GeluOptions {
  /** Whether tanh takes the place of the normal distribution. Default false. */
  approximate?: boolean;
}

export interface ShrinkOptions {
  /** How far from 0 the input counts as 0. Default 0.5. */
  threshold?: number;
}

export interface ThresholdOptions {
  /** What the input has to be above. Default 0. */
  threshold?: number;
  /** What takes the place of other inputs. Default 0. */
  defaultValue?: number;
}

export interface SquareplusOptions {
  /** How round the corner at 0 is, above 0. Default 4. */
  b?: number;
}

/** min(max(x, 0), 6). */
export const relu6 = (): Activation => elementwise('relu6');
/** x above 0, negativeSlope * x below (default 0.2; the layer of that name has 0.3). */
export const leakyRelu = (options: LeakyReluOptions = {}): Activation => {
  const config = withDefaults('activations.leakyRelu', options, { negativeSlope: 0.2 });
  return elementwise('leakyRelu', config, config.negativeSlope);
};
/** 1 / (1 + exp(-x)). */
export const sigmoid = (): Activation => elementwise('sigmoid');
/** The hyperbolic tangent. */
export const tanh = (): Activation => elementwise('tanh');
/** exp(x) / sum exp(x) over an axis (default -1, the last; 1 is the first after the batch). */
export const softmax = (options: AxisOptions = {}): Activation =>
  overAxis('softmax', options, (b, x) => b.softmax(x));
/** The logarithm of `softmax`, without its overflow and underflow. */
export const logSoftmax = (options: AxisOptions = {}): Activation =>
  overAxis('logSoftmax', options, (b, x) => b.logSoftmax(x));
/** a * sigmoid(b), the two halves of an axis of even length (default -1; Dauphin et al. 2017). */
export const glu = (options: AxisOptions = {}): Activation => {
  const config = withDefaults('activations.glu', options, { axis: -1 });
  return { name: 'glu', config, apply: (b, x) => gate(b, x, config.axis) };
};
/** log(1 + exp(x)). */
export const softplus = (): Activation => elementwise('softplus');
/** x above 0, alpha * (exp(x) - 1) below (default alpha 1; Clevert et al. 2016). */
export const elu = (options: EluOptions = {}): Activation => {
  const config = withDefaults('activations.elu', options, { alpha: 1 });
  return elementwise('elu', config, config.alpha);
};
/** 1.0507 * elu(x, 1.6733) (Klambauer et al. 2017). */
export const selu = (): Activation => elementwise('selu');
/** x * Phi(x) (Hendrycks and Gimpel 2016); with `approximate` (default false) by their formula with tanh. */
export const gelu = (options: GeluOptions = {}): Activation => {
  const { approximate } = withDefaults('activations.gelu', options, { approximate: false });
  return approximate
    ? { name: 'gelu', config: { approximate }, apply: approximateGelu }
    : elementwise('gelu');
};
/** x * sigmoid(x). */
export const silu = (): Activation => elementwise('silu');
/** exp(x). */
export const exponential = (): Activation => elementwise('exponential');
/** relu6(x + 3) / 6. */
export const hardSigmoid = (): Activation => elementwise('hardSigmoid');
/** x above 0, alpha * (exp(x / alpha) - 1) below (default alpha 1; Barron 2017). */
export const celu = (options: EluOptions = {}): Activation => {
  const config = withDefaults('activations.celu', options, { alpha: 1 });
  return elementwise('celu', config, aboveZero('celu', 'alpha', config.alpha));
};
/** x * tanh(softplus(x)) (Misra 2019). */
export const mish = (): Activation => elementwise('mish');
/** x / (1 + |x|). */
export const softsign = (): Activation => elementwise('softsign');
/** log(sigmoid(x)). */
export const logSigmoid = (): Activation => elementwise('logSigmoid');
/** x * relu6(x + 3) / 6 (Howard et al. 2019). */
export const hardSilu = (): Activation => elementwise('hardSilu');
/** x kept to -1..1. */
export const hardTanh = (): Activation => elementwise('hardTanh');
/** x - tanh(x). */
export const tanhShrink = (): Activation => elementwise('tanhShrink');
/** x moved towards 0 by `threshold` (default 0.5), and 0 where it would pass it. */
export const softShrink = (options: ShrinkOptions = {}): Activation => {
  const config = withDefaults('activations.softShrink', options, { threshold: 0.5 });
  return elementwise('softShrink', notNegative('softShrink', config), config.threshold);
};
/** x where |x| is above `threshold` (default 0.5), else 0. */
export const hardShrink = (options: ShrinkOptions = {}): Activation => {
  const config = withDefaults('activations.hardShrink', options, { threshold: 0.5 });
  return elementwise('hardShrink', notNegative('hardShrink', config), config.threshold);
};
/** x above `threshold`, else `defaultValue` (both 0 by default). */
export const threshold = (options: ThresholdOptions = {}): Activation => {
  const config = withDefaults('activations.threshold', options, { threshold: 0, defaultValue: 0 });
  return rectifier('threshold', config, { threshold: config.threshold, below: config.defaultValue });
};
/** (x + sqrt(x^2 + b)) / 2 (default b 4; Barron 2021). */
export const squareplus = (options: SquareplusOptions = {}): Activation => {
  const config = withDefaults('activations.squareplus', options, { b: 4 });
  return elementwise('squareplus', config, aboveZero('squareplus', 'b', config.b));
};
/** 0 up to -1, x from 1 on, (x + 1)^2 / 4 between. */
export const sparsePlus = (): Activation => elementwise('sparsePlus');
/** (x + 1) / 2 kept to 0..1, the derivative of `sparsePlus`. */
export const sparseSigmoid = (): Activation => elementwise('sparseSigmoid');

export interface AxisOptions {
  /** Default -1, the last; 1 is the first after the batch. */
  axis?: number;
}

function overAxis(name: string, options: AxisOptions, work: (b: Builder, x: Value) => Value): Activation {
  const { axis } = withDefaults(`activations.${name}`, options, { axis: -1 });
  return {
    name,
    config: axis === -1 ? {} : { axis },
    apply: (b, x) => overAxes(b, x, [sampleAxis(axis, x.shape)], (rows) => work(b, rows)),
  };
}

function gate(b: Builder, x: Value, axis: number): Value {
  const at = sampleAxis(axis, x.shape);
  const half = x.shape[at] / 2;
  if (!Number.isInteger(half)) {
    throw new ShapeError('layer-shape', `glu halves axis ${axis}, whose length ${x.shape[at]} is odd.`);
  }
  return b.multiply(b.slice(x, at, 0, half), b.apply('sigmoid', b.slice(x, at, half, half)));
}

function rectifier(name: string, config: Record<string, number>, options: RectifyOptions): Activation {
  for (const [option, value] of Object.entries(config)) finite(name, option, value);
  return { name, config, apply: (b, x) => b.rectify(x, options) };
}

function finite(name: string, option: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new ValueError(
    'activation',
    `activations.${name}: ${option} must be a finite number, but got ${String(value)}.`,
  );
}

function notNegative<T extends Record<string, number>>(name: string, options: T): T {
  for (const [option, value] of Object.entries(options)) {
    if (value >= 0) continue;
    throw new ValueError(
      'activation',
      `activations.${name}: ${option} must be 0 or above, but got ${String(value)}.`,
    );
  }
  return options;
}

function aboveZero(name: string, option: string, value: number): number {
  if (value > 0) return value;
  throw new ValueError(
    'activation',
    `activations.${name}: ${option} must be above 0, but got ${String(value)}.`,
  );
}

/** x (1 + tanh(u)) / 2 is x sigmoid(2u), with u = sqrt(2/pi) (x + 0.044715 x^3): no cancellation on the left. */
function approximateGelu(b: Builder, x: Value): Value {
  const twice = 1.5957691216057308;
  const factor = b.affine(b.apply('square', x), twice * 0.044715, twice);
  return b.multiply(x, b.apply('sigmoid', b.multiply(x, factor)));
}

function elementwise(name: FunctionName, config: Record<string, number> = {}, alpha = 0): Activation {
  if (!Number.isFinite(alpha)) {
    throw new ValueError('activation', `activations.${name}: expected a finite number, but got ${alpha}.`);
  }
  return { name, config, apply: (b, x, inPlace) => b.apply(name, x, alpha, inPlace) };
}
