import { KFold, StratifiedKFold, trainTestSplit } from 'fourlane/data';
import { describe, expect, it } from 'vitest';
import { SparseMatrix } from '../../src/data/sparse.js';
import { Tensor, tensor } from '../../src/data/tensor.js';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });
const counts = (labels: ArrayLike<number>, classes: number) =>
  range(classes).map((c) => Array.from(labels).filter((label) => label === c).length);

describe('trainTestSplit', () => {
  // scikit-learn 1.9.1: train_test_split(list(range(11)), test_size=…, train_size=…, shuffle=False)
  it.each([
    [{}, range(8), [8, 9, 10]],
    [{ testSize: 0.3 }, range(7), [7, 8, 9, 10]],
    [{ trainSize: 0.3 }, range(3), [3, 4, 5, 6, 7, 8, 9, 10]],
    [{ testSize: 0.25, trainSize: 0.5 }, range(5), [5, 6, 7]],
    [{ testSize: 3, trainSize: 4 }, range(4), [4, 5, 6]],
    [{ testSize: 1 }, range(10), [10]],
  ])('sizes %j', (sizes, train, test) => {
    expect(trainTestSplit(range(11), { ...sizes, shuffle: false })).toEqual([train, test]);
  });

  it('shuffles all arrays alike, loses nothing and repeats itself by the seed', () => {
    const x = tensor(
      range(40).map((i) => [i, -i]),
      undefined,
    );
    const names = range(40).map((i) => `sample ${i}`);
    const [xTrain, xTest, nTrain, nTest] = trainTestSplit(x, names, { randomState: 3 });
    expect([xTrain.shape, xTest.shape]).toEqual([
      [30, 2],
      [10, 2],
    ]);
    const rows = [...(xTrain.toArray() as number[][]), ...(xTest.toArray() as number[][])];
    expect([...nTrain, ...nTest]).toEqual(rows.map(([i]) => `sample ${i}`));
    expect(rows.every(([i, negative]) => negative === -i)).toBe(true);
    expect(rows.map(([i]) => i).sort((a, b) => a - b)).toEqual(range(40));
    expect(rows.map(([i]) => i)).not.toEqual(range(40));
    expect(trainTestSplit(names, { randomState: 3 })).toEqual([nTrain, nTest]);
    expect(trainTestSplit(names, { randomState: 4 })).not.toEqual([nTrain, nTest]);
    expect(trainTestSplit(names)).toEqual(trainTestSplit(names, { randomState: 0 }));
  });

  it('keeps every array of its kind', () => {
    const sparse = SparseMatrix.fromRows([[0], [1], [0, 2], [], [1]], 3);
    const parts = trainTestSplit(Int32Array.of(5, 6, 7, 8, 9), sparse, { data: range(5), shape: [5, 1] });
    expect(parts.map((part) => part.constructor)).toEqual([
      Int32Array,
      Int32Array,
      SparseMatrix,
      SparseMatrix,
      Tensor,
      Tensor,
    ]);
    expect(parts[2].shape).toEqual([3, 3]);
    expect(parts[5].shape).toEqual([2, 1]);
  });

  it('stratifies as scikit-learn counts', () => {
    // train_test_split(ys, test_size=0.2, stratify=ys) and test_size=5: numpy.bincount of both parts.
    const even = range(100).map((i) => (i < 50 ? 0 : i < 80 ? 1 : 2));
    const [train, test] = trainTestSplit(even, { testSize: 0.2, stratify: even, randomState: 1 });
    expect([counts(train, 3), counts(test, 3)]).toEqual([
      [40, 24, 16],
      [10, 6, 4],
    ]);
    const odd = range(15).map((i) => (i < 7 ? 0 : i < 12 ? 1 : 2));
    const parts = trainTestSplit(odd, range(15), { testSize: 5, stratify: Int32Array.from(odd) });
    expect([counts(parts[0], 3), counts(parts[1], 3)]).toEqual([
      [5, 3, 2],
      [2, 2, 1],
    ]);
    expect([...parts[2], ...parts[3]].sort((a, b) => a - b)).toEqual(range(15));
    expect(parts[2].map((i) => odd[i])).toEqual(parts[0]);
    expect(parts[0]).not.toEqual([...parts[0]].sort((a, b) => a - b));
  });

  it('splits large data and any number of arrays', () => {
    const y = new Uint8Array(400_000).map((_, i) => i % 2);
    const parts = trainTestSplit(y, y, y, y, { stratify: y, testSize: 0.5 });
    expect(parts.map((part) => part.length)).toEqual(new Array(8).fill(200_000));
    expect(counts(parts[7], 2)).toEqual([100_000, 100_000]);
  });

  it('draws lots between classes whose shares tie, differently by the seed', () => {
    const tied = range(40).map((i) => i % 8);
    const extra = range(12).map((randomState) => {
      const [, test] = trainTestSplit(tied, { testSize: 12, stratify: tied, randomState });
      expect(counts(test, 8).every((count) => count === 1 || count === 2)).toBe(true);
      return counts(test, 8).join('');
    });
    expect(new Set(extra).size).toBeGreaterThan(3);
  });

  it('says what is wrong', () => {
    const x = range(10);
    expect(() => trainTestSplit(x, range(9))).toThrow(code('length-mismatch', 'expected 10 samples'));
    const lost = undefined as unknown as number[];
    expect(() => trainTestSplit(x, lost, { testSize: 2 })).toThrow(code('not-a-number', 'array 2'));
    expect(trainTestSplit(x, undefined)).toHaveLength(2);
    expect(() => trainTestSplit(x, { testSize: 10 })).toThrow(code('invalid-size', 'testSize'));
    expect(() => trainTestSplit(x, { testSize: 2.5 })).toThrow(code('invalid-size', '2.5'));
    expect(() => trainTestSplit(x, { trainSize: -0.1 })).toThrow(code('invalid-size', 'trainSize'));
    expect(() => trainTestSplit(x, { trainSize: 6, testSize: 0.5 })).toThrow(code('invalid-size', '6 and 5'));
    expect(() => trainTestSplit([1])).toThrow(code('too-few-samples'));
    expect(() => trainTestSplit(x, { shuffle: false, stratify: x })).toThrow(
      code('stratify-without-shuffle'),
    );
    expect(() => trainTestSplit(x, { stratify: x })).toThrow(code('too-few-samples', 'at least 2'));
    expect(() => trainTestSplit(x, { stratify: [0, 1] })).toThrow(code('length-mismatch', 'stratify'));
    expect(() => trainTestSplit(x, { test_size: 2 } as object)).toThrow(code('unknown-option', 'testSize'));
    expect(() => trainTestSplit(x, { randomState: -1 })).toThrow(code('seed'));
  });
});

