import type { Labels, Numbers, Rows } from '../data/prepare/arrays.js';
import type { Scaler } from '../data/prepare/columnScaler.js';
import { describe } from '../data/prepare/options.js';
import { KFold, type Splitter } from '../data/prepare/splits.js';
import { sameLength, take } from '../data/prepare/take.js';
import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Series } from './history.js';

/** What `crossValidate` needs of a model; every compiled Fourlane model has it. */
export interface TrainableModel {
  fit(x: never, y: never, options: never): Promise<{ readonly history: Series }>;
  evaluate(x: never, y: never, options: never): Promise<Record<string, number>>;
  predict(x: never): unknown;
}

/** Options of `crossValidate`. */
export interface CrossValidateOptions {
  /** A number of folds or a splitter; default 5. A number means `KFold` with shuffling by seed 0. */
  cv?: number | Splitter;
  /** Makes a scaler for each fold; it is fitted on the training part and applied to both. Default: none. */
  scaler?: () => Scaler;
  /** Options of `model.fit`, or a function of the fold that gives them. Default: those of `fit`. */
  fit?: Record<string, unknown> | ((fold: number) => Record<string, unknown>);
  /** Further scores of each fold, by name, from the true and the predicted values of the validation part. Default: none. */
  metrics?: Record<string, (yTrue: Rows, yPred: Numbers) => number>;
}

/** What one fold gave. */
export interface FoldResult {
  /** The series that `fit` recorded, those of the validation part under `val_…`. */
  history: Series;
  /** What `evaluate` gave on the validation part, and the further metrics. */
  scores: Record<string, number>;
}

/** Results of all folds. */
export interface CrossValidation {
  folds: FoldResult[];
  /** Mean of each score over the folds. */
  mean: Record<string, number>;
  /** Population standard deviation of each score over the folds. */
  std: Record<string, number>;
  /** Mean over the folds of every series, epoch by epoch, up to the last epoch that all folds reached. */
  epochMeans: Series;
}

/**
 * Trains a fresh model on each fold and evaluates it on the rest. What the scaler learns it learns from the training
 * part alone, so nothing of the validation part leaks into training.
 *
 * @param build makes and compiles a new model; called once per fold. It may return a promise.
 * @param x samples in any form that `take` and the model accept.
 * @param y targets, as many.
 * @throws ShapeError `length-mismatch`; ConfigError `unknown-option`, `cv` or `metric-name`; what the splitter, the
 *   scaler and the model raise.
 */
export async function crossValidate<Model extends TrainableModel>(
  build: () => Model | Promise<Model>,
  x: Rows,
  y: Rows,
  options: CrossValidateOptions = {},
): Promise<CrossValidation> {
  checkOptions(options, ['cv', 'scaler', 'fit', 'metrics'], 'crossValidate');
  sameLength([x, y], ['x', 'y']);
  const folds: FoldResult[] = [];
  for (const { train, test } of splitterOf(options.cv ?? 5).split(x, y as Labels)) {
    const parts = {
      x: take(x, train) as Rows,
      xVal: take(x, test) as Rows,
      y: take(y, train),
      yVal: take(y, test),
    };
    if (options.scaler) {
      const scaler = options.scaler().fit(parts.x as Numbers);
      parts.x = scaler.transform(parts.x as Numbers);
      parts.xVal = scaler.transform(parts.xVal as Numbers);
    }
    const fit = typeof options.fit === 'function' ? options.fit(folds.length) : options.fit;
    folds.push(await runFold(await build(), parts, fit ?? {}, options.metrics ?? {}));
  }
  const names = Object.keys(folds[0].scores);
  const scores = (name: string) => folds.map((fold) => fold.scores[name]);
  return {
    folds,
    mean: Object.fromEntries(names.map((name) => [name, mean(scores(name))])),
    std: Object.fromEntries(names.map((name) => [name, deviation(scores(name))])),
    epochMeans: epochMeans(folds.map((fold) => fold.history)),
  };
}

interface Parts {
  x: Rows;
  xVal: Rows;
  y: Rows;
  yVal: Rows;
}

/** The calls that are made of a model, with the types of the data that go in. */
interface Calls {
  fit(x: Rows, y: Rows, options: Record<string, unknown>): Promise<{ readonly history: Series }>;
  evaluate(x: Rows, y: Rows, options: Record<string, unknown>): Promise<Record<string, number>>;
  predict(x: Rows): Numbers;
}

async function runFold(
  model: TrainableModel,
  { x, xVal, y, yVal }: Parts,
  fit: Record<string, unknown>,
  metrics: NonNullable<CrossValidateOptions['metrics']>,
): Promise<FoldResult> {
  const calls = model as unknown as Calls;
  const { history } = await calls.fit(x, y, { ...fit, validationData: [xVal, yVal] });
  const evaluation = 'batchSize' in fit ? { batchSize: fit.batchSize } : {};
  const scores = { ...(await calls.evaluate(xVal, yVal, evaluation)) };
  const further = Object.entries(metrics);
  if (further.length > 0) {
    const predicted = calls.predict(xVal);
    for (const [name, metric] of further) {
      if (name in scores) {
        throw new ConfigError(
          'metric-name',
          `metrics: '${name}' is a score of the model itself; take another name.`,
        );
      }
      scores[name] = metric(yVal, predicted);
    }
  }
  return { history: structuredCopy(history), scores };
}

function splitterOf(cv: number | Splitter): Splitter {
  if (typeof cv === 'number') return new KFold({ nSplits: cv, shuffle: true });
  if (typeof cv?.split === 'function') return cv;
  throw new ConfigError(
    'cv',
    `cv: expected a number of folds or a splitter such as new KFold(), got ${describe(cv)}.`,
  );
}

function structuredCopy(history: Series): Series {
  return Object.fromEntries(Object.entries(history).map(([key, series]) => [key, [...series]]));
}

function epochMeans(histories: readonly Series[]): Series {
  const keys = Object.keys(histories[0]).filter((key) => histories.every((history) => key in history));
  return Object.fromEntries(
    keys.map((key) => {
      const length = Math.min(...histories.map((history) => history[key].length));
      return [
        key,
        Array.from({ length }, (_, epoch) => mean(histories.map((history) => history[key][epoch]))),
      ];
    }),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}
