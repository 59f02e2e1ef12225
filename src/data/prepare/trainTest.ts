import { ConfigError, ValueError } from '../../errors.js';
import { checkOptions } from '../../names.js';
import { checkSeed, permutation } from '../../random.js';
import { asLabels, type Labels, type Rows } from './arrays.js';
import { describe } from './options.js';
import { membersByClass, type Split, tooFew } from './splits.js';
import { sameLength, type Taken, take } from './take.js';

/** Options of `trainTestSplit`. A size below 1 is a fraction of the samples, an integer is their number. */
export interface TrainTestSplitOptions {
  /** Default: what `trainSize` leaves, or 0.25. A fraction is rounded up. */
  testSize?: number;
  /** Default: what `testSize` leaves. A fraction is rounded down. */
  trainSize?: number;
  /** Shuffle before splitting; default true. Without it the training part comes first. */
  shuffle?: boolean;
  /** Class labels, one per sample, whose shares both parts shall keep. Default: none. */
  stratify?: Labels;
  /** Seed of the shuffle, an integer from 0; default 0. The same seed splits the same way in every runtime. */
  randomState?: number;
}

/** The training and the test part of each array in turn. */
export type TrainTestParts<T extends readonly unknown[]> = T extends [infer First, ...infer Rest]
  ? [Taken<First>, Taken<First>, ...TrainTestParts<Rest>]
  : [];

/**
 * Splits arrays into a training and a test part, with scikit-learn's meaning and order of results:
 * `const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y, { testSize: 0.2, stratify: y })`.
 * Every array may be anything that `take` accepts; each part is of its array's own kind.
 *
 * @throws ShapeError `length-mismatch`; ValueError `invalid-size`, `too-few-samples` or `seed`; ConfigError
 * `unknown-option` or `stratify-without-shuffle`.
 */
export function trainTestSplit<T extends [Rows, ...Rows[]]>(...arrays: T): TrainTestParts<T>;
export function trainTestSplit<T extends [Rows, ...Rows[]]>(
  ...args: [...T, TrainTestSplitOptions | undefined]
): TrainTestParts<T>;
export function trainTestSplit(...args: (Rows | TrainTestSplitOptions | undefined)[]): unknown[] {
  const last = args[args.length - 1];
  const hasOptions = args.length > 0 && isOptions(last);
  const options = hasOptions ? ((last ?? {}) as TrainTestSplitOptions) : {};
  const arrays = (hasOptions ? args.slice(0, -1) : args) as Rows[];
  checkOptions(options, ['testSize', 'trainSize', 'shuffle', 'stratify', 'randomState'], 'trainTestSplit');
  if (arrays.length === 0) {
    throw new ValueError('no-data', 'trainTestSplit: expected at least one array to split, got none.');
  }
  const names = arrays.map((_, i) => `array ${i + 1}`);
  const n = sameLength(arrays, names);
  const [trainCount, testCount] = partSizes(n, options);
  const { train, test } = dividedRows(n, trainCount, testCount, options);
  return arrays.flatMap((array) => [take(array, train), take(array, test)]);
}

function isOptions(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    return false;
  return !('data' in value) && !('indptr' in value);
}

function partSizes(n: number, { testSize, trainSize }: TrainTestSplitOptions): [number, number] {
  const test = trainSize === undefined ? (testSize ?? 0.25) : testSize;
  for (const [name, size] of [
    ['testSize', test],
    ['trainSize', trainSize],
  ] as const) {
    if (size === undefined) continue;
    const fits = typeof size === 'number' && size > 0 && (size < 1 || (Number.isInteger(size) && size < n));
    if (!fits) {
      throw new ValueError(
        'invalid-size',
        `${name}: expected a fraction between 0 and 1 or a number of samples below ${n}, got ${describe(size)}.`,
      );
    }
  }
  const given = (size: number, round: (x: number) => number) => (size < 1 ? round(size * n) : size);
  let testCount = test === undefined ? 0 : given(test, Math.ceil);
  const trainCount = trainSize === undefined ? n - testCount : given(trainSize, Math.floor);
  if (test === undefined) testCount = n - trainCount;
  if (trainCount + testCount > n) {
    throw new ValueError(
      'invalid-size',
      `trainSize and testSize: ${trainCount} and ${testCount} samples together exceed the ${n} that there are.`,
    );
  }
  if (trainCount === 0 || testCount === 0) {
    throw tooFew(
      `testSize: of ${n} samples the ${trainCount === 0 ? 'training' : 'test'} part would be empty.`,
    );
  }
  return [trainCount, testCount];
}