describe('KFold', () => {
  it('cuts runs of equal length, the first ones longer', () => {
    // scikit-learn 1.9.1: KFold(4).split(np.zeros(10))
    const folds = [...new KFold({ nSplits: 4 }).split(range(10))];
    expect(folds.map(({ test }) => [...test])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
      [8, 9],
    ]);
    expect(folds.map(({ train }) => [...train])).toEqual([
      [3, 4, 5, 6, 7, 8, 9],
      [0, 1, 2, 6, 7, 8, 9],
      [0, 1, 2, 3, 4, 5, 8, 9],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ]);
    expect(folds[0].train).toBeInstanceOf(Int32Array);
  });

  it('shuffles by the seed and still covers every sample once, in ascending order', () => {
    const of = (randomState: number) =>
      [...new KFold({ nSplits: 3, shuffle: true, randomState }).split(tensor(range(20)))].map((f) => [
        ...f.test,
      ]);
    expect(
      of(1)
        .flat()
        .sort((a, b) => a - b),
    ).toEqual(range(20));
    expect(of(1).map((test) => test.length)).toEqual([7, 7, 6]);
    for (const test of of(1)) expect(test).toEqual([...test].sort((a, b) => a - b));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)[0]).not.toEqual(range(7));
  });

  it('says what is wrong', () => {
    expect(() => new KFold({ nSplits: 1 })).toThrow(code('not-an-integer', 'nSplits'));
    expect(() => new KFold({ randomState: 1 })).toThrow(code('seed-without-shuffle'));
    expect(() => new KFold({ nSplits: 5 }).split(range(4))).toThrow(code('too-few-samples', '4 samples'));
  });
});

describe('StratifiedKFold', () => {
  it('deals the classes out as scikit-learn does', () => {
    // scikit-learn 1.9.1: StratifiedKFold(3).split(np.zeros(13), y), StratifiedKFold(2).split(np.zeros(10), y2)
    const y = [0, 1, 0, 1, 2, 0, 1, 2, 2, 0, 1, 0, 0];
    const folds = [...new StratifiedKFold({ nSplits: 3 }).split(y, y)];
    expect(folds.map(({ test }) => [...test])).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 9],
      [8, 10, 11, 12],
    ]);
    const y2 = ['b', 'a', 'b', 'a', 'c', 'b', 'a', 'c', 'c', 'b'];
    const two = [...new StratifiedKFold({ nSplits: 2 }).split(range(10), y2)];
    expect(two.map(({ test }) => [...test])).toEqual([range(5), [5, 6, 7, 8, 9]]);
  });

  it('keeps the shares when it shuffles', () => {
    const y = Int32Array.from(range(90).map((i) => (i % 9 === 0 ? 2 : i % 3 === 0 ? 1 : 0)));
    const options = { nSplits: 5, shuffle: true, randomState: 8 };
    const folds = [...new StratifiedKFold(options).split(y, tensor(y, [90, 1]))];
    for (const { train, test } of folds) {
      expect(
        counts(
          test.map((i) => y[i]),
          3,
        ),
      ).toEqual([12, 4, 2]);
      expect([...train, ...test].sort((a, b) => a - b)).toEqual(range(90));
    }
    expect([...folds[0].test]).not.toEqual([...[...new StratifiedKFold().split(y, y)][0].test]);
  });

  it('says what is wrong', () => {
    const folds = new StratifiedKFold({ nSplits: 3 });
    expect(() => folds.split(range(4))).toThrow(code('labels-missing'));
    expect(() => folds.split(range(4), [0, 0, 1, 1])).toThrow(code('too-few-samples', '2 members'));
    expect(() => folds.split(range(4), [0, 0, 1])).toThrow(code('length-mismatch'));
    expect(() =>
      folds.split(
        range(2),
        tensor([
          [1, 0],
          [0, 1],
        ]),
      ),
    ).toThrow(code('wrong-rank', 'toClasses()'));
  });
});
