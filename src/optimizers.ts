import { ConfigError } from './errors.js';
import { checkOptions } from './names.js';
import type { CoreKernels } from './wasm/generated/core.js';

export interface OptimizerOptions {
  /** The step size. Default: the optimizer's own. */
  learningRate?: number;
  /** Subtracts weight * weightDecay * learningRate before each step (decoupled, Loshchilov and Hutter 2019). */
  weightDecay?: number;
  /** Largest norm of the gradient of one weight. At most one of the three clips may be given. */
  clipnorm?: number;
  /** Largest size of one element of a gradient. */
  clipvalue?: number;
  /** Largest norm of all gradients together. */
  globalClipnorm?: number;
}

const COMMON = ['learningRate', 'weightDecay', 'clipnorm', 'clipvalue', 'globalClipnorm'];

/** The kernels that take one step for every weight. */
export type OptimizerKernel = Extract<
  keyof CoreKernels,
  'sgd' | 'sgdMomentum' | 'sgdNesterov' | 'rmsprop' | 'adam' | 'adagrad'
>;

/** How gradients become steps. `learningRate` may be changed between steps. */
export abstract class Optimizer {
  /** The name under which it is known. */
  readonly name: string;
  learningRate: number;
  readonly weightDecay: number;
  readonly clipnorm: number | undefined;
  readonly clipvalue: number | undefined;
  readonly globalClipnorm: number | undefined;
  /** The kernel that takes the step. */
  abstract readonly kernel: OptimizerKernel;
  /** How many numbers it keeps for every weight, and what they begin with. */
  abstract readonly slots: number;
  readonly slotStart: number = 0;
  readonly #options: OptimizerOptions;

  constructor(options: OptimizerOptions, learningRate: number, own: readonly string[], name: string) {
    checkOptions(options, [...COMMON, ...own], `optimizers.${name}`);
    this.name = name;
    this.#options = options;
    const rate = options.learningRate ?? learningRate;
    this.learningRate = positive(rate, `optimizers.${name}: learningRate`, true);
    this.weightDecay = positive(options.weightDecay ?? 0, `optimizers.${name}: weightDecay`, true);
    const clips = (['clipnorm', 'clipvalue', 'globalClipnorm'] as const).filter(
      (clip) => options[clip] !== undefined,
    );
    if (clips.length > 1) {
      throw new ConfigError(
        'option-value',
        `optimizers.${name}: only one of clipnorm, clipvalue and globalClipnorm may be given, but got ` +
          `${clips.join(' and ')}.`,
      );
    }
    for (const clip of clips) positive(options[clip]!, `optimizers.${name}: ${clip}`);
    this.clipnorm = options.clipnorm;
    this.clipvalue = options.clipvalue;
    this.globalClipnorm = options.globalClipnorm;
  }

  /** The options that make an equal one, with the learning rate of now. */
  get config(): Readonly<Record<string, unknown>> {
    return { ...this.#options, learningRate: this.learningRate };
  }

  /** The numbers that its kernel reads at step `t` (1 is the first), in the kernel's order. */
  abstract hyperparameters(t: number): readonly number[];
}

export interface SGDOptions extends OptimizerOptions {
  /** Default 0. */
  momentum?: number;
  /** Default false. */
  nesterov?: boolean;
}

/** Gradient descent: m = momentum m - learningRate g; w += m, or with Nesterov's look ahead. Default rate 0.01. */
export class SGD extends Optimizer {
  readonly kernel: OptimizerKernel;
  readonly slots: number;
  readonly #values: readonly number[];

