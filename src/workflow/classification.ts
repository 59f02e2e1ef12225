import type { Labels } from '../data/prepare/arrays.js';
import { describe } from '../data/prepare/options.js';
import { ConfigError, ValueError } from '../errors.js';
import { checkOptions } from '../names.js';
import { type LabelPair, labelPair } from './labels.js';

/** Options of `confusionMatrix`. */
export interface ConfusionMatrixOptions {
  /** The classes and their order; default: all that occur, sorted. Samples of other classes are left out. */
  labels?: Labels;
}

/**
 * How often class i was taken for class j: row i, column j. scikit-learn's `confusion_matrix`.
 *
 * @param yTrue class labels: numbers or strings, shape [n] or [n, 1].
 * @param yPred the predicted labels, as many.
 * @throws what `labelPair` says: ShapeError `length-mismatch` …, ValueError `not-a-class` …; ConfigError
 *   `unknown-option`.
 */
export function confusionMatrix(
  yTrue: Labels,
  yPred: Labels,
  options: ConfusionMatrixOptions = {},
): number[][] {
  checkOptions(options, ['labels'], 'confusionMatrix');
  const { truth, predicted, classes } = labelPair(yTrue, yPred, options.labels);
  const position = new Map(classes.map((label, i) => [label, i]));
  const matrix = classes.map(() => classes.map(() => 0));
  truth.forEach((label, i) => {
    const [row, column] = [position.get(label), position.get(predicted[i])];
    if (row !== undefined && column !== undefined) matrix[row][column]++;
  });
  return matrix;
}

/** Options of `accuracyScore`. */
export interface AccuracyScoreOptions {
  /** Return the share of right predictions (default) or, if false, their number. */
  normalize?: boolean;
}

/**
 * The share of predictions that are right. scikit-learn's `accuracy_score`.
 *
 * @throws as `confusionMatrix`.
 */
export function accuracyScore(yTrue: Labels, yPred: Labels, options: AccuracyScoreOptions = {}): number {
  checkOptions(options, ['normalize'], 'accuracyScore');
  const { truth, predicted } = labelPair(yTrue, yPred);
  const right = truth.filter((label, i) => label === predicted[i]).length;
  return options.normalize === false ? right : right / truth.length;
}

/** How the scores of the classes become one. */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted';

/** Options of `precisionRecallFscoreSupport`. */
export interface PrecisionRecallOptions<A extends Average | null = Average | null> {
  /** null (default): one score per class. 'binary': that of `posLabel`; the others as in scikit-learn. */
  average?: A;
  /** Weight of recall against precision in the F-score; default 1. */
  beta?: number;
  /** The classes and their order; default: all that occur, sorted. */
  labels?: Labels;
  /** The class that 'binary' reports; default 1. */
  posLabel?: number | string;
  /** The score where its divisor is 0; default 0. NaN keeps it out of averages. */
  zeroDivision?: number;
}

/** Scores per class. */
export interface ClassScores {
  precision: number[];
  recall: number[];
  fscore: number[];
  /** Samples of each class in yTrue. */
  support: number[];
}

/** Averaged scores. */
export interface AverageScores {
  precision: number;
  recall: number;
  fscore: number;
  support: null;
}

/**
 * Precision tp / (tp + fp), recall tp / (tp + fn), F-score (1 + b²) tp / ((1 + b²) tp + b² fn + fp) and support of each
 * class, or an average of them. scikit-learn's `precision_recall_fscore_support`.
 *
 * @throws as `confusionMatrix`; ConfigError `unknown-average`; ValueError `not-binary`, `labels` or `beta`.
 */
export function precisionRecallFscoreSupport<A extends Average | null = null>(
  yTrue: Labels,
  yPred: Labels,
  options: PrecisionRecallOptions<A> = {},
): A extends null ? ClassScores : AverageScores {
  checkOptions(
    options,
    ['average', 'beta', 'labels', 'posLabel', 'zeroDivision'],
    'precisionRecallFscoreSupport',
  );
  return scoresOf(labelPair(yTrue, yPred, options.labels), options) as A extends null
    ? ClassScores
    : AverageScores;
}

/** As `precisionRecallFscoreSupport`, of labels that are checked. */
export function scoresOf(pair: LabelPair, options: PrecisionRecallOptions): ClassScores | AverageScores {
  const { average = null, beta = 1, zeroDivision = 0 } = options;
  if (!(beta >= 0)) throw new ValueError('beta', `beta: expected a number from 0, got ${describe(beta)}.`);
  if (average !== null && !['binary', 'micro', 'macro', 'weighted'].includes(average)) {
    throw new ConfigError(
      'unknown-average',
      `average: expected null, 'binary', 'micro', 'macro' or 'weighted', got ${describe(average)}.`,
    );
  }
  let counts = countsOf(average === 'binary' ? binaryPair(pair, options.posLabel ?? 1) : pair);
  const { truth: support } = counts;
  if (average === 'micro') {
    const total = (list: number[]) => [list.reduce((sum, count) => sum + count, 0)];
    counts = { hits: total(counts.hits), truth: total(counts.truth), predicted: total(counts.predicted) };
  }
  const { hits, truth, predicted } = counts;
  const share = (part: number, whole: number) => (whole === 0 ? zeroDivision : part / whole);
  const precision = hits.map((hit, k) => share(hit, predicted[k]));
  const recall = hits.map((hit, k) => share(hit, truth[k]));
  const b2 = beta * beta;
  const fscore =
    b2 === Number.POSITIVE_INFINITY
      ? recall
      : hits.map((hit, k) => share((1 + b2) * hit, b2 * truth[k] + predicted[k]));
  if (average === null) return { precision, recall, fscore, support };
  const weights = average === 'weighted' ? truth : truth.map(() => 1);
  return {
    precision: mean(precision, weights),
    recall: mean(recall, weights),
    fscore: mean(fscore, weights),
    support: null,
  };
}

function countsOf({ truth, predicted, classes }: LabelPair) {
  const position = new Map(classes.map((label, i) => [label, i]));
  const zeros = () => classes.map(() => 0);
  const counts = { hits: zeros(), truth: zeros(), predicted: zeros() };
  truth.forEach((label, i) => {
    const [row, column] = [position.get(label), position.get(predicted[i])];
    if (row !== undefined) counts.truth[row]++;
    if (column !== undefined) counts.predicted[column]++;
    if (row !== undefined && row === column) counts.hits[row]++;
  });
  return counts;
}

function binaryPair(pair: LabelPair, posLabel: number | string): LabelPair {
  if (pair.present.length > 2) {
    throw new ValueError(
      'not-binary',
      `average: 'binary' is for two classes, got ${pair.present.length}. Choose 'micro', 'macro' or 'weighted'.`,
    );
  }
  if (pair.present.length === 2 && !pair.present.includes(posLabel)) {
    throw new ValueError(
      'labels',
      `posLabel: expected one of ${pair.present.join(', ')}, got ${describe(posLabel)}.`,
    );
  }
  return { ...pair, classes: [posLabel] };
}

/** Weighted mean without NaN; where no weight is left, the plain mean, as in scikit-learn. */
function mean(scores: readonly number[], weights: readonly number[]): number {
  const kept = scores.map((_, k) => k).filter((k) => !Number.isNaN(scores[k]));
  if (kept.length === 0) return Number.NaN;
  const total = kept.reduce((sum, k) => sum + weights[k], 0);
  if (total === 0) return kept.reduce((sum, k) => sum + scores[k], 0) / kept.length;
  return kept.reduce((sum, k) => sum + scores[k] * weights[k], 0) / total;
}
