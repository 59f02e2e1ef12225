import { ConfigError } from './errors.js';
import { checkOptions } from './names.js';
import { describedSchedules, LearningRateSchedule } from './schedule.js';
import type { CoreKernels } from './wasm/generated/core.js';

/** A step size: a number, a schedule, or a function of how many steps were taken before. */
export type LearningRate = number | LearningRateSchedule | ((iteration: number) => number);

export interface OptimizerOptions {
  /** The step size. Default: the optimizer's own. */
  learningRate?: LearningRate;
  /** @deprecated The former name of `learningRate`; a warning says so. Default: none. */
  lr?: LearningRate;
  /**
   * Subtracts weight * weightDecay * learningRate before each step (decoupled, Loshchilov and Hutter 2019). Default 0, of
   * AdamW 0.004.
   */
  weightDecay?: number;
  /**
   * Weights that do not decay: strings of which one is part of the weight's name, such as 'bias', or a function of it.
   * Default: none.
   */
  excludeFromWeightDecay?: readonly string[] | ((name: string) => boolean);
  /** Largest norm of the gradient of one weight. Default: none. At most one of the three clips may be given. */
  clipnorm?: number;
  /** Largest size of one element of a gradient. Default: none. */
  clipvalue?: number;
  /** Largest norm of all gradients together. Default: none. */
  globalClipnorm?: number;
  /**
   * Whether moving averages of the weights are kept, which `fit` puts in the place of the weights when it is done. Default
   * false.
   */
  useEma?: boolean;
  /** The share that an average keeps at each step, 0 to 1. Default 0.99. */
  emaMomentum?: number;
  /** After every so many steps the averages are put in the place of the weights. Default: only at the end of `fit`. */
  emaOverwriteFrequency?: number;
  /** How many gradients are collected, 2 or more, before one step follows their mean. Default: each makes a step. */
  gradientAccumulationSteps?: number;
  /**
   * What the loss is multiplied by before its gradient is computed, above 0, and the gradient divided by afterwards: keeps
   * tiny gradients out of the range where float32 loses digits. Default: none.
   */
  lossScaleFactor?: number;
}

const COMMON = [
  ...['learningRate', 'weightDecay', 'excludeFromWeightDecay', 'clipnorm', 'clipvalue', 'globalClipnorm'],
  ...['useEma', 'emaMomentum', 'emaOverwriteFrequency', 'gradientAccumulationSteps', 'lossScaleFactor'],
];

/** The kernels that take one step for every weight. */
export type OptimizerKernel = Extract<
  keyof CoreKernels,
  | 'sgd'
  | 'sgdMomentum'
  | 'sgdNesterov'
  | 'rmsprop'
  | 'rmspropMomentum'
  | 'rmspropCentered'
  | 'rmspropCenteredMomentum'
  | 'adam'
  | 'amsgrad'
  | 'adamax'
  | 'nadam'
  | 'adagrad'
  | 'adadelta'
  | 'ftrl'
  | 'ftrlPower'
  | 'lion'
  | 'lamb'
>;

/** How gradients become steps. */
export abstract class Optimizer {
  /** The name under which it is known. */
  readonly name: string;
  readonly weightDecay: number;
  readonly clipnorm: number | undefined;
  readonly clipvalue: number | undefined;
  readonly globalClipnorm: number | undefined;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | undefined;
  readonly gradientAccumulationSteps: number | undefined;
  readonly lossScaleFactor: number | undefined;
  /** How many gradients the training that it belongs to has computed. */
  iterations = 0;
  /** The kernel that takes the step. */
  abstract readonly kernel: OptimizerKernel;
  /** What the numbers begin with that it keeps for every weight. */
  abstract readonly slots: readonly number[];
  /** Whether its kernel needs norms of single weights, so that neighbours in memory cannot be walked as one. */
  readonly separate: boolean = false;
  readonly #options: OptimizerOptions;
  #learningRate: LearningRate;

