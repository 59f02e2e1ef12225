import { Optimizer, type OptimizerKernel, type OptimizerOptions } from './optimizer.js';

/** A running product: engines do not agree on the last bits of Math.pow. */
class Product {
  readonly #factor: (t: number) => number;
  #t = 0;
  #product = 1;

  constructor(factor: (t: number) => number) {
    this.#factor = factor;
  }

  /** factor(1) * ... * factor(t) */
  upTo(t: number): number {
    if (this.#t > t) {
      this.#t = 0;
      this.#product = 1;
    }
    while (this.#t < t) this.#product *= this.#factor(++this.#t);
    return this.#product;
  }
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
  readonly slots: readonly number[];
  readonly #values: readonly number[];

  constructor(options: SGDOptions = {}) {
    super('sgd', options, ['momentum', 'nesterov'], 0.01);
    const momentum = this.fraction('momentum', options.momentum ?? 0);
    this.#values = [momentum];
    this.slots = momentum ? [0] : [];
    this.kernel = !momentum ? 'sgd' : options.nesterov ? 'sgdNesterov' : 'sgdMomentum';
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export interface RMSpropOptions extends OptimizerOptions {
  /** Default 0.9. */
  rho?: number;
  /** Above 0, steps gather: m = momentum m + step; w -= m. Default 0. */
  momentum?: number;
  /** Default 1e-7; inside the square root, as in Keras. */
  epsilon?: number;
  /** Whether the variance of the gradient takes the place of its mean square. Default false. */
  centered?: boolean;
}

/** v = rho v + (1 - rho) g^2; w -= learningRate g / sqrt(v + epsilon) (Hinton 2012). Default rate 0.001. */
export class RMSprop extends Optimizer {
  readonly kernel: OptimizerKernel;
  readonly slots: readonly number[];
  readonly #values: readonly number[];

  constructor(options: RMSpropOptions = {}) {
    super('rmsprop', options, ['rho', 'momentum', 'epsilon', 'centered']);
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
    this.#values = [
      1 - this.fraction('rho', rho),
      this.positive('epsilon', epsilon),
      this.fraction('momentum', momentum),
    ];
    this.slots = [0, ...(centered ? [0] : []), ...(momentum ? [0] : [])];
    this.kernel = `rmsprop${centered ? 'Centered' : ''}${momentum ? 'Momentum' : ''}`;
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export interface AdamaxOptions extends OptimizerOptions {
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-7; outside the square root, as in Keras. */
  epsilon?: number;
}

export interface AdamOptions extends AdamaxOptions {
  /** Whether the highest second moment so far takes the place of the last one (Reddi et al. 2018). Default false. */
  amsgrad?: boolean;
}

/** What has a first and a second moment of the gradient. */
abstract class MomentOptimizer extends Optimizer {
  readonly slots: readonly number[] = [0, 0];
  protected readonly beta1: number;
  protected readonly beta2: number;
  protected readonly epsilon: number;
  /** beta1^t and beta2^t */
  protected readonly power1 = new Product(() => this.beta1);
  protected readonly power2 = new Product(() => this.beta2);
  /** What the kernel reads; what follows t is written anew for every step. */
  protected readonly values: number[];

  constructor(name: string, options: AdamaxOptions, own: readonly string[] = []) {
    super(name, options, ['beta1', 'beta2', 'epsilon', ...own]);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
    this.beta1 = this.fraction('beta1', beta1);
    this.beta2 = this.fraction('beta2', beta2);
    this.epsilon = this.positive('epsilon', epsilon);
    this.values = [1 - beta1, 1 - beta2, epsilon, 0];
  }
}

/** Adaptive moments (Kingma and Ba 2015) in Keras's form. Default rate 0.001. */
export class Adam extends MomentOptimizer {
  readonly kernel: OptimizerKernel;
  override readonly slots: readonly number[];

  constructor(options: AdamOptions = {}, name = 'adam') {
    super(name, options, ['amsgrad']);
    this.slots = options.amsgrad ? [0, 0, 0] : [0, 0];
    this.kernel = options.amsgrad ? 'amsgrad' : 'adam';
  }

  override hyperparameters(t: number, learningRate: number): readonly number[] {
    this.values[3] = (learningRate * Math.sqrt(1 - this.power2.upTo(t))) / (1 - this.power1.upTo(t));
    return this.values;
  }
}

/** Adam with a weight decay of 0.004 unless another is given (Loshchilov and Hutter 2019). Default rate 0.001. */
export class AdamW extends Adam {
  constructor(options: AdamOptions = {}) {
    super({ ...options, weightDecay: options.weightDecay ?? 0.004 }, 'adamw');
  }
}

/** Adam with the decaying maximum of |g| in the place of the second moment (Kingma and Ba 2015). Default rate 0.001. */
export class Adamax extends MomentOptimizer {
  readonly kernel = 'adamax';

  constructor(options: AdamaxOptions = {}) {
    super('adamax', options);
    this.values[1] = this.beta2;
  }

  override hyperparameters(t: number, learningRate: number): readonly number[] {
    this.values[3] = learningRate / (1 - this.power1.upTo(t));
    return this.values;
  }
}

/** Adam with Nesterov's look ahead, and momentum that rises by 0.96^t (Dozat 2016). Default rate 0.001. */
export class Nadam extends MomentOptimizer {
  readonly kernel = 'nadam';
  readonly #decay = new Product(() => 0.96);
  readonly #next = new Product(() => 0.96);
  readonly #momenta = new Product((t) => this.beta1 * (1 - 0.5 * this.#decay.upTo(t)));

  constructor(options: AdamaxOptions = {}) {
    super('nadam', options);
  }

  override hyperparameters(t: number, learningRate: number): readonly number[] {
    const { values, beta1 } = this;
    const scale = Math.sqrt(1 - this.power2.upTo(t));
    const product = this.#momenta.upTo(t);
    const now = beta1 * (1 - 0.5 * this.#decay.upTo(t));
    const next = beta1 * (1 - 0.5 * this.#next.upTo(t + 1));
    values[2] = this.epsilon * scale;
    values[3] = (learningRate * scale * next) / (1 - product * next);
    values[4] = (learningRate * scale * (1 - now)) / (1 - product);
    return values;
  }
}

/** Adam whose step is as long, for every weight, as learningRate times the weight (You et al. 2020). Default rate 0.001. */
export class Lamb extends MomentOptimizer {
  readonly kernel = 'lamb';
  override readonly separate = true;

  constructor(options: AdamaxOptions = {}) {
    super('lamb', options);
  }

  override hyperparameters(t: number): readonly number[] {
    const scale = Math.sqrt(1 - this.power2.upTo(t));
    this.values[2] = this.epsilon * scale;
    this.values[3] = scale / (1 - this.power1.upTo(t));
    return this.values;
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
  readonly slots: readonly number[];
  readonly #values: readonly number[];

  constructor(options: AdagradOptions = {}) {
    super('adagrad', options, ['initialAccumulatorValue', 'epsilon']);
    const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = options;
    this.slots = [this.positive('initialAccumulatorValue', initialAccumulatorValue, true)];
    this.#values = [this.positive('epsilon', epsilon)];
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export interface AdadeltaOptions extends OptimizerOptions {
  /** Default 0.95. */
  rho?: number;
  /** Default 1e-7; inside both square roots. */
  epsilon?: number;
}

/**
 * step = g sqrt(steps + epsilon) / sqrt(squares + epsilon), both running means of squares; w -= learningRate step (Zeiler
 * 2012). Default rate 0.001; the paper has 1.
 */
export class Adadelta extends Optimizer {
  readonly kernel = 'adadelta';
  readonly slots = [0, 0];
  readonly #values: readonly number[];

  constructor(options: AdadeltaOptions = {}) {
    super('adadelta', options, ['rho', 'epsilon']);
    const { rho = 0.95, epsilon = 1e-7 } = options;
    this.#values = [1 - this.fraction('rho', rho), this.positive('epsilon', epsilon)];
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export interface FtrlOptions extends OptimizerOptions {
  /** How the rate falls with the accumulator a, as a^learningRatePower; 0 or below. Default -0.5. */
  learningRatePower?: number;
  /** Default 0.1. */
  initialAccumulatorValue?: number;
  /** Default 0. */
  l1RegularizationStrength?: number;
  /** Default 0. */
  l2RegularizationStrength?: number;
  /** A pull towards 0 that the accumulator does not see. Default 0. */
  l2ShrinkageRegularizationStrength?: number;
  /** Default 0. */
  beta?: number;
}

/** Follow the regularized leader (McMahan et al. 2013), for sparse features. Default rate 0.001; it must be above 0. */
export class Ftrl extends Optimizer {
  readonly kernel: OptimizerKernel;
  readonly slots: readonly number[];
  readonly #l2: number;
  readonly #beta: number;
  readonly #values: number[];

  constructor(options: FtrlOptions = {}) {
    const strengths = ['l1', 'l2', 'l2Shrinkage'].map((kind) => `${kind}RegularizationStrength`);
    super('ftrl', options, ['learningRatePower', 'initialAccumulatorValue', ...strengths, 'beta']);
    const { learningRatePower = -0.5, initialAccumulatorValue = 0.1, beta = 0 } = options;
    const [l1, l2, shrinkage] = strengths.map((option) =>
      this.positive(option, (options as Readonly<Record<string, number>>)[option] ?? 0, true),
    );
    this.within('learningRatePower', learningRatePower, (x) => x <= 0, '0 or below');
    this.slots = [this.positive('initialAccumulatorValue', initialAccumulatorValue, true), 0];
    this.kernel = learningRatePower === -0.5 ? 'ftrl' : 'ftrlPower';
    this.#l2 = l2;
    this.#beta = this.positive('beta', beta, true);
    this.#values = [0, 0, l1, 2 * shrinkage, -learningRatePower];
  }

  override hyperparameters(_t: number, learningRate: number): readonly number[] {
    this.#values[0] = 1 / this.positive('learningRate', learningRate);
    this.#values[1] = 2 * this.#l2 + this.#beta / learningRate;
    return this.#values;
  }
}

export interface LionOptions extends OptimizerOptions {
  /** The share of the momentum in the direction of a step; above 0. Default 0.9. */
  beta1?: number;
  /** The share that the momentum keeps. Default 0.99. */
  beta2?: number;
}

/** w -= learningRate sign(beta1 m + (1 - beta1) g) (Chen et al. 2023). Default rate 0.001; the paper has a tenth of Adam's. */
export class Lion extends Optimizer {
  readonly kernel = 'lion';
  readonly slots = [0];
  readonly #values: readonly number[];

  constructor(options: LionOptions = {}) {
    super('lion', options, ['beta1', 'beta2']);
    const { beta1 = 0.9, beta2 = 0.99 } = options;
    this.within('beta1', beta1, (x) => x > 0 && x <= 1, 'above 0 and of at most 1');
    this.#values = [1 - beta1, 1 - this.fraction('beta2', beta2)];
  }

  override hyperparameters(): readonly number[] {
    return this.#values;
  }
}

export const sgd = (options?: SGDOptions) => new SGD(options);
export const rmsprop = (options?: RMSpropOptions) => new RMSprop(options);
export const adam = (options?: AdamOptions) => new Adam(options);
export const adamw = (options?: AdamOptions) => new AdamW(options);
export const adamax = (options?: AdamaxOptions) => new Adamax(options);
export const nadam = (options?: AdamaxOptions) => new Nadam(options);
export const adagrad = (options?: AdagradOptions) => new Adagrad(options);
export const adadelta = (options?: AdadeltaOptions) => new Adadelta(options);
export const ftrl = (options?: FtrlOptions) => new Ftrl(options);
export const lion = (options?: LionOptions) => new Lion(options);
export const lamb = (options?: AdamaxOptions) => new Lamb(options);
