import { ConfigError, ValueError } from '../errors.js';

/** One number per epoch under each name, as `fit` records them. */
export type Series = Record<string, number[]>;

/** What `fit` resolves to, or the record in it. */
export type HistoryLike = { readonly history: Series } | Series;

/** The series of a history. */
export function seriesOf(history: HistoryLike): Series {
  const inner = (history as { history?: unknown }).history;
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? (inner as Series)
    : (history as Series);
}

/**
 * A smoothed series: the first value as it is, then previous * factor + value * (1 - factor). A factor of 0 changes
 * nothing, one near 1 smooths much.
 *
 * @param factor from 0 to below 1; default 0.9.
 * @throws ValueError `factor`.
 */
export function exponentialMovingAverage(series: ArrayLike<number>, factor = 0.9): number[] {
  if (!(factor >= 0 && factor < 1)) {
    throw new ValueError('factor', `factor: expected a number from 0 to below 1, got ${factor}.`);
  }
  const smoothed: number[] = [];
  for (let i = 0; i < series.length; i++) {
    smoothed.push(i === 0 ? series[0] : smoothed[i - 1] * factor + series[i] * (1 - factor));
  }
  return smoothed;
}

/** Options of `bestEpoch`. */
export interface BestEpochOptions {
  /** What is best: 'max', 'min', or 'auto' (default), which is 'max' for scores such as accuracy, AUC or F1. */
  mode?: 'auto' | 'min' | 'max';
}

/**
 * The epoch, counted from 0, at which `key` was best, the first of equals; NaN never is.
 *
 * @throws ConfigError `unknown-key` where the history has no such series, ValueError `no-epochs` where it is empty.
 */
export function bestEpoch(
  history: HistoryLike,
  key: string,
  { mode = 'auto' }: BestEpochOptions = {},
): number {
  const all = seriesOf(history);
  if (!Object.hasOwn(all, key)) {
    throw new ConfigError(
      'unknown-key',
      `key: the history has no '${key}', only ${Object.keys(all).join(', ')}.`,
    );
  }
  const rising = mode === 'max' || (mode === 'auto' && isScore(key));
  let best = -1;
  all[key].forEach((value, epoch) => {
    if (Number.isNaN(value)) return;
    if (best < 0 || (rising ? value > all[key][best] : value < all[key][best])) best = epoch;
  });
  if (best < 0) throw new ValueError('no-epochs', `key: the series '${key}' holds no numbers.`);
  return best;
}

const SCORES =
  /(^|_)(acc|accuracy|auc|precision|recall|f1|f1_score|fbeta_score|r2_score|iou|cosine_similarity)(_\d+)?$/;

/** True for the names of metrics that are better when larger. */
export function isScore(key: string): boolean {
  const name = key
    .replace(/^val_/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
  return SCORES.test(name);
}
