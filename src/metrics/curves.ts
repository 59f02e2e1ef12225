/** Metrics over all thresholds, and the areas under their curves. */
import { ConfigError } from '../errors.js';
import { checkChoice, checkNumber } from '../names.js';
import { core } from '../wasm/core.js';
import { known, type Metric, type MetricOptions, makeMetric, ratio, type SummedMetric } from './metric.js';
import { checkClass, ofClass } from './outcomes.js';

export interface AUCOptions extends MetricOptions {
  /** How many thresholds there are, from just below 0 to just above 1, 2 or more. Default 200. */
  numThresholds?: number;
  /** True positives by false positives ('ROC', the default), precision by recall ('PR'), or the gains of both. */
  curve?: 'ROC' | 'PR' | 'PRGAIN';
  /** The height of the curve between two thresholds. Default 'interpolation'. */
  summationMethod?: 'interpolation' | 'minoring' | 'majoring';
  /** Thresholds of one's own between 0 and 1, instead of `numThresholds`. Default null: none. */
  thresholds?: readonly number[] | null;
  /** Whether each column has a curve of its own, whose areas are averaged. Default false: one curve for all. */
  multiLabel?: boolean;
  /** How many columns there are; only with `multiLabel`. Default null: what comes in says it. */
  numLabels?: number | null;
  /** What each column counts. Default: all the same. */
  labelWeights?: readonly number[] | null;
  /** Whether predictions are what stands before a sigmoid. Default false. */
  fromLogits?: boolean;
}

export interface ConstraintOptions extends MetricOptions {
  /** How many thresholds there are from 0 to 1, 1 or more. Default 200. */
  numThresholds?: number;
  /** The only column that counts. Default: all of them. */
  classId?: number | null;
}

export interface SensitivityAtSpecificityOptions extends ConstraintOptions {
  /** The least share of zeros that are recognized, 0 to 1. */
  specificity: number;
}

export interface SpecificityAtSensitivityOptions extends ConstraintOptions {
  /** The least recall, 0 to 1. */
  sensitivity: number;
}

export interface PrecisionAtRecallOptions extends ConstraintOptions {
  /** The least recall, 0 to 1. */
  recall: number;
}

export interface RecallAtPrecisionOptions extends ConstraintOptions {
  /** The least precision, 0 to 1. */
  precision: number;
}

/** True positives, false positives, and the number of ones and zeros, by ascending threshold. */
interface Curve {
  readonly tp: number[];
  readonly fp: number[];
  readonly ones: number;
  readonly zeros: number;
}

/** The area under a curve over all thresholds. */
export const auc = (options: AUCOptions = {}): Metric => {
  const config = known('auc', options, {
    ...{ numThresholds: 200, curve: 'ROC', summationMethod: 'interpolation', multiLabel: false },
    ...{ thresholds: null, numLabels: null, labelWeights: null, fromLogits: false },
  } as Required<Omit<AUCOptions, 'name'>>);
  const { curve, fromLogits, labelWeights, multiLabel, numLabels, numThresholds, summationMethod } = config;
  checkNumber(numThresholds, 'metrics.auc: numThresholds', { from: 2, whole: true });
  checkChoice(curve, 'metrics.auc: curve', ['ROC', 'PR', 'PRGAIN']);
  checkChoice(summationMethod, 'metrics.auc: summationMethod', ['interpolation', 'minoring', 'majoring']);
  for (const threshold of config.thresholds ?? []) {
    checkNumber(threshold, 'metrics.auc: each of thresholds', { from: 0, to: 1 });
  }
  if (numLabels !== null && !multiLabel) {
    throw new ConfigError('option-value', 'metrics.auc: numLabels is for multiLabel: true alone.');
  }
  const inner = config.thresholds && [...config.thresholds].sort((a, b) => a - b);
  const apart = multiLabel || labelWeights !== null;
  const size = inner ? 4 * inner.length : 2 * numThresholds;
  return makeMetric<SummedMetric>('auc', config, {
    sums(shape) {
      const cols = shape.at(-1) ?? 1;
      for (const [name, given] of [
        ['numLabels', numLabels],
        ['labelWeights', labelWeights?.length],
      ] as const) {
        if (given === null || given === undefined || given === cols) continue;
        throw new ConfigError(
          'option-value',
          `metrics.auc: ${name} is for ${given} columns, but the output has ${cols}.`,
        );
      }
      return size * (apart ? cols : 1);
    },
    build(b, { prediction, target, weights = 0, sums }) {
      const x = fromLogits ? b.apply('sigmoid', prediction) : prediction;
      const { rows, cols } = x;
      const each = apart ? 1 : 0;
      inner?.forEach((threshold, i) => {
        const at = sums.at(4 * i * (apart ? x.cols : 1));
        b.emit(core, 'countOutcomes', at, x, target, weights, threshold, each, rows, cols);
      });
      if (!inner) b.emit(core, 'countInBins', sums, x, target, weights, numThresholds, each, rows, cols);
    },
    value(sums) {
      const columns = sums.length / size;
      const curves = Array.from({ length: columns }, (_, c) =>
        inner
          ? curveOfOutcomes(sums, inner.length, columns, c)
          : curveOfBins(sums.subarray(c * size), numThresholds),
      );
      const share = (c: number) => labelWeights?.[c] ?? 1;
      const area = (one: Curve) => areaUnder(one, curve, summationMethod);
      if (!multiLabel) return area(labelWeights ? added(curves, share) : curves[0]);
      const total = curves.reduce((all, _, c) => all + share(c), 0);
      return ratio(
        curves.reduce((all, one, c) => all + share(c) * area(one), 0),
        total,
      );
    },
  });
};

