/** From what users write (a name in either spelling, or an object) to the object. */
import type { Activation } from './activations.js';
import * as activations from './activations.js';
import type { Constraint } from './constraints.js';
import * as constraints from './constraints.js';
import type { Identifier } from './identifiers.js';
import type { Initializer } from './initializers.js';
import * as initializers from './initializers.js';
import { type LossFunction, lossOf } from './losses/custom.js';
import type { LossDefinition } from './losses.js';
import * as losses from './losses.js';
import type { Metric, MetricDefinition } from './metrics.js';
import * as metrics from './metrics.js';
import { lookUp } from './names.js';
import type { Optimizer } from './optimizer.js';
import * as optimizers from './optimizers.js';
import { registered } from './registry.js';
import type { Regularizer } from './regularizers.js';
import * as regularizers from './regularizers.js';
import type { LearningRateSchedule } from './schedule.js';
import * as schedules from './schedules.js';

export type ActivationLike = Identifier<typeof activations> | ActivationAlias | Described | Activation;
export type InitializerLike = Identifier<typeof initializers> | InitializerAlias | Described | Initializer;
export type ConstraintLike = Identifier<typeof constraints> | ConstraintAlias | Described | Constraint;
export type RegularizerLike =
  | Identifier<typeof regularizers>
  | 'l1_l2'
  | 'orthogonal'
  | Described
  | Regularizer;

type LossAlias = keyof typeof lossAliases;
type MetricAlias = keyof typeof metricAliases;
/** A name, an object, or a function `(b, yTrue, yPred) => value` of builder operations. */
export type LossLike = Identifier<typeof losses> | LossAlias | Described | LossDefinition | LossFunction;
/** 'accuracy' and 'acc' stand for the binary, categorical or sparse one, whichever fits the output and the loss. */
export type MetricLike =
  | Identifier<typeof metrics>
  | MetricAlias
  | 'accuracy'
  | 'acc'
  | Described
  | MetricDefinition;
/** In lower case, or as the class is called. */
export type OptimizerLike = (keyof typeof optimizers & string) | Described | Optimizer;

type ActivationAlias = keyof typeof activationAliases;
const activationAliases = {
  swish: 'silu',
  hard_swish: 'hardSilu',
  hardswish: 'hardSilu',
} as const;
type InitializerAlias = keyof typeof initializerAliases;
const initializerAliases = {
  normal: 'randomNormal',
  one: 'ones',
  uniform: 'randomUniform',
  zero: 'zeros',
} as const;
type ConstraintAlias = keyof typeof constraintAliases;
const constraintAliases = { minmaxnorm: 'minMaxNorm' } as const;
const lossAliases = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
  kldivergence: 'klDivergence',
  logcosh: 'logCosh',
} as const;
const metricAliases = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  rmse: 'rootMeanSquaredError',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
  kldivergence: 'klDivergence',
  logcosh: 'logCoshError',
  auc: 'auc',
  fbeta_score: 'fBetaScore',
} as const;

type Table<T> = Readonly<Record<string, (options: never) => T>>;

/** A name with options, as a file has it. */
export interface Described {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The row of the table, where the name is another. */
  readonly kind?: string;
}

/** Whether this is a name with options, or an object that has both. */
export function isDescribed(like: unknown): like is Described {
  if (typeof like !== 'object' || like === null) return false;
  const { name, config } = like as Partial<Described>;
  return typeof name === 'string' && typeof config === 'object' && config !== null;
}

/** The name and the options of an object of one of the tables: what a file keeps of it. */
export function describe({ name, kind = name, config }: Described): Described {
  return { name: kind, config };
}

/** From a name, a described or a real object (which has `method`) to a real one. */
function resolve<T extends object>(
  like: string | Described | T,
  method: keyof T & string,
  table: object,
  kind: string,
  aliases?: Readonly<Record<string, string>>,
): T {
  if (typeof like === 'object' && like !== null && method in like) return like as T;
  const { name, config } =
    typeof like === 'object' && like !== null ? (like as Described) : { name: String(like), config: {} };
  return lookUp(table as Record<string, (options: object) => T>, name, kind, aliases)(config);
}

export function resolveActivation(activation: ActivationLike): Activation {
  return resolve(activation, 'apply', activations, 'activation', activationAliases);
}

export function resolveInitializer(initializer: InitializerLike): Initializer {
  return resolve(initializer, 'fill', initializers, 'initializer', initializerAliases);
}

export function resolveRegularizer(regularizer: RegularizerLike): Regularizer {
  return resolve(regularizer, 'emit', regularizers, 'regularizer', {
    l1_l2: 'l1l2',
    orthogonal: 'orthogonalRegularizer',
  });
}

export function resolveConstraint(constraint: ConstraintLike): Constraint {
  return resolve(constraint, 'emit', constraints, 'constraint', constraintAliases);
}

export function resolveLoss(loss: LossLike): LossDefinition {
  if (typeof loss === 'function') return lossOf(loss);
  const own = registered(typeof loss === 'string' ? loss : loss.name);
  if (own && !(typeof loss === 'object' && 'build' in loss)) return lossOf(own as LossFunction);
  return resolve<LossDefinition>(loss, 'build', losses, 'loss', lossAliases);
}

/** The metric and the key under which it stands in the history: the name as it was given. */
export function resolveMetric(
  metric: MetricLike,
  outputWidth: number,
  target: 'values' | 'labels',
): MetricDefinition {
  if (typeof metric !== 'string')
    return resolve<MetricDefinition>(metric, 'build', metrics, 'metric', metricAliases);
  if (metric !== 'accuracy' && metric !== 'acc') {
    return {
      ...lookUp(metrics as Table<Metric>, metric, 'metric', { ...metricAliases, acc: '' })({} as never),
      name: metric,
    };
  }
  let fitting = target === 'labels' ? metrics.sparseCategoricalAccuracy() : metrics.categoricalAccuracy();
  if (outputWidth === 1) fitting = metrics.binaryAccuracy();
  return { ...fitting, name: metric };
}

export function resolveOptimizer(optimizer: OptimizerLike): Optimizer {
  if (typeof optimizer === 'object' && 'hyperparameters' in optimizer) return optimizer;
  const { name, config } =
    typeof optimizer === 'object' ? optimizer : { name: String(optimizer), config: {} };
  const { sgd, rmsprop, adam, adamw, adamax, nadam, adagrad, adadelta, ftrl, lion, lamb } = optimizers;
  const table = { sgd, rmsprop, adam, adamw, adamax, nadam, adagrad, adadelta, ftrl, lion, lamb };
  return lookUp<(options: object) => Optimizer>(
    table,
    name.toLowerCase(),
    'optimizer',
  )(withSchedules(config));
}

/** Options with real schedules in the place of described ones. */
function withSchedules(config: object): object {
  const entries = Object.entries(config).map(([key, value]) =>
    isDescribed(value) ? [key, resolveSchedule(value)] : [key, value],
  );
  return Object.fromEntries(entries);
}

function resolveSchedule(schedule: Described | LearningRateSchedule): LearningRateSchedule {
  if ('at' in schedule) return schedule;
  const { name, config } = schedule;
  const table = schedules as unknown as Readonly<Record<string, (options: object) => LearningRateSchedule>>;
  return lookUp(table, name, 'schedule')(withSchedules(config));
}
