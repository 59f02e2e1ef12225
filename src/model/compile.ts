import { ConfigError, ValueError } from '../errors.js';
import { ActivationLayer } from '../layers/activation.js';
import { Dense } from '../layers/dense.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import type { Loss } from '../losses.js';
import type { Metric } from '../metrics.js';
import { checkOptions } from '../names.js';
import type { Optimizer } from '../optimizer.js';
import {
  isDescribed,
  type LossLike,
  type MetricLike,
  type OptimizerLike,
  resolveLoss,
  resolveMetric,
  resolveOptimizer,
} from '../resolve.js';

type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

export interface CompileOptions {
  /** Default 'rmsprop'. */
  optimizer?: OptimizerLike;
  /** For several outputs an array in their order, an object by their names, or one loss for all. */
  loss: PerOutput<LossLike>;
  /** What each output's loss counts in the total. Default 1 each. */
  lossWeights?: PerOutput<number>;
  /** A list for the only output or for all; an object or a list of lists for several. */
  metrics?:
    | readonly (MetricLike | readonly MetricLike[])[]
    | Readonly<Record<string, MetricLike | readonly MetricLike[]>>;
  /** As `metrics`, for those that samples count in by their weights. */
  weightedMetrics?: CompileOptions['metrics'];
}

/** A metric of an output, and its key in the history. */
export interface CompiledMetric {
  readonly key: string;
  readonly metric: Metric;
  readonly weighted: boolean;
}

/** One output with what it is trained and measured by. */
export interface CompiledOutput {
  readonly name: string;
  readonly loss: Loss;
  readonly weight: number;
  readonly metrics: readonly CompiledMetric[];
}

export interface Compiled {
  readonly optimizer: Optimizer;
  readonly outputs: readonly CompiledOutput[];
}

/** @throws ConfigError for unknown names, and for a loss that does not fit the last activation of its output. */
export function compileOptions(options: CompileOptions, tensors: readonly SymbolicTensor[]): Compiled {
  checkOptions(options, ['optimizer', 'loss', 'lossWeights', 'metrics', 'weightedMetrics'], 'compile');
  if (options.loss === undefined) {
    throw new ConfigError(
      'loss-missing',
      "compile: loss is missing; for example { loss: 'meanSquaredError' }.",
    );
  }
  const optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop');
  const names = outputNames(tensors);
  const losses = perOutput(options.loss, names, 'loss');
  const weights = perOutput(options.lossWeights ?? 1, names, 'lossWeights');
  const metrics = metricsPerOutput(options.metrics, names, 'metrics');
  const weightedMetrics = metricsPerOutput(options.weightedMetrics, names, 'weightedMetrics');
  const keys = new Set<string>();
  const outputs = tensors.map((tensor, i): CompiledOutput => {
    const loss = resolveLoss(losses[i]);
    checkFit(loss, tensor, names[i]);
    const compiled = (weighted: boolean) => (like: MetricLike) => {
      const metric = compiledMetric(like, tensor, names[i], loss);
      return { key: keyOf(metric, names.length > 1 ? `${names[i]}_` : '', weighted, keys), metric, weighted };
    };
    return {
      name: names[i],
      loss,
      weight: weights[i],
      metrics: [...metrics[i].map(compiled(false)), ...weightedMetrics[i].map(compiled(true))],
    };
  });
  return { optimizer, outputs };
}

function compiledMetric(like: MetricLike, tensor: SymbolicTensor, output: string, loss: Loss): Metric {
  const { sampleShape } = tensor;
  const metric = resolveMetric(like, sampleShape.at(-1) ?? 1, loss.target);
  const { target } = metric;
  if (target !== loss.target) {
    throw new ConfigError(
      'metric-target',
      `compile: metric '${metric.name}' reads ${describeTarget(target)}, but the loss '${loss.name}' of output ` +
        `'${output}' reads ${describeTarget(loss.target)}. Choose a metric and a loss of the same kind.`,
    );
  }
  metric.sums?.(sampleShape);
  return metric;
}

/** As Keras names them: a weighted metric beside an unweighted one of its name gets `weighted_` in front. */
function keyOf({ name }: Metric, prefix: string, weighted: boolean, keys: Set<string>): string {
  const plain = `${prefix}${name}`;
  const key = weighted && keys.has(plain) ? `${prefix}weighted_${name}` : plain;
  if (keys.has(key)) {
    throw new ConfigError(
      'metric-name',
      `compile: two metrics are called '${key}'. Give one of them another name: { name: '${name}_2' }.`,
    );
  }
  keys.add(key);
  return key;
}

/** Outputs are called as the layers that make them. */
export function outputNames(tensors: readonly SymbolicTensor[]): string[] {
  return tensors.map(({ name }) => name);
}