  /**
   * @param own the names of the options that are not common to all.
   * @throws ConfigError for unknown options and for values out of range.
   */
  constructor(name: string, given: OptimizerOptions, own: readonly string[], learningRate = 0.001) {
    this.name = name;
    const options = withoutAlias(given, `optimizers.${name}`);
    checkOptions(options, [...COMMON, ...own], `optimizers.${name}`);
    this.#options = options;
    this.#learningRate = this.#checkRate(options.learningRate ?? learningRate);
    this.weightDecay = this.positive('weightDecay', options.weightDecay ?? 0, true);
    this.useEma = options.useEma ?? false;
    this.emaMomentum = this.within(
      'emaMomentum',
      options.emaMomentum ?? 0.99,
      (x) => x >= 0 && x <= 1,
      '0 to 1',
    );
    this.emaOverwriteFrequency = this.#whole('emaOverwriteFrequency', options.emaOverwriteFrequency, 1);
    this.gradientAccumulationSteps = this.#whole(
      'gradientAccumulationSteps',
      options.gradientAccumulationSteps,
      2,
    );
    this.lossScaleFactor = options.lossScaleFactor;
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
    for (const clip of clips) this.positive(clip, options[clip]!);
    if (options.lossScaleFactor !== undefined) this.positive('lossScaleFactor', options.lossScaleFactor);
    this.clipnorm = options.clipnorm;
    this.clipvalue = options.clipvalue;
    this.globalClipnorm = options.globalClipnorm;
    const { excludeFromWeightDecay: excluded = [] } = options;
    const names = Array.isArray(excluded) && excluded.every((part) => typeof part === 'string');
    if (!names && typeof excluded !== 'function') {
      throw this.wrong('excludeFromWeightDecay', 'a list of strings, or a function of a name', excluded);
    }
  }

  /** The step size of the step that comes next. It may be set between steps, unless it follows a schedule. */
  get learningRate(): number {
    const rate = this.#learningRate;
    if (typeof rate === 'number') return rate;
    const { iterations } = this;
    if (typeof rate !== 'function') return rate.at(iterations);
    return this.positive(`learningRate(${iterations})`, rate(iterations), true);
  }

  /**
   * @throws ConfigError `learning-rate-schedule` where a number shall take the place of a schedule or function, as in
   *   Keras: hand in another schedule.
   */
  set learningRate(rate: LearningRate) {
    if (typeof rate === 'number' && typeof this.#learningRate !== 'number') {
      throw new ConfigError(
        'learning-rate-schedule',
        `optimizers.${this.name}: learningRate follows a schedule, so it cannot be set to ${rate}; set another schedule, ` +
          'or make the optimizer with a number.',
      );
    }
    this.#learningRate = this.#checkRate(rate);
  }

  /** The options that make an equal one, with the learning rate of now. */
  get config(): Readonly<Record<string, unknown>> {
    return describedSchedules({ ...this.#options, learningRate: this.#learningRate });
  }

  /** The decay of a weight of that name. */
  weightDecayOf(name: string): number {
    const { excludeFromWeightDecay: excluded = [] } = this.#options;
    const stays =
      typeof excluded === 'function' ? excluded(name) : excluded.some((part) => name.includes(part));
    return stays ? 0 : this.weightDecay;
  }

  /** The numbers that its kernel reads at step `t` (1 is the first) of size `learningRate`, in the kernel's order. */
  abstract hyperparameters(t: number, learningRate: number): readonly number[];

  /** The value, where it is finite and above 0; or 0 where that is allowed. */
  protected positive(option: string, value: number, zero = false): number {
    const fits = (x: number) => x > 0 || (zero && x === 0);
    return this.within(option, value, fits, zero ? '0 or above' : 'above 0');
  }

  /** The value, where it is at least 0 and below 1. */
  protected fraction(option: string, value: number): number {
    return this.within(option, value, (x) => x >= 0 && x < 1, 'of at least 0 and below 1');
  }

  protected within(option: string, value: number, fits: (value: number) => boolean, range: string): number {
    if (Number.isFinite(value) && fits(value)) return value;
    throw this.wrong(option, `a finite number ${range}`, value);
  }

  protected wrong(option: string, expected: string, value: unknown): ConfigError {
    return new ConfigError(
      'option-value',
      `optimizers.${this.name}: ${option} must be ${expected}, but got ${String(value)}.`,
    );
  }

  #whole(option: string, value: number | undefined, low: number): number | undefined {
    if (value === undefined || (Number.isInteger(value) && value >= low)) return value;
    throw this.wrong(option, `a whole number of ${low} or more`, value);
  }

  #checkRate(rate: LearningRate): LearningRate {
    if (typeof rate === 'function' || rate instanceof LearningRateSchedule) return rate;
    return this.positive('learningRate', rate, true);
  }
}

/** The options with `learningRate` in the place of `lr`. */
function withoutAlias({ lr, ...options }: OptimizerOptions, where: string): OptimizerOptions {
  if (lr === undefined) return options;
  if (options.learningRate !== undefined) {
    throw new ConfigError('option-value', `${where}: lr is learningRate; give one of the two.`);
  }
  console.warn(`${where}: lr is called learningRate.`);
  return { ...options, learningRate: lr };
}
