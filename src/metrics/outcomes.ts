/** Metrics of right and wrong decisions at one threshold. */
import { checkChoice, checkNumber } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { core } from '../wasm/core.js';
import {
  known,
  type Metric,
  type MetricInputs,
  type MetricOptions,
  makeMetric,
  ratio,
  type SummedMetric,
} from './metric.js';

export interface OutcomeOptions extends MetricOptions {
  /** What lies above it is positive, from 0 to 1. Default 0.5. A list of several gives a list of results. */
  thresholds?: number | readonly number[] | null;
}

export interface ClassOutcomeOptions extends OutcomeOptions {
  /** Only the k largest values of a row are positive, and without `thresholds` all of those. Default null: all that are above the threshold. */
  topK?: number | null;
  /** The only column that counts. Default: all of them. */
  classId?: number | null;
}

export interface FScoreOptions extends MetricOptions {
  /**
   * How the scores of the columns become one: of all decisions together ('micro'), their mean ('macro'), or their mean
   * weighted by how many targets there are ('weighted'). null, the default, gives a list where there are several columns,
   * for which `compile` has no place.
   */
  average?: 'micro' | 'macro' | 'weighted' | null;
  /** What lies above it is positive, from 0 to 1. Default null: the largest of each row is. */
  threshold?: number | null;
}

export interface FBetaOptions extends FScoreOptions {
  /** How much recall counts beside precision, above 0. Default 1. */
  beta?: number;
}

/** True positives, false positives, false negatives, true negatives. */
type Outcomes = readonly [number, number, number, number];

/** How many ones are found. */
export const truePositives = (options: OutcomeOptions = {}): Metric =>
  outcome('truePositives', options, ([tp]) => tp);
/** How many zeros are taken for ones. */
export const falsePositives = (options: OutcomeOptions = {}): Metric =>
  outcome('falsePositives', options, ([, fp]) => fp, 'min');
/** How many ones are taken for zeros. */
export const falseNegatives = (options: OutcomeOptions = {}): Metric =>
  outcome('falseNegatives', options, ([, , fn]) => fn, 'min');
/** How many zeros are recognized. */
export const trueNegatives = (options: OutcomeOptions = {}): Metric =>
  outcome('trueNegatives', options, ([, , , tn]) => tn);
/** Which share of what is taken for a one is one. */
export const precision = (options: ClassOutcomeOptions = {}): Metric =>
  outcomeOfClasses('precision', options, ([tp, fp]) => ratio(tp, tp + fp));
/** Which share of the ones is found. */
export const recall = (options: ClassOutcomeOptions = {}): Metric =>
  outcomeOfClasses('recall', options, ([tp, , fn]) => ratio(tp, tp + fn));
/** The harmonic mean of precision and recall. */
export const f1Score = (options: FScoreOptions = {}): Metric =>
  fScore('f1Score', 1, 'f1_score', known('f1Score', options, FSCORE));
/** (1 + beta^2) precision recall / (beta^2 precision + recall). */
export const fBetaScore = (options: FBetaOptions = {}): Metric => {
  const config = known('fBetaScore', options, { ...FSCORE, beta: 1 });
  checkNumber(config.beta, 'metrics.fBetaScore: beta', { above: 0 });
  return fScore('fBetaScore', config.beta, 'fbeta_score', config);
};

const FSCORE = { average: null as FScoreOptions['average'], threshold: null as number | null };
/** Keras's epsilon, which keeps quotients finite. */
const EPSILON = 1e-7;
/** What `keepLargest` makes of all that is not among the k largest. */
const LOWEST = -1e10;

function outcome(
  kind: string,
  options: OutcomeOptions,
  result: (outcomes: Outcomes) => number,
  direction: Metric['direction'] = 'max',
): Metric {
  const config = known(kind, options, { thresholds: null as (OutcomeOptions['thresholds'] & {}) | null });
  return counted(kind, config, config, result, direction);
}

function outcomeOfClasses(
  kind: string,
  options: ClassOutcomeOptions,
  result: (outcomes: Outcomes) => number,
): Metric {
  const nothing = { thresholds: null, topK: null, classId: null };
  const config = known<Required<Omit<ClassOutcomeOptions, 'name'>>>(kind, options, nothing);
  const { classId, topK } = config;
  if (topK !== null) checkNumber(topK, `metrics.${kind}: topK`, { from: 1, whole: true });
  if (classId !== null) checkNumber(classId, `metrics.${kind}: classId`, { from: 0, whole: true });
  return counted(kind, config, config, result);
}

