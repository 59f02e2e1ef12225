import { ShapeError, ValueError } from './errors.js';
import { withDefaults } from './names.js';
import type { Builder } from './plan/builder.js';
import type { Value } from './plan/value.js';
import { formatShape, type Shape, sizeOf } from './shape.js';
import { core } from './wasm/core.js';

/** Changes a weight after every step so that it keeps a condition, as Keras's constraints. */
export interface Constraint {
  readonly name: string;
  /** The options that make an equal one. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Emits what is done to the weight. */
  emit(b: Builder, weight: Value): void;
}

export interface NormOptions {
  /**
   * The axis, or neighbouring axes, over which a norm is taken. Default 0: of a dense kernel [in, units] the weights
   * that lead to one unit.
   */
  axis?: number | readonly number[];
}

export interface MaxNormOptions extends NormOptions {
  /** The largest norm. Default 2. */
  maxValue?: number;
}

export interface MinMaxNormOptions extends NormOptions {
  /** The smallest norm. Default 0. */
  minValue?: number;
  /** The largest norm. Default 1. */
  maxValue?: number;
  /** The share of the way that a norm outside of these is moved, 0 to 1. Default 1. */
  rate?: number;
}

/** Every norm at most `maxValue` (default 2; Srivastava et al. 2014). */
export function maxNorm(options: MaxNormOptions = {}): Constraint {
  const config = withDefaults<Required<MaxNormOptions>>('constraints.maxNorm', options, {
    maxValue: 2,
    axis: 0,
  });
  return norm('maxNorm', config, [0, config.maxValue, 1]);
}

/** Every norm moved the share `rate` (default 1) of the way into minValue to maxValue (default 0 to 1). */
export function minMaxNorm(options: MinMaxNormOptions = {}): Constraint {
  const defaults = { minValue: 0, maxValue: 1, rate: 1, axis: 0 };
  const config = withDefaults<Required<MinMaxNormOptions>>('constraints.minMaxNorm', options, defaults);
  return norm('minMaxNorm', config, [config.minValue, config.maxValue, config.rate]);
}

/** Every norm 1. */
export function unitNorm(options: NormOptions = {}): Constraint {
  const config = withDefaults<Required<NormOptions>>('constraints.unitNorm', options, { axis: 0 });
  return norm('unitNorm', config, [1, 1, 1]);
}

/** No weight below 0. */
export function nonNeg(): Constraint {
  return { name: 'nonNeg', config: {}, emit: (b, w) => b.emit(core, 'nonNegative', w, w.count) };
}

/** Keras's epsilon: keeps a norm of 0 from being divided by. */
const EPSILON = 1e-7;

function norm(
  name: string,
  config: Required<NormOptions>,
  [low, high, rate]: readonly [number, number, number],
): Constraint {
  const { axis } = config;
  if (!(low >= 0 && high >= low && rate >= 0 && rate <= 1)) {
    throw new ValueError(
      'constraint',
      `constraints.${name}: expected 0 <= minValue <= maxValue and a rate from 0 to 1, but got ` +
        `${JSON.stringify(config)}.`,
    );
  }
  return {
    name,
    config: { ...config },
    emit(b, w) {
      const [first, end] = neighbours(name, axis, w.shape);
      const outer = sizeOf(w.shape.slice(0, first));
      const length = sizeOf(w.shape.slice(first, end));
      const inner = sizeOf(w.shape.slice(end));
      b.emit(core, 'constrainNorm', w, low, high, rate, EPSILON, outer, length, inner);
    },
  };
}

/** From the axes of an option to the first of them and the one behind the last. */
function neighbours(name: string, axis: number | readonly number[], shape: Shape): [number, number] {
  const rank = shape.length;
  const axes = [axis]
    .flat()
    .map((one) => (one < 0 ? one + rank : one))
    .sort((a, b) => a - b);
  const [first] = axes;
  const last = axes[axes.length - 1];
  const valid = first >= 0 && last < rank && axes.every((one, i) => one === first + i);
  if (valid) return [first, last + 1];
  throw new ShapeError(
    'layer-shape',
    `constraints.${name}: axis ${JSON.stringify(axis)} must be one or several neighbouring axes of a weight of shape ` +
      `${formatShape(shape)}.`,
  );
}