/** The largest recall among the thresholds at which the share of zeros that are recognized is at least that. */
export const sensitivityAtSpecificity = (options: SensitivityAtSpecificityOptions): Metric =>
  constrained('sensitivityAtSpecificity', 'specificity', options, specificity, recall);
/** The largest share of zeros that are recognized among the thresholds at which recall is at least that. */
export const specificityAtSensitivity = (options: SpecificityAtSensitivityOptions): Metric =>
  constrained('specificityAtSensitivity', 'sensitivity', options, recall, specificity);
/** The largest precision among the thresholds at which recall is at least that. */
export const precisionAtRecall = (options: PrecisionAtRecallOptions): Metric =>
  constrained('precisionAtRecall', 'recall', options, recall, precision);
/** The largest recall among the thresholds at which precision is at least that. */
export const recallAtPrecision = (options: RecallAtPrecisionOptions): Metric =>
  constrained('recallAtPrecision', 'precision', options, precision, recall);

type Quality = (curve: Curve, threshold: number) => number;

const recall: Quality = ({ tp, ones }, t) => ratio(tp[t], ones);
const precision: Quality = ({ tp, fp }, t) => ratio(tp[t], tp[t] + fp[t]);
const specificity: Quality = ({ fp, zeros }, t) => ratio(zeros - fp[t], zeros);

function constrained(
  kind: string,
  option: string,
  options: ConstraintOptions,
  condition: Quality,
  wanted: Quality,
): Metric {
  const defaults = { numThresholds: 200, classId: null as number | null, [option]: undefined };
  const config = known(kind, options ?? {}, defaults);
  const { classId, numThresholds } = config;
  const bound = config[option as 'numThresholds'];
  checkNumber(bound, `metrics.${kind}: ${option}`, { from: 0, to: 1 });
  checkNumber(numThresholds, `metrics.${kind}: numThresholds`, { from: 1, whole: true });
  const one = numThresholds === 1;
  return makeMetric<SummedMetric>(kind, config, {
    sums(shape) {
      checkClass(kind, classId, shape);
      return one ? 4 : 2 * numThresholds;
    },
    build(b, inputs) {
      const { prediction: x, target, weights = 0, sums } = ofClass(b, inputs, classId);
      if (one) b.emit(core, 'countOutcomes', sums, x, target, weights, 0.5, 0, x.rows, x.cols);
      else b.emit(core, 'countInBins', sums, x, target, weights, numThresholds, 0, x.rows, x.cols);
    },
    value(sums) {
      const [tp, fp, fn, tn] = sums;
      const curve = one
        ? { tp: [tp], fp: [fp], ones: tp + fn, zeros: fp + tn }
        : curveOfBins(sums, numThresholds, false);
      let best = 0;
      for (let t = 0; t < numThresholds; t++) {
        if (condition(curve, t) >= bound) best = Math.max(best, wanted(curve, t));
      }
      return best;
    },
  });
}