function counted(
  kind: string,
  config: MetricOptions,
  { thresholds, topK = null, classId = null }: ClassOutcomeOptions,
  result: (outcomes: Outcomes) => number,
  direction: Metric['direction'] = 'max',
): Metric {
  const list = [thresholds ?? (topK === null ? 0.5 : LOWEST)].flat();
  if (thresholds !== null && thresholds !== undefined) {
    for (const one of list) checkNumber(one, `metrics.${kind}: thresholds`, { from: 0, to: 1 });
  }
  return makeMetric<SummedMetric>(kind, config, {
    direction,
    sums(shape) {
      checkClass(kind, classId, shape);
      return 4 * list.length;
    },
    several: () => list.length > 1,
    build(b, inputs) {
      const kept = topK === null ? inputs.prediction : keepLargest(b, inputs.prediction, topK);
      const { prediction, target, weights, sums } = ofClass(b, { ...inputs, prediction: kept }, classId);
      const { rows, cols } = prediction;
      list.forEach((threshold, i) => {
        const at = sums.at(4 * i);
        b.emit(core, 'countOutcomes', at, prediction, target, weights ?? 0, threshold, 0, rows, cols);
      });
    },
    value(sums) {
      const results = list.map((_, i) => {
        const [tp, fp, fn, tn] = sums.subarray(4 * i);
        return result([tp, fp, fn, tn]);
      });
      return list.length > 1 ? results : results[0];
    },
  });
}

/** @throws ConfigError where there is no such column. */
export function checkClass(kind: string, classId: number | null, shape: readonly number[]): void {
  if (classId === null) return;
  checkNumber(classId, `metrics.${kind}: classId`, { from: 0, to: (shape.at(-1) ?? 1) - 1, whole: true });
}

/** Prediction and target of one column alone. */
export function ofClass(b: Builder, inputs: MetricInputs, classId: number | null): MetricInputs {
  if (classId === null) return inputs;
  const column = (x: Value): Value => {
    const y = b.temporary([...x.shape.slice(0, -1), 1], x);
    b.emit(core, 'copyColumns', y, x.at(classId), 1, x.cols, 1, x.rows);
    return y;
  };
  return { ...inputs, prediction: column(inputs.prediction), target: column(inputs.target) };
}

function keepLargest(b: Builder, x: Value, k: number): Value {
  const y = b.temporary(x.shape, x);
  b.emit(core, 'keepLargest', y, x, k, x.rows, x.cols);
  return y;
}

function fScore(kind: string, beta: number, name: string, config: FScoreOptions): Metric {
  const { average = null, threshold = null } = config;
  checkChoice(average, `metrics.${kind}: average`, ['micro', 'macro', 'weighted', null]);
  if (threshold !== null) checkNumber(threshold, `metrics.${kind}: threshold`, { above: 0, to: 1 });
  return makeMetric<SummedMetric>(kind, config, {
    name,
    sums(shape) {
      return 4 * (shape.at(-1) ?? 1);
    },
    several: (shape) => average === null && (shape.at(-1) ?? 1) > 1,
    build(b, { prediction: x, target, weights, sums }) {
      let decided = x;
      if (threshold === null) {
        decided = b.temporary(x.shape, x);
        b.emit(core, 'markLargest', decided, x, x.rows, x.cols);
      }
      b.emit(core, 'countClasses', sums, decided, target, weights ?? 0, threshold ?? 0.5, x.rows, x.cols);
    },
    value(sums) {
      const columns = Array.from({ length: sums.length / 4 }, (_, c) => sums.subarray(4 * c, 4 * c + 4));
      const score = ([tp, fp, fn]: Float64Array) => {
        const precise = tp / (tp + fp + EPSILON);
        const found = tp / (tp + fn + EPSILON);
        return ((1 + beta * beta) * (precise * found)) / (beta * beta * precise + found + EPSILON);
      };
      const total = (column: number) => columns.reduce((all, part) => all + part[column], 0);
      if (average === 'micro') return score(Float64Array.of(total(0), total(1), total(2)));
      if (average === null && columns.length > 1) return columns.map(score);
      if (average !== 'weighted') return columns.reduce((all, part) => all + score(part), 0) / columns.length;
      const support = total(3) + EPSILON;
      return columns.reduce((all, part) => all + score(part) * (part[3] / support), 0);
    },
  });
}
