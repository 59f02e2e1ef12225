import { checkOptions, toSnakeCase } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import type { Shape } from '../shape.js';
import { shipped } from '../shipped.js';
import { Meter } from './meter.js';

interface MetricKind {
  /** The key in the history: Keras's name of the metric. */
  readonly name: string;
  /** The row of the table that has made it. */
  readonly kind?: string;
  /** The options that make an equal one; a metric without them cannot be sent to a worker. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What targets it reads. */
  readonly target: 'values' | 'labels';
  /** 'min' where less is better: what `EarlyStopping` in mode 'auto' asks for. */
  readonly direction: 'min' | 'max';
}

/** A metric that is a mean over all rows, or follows from one. */
export interface RowMetric extends MetricKind {
  readonly sums?: undefined;
  /** Emits the value of every row. */
  build(b: Builder, prediction: Value, target: Value): Value;
  /** The metric from the sum of the values, times their weights, and the sum of the weights. */
  value(total: number, count: number): number;
}

export interface MetricInputs {
  readonly prediction: Value;
  readonly target: Value;
  /** A weight for every row; without them every row counts once. */
  readonly weights?: Value;
  /** The sums, to which kernels add. */
  readonly sums: Value;
}

/** A metric that follows from several sums over all samples. */
export interface SummedMetric extends MetricKind {
  /** Whether the mask of the prediction is part of the weights, as it is for means over the rows. */
  readonly masked?: boolean;
  /**
   * How many sums it keeps for samples of that shape.
   *
   * @throws ConfigError where it has no meaning for them.
   */
  sums(shape: Shape): number;
  /** Emits what adds a batch to the sums. */
  build(b: Builder, inputs: MetricInputs): void;
  /** The metric from its sums. */
  value(sums: Float64Array, shape: Shape): number | number[];
  /** Whether its value for samples of that shape is a list, for which logs have no place. Default: it is a number. */
  several?(shape: Shape): boolean;
}

/**
 * What a metric is: sums in double precision in the order of the data, so that the value does not depend on the batch
 * size. `compile` takes any object of this kind; a mean of one's own is easier by `metrics.meanMetricWrapper`.
 */
export type MetricDefinition = RowMetric | SummedMetric;

/** A metric of the table, which can be used without a model as well. */
export type Metric = MetricDefinition & Meter;

export interface MetricOptions {
  /** The key in the history. Default: Keras's name of the metric. */
  name?: string;
}

/** Options with their defaults. @throws ConfigError for unknown ones. */
export function known<T extends object>(
  kind: string,
  options: MetricOptions,
  defaults: T,
): T & MetricOptions {
  checkOptions(options, [...Object.keys(defaults), 'name'], `metrics.${kind}`);
  return { ...defaults, ...options };
}

/** A row of the table. */
export function makeMetric<T extends MetricDefinition>(
  kind: string,
  config: MetricOptions,
  parts: Omit<T, 'name' | 'kind' | 'config' | 'target' | 'direction'> & Partial<MetricKind>,
): Metric {
  const { name, ...options } = config;
  const metric = Object.assign(new Meter(), {
    kind,
    target: 'values',
    direction: 'max',
    ...parts,
    name: name ?? parts.name ?? toSnakeCase(kind),
    config: name === undefined ? options : config,
  });
  return shipped(metric as unknown as Metric);
}

/** The quotient, or 0 where nothing has been counted. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
