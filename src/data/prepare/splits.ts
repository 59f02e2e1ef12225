import { ConfigError, ValueError } from '../../errors.js';
import { checkOptions } from '../../names.js';
import { checkSeed, permutation } from '../../random.js';
import { asLabels, type Label, type Labels, type Rows, rowCount } from './arrays.js';
import { checkInteger } from './options.js';
import { sameLength } from './take.js';

/** One way to divide the samples: positions for training and for testing. */
export interface Split {
  train: Int32Array;
  test: Int32Array;
}

/** Anything that divides samples into folds: `KFold`, `StratifiedKFold` or one of your own. */
export interface Splitter {
  split(x: Rows, y?: Labels): Iterable<Split>;
}

/** Options of `KFold` and `StratifiedKFold`. */
export interface KFoldOptions {
  /** Number of folds, at least 2; default 5. */
  nSplits?: number;
  /** Shuffle before the folds are formed; default false. */
  shuffle?: boolean;
  /** Seed of the shuffle, an integer from 0; default 0. Given without `shuffle: true` it is an error. */
  randomState?: number;
}

/**
 * k-fold cross-validation: the samples in k runs of equal length, the first n % k one longer; each is the test part
 * once. Positions within a part are ascending, shuffled or not, as in scikit-learn.
 *
 * @throws ValueError `too-few-samples` or `not-an-integer`; ConfigError `seed-without-shuffle`.
 */
export class KFold implements Splitter {
  readonly nSplits: number;
  readonly shuffle: boolean;
  readonly randomState: number | undefined;

  constructor(options: KFoldOptions = {}) {
    ({
      nSplits: this.nSplits,
      shuffle: this.shuffle,
      randomState: this.randomState,
    } = foldOptions(options, 'KFold'));
  }

  /** The folds of `x`, of which only the number of samples counts. */
  split(x: Rows): Iterable<Split> {
    const n = rowCount(x, 'x');
    if (this.nSplits > n) throw tooFew(`nSplits: cannot divide ${n} samples into ${this.nSplits} folds.`);
    const order = this.shuffle
      ? permutation(n, this.randomState ?? 0)
      : Int32Array.from({ length: n }, (_, i) => i);
    const fold = new Int32Array(n);
    let start = 0;
    for (let k = 0; k < this.nSplits; k++) {
      const size = Math.floor(n / this.nSplits) + (k < n % this.nSplits ? 1 : 0);
      for (let i = start; i < start + size; i++) fold[order[i]] = k;
      start += size;
    }
    return foldsOf(fold, this.nSplits);
  }
}

/**
 * k-fold cross-validation whose folds keep the shares of the classes, after scikit-learn: every class is dealt out
 * to the folds as a run through the sorted labels deals it. Classes are taken in the order of their first appearance.
 *
 * @throws as `KFold`; ValueError `too-few-samples` if every class has fewer members than there are folds.
 */
export class StratifiedKFold implements Splitter {
  readonly nSplits: number;
  readonly shuffle: boolean;
  readonly randomState: number | undefined;

  constructor(options: KFoldOptions = {}) {
    ({
      nSplits: this.nSplits,
      shuffle: this.shuffle,
      randomState: this.randomState,
    } = foldOptions(options, 'StratifiedKFold'));
  }

  /** The folds of `x` by the class labels `y`: numbers or strings, shape [n] or [n, 1]. */
  split(x: Rows, y?: Labels): Iterable<Split> {
    if (y === undefined)
      throw new ValueError('labels-missing', 'y: StratifiedKFold needs the class labels, got none.');
    const n = sameLength([x, y], ['x', 'y']);
    const members = membersByClass(asLabels(y, 'y'));
    const counts = members.map((list) => list.length);
    if (n < this.nSplits || counts.every((count) => count < this.nSplits)) {
      throw tooFew(
        `nSplits: cannot divide into ${this.nSplits} folds, for the largest class has ${counts.reduce((a, b) => Math.max(a, b), 0)} members.`,
      );
    }
    const fold = new Int32Array(n);
    let start = 0;
    members.forEach((list, k) => {
      const deal = Array.from({ length: this.nSplits }, () => 0);
      for (let i = 0; i < list.length; i++) deal[(start + i) % this.nSplits]++;
      start += list.length;
      const folds = deal.flatMap((count, i) => new Array<number>(count).fill(i));
      const order = this.shuffle ? permutation(list.length, this.randomState ?? 0, k) : undefined;
      list.forEach((sample, i) => {
        fold[sample] = folds[order ? order[i] : i];
      });
    });
    return foldsOf(fold, this.nSplits);
  }
}

function foldOptions(options: KFoldOptions, where: string) {
  checkOptions(options, ['nSplits', 'shuffle', 'randomState'], where);
  const { nSplits = 5, shuffle = false, randomState } = options;
  checkInteger(nSplits, 'nSplits', 2);
  if (randomState !== undefined) {
    checkSeed(randomState, where);
    if (!shuffle) {
      throw new ConfigError(
        'seed-without-shuffle',
        `${where}: randomState has no effect without shuffle: true. Set it, or leave randomState out.`,
      );
    }
  }
  return { nSplits, shuffle, randomState };
}

function* foldsOf(fold: Int32Array, count: number): Generator<Split> {
  for (let k = 0; k < count; k++) {
    const positions = Array.from(fold.keys());
    yield {
      train: Int32Array.from(positions.filter((i) => fold[i] !== k)),
      test: Int32Array.from(positions.filter((i) => fold[i] === k)),
    };
  }
}

/** Positions of every class's samples, ascending; classes in order of their first appearance. */
export function membersByClass(labels: readonly Label[]): number[][] {
  const members = new Map<Label, number[]>();
  labels.forEach((label, i) => {
    const list = members.get(label);
    if (list) list.push(i);
    else members.set(label, [i]);
  });
  return [...members.values()];
}

/** The error of a split that would leave a part empty. */
export function tooFew(message: string): ValueError {
  return new ValueError('too-few-samples', message);
}