function describeTarget(target: 'values' | 'labels'): string {
  return target === 'labels' ? 'class numbers' : 'values of the shape of the output';
}

function perOutput<T>(given: PerOutput<T>, names: readonly string[], argument: string): T[] {
  if (Array.isArray(given)) {
    if (given.length === names.length) return [...given];
    throw new ConfigError(
      'compile-outputs',
      `compile: ${argument} has ${given.length} entries for ${names.length} outputs (${names.join(', ')}).`,
    );
  }
  if (isRecord(given)) {
    return names.map((name) => {
      if (given[name] !== undefined) return given[name] as T;
      throw new ConfigError(
        'compile-outputs',
        `compile: ${argument} has no entry for output '${name}', but for ${Object.keys(given).join(', ')}.`,
      );
    });
  }
  return names.map(() => given as T);
}

function metricsPerOutput(
  given: CompileOptions['metrics'],
  names: readonly string[],
  argument: 'metrics' | 'weightedMetrics',
): MetricLike[][] {
  if (given === undefined) return names.map(() => []);
  const list = (metrics: MetricLike | readonly MetricLike[] | undefined): MetricLike[] => {
    if (metrics === undefined) return [];
    return Array.isArray(metrics) ? [...metrics] : [metrics as MetricLike];
  };
  if (!Array.isArray(given)) {
    if (typeof given !== 'object')
      throw new ConfigError('option-value', `compile: ${argument} must be a list, but got ${given}.`);
    const record = given as Readonly<Record<string, MetricLike | readonly MetricLike[]>>;
    for (const name of Object.keys(record)) {
      if (!names.includes(name)) {
        throw new ConfigError(
          'compile-outputs',
          `compile: ${argument} names an output '${name}', but the outputs are ${names.join(', ')}.`,
        );
      }
    }
    return names.map((name) => list(record[name]));
  }
  if (given.some((entry) => Array.isArray(entry)))
    return perOutput(given, names, argument).map((entry) => list(entry));
  return names.map(() => [...given] as MetricLike[]);
}

/** A record of names, as opposed to a name or to an object that is a loss itself. */
function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !('build' in given) && !isDescribed(given);
}

/** Ranges of activations that can stand for probabilities. */
const PROBABILITIES = ['sigmoid', 'softmax', 'hardSigmoid'];

/** @throws ConfigError `loss-activation` for a loss that does not fit the last activation of an output. */
export function checkFit(loss: Loss, { node, sampleShape }: SymbolicTensor, name: string): void {
  const { layer } = node;
  const width = sampleShape.at(-1) ?? 1;
  if (loss.activation === 'softmax' && width === 1) {
    throw misfit(
      loss,
      name,
      'has one unit, which softmax would always make 1',
      "loss 'binaryCrossentropy' and sigmoid",
    );
  }
  if (!(layer instanceof Dense || layer instanceof ActivationLayer)) return;
  const activation = layer.activation.name;
  if (activation === 'softmax' && width === 1) {
    throw misfit(loss, name, 'is a softmax over one unit, which is always 1', "activation 'sigmoid'");
  }
  if (!loss.activation) return;
  if (loss.fromLogits && (activation === 'sigmoid' || activation === 'softmax')) {
    throw misfit(
      loss,
      name,
      `ends in ${activation} although fromLogits is true`,
      'fromLogits false or no activation',
    );
  }
  if (!loss.fromLogits && !PROBABILITIES.includes(activation)) {
    throw misfit(
      loss,
      name,
      `ends in '${activation}', which gives no probabilities`,
      `activation '${loss.activation}', or fromLogits: true without an activation`,
    );
  }
  if (!loss.fromLogits && loss.activation === 'softmax' && activation !== 'softmax') {
    throw misfit(
      loss,
      name,
      `ends in ${activation}, whose outputs are no distribution`,
      "activation 'softmax'",
    );
  }
  if (!loss.fromLogits && loss.activation === 'sigmoid' && activation === 'softmax') {
    throw misfit(loss, name, 'ends in softmax', "loss 'categoricalCrossentropy', or activation 'sigmoid'");
  }
}

function misfit(loss: Loss, output: string, fault: string, remedy: string): ConfigError {
  return new ConfigError(
    'loss-activation',
    `compile: the loss '${loss.name}' does not fit output '${output}': it ${fault}. Use ${remedy}.`,
  );
}

/** @throws ValueError where `batchSize` is no whole number of at least 1. */
export function checkBatchSize(batchSize: number): number {
  if (Number.isInteger(batchSize) && batchSize >= 1) return batchSize;
  throw new ValueError(
    'option-value',
    `batchSize must be a whole number of 1 or more, but got ${String(batchSize)}.`,
  );
}