/** From histograms of zeros and ones; at the first threshold, just below 0, everything is positive if `below`. */
function curveOfBins(sums: Float64Array, bins: number, below = true): Curve {
  const above = (histogram: number) => {
    const counts: number[] = new Array(bins).fill(0);
    let total = 0;
    for (let t = bins - 1; t >= 0; t--) {
      counts[t] = total;
      total += sums[histogram * bins + t];
    }
    if (below) counts[0] = total;
    return { counts, total };
  };
  const zeros = above(0);
  const ones = above(1);
  return { tp: ones.counts, fp: zeros.counts, ones: ones.total, zeros: zeros.total };
}

/** From the outcomes at each of the thresholds [thresholds, columns, 4], with one below and one above all of them. */
function curveOfOutcomes(sums: Float64Array, thresholds: number, columns: number, column: number): Curve {
  const at = (t: number, part: number) => sums[4 * (t * columns + column) + part];
  const ones = thresholds ? at(0, 0) + at(0, 2) : 0;
  const zeros = thresholds ? at(0, 1) + at(0, 3) : 0;
  const counts = (part: number, all: number) => [
    all,
    ...Array.from({ length: thresholds }, (_, t) => at(t, part)),
    0,
  ];
  return { tp: counts(0, ones), fp: counts(1, zeros), ones, zeros };
}

/** One curve of several, each by its share. */
function added(curves: readonly Curve[], share: (c: number) => number): Curve {
  const total = (part: (curve: Curve) => number) =>
    curves.reduce((all, curve, c) => all + share(c) * part(curve), 0);
  const counts = (part: 'tp' | 'fp') => curves[0][part].map((_, t) => total((curve) => curve[part][t]));
  return {
    tp: counts('tp'),
    fp: counts('fp'),
    ones: total(({ ones }) => ones),
    zeros: total(({ zeros }) => zeros),
  };
}

/** Keras's formulas, for thresholds in ascending order. */
function areaUnder(curve: Curve, kind: NonNullable<AUCOptions['curve']>, summation: string): number {
  if (kind === 'PR' && summation === 'interpolation') return areaUnderPrecision(curve);
  const points = curve.tp.map((_, t): [number, number] => {
    if (kind === 'ROC') return [ratio(curve.fp[t], curve.zeros), recall(curve, t)];
    return kind === 'PR' ? [recall(curve, t), precision(curve, t)] : gains(curve, t);
  });
  let area = 0;
  for (let t = 0; t + 1 < points.length; t++) {
    const [[x, y], [nextX, nextY]] = [points[t], points[t + 1]];
    const heights = {
      interpolation: (y + nextY) / 2,
      minoring: Math.min(y, nextY),
      majoring: Math.max(y, nextY),
    };
    area += (x - nextX) * heights[summation as keyof typeof heights];
  }
  return area;
}

/** Recall gain and precision gain (Flach and Kull 2015), at least 0 and 1 without a true positive. */
function gains({ tp, fp, ones, zeros }: Curve, t: number): [number, number] {
  if (tp[t] === 0) return [0, 1];
  const odds = ratio(ones, zeros);
  return [Math.max(1 - (odds * (ones - tp[t])) / tp[t], 0), 1 - (odds * fp[t]) / tp[t]];
}

/** Between two thresholds true positives grow linearly with positives (Davis and Goadrich 2006). */
function areaUnderPrecision({ tp, fp, ones }: Curve): number {
  let area = 0;
  for (let t = 0; t + 1 < tp.length; t++) {
    const positives = tp[t] + fp[t];
    const next = tp[t + 1] + fp[t + 1];
    const found = tp[t] - tp[t + 1];
    const slope = ratio(found, Math.max(positives - next, 0));
    const intercept = tp[t + 1] - slope * next;
    const growth = positives > 0 && next > 0 ? positives / next : 1;
    area += ratio(slope * (found + intercept * log(growth)), Math.max(ones, 0));
  }
  return area;
}

/** The natural logarithm of a number from 1 up, with the same bits on every engine: 2 artanh((m - 1) / (m + 1)). */
function log(x: number): number {
  let [mantissa, doublings] = [x, 0];
  for (; mantissa > 1.5; doublings++) mantissa /= 2;
  const s = (mantissa - 1) / (mantissa + 1);
  let series = 0;
  for (let k = 33; k > 0; k -= 2) series = series * s * s + 1 / k;
  return 2 * s * series + doublings * Math.LN2;
}