  constructor(options: SGDOptions = {}) {
    super(options, 0.01, ['momentum', 'nesterov'], 'sgd');
    const momentum = fraction(options.momentum ?? 0, 'optimizers.sgd: momentum');
    this.#values = [momentum];
    this.slots = momentum ? 1 : 0;
    this.kernel = !momentum ? 'sgd' : options.nesterov ? 'sgdNesterov' : 'sgdMomentum';
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export interface RMSpropOptions extends OptimizerOptions {
  /** Default 0.9. */
  rho?: number;
  /** Default 1e-7; inside the square root, as in Keras. */
  epsilon?: number;
}

/** v = rho v + (1 - rho) g^2; w -= learningRate g / sqrt(v + epsilon) (Hinton 2012). Default rate 0.001. */
export class RMSprop extends Optimizer {
  readonly kernel = 'rmsprop';
  readonly slots = 1;
  readonly #values: readonly number[];

  constructor(options: RMSpropOptions = {}) {
    super(options, 0.001, ['rho', 'epsilon'], 'rmsprop');
    const { rho = 0.9, epsilon = 1e-7 } = options;
    this.#values = [
      1 - fraction(rho, 'optimizers.rmsprop: rho'),
      positive(epsilon, 'optimizers.rmsprop: epsilon'),
    ];
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export interface AdamOptions extends OptimizerOptions {
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-7; outside the square root, as in Keras. */
  epsilon?: number;
}

/** Adaptive moments (Kingma and Ba 2015) in Keras's form. Default rate 0.001. */
export class Adam extends Optimizer {
  readonly kernel = 'adam';
  readonly slots = 2;
  readonly #beta1: number;
  readonly #beta2: number;
  readonly #values: [number, number, number, number];
  /** Running products: engines do not agree on the last bits of Math.pow. */
  #powers = { t: 0, beta1: 1, beta2: 1 };

  constructor(options: AdamOptions = {}) {
    super(options, 0.001, ['beta1', 'beta2', 'epsilon'], 'adam');
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
    this.#beta1 = fraction(beta1, 'optimizers.adam: beta1');
    this.#beta2 = fraction(beta2, 'optimizers.adam: beta2');
    this.#values = [1 - beta1, 1 - beta2, positive(epsilon, 'optimizers.adam: epsilon'), 0];
  }

  override hyperparameters(t: number): readonly number[] {
    if (this.#powers.t > t) this.#powers = { t: 0, beta1: 1, beta2: 1 };
    const powers = this.#powers;
    for (; powers.t < t; powers.t++) {
      powers.beta1 *= this.#beta1;
      powers.beta2 *= this.#beta2;
    }
    this.#values[3] = (this.learningRate * Math.sqrt(1 - powers.beta2)) / (1 - powers.beta1);
    return this.#values;
  }
}

export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.1. */
  initialAccumulatorValue?: number;
  /** Default 1e-7. */
  epsilon?: number;
}

/** a += g^2; w -= learningRate g / sqrt(a + epsilon) (Duchi et al. 2011). Default rate 0.001. */
export class Adagrad extends Optimizer {
  readonly kernel = 'adagrad';
  readonly slots = 1;
  override readonly slotStart: number;
  readonly #values: readonly number[];

  constructor(options: AdagradOptions = {}) {
    super(options, 0.001, ['initialAccumulatorValue', 'epsilon'], 'adagrad');
    const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = options;
    this.slotStart = positive(initialAccumulatorValue, 'optimizers.adagrad: initialAccumulatorValue', true);
    this.#values = [positive(epsilon, 'optimizers.adagrad: epsilon')];
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export const sgd = (options?: SGDOptions) => new SGD(options);
export const rmsprop = (options?: RMSpropOptions) => new RMSprop(options);
export const adam = (options?: AdamOptions) => new Adam(options);
export const adagrad = (options?: AdagradOptions) => new Adagrad(options);

function positive(value: number, argument: string, zero = false): number {
  if (Number.isFinite(value) && (value > 0 || (zero && value === 0))) return value;
  const bound = zero ? '0 or above' : 'above 0';
  throw new ConfigError(
    'option-value',
    `${argument} must be a finite number ${bound}, but got ${String(value)}.`,
  );
}

function fraction(value: number, argument: string): number {
  if (value >= 0 && value < 1) return value;
  throw new ConfigError(
    'option-value',
    `${argument} must be at least 0 and below 1, but got ${String(value)}.`,
  );
}
