import {
  computeClassWeight,
  LabelEncoder,
  multiHot,
  oneHot,
  padSequences,
  take,
  toCategorical,
  toClasses,
} from 'fourlane/data';
import { describe, expect, it } from 'vitest';
import { SparseMatrix } from '../../src/data/sparse.js';
import { Tensor, tensor } from '../../src/data/tensor.js';

const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });

describe('toCategorical and oneHot', () => {
  it('makes rows with a single one', () => {
    const y = toCategorical([0, 2, 1]);
    expect(y.dtype).toBe('float32');
    expect(y.toArray()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ]);
    expect(toCategorical(Int32Array.of(1), 4).toArray()).toEqual([[0, 1, 0, 0]]);
  });

  it('drops a last axis of length 1 in toCategorical only, and keeps others', () => {
    const column = tensor(Uint8Array.of(1, 0), [2, 1]);
    expect(toCategorical(column).shape).toEqual([2, 2]);
    expect(oneHot(column, 2).shape).toEqual([2, 1, 2]);
    const grid = toCategorical([
      [0, 1],
      [2, 0],
    ]);
    expect(grid.shape).toEqual([2, 2, 3]);
    expect(grid.toArray()).toEqual([
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [
        [0, 0, 1],
        [1, 0, 0],
      ],
    ]);
  });

  it('refuses what is no class', () => {
    expect(() => toCategorical([0, 3], 3)).toThrow(code('class-out-of-range', '3 at position 1'));
    expect(() => toCategorical([0, -1])).toThrow(code('class-out-of-range', '-1'));
    expect(() => toCategorical([0, 1.5])).toThrow(code('class-out-of-range', '1.5'));
    expect(() => oneHot([5], 5)).toThrow(code('class-out-of-range'));
    expect(() => oneHot([0], 0)).toThrow(code('not-an-integer', 'numClasses'));
  });
});

describe('multiHot', () => {
  it('keeps each column once, ascending', () => {
    const matrix = multiHot([[3, 1, 3, 0], [], Int32Array.of(4, 4)], 5);
    expect(matrix.shape).toEqual([3, 5]);
    expect([...matrix.indptr]).toEqual([0, 3, 3, 4]);
    expect([...matrix.indices]).toEqual([0, 1, 3, 4]);
    expect(matrix.values).toBeUndefined();
  });

  it('names the row of an index that does not fit', () => {
    expect(() => multiHot([[0], [1, 5]], 5)).toThrow(code('index-out-of-range', '5 in row 1'));
    expect(() => multiHot([[-1]], 5)).toThrow(code('index-out-of-range', 'row 0'));
    expect(() => multiHot([[0.5]], 5)).toThrow(code('index-out-of-range', '0.5'));
  });
});

describe('LabelEncoder', () => {
  it('numbers labels in sorted order and back', () => {
    // scikit-learn's documentation: fit(["paris", "paris", "tokyo", "amsterdam"])
    const cities = new LabelEncoder().fit(['paris', 'paris', 'tokyo', 'amsterdam']);
    expect(cities.classes).toEqual(['amsterdam', 'paris', 'tokyo']);
    const numbers = cities.transform(['tokyo', 'tokyo', 'paris']);
    expect([numbers.dtype, [...numbers.data]]).toEqual(['int32', [2, 2, 1]]);
    expect(cities.inverseTransform([2, 2, 1])).toEqual(['tokyo', 'tokyo', 'paris']);
    // and fit([1, 2, 2, 6]); numbers sort as numbers
    expect(new LabelEncoder().fit([10, 2, 2, 6]).classes).toEqual([2, 6, 10]);
    expect([...new LabelEncoder().fitTransform(tensor([[6], [1], [2]])).data]).toEqual([2, 0, 1]);
  });

  it('sorts strings by code points, as Python does', () => {
    // sorted(['\U0001F600', '\uFF5E', 'z', 'Z', 'é']) == ['Z', 'z', 'é', '\uFF5E', '\U0001F600']
    const encoder = new LabelEncoder().fit(['\u{1F600}', '\uFF5E', 'z', 'Z', 'é', 'zz']);
    expect(encoder.classes).toEqual(['Z', 'z', 'zz', 'é', '\uFF5E', '\u{1F600}']);
  });

  it('says what is wrong', () => {
    const encoder = new LabelEncoder();
    expect(() => encoder.transform(['a'])).toThrow(code('not-fitted'));
    expect(() => encoder.fit(['a', 1] as never)).toThrow(code('mixed-labels', 'position 1'));
    expect(() => encoder.fit([Number.NaN])).toThrow(code('not-a-number', 'NaN'));
    encoder.fit(['a', 'b']);
    expect(() => encoder.transform(['a', 'c'])).toThrow(code('unknown-label', "'c' at position 1"));
    expect(() => encoder.inverseTransform([2])).toThrow(code('class-out-of-range', '0 to 1'));
  });
});

describe('toClasses', () => {
  it('takes the largest of each row, the first of equals', () => {
    const rows = [
      [0.1, 0.7, 0.2],
      [0.4, 0.4, 0.2],
      [0, 0, 1],
    ];
    expect([...toClasses(rows)]).toEqual([1, 0, 2]);
  });

  it('compares one unit with the threshold', () => {
    expect([...toClasses(tensor([[0.5], [0.51], [0.2]]))]).toEqual([0, 1, 0]);
    expect([...toClasses([0.5, 0.51, 0.2], 0.1)]).toEqual([1, 1, 1]);
    expect(() => toClasses(new Tensor(new Float32Array(8), [2, 2, 2]))).toThrow(code('wrong-rank'));
  });
});

