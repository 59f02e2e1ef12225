import { ValueError } from './errors.js';
import type { Builder } from './plan/builder.js';
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
/** max(x, 0). */
export const relu = (): Activation => elementwise('relu');
/** x above 0, negativeSlope * x below (default 0.2; the layer of that name has 0.3). */
export const leakyRelu = ({ negativeSlope = 0.2 } = {}): Activation =>
  elementwise('leakyRelu', { negativeSlope }, negativeSlope);
/** 1 / (1 + exp(-x)). */
export const sigmoid = (): Activation => elementwise('sigmoid');
/** The hyperbolic tangent. */
export const tanh = (): Activation => elementwise('tanh');
/** exp(x) / sum exp(x) over the last axis. */
export const softmax = (): Activation => ({ name: 'softmax', config: {}, apply: (b, x) => b.softmax(x) });
/** log(1 + exp(x)). */
export const softplus = (): Activation => elementwise('softplus');
/** x above 0, alpha * (exp(x) - 1) below (default alpha 1; Clevert et al. 2016). */
export const elu = ({ alpha = 1 } = {}): Activation => elementwise('elu', { alpha }, alpha);
/** 1.0507 * elu(x, 1.6733) (Klambauer et al. 2017). */
export const selu = (): Activation => elementwise('selu');
/** x * Phi(x) (Hendrycks and Gimpel 2016); with `approximate` (default false) by their formula with tanh. */
export const gelu = ({ approximate = false } = {}): Activation =>
  approximate ? { name: 'gelu', config: { approximate }, apply: approximateGelu } : elementwise('gelu');
/** x * sigmoid(x). */
export const silu = (): Activation => elementwise('silu');
/** exp(x). */
export const exponential = (): Activation => elementwise('exponential');
/** relu6(x + 3) / 6. */
export const hardSigmoid = (): Activation => elementwise('hardSigmoid');

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