function dividedRows(
  n: number,
  trainCount: number,
  testCount: number,
  options: TrainTestSplitOptions,
): Split {
  const { shuffle = true, stratify } = options;
  const seed = checkSeed(options.randomState ?? 0, 'trainTestSplit: randomState');
  if (!shuffle) {
    if (stratify !== undefined) {
      throw new ConfigError('stratify-without-shuffle', 'stratify: needs shuffle: true, got shuffle: false.');
    }
    const all = Int32Array.from({ length: trainCount + testCount }, (_, i) => i);
    return { train: all.slice(0, trainCount), test: all.slice(trainCount) };
  }
  if (stratify === undefined) {
    const order = permutation(n, seed);
    return { train: order.slice(testCount, testCount + trainCount), test: order.slice(0, testCount) };
  }
  return stratifiedRows(stratify, n, trainCount, testCount, seed);
}

/** As scikit-learn's StratifiedShuffleSplit; the streams of the seed are kept apart by what they decide. */
function stratifiedRows(
  labels: Labels,
  n: number,
  trainCount: number,
  testCount: number,
  seed: number,
): Split {
  sameLength([labels, new Uint8Array(n)], ['stratify', 'array 1']);
  const members = membersByClass(asLabels(labels, 'stratify'));
  const counts = members.map((list) => list.length);
  if (counts.some((count) => count < 2)) {
    throw tooFew('stratify: expected at least 2 samples of every class, got a class with only 1.');
  }
  if (Math.min(trainCount, testCount) < members.length) {
    throw tooFew(
      `stratify: ${members.length} classes do not fit into parts of ${trainCount} and ${testCount} samples.`,
    );
  }
  const inTrain = approximateMode(counts, trainCount, (m) => permutation(m, seed, 2));
  const inTest = approximateMode(
    counts.map((count, k) => count - inTrain[k]),
    testCount,
    (m) => permutation(m, seed, 3),
  );
  const train: number[] = [];
  const test: number[] = [];
  members.forEach((list, k) => {
    const order = Array.from(permutation(list.length, seed, 4 + k), (i) => list[i]);
    for (let i = 0; i < inTrain[k]; i++) train.push(order[i]);
    for (let i = 0; i < inTest[k]; i++) test.push(order[inTrain[k] + i]);
  });
  const shuffled = (rows: number[], stream: number) =>
    permutation(rows.length, seed, stream).map((i) => rows[i]);
  return { train: shuffled(train, 0), test: shuffled(test, 1) };
}

/**
 * How many of `draws` samples fall to each class: its share rounded down, and the rest to the largest remainders,
 * ties drawn by lot (scikit-learn's approximate mode of the multivariate hypergeometric distribution).
 */
function approximateMode(counts: number[], draws: number, lots: (n: number) => Int32Array): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = counts.map((count) => (count / total) * draws);
  const taken = share.map(Math.floor);
  const missing = draws - taken.reduce((sum, count) => sum + count, 0);
  const lot = lots(counts.length);
  const order = share
    .map((_, k) => k)
    .sort((a, b) => share[b] - taken[b] - (share[a] - taken[a]) || lot[a] - lot[b]);
  for (const k of order.slice(0, missing)) taken[k]++;
  return taken;
}
