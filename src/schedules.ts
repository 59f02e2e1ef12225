import { cosPi, power } from './elementary.js';
import { ConfigError } from './errors.js';
import { checkOptions } from './names.js';
import { LearningRateSchedule } from './schedule.js';

export interface TimeDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** In how many steps the rate decays once by `decayRate`. */
  decaySteps: number;
  /** What the rate is multiplied by once in `decaySteps` steps, or what its divisor grows by; 0 or above. */
  decayRate: number;
  /** Whether the rate stays constant for `decaySteps` steps at a time. Default false. */
  staircase?: boolean;
}

const TIME_DECAY = ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase'] as const;

/** initialLearningRate * decayRate^(iteration / decaySteps) */
export class ExponentialDecay extends LearningRateSchedule {
  readonly #options: TimeDecayOptions;

  /** @throws ConfigError for unknown, missing and impossible options. */
  constructor(options: TimeDecayOptions) {
    super('exponentialDecay', options);
    checkTimeDecay(options, this.name);
    this.#options = options;
  }

  override at(iteration: number): number {
    const { initialLearningRate, decayRate } = this.#options;
    return initialLearningRate * power(decayRate, decaysOf(this.#options, iteration));
  }
}

/** initialLearningRate / (1 + decayRate * iteration / decaySteps) */
export class InverseTimeDecay extends LearningRateSchedule {
  readonly #options: TimeDecayOptions;

  /** @throws ConfigError for unknown, missing and impossible options. */
  constructor(options: TimeDecayOptions) {
    super('inverseTimeDecay', options);
    checkTimeDecay(options, this.name);
    this.#options = options;
  }

  override at(iteration: number): number {
    const { initialLearningRate, decayRate } = this.#options;
    return initialLearningRate / (1 + decayRate * decaysOf(this.#options, iteration));
  }
}

function checkTimeDecay(options: TimeDecayOptions, name: string): void {
  checkOptions(options, TIME_DECAY, `schedules.${name}`);
  check(options, name, ['initialLearningRate', 'decayRate'], 0);
  check(options, name, ['decaySteps'], Number.MIN_VALUE);
}

/** How often the rate has decayed. */
function decaysOf({ decaySteps, staircase }: TimeDecayOptions, iteration: number): number {
  const decays = iteration / decaySteps;
  return staircase ? Math.floor(decays) : decays;
}

export interface PiecewiseConstantDecayOptions {
  /** The last iterations of all pieces but the last, rising. */
  boundaries: readonly number[];
  /** The rate of each piece: one more than there are boundaries. */
  values: readonly number[];
}

/** values[0] up to and with iteration boundaries[0], values[1] up to and with boundaries[1], and so on. */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  readonly #boundaries: readonly number[];
  readonly #values: readonly number[];

  /** @throws ConfigError for unknown options, and where boundaries and values do not fit together. */
  constructor(options: PiecewiseConstantDecayOptions) {
    super('piecewiseConstantDecay', options);
    checkOptions(options, ['boundaries', 'values'], `schedules.${this.name}`);
    const { boundaries, values } = options;
    for (const [option, list] of Object.entries({ boundaries, values })) {
      if (!Array.isArray(list)) throw wrong(this.name, option, 'a list of numbers', list);
      list.forEach((value, i) => {
        checkNumber(value, this.name, `${option}[${i}]`, 0);
      });
    }
    if (values.length !== boundaries.length + 1) {
      throw wrong(this.name, 'values', `${boundaries.length + 1} numbers, one more than boundaries`, values);
    }
    if (boundaries.some((boundary, i) => i > 0 && boundary <= boundaries[i - 1])) {
      throw wrong(this.name, 'boundaries', 'in rising order', boundaries);
    }
    this.#boundaries = [...boundaries];
    this.#values = [...values];
  }

  override at(iteration: number): number {
    const piece = this.#boundaries.findIndex((boundary) => iteration <= boundary);
    return this.#values.at(piece)!;
  }
}

export interface PolynomialDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** After how many steps the last rate is reached. */
  decaySteps: number;
  /** Default 0.0001. */
  endLearningRate?: number;
  /** Default 1: a straight line. */
  power?: number;
  /** Whether it rises again each time it has come to the end, over 2, 3, ... times `decaySteps`. Default false. */
  cycle?: boolean;
}

/** (initialLearningRate - endLearningRate) * (1 - iteration / decaySteps)^power + endLearningRate */
export class PolynomialDecay extends LearningRateSchedule {
  readonly #options: PolynomialDecayOptions;

  /** @throws ConfigError for unknown, missing and impossible options. */
  constructor(options: PolynomialDecayOptions) {
    super('polynomialDecay', options);
    const known = ['initialLearningRate', 'decaySteps', 'endLearningRate', 'power', 'cycle'] as const;
    checkOptions(options, known, `schedules.${this.name}`);
    const { endLearningRate = 1e-4, power = 1 } = options;
    this.#options = { ...options, endLearningRate, power };
    check(this.#options, this.name, ['initialLearningRate', 'endLearningRate', 'power'], 0);
    check(this.#options, this.name, ['decaySteps'], Number.MIN_VALUE);
  }

  override at(iteration: number): number {
    const { initialLearningRate, decaySteps, endLearningRate, power: exponent, cycle } = this.#options;
    const cycles = cycle ? Math.max(1, Math.ceil(iteration / decaySteps)) : 1;
    const done = Math.min(1, iteration / (decaySteps * cycles));
    return (initialLearningRate - endLearningRate!) * power(1 - done, exponent!) + endLearningRate!;
  }
}

export interface CosineDecayOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** How many steps the decay takes, those of the warm-up not counted. */
  decaySteps: number;
  /** The last rate as a share of the one from which it decays. Default 0. */
  alpha?: number;
  /** The rate to which the first `warmupSteps` steps rise on a straight line; without it there is no warm-up. Default: none. */
  warmupTarget?: number;
  /** Default 0. */
  warmupSteps?: number;
}

/** From the rate r to alpha * r along half a cosine (Loshchilov and Hutter 2017), after an optional linear warm-up. */
export class CosineDecay extends LearningRateSchedule {
  readonly #options: CosineDecayOptions;

  /** @throws ConfigError for unknown, missing and impossible options. */
  constructor(options: CosineDecayOptions) {
    super('cosineDecay', options);
    const known = ['initialLearningRate', 'decaySteps', 'alpha', 'warmupTarget', 'warmupSteps'] as const;
    checkOptions(options, known, `schedules.${this.name}`);
    const { initialLearningRate, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
    checkNumber(warmupTarget ?? initialLearningRate, this.name, 'warmupTarget', 0);
    this.#options = { ...options, alpha, warmupSteps };
    check(this.#options, this.name, ['initialLearningRate', 'alpha', 'warmupSteps'], 0);
    check(this.#options, this.name, ['decaySteps'], Number.MIN_VALUE);
  }

  override at(iteration: number): number {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this.#options;
    if (warmupTarget === undefined) {
      return initialLearningRate * cosineShare(iteration / decaySteps, alpha!);
    }
    if (iteration >= warmupSteps!) {
      return warmupTarget * cosineShare((iteration - warmupSteps!) / decaySteps, alpha!);
    }
    return (warmupTarget - initialLearningRate) * (iteration / warmupSteps!) + initialLearningRate;
  }
}

/** From 1 to alpha along half a cosine, as `done` goes from 0 to 1. */
function cosineShare(done: number, alpha: number, height = 1): number {
  return (1 - alpha) * (0.5 * height * (1 + cosPi(Math.min(1, done)))) + alpha;
}

export interface CosineDecayRestartsOptions {
  /** The rate of the first step. */
  initialLearningRate: number;
  /** How many steps the first period has. */
  firstDecaySteps: number;
  /** How much longer each period is than the one before, 1 or more. Default 2. */
  tMul?: number;
  /** How much higher or lower each period begins than the one before. Default 1. */
  mMul?: number;
  /** The lowest rate as a share of `initialLearningRate`. Default 0. */
  alpha?: number;
}

/** Cosine decays one after the other, each from the top again (Loshchilov and Hutter 2017). */
export class CosineDecayRestarts extends LearningRateSchedule {
  readonly #options: Required<CosineDecayRestartsOptions>;

  /** @throws ConfigError for unknown, missing and impossible options. */
  constructor(options: CosineDecayRestartsOptions) {
    super('cosineDecayRestarts', options);
    const known = ['initialLearningRate', 'firstDecaySteps', 'tMul', 'mMul', 'alpha'] as const;
    checkOptions(options, known, `schedules.${this.name}`);
    const { tMul = 2, mMul = 1, alpha = 0 } = options;
    this.#options = { ...options, tMul, mMul, alpha };
    check(this.#options, this.name, ['initialLearningRate', 'mMul', 'alpha'], 0);
    check(this.#options, this.name, ['firstDecaySteps'], Number.MIN_VALUE);
    check(this.#options, this.name, ['tMul'], 1);
  }

  override at(iteration: number): number {
    const { initialLearningRate, firstDecaySteps, tMul, mMul, alpha } = this.#options;
    let done = iteration / firstDecaySteps;
    let restarts = 0;
    if (tMul === 1) {
      restarts = Math.floor(done);
      done -= restarts;
    } else {
      // Period by period, in the place of a quotient of logarithms.
      let length = 1;
      for (; done >= length; restarts++) {
        done -= length;
        length *= tMul;
      }
      done /= length;
    }
    return initialLearningRate * cosineShare(done, alpha, power(mMul, restarts));
  }
}

export interface OneCycleOptions {
  /** The highest rate. */
  maxLearningRate: number;
  /** How many steps the cycle has; after them the rate stays the last one. */
  totalSteps: number;
  /** The share of the steps in which the rate rises. Default 0.3. */
  pctStart?: number;
  /** The first rate is maxLearningRate / divFactor. Default 25. */
  divFactor?: number;
  /** The last rate is the first / finalDivFactor. Default 10,000. */
  finalDivFactor?: number;
}

/**
 * Up and down once, both along half a cosine (Smith and Topin 2018), with the names, defaults and steps of PyTorch; Keras
 * has none.
 */
export class OneCycle extends LearningRateSchedule {
  readonly #options: Required<OneCycleOptions>;

  /** @throws ConfigError for unknown, missing and impossible options. */
  constructor(options: OneCycleOptions) {
    super('oneCycle', options);
    const known = ['maxLearningRate', 'totalSteps', 'pctStart', 'divFactor', 'finalDivFactor'] as const;
    checkOptions(options, known, `schedules.${this.name}`);
    const { pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
    this.#options = { ...options, pctStart, divFactor, finalDivFactor };
    check(this.#options, this.name, ['maxLearningRate', 'pctStart'], 0);
    check(this.#options, this.name, ['totalSteps', 'divFactor', 'finalDivFactor'], Number.MIN_VALUE);
    if (pctStart * options.totalSteps <= 1 || pctStart >= 1) {
      throw wrong(this.name, 'pctStart', 'below 1 and more than one of totalSteps', pctStart);
    }
  }

  override at(iteration: number): number {
    const { maxLearningRate, totalSteps, pctStart, divFactor, finalDivFactor } = this.#options;
    const first = maxLearningRate / divFactor;
    const last = first / finalDivFactor;
    const top = pctStart * totalSteps - 1;
    if (iteration <= top) return alongCosine(first, maxLearningRate, iteration / top);
    return alongCosine(maxLearningRate, last, (iteration - top) / (totalSteps - 1 - top));
  }
}

function alongCosine(from: number, to: number, done: number): number {
  return to + (from - to) * cosineShare(done, 0);
}

export interface WarmupOptions {
  /** How many steps rise on a straight line from 0. */
  steps: number;
  /** The rate, or what it follows after the warm-up; its iterations are counted from there. */
  learningRate: number | LearningRateSchedule;
}

/** A linear rise from 0, before a constant rate or any schedule. */
export class Warmup extends LearningRateSchedule {
  readonly #options: WarmupOptions;

  /** @throws ConfigError for unknown, missing and impossible options. */
  constructor(options: WarmupOptions) {
    super('warmup', options);
    checkOptions(options, ['steps', 'learningRate'], `schedules.${this.name}`);
    const { steps, learningRate } = options;
    checkNumber(steps, this.name, 'steps', Number.MIN_VALUE);
    if (!(learningRate instanceof LearningRateSchedule))
      checkNumber(learningRate, this.name, 'learningRate', 0);
    this.#options = options;
  }

  override at(iteration: number): number {
    const { steps, learningRate } = this.#options;
    const after = Math.max(0, iteration - steps);
    const rate = typeof learningRate === 'number' ? learningRate : learningRate.at(after);
    return Math.min(1, iteration / steps) * rate;
  }
}

export const exponentialDecay = (options: TimeDecayOptions) => new ExponentialDecay(options);
export const inverseTimeDecay = (options: TimeDecayOptions) => new InverseTimeDecay(options);
export const piecewiseConstantDecay = (options: PiecewiseConstantDecayOptions) =>
  new PiecewiseConstantDecay(options);
export const polynomialDecay = (options: PolynomialDecayOptions) => new PolynomialDecay(options);
export const cosineDecay = (options: CosineDecayOptions) => new CosineDecay(options);
export const cosineDecayRestarts = (options: CosineDecayRestartsOptions) => new CosineDecayRestarts(options);
export const oneCycle = (options: OneCycleOptions) => new OneCycle(options);
export const warmup = (options: WarmupOptions) => new Warmup(options);

function check<T extends object>(options: T, name: string, keys: readonly (keyof T & string)[], low: number) {
  for (const key of keys) checkNumber(options[key], name, key, low);
}

function checkNumber(value: unknown, name: string, option: string, low: number): void {
  if (Number.isFinite(value) && (value as number) >= low) return;
  throw wrong(
    name,
    option,
    `a finite number ${low === Number.MIN_VALUE ? 'above 0' : `of ${low} or more`}`,
    value,
  );
}

function wrong(name: string, option: string, expected: string, value: unknown): ConfigError {
  return new ConfigError(
    'option-value',
    `schedules.${name}: ${option} must be ${expected}, but got ${String(value)}.`,
  );
}
