import { ConfigError } from '../errors.js';
import { checkNumber, checkOptions } from '../names.js';
import { exponentialMovingAverage, type HistoryLike, seriesOf } from './history.js';

/** What can be wrong with a training, and what comes next where nothing is. */
export type Finding =
  | 'diverging'
  | 'not training'
  | 'not generalizing'
  | 'underfitting'
  | 'overfitting'
  | 'unvalidated';

/** Options of `diagnose`. */
export interface DiagnoseOptions {
  /**
   * The loss of whoever knows only how often each target comes: Math.log(10) for the cross-entropy of ten equal classes,
   * the variance of the targets for the mean squared error. Default: unknown.
   */
  baseline?: number;
  /** The share of a loss below which a change does not count. Default 0.01. */
  tolerance?: number;
}

/** What a history says about a training. */
export interface Diagnosis {
  readonly finding: Finding;
  /** The epoch, from 0, with the lowest smoothed loss of the validation; without one that of the training. */
  readonly bestEpoch: number;
  /** What was seen. */
  readonly summary: string;
  /** What to try, the most promising first. */
  readonly advice: readonly string[];
  /** All of it in plain words. */
  toString(): string;
}

/** The share that the smoothed loss keeps from one epoch to the next: enough to look past single bad epochs. */
const SMOOTHING = 0.5;

const ADVICE: Readonly<Record<Finding, readonly string[]>> = {
  diverging: [
    'a learning rate ten times smaller (lrFinder shows how large it may be)',
    'scaled inputs, and targets without outliers',
    'clipnorm in the optimizer',
  ],
  'not training': [
    'another learning rate: lrFinder finds one; then another batch size',
    'overfitOneBatch, which shows whether data, loss and layers fit together at all',
    'scaled inputs, another initializer or activation',
  ],
  'not generalizing': [
    'whether training and validation data are of the same kind, and their targets right',
    'layers that know something of the data: convolution for images, recurrence or attention for sequences',
    'inputs that carry what the targets depend on (feature engineering)',
  ],
  underfitting: [
    'more epochs, while the losses still fall',
    'more capacity: more units or layers, less regularization and dropout',
    'another learning rate, or a schedule',
  ],
  overfitting: [
    'as many epochs as the best one: earlyStopping with restoreBestWeights',
    'more or cleaner training data, or augmentation',
    'regularization: dropout, weight decay, l2',
    'fewer units or layers; fewer inputs that are mostly noise',
  ],
  unvalidated: [
    'validationData or validationSplit in fit: only unseen data tell whether a model generalizes',
  ],
};

/**
 * Tells from the losses of a training in which of the states of machine learning it is: it does not train, trains without
 * generalizing, has not begun to overfit, or overfits (Chollet, Deep Learning with Python, 2nd ed., chapter 5).
 *
 * @param history what `fit` resolves to, with `loss` and best with `val_loss`.
 * @throws ConfigError `unknown-key` where the history has no loss, and for options out of range.
 */
export function diagnose(history: HistoryLike, options: DiagnoseOptions = {}): Diagnosis {
  checkOptions(options, ['baseline', 'tolerance'], 'diagnose');
  const { baseline, tolerance = 0.01 } = options;
  checkNumber(tolerance, 'diagnose: tolerance', { from: 0, below: 1 });
  const { loss, val_loss: validation } = seriesOf(history);
  if (!loss?.length) {
    throw new ConfigError('unknown-key', 'diagnose: the history has no loss of any epoch.');
  }
  const watched = validation?.length ? validation : loss;
  const best = lowest(exponentialMovingAverage(watched, SMOOTHING));
  const { finding, summary } = find(loss, validation?.length ? validation : undefined, {
    best,
    baseline,
    tolerance,
  });
  const advice = ADVICE[finding];
  const text = `${finding}: ${summary}\nTry:\n${advice.map((line) => `- ${line}`).join('\n')}`;
  return { finding, bestEpoch: best, summary, advice, toString: () => text };
}

interface Seen {
  best: number;
  baseline: number | undefined;
  tolerance: number;
}

function find(
  loss: readonly number[],
  validation: readonly number[] | undefined,
  { best, baseline, tolerance }: Seen,
): { finding: Finding; summary: string } {
  const epochs = loss.length;
  const falls = (from: number, to: number) => from - to > tolerance * Math.abs(from);
  const bad = loss.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) return { finding: 'diverging', summary: `the loss is ${loss[bad]} in epoch ${bad + 1}.` };

  const smooth = exponentialMovingAverage(loss, SMOOTHING);
  const start = Math.max(loss[0], baseline ?? -Infinity);
  const reached = Math.min(...loss);
  if (!falls(start, reached)) {
    const rises = smooth[epochs - 1] > 2 * Math.abs(loss[0]);
    return rises
      ? {
          finding: 'diverging',
          summary: `the loss rises from ${show(loss[0])} to ${show(loss[epochs - 1])}.`,
        }
      : { finding: 'not training', summary: `the loss stays at ${show(loss[0])} for ${count(epochs)}.` };
  }
  const trained = `the loss falls from ${show(loss[0])} to ${show(loss[epochs - 1])}`;
  if (!validation)
    return { finding: 'unvalidated', summary: `${trained}; how it does on unseen data is not known.` };

  const valid = exponentialMovingAverage(validation, SMOOTHING);
  const [lowestValid, end] = [Math.min(...validation), valid[epochs - 1]];
  if (baseline !== undefined && !falls(baseline, lowestValid)) {
    const summary = `${trained}, but that of the validation stays at ${show(lowestValid)}, no better than the baseline of ${show(baseline)}.`;
    return { finding: 'not generalizing', summary };
  }
  if (best < epochs - 1 && falls(end, valid[best])) {
    const summary =
      `${trained}; that of the validation is lowest (${show(validation[best])}) in epoch ${best + 1} of ${epochs} and ` +
      `rises to ${show(validation[epochs - 1])}.`;
    return { finding: 'overfitting', summary };
  }
  if (epochs > 1 && !falls(validation[0], lowestValid) && falls(validation[epochs - 1], loss[epochs - 1])) {
    const summary = `${trained}, but that of the validation stays at ${show(lowestValid)}: the model learns by heart.`;
    return { finding: 'overfitting', summary };
  }
  const tail = Math.max(1, Math.floor(epochs / 5));
  const still = epochs > tail && falls(valid[epochs - 1 - tail], end);
  return {
    finding: 'underfitting',
    summary: still
      ? `${trained}, and that of the validation (${show(validation[epochs - 1])}) still falls after ${count(epochs)}.`
      : `${trained}, and that of the validation stays at ${show(validation[epochs - 1])} without rising: a model with more ` +
        'capacity may reach less before it overfits.',
  };
}

function lowest(series: readonly number[]): number {
  return series.indexOf(Math.min(...series.filter((value) => !Number.isNaN(value))));
}

function show(value: number): string {
  return value.toPrecision(4);
}

function count(epochs: number): string {
  return epochs === 1 ? 'one epoch' : `${epochs} epochs`;
}