describe('computeClassWeight', () => {
  const y = [0, 1, 0, 1, 2, 0, 1, 2, 2, 0, 1, 0, 0];

  it('balances as scikit-learn', () => {
    // scikit-learn 1.9.1: compute_class_weight('balanced' or {0: 2, 2: 3}, classes=[0, 1, 2], y=y)
    const classes = [0, 1, 2];
    const expected = [0.7222222222222222, 1.0833333333333333, 1.4444444444444444];
    expect(computeClassWeight('balanced', { classes, y: Int32Array.from(y) })).toEqual(expected);
    expect(computeClassWeight({ 0: 2, 2: 3 }, { classes, y })).toEqual([2, 1, 3]);
    expect(computeClassWeight(null, { classes, y })).toEqual([1, 1, 1]);
    expect(computeClassWeight('balanced', { classes: ['b', 'a'], y: ['a', 'b', 'b', 'b'] })).toEqual([
      4 / 6,
      2,
    ]);
  });

  it('says what is wrong', () => {
    expect(() => computeClassWeight('balanced', { classes: [0, 1], y })).toThrow(code('unknown-label', '2'));
    expect(() => computeClassWeight('balanced', { classes: [0, 1, 2, 3], y })).toThrow(
      code('unknown-label', '3'),
    );
    expect(() => computeClassWeight({ 5: 1 }, { classes: [0, 1, 2], y })).toThrow(code('unknown-label'));
    expect(() => computeClassWeight('even' as never, { classes: [0, 1, 2], y })).toThrow(
      code('class-weight'),
    );
  });
});

describe('padSequences', () => {
  const sequences = [[1], [2, 3], Int32Array.of(4, 5, 6)];

  it('fills and cuts as the examples in the documentation of Keras', () => {
    const all = padSequences(sequences);
    expect([all.dtype, all.toArray()]).toEqual([
      'int32',
      [
        [0, 0, 1],
        [0, 2, 3],
        [4, 5, 6],
      ],
    ]);
    expect(padSequences(sequences, { value: -1 }).toArray()).toEqual([
      [-1, -1, 1],
      [-1, 2, 3],
      [4, 5, 6],
    ]);
    expect(padSequences(sequences, { padding: 'post' }).toArray()).toEqual([
      [1, 0, 0],
      [2, 3, 0],
      [4, 5, 6],
    ]);
    expect(padSequences(sequences, { maxlen: 2 }).toArray()).toEqual([
      [0, 1],
      [2, 3],
      [5, 6],
    ]);
    expect(padSequences(sequences, { maxlen: 2, truncating: 'post' }).toArray()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });

  it('keeps fractions when asked to, and refuses them otherwise', () => {
    expect(padSequences([[0.5]], { maxlen: 2, dtype: 'float32' }).toArray()).toEqual([[0, 0.5]]);
    expect(() => padSequences([[1], [0.5]])).toThrow(code('not-an-integer', 'sequence 1'));
    expect(() => padSequences(['12' as never])).toThrow(code('not-a-sequence', 'position 0'));
    expect(() => padSequences(sequences, { padding: 'left' as never })).toThrow(code('pad-side', "'left'"));
  });
});

describe('take', () => {
  it('takes rows of every kind of data', () => {
    expect(take(['a', 'b', 'c'], [2, 0, 2])).toEqual(['c', 'a', 'c']);
    expect(take(Uint8Array.of(7, 8, 9), [1])).toEqual(Uint8Array.of(8));
    const cube = take(
      tensor(
        Float64Array.from({ length: 12 }, (_, i) => i),
        [3, 2, 2],
      ),
      [2, 1],
    );
    expect([cube.dtype, cube.toArray()]).toEqual([
      'float64',
      [
        [
          [8, 9],
          [10, 11],
        ],
        [
          [4, 5],
          [6, 7],
        ],
      ],
    ]);
    const values = Float32Array.of(0.5, 1.5, 2.5);
    const sparse = new SparseMatrix({
      shape: [3, 4],
      indptr: Int32Array.of(0, 2, 2, 3),
      indices: Int32Array.of(1, 3, 0),
      values,
    });
    const rows = take(sparse, Int32Array.of(2, 1, 0));
    expect([...rows.indptr]).toEqual([0, 1, 1, 3]);
    expect([...rows.indices]).toEqual([0, 1, 3]);
    expect([...(rows.values ?? [])]).toEqual([2.5, 0.5, 1.5]);
  });

  it('keeps the scale of a tensor and refuses rows that are not there', () => {
    const pixels = new Tensor(Uint8Array.of(1, 2), [2, 1], { scale: 0.5, offset: -1 });
    expect(take(pixels, [1])).toMatchObject({ scale: 0.5, offset: -1, shape: [1, 1] });
    expect(() => take([1, 2], [0, 2])).toThrow(code('index-out-of-range', '2 at position 1'));
    expect(() => take([1, 2], [0.5])).toThrow(code('index-out-of-range'));
  });
});
