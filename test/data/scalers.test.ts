import { MinMaxScaler, StandardScaler } from 'fourlane/data';
import { describe, expect, it } from 'vitest';
import { SparseMatrix } from '../../src/data/sparse.js';
import { Tensor, tensor } from '../../src/data/tensor.js';
import { uniformArray } from '../support/random.js';

const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });
const x = [
  [1, -2, 7],
  [2, 0.5, 7],
  [4, 3, 7],
  [Number.NaN, 10, 7],
];

describe('StandardScaler', () => {
  it('fits and maps as scikit-learn, NaN left out and a constant column divided by 1', () => {
    // scikit-learn 1.9.1: StandardScaler().fit(x): mean_, var_, scale_, transform(x)
    const scaler = new StandardScaler().fit(x);
    expect([...scaler.mean]).toEqual([2.3333333333333335, 2.875, 7]);
    expect([...scaler.var]).toEqual([1.5555555555555554, 20.046875, 0]);
    expect([...scaler.scale]).toEqual([1.247219128924647, 4.477373672143079, 1]);
    expect([scaler.nFeaturesIn, scaler.nSamplesSeen]).toEqual([3, 4]);
    const scaled = scaler.transform(x);
    expect([scaled.shape, scaled.dtype]).toEqual([[4, 3], 'float32']);
    const expected = [
      -1.0690449676496978,
      -1.088807938977896,
      0,
      -0.2672612419124245,
      -0.5304448933482058,
      0,
      1.3363062095621219,
      0.027918152281484514,
      0,
      Number.NaN,
      1.5913346800446173,
      0,
    ];
    expect([...scaled.data]).toEqual(expected.map(Math.fround));
  });

  it('takes a variance within its rounding error for none', () => {
    const alternating = (low: number, step: number) =>
      new StandardScaler().fit(Array.from({ length: 10 }, (_, i) => [low + (i % 2) * step]));
    // scikit-learn 1.9.1: scale_ of StandardScaler().fit([[1e8 + (i % 2) * step] for i in range(10)])
    expect([...alternating(1e8, 2 ** -26).scale]).toEqual([1]);
    expect(alternating(1e8, 2 ** -26).var[0]).toBeGreaterThan(0);
    expect([...alternating(1e8, 2 ** -20).scale]).toEqual([2 ** -21]);
    expect([...alternating(0.1, 0).scale]).toEqual([1]);
  });

  it('gives mean 0 and deviation 1, and undoes itself', () => {
    const data = uniformArray(300, 5, 10, 20);
    const scaler = new StandardScaler();
    const scaled = scaler.fitTransform(tensor(data, [100, 3]));
    for (let c = 0; c < 3; c++) {
      const column = Array.from({ length: 100 }, (_, r) => scaled.data[r * 3 + c]);
      const mean = column.reduce((a, b) => a + b) / 100;
      const square = column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 100;
      expect(mean).toBeCloseTo(0, 6);
      expect(square).toBeCloseTo(1, 6);
    }
    scaler.inverseTransform(scaled).data.forEach((value, i) => {
      expect(value).toBeCloseTo(data[i], 4);
    });
  });

  it('leaves out what it is told to', () => {
    const rows = [[1], [3]];
    expect([...new StandardScaler({ withMean: false }).fitTransform(rows).data]).toEqual([1, 3]);
    expect([...new StandardScaler({ withStd: false }).fitTransform([[1], [5]]).data]).toEqual([-2, 2]);
    const back = new StandardScaler({ withMean: false }).fit([[1], [5]]).inverseTransform([[3]]);
    expect([...back.data]).toEqual([6]);
  });

  it('reads what a tensor with a scale means', () => {
    const pixels = new Tensor(Uint8Array.of(0, 255), [2, 1], { scale: 1 / 255 });
    expect(new StandardScaler().fit(pixels).mean[0]).toBeCloseTo(0.5, 12);
  });

  it('says what is wrong', () => {
    const scaler = new StandardScaler();
    expect(() => scaler.transform(x)).toThrow(code('not-fitted', 'StandardScaler'));
    expect(() => scaler.mean).toThrow(code('not-fitted'));
    expect(() => scaler.fit([1, 2, 3])).toThrow(code('wrong-rank', 'row of its own'));
    expect(() => scaler.fit([[1, 2], [3]])).toThrow(code('ragged-array', 'x'));
    expect(() => scaler.fit([['1' as unknown as number]])).toThrow(code('not-a-number', "'1'"));
    expect(() => scaler.fit([[1], [Number.POSITIVE_INFINITY]])).toThrow(code('not-finite', '[1, 0]'));
    expect(() => scaler.fit(new Tensor(new Float32Array(0), [0, 2]))).toThrow(code('no-samples'));
    expect(() => scaler.fit(SparseMatrix.fromRows([[0]], 2) as never)).toThrow(code('sparse-not-accepted'));
    expect(() => scaler.fit(x).transform([[1, 2]])).toThrow(code('feature-count', '3 features, got 2'));
    expect(() => new StandardScaler({ with_mean: true } as object)).toThrow(code('unknown-option'));
  });
});

describe('MinMaxScaler', () => {
  it('fits and maps as scikit-learn', () => {
    // scikit-learn 1.9.1: MinMaxScaler(feature_range=(-1, 2)).fit(x): scale_, min_, data_range_, transform(x)
    const scaler = new MinMaxScaler({ featureRange: [-1, 2] }).fit(x);
    expect([...scaler.scale]).toEqual([1, 0.25, 3]);
    expect([...scaler.min]).toEqual([-2, -0.5, -22]);
    expect([...scaler.dataMin]).toEqual([1, -2, 7]);
    expect([...scaler.dataMax]).toEqual([4, 10, 7]);
    expect([...scaler.dataRange]).toEqual([3, 12, 0]);
    const scaled = scaler.transform(x);
    expect([...scaled.data]).toEqual([-1, -1, -1, 0, -0.375, -1, 2, 0.25, -1, Number.NaN, 2, -1]);
    expect([...scaler.inverseTransform(scaled).data]).toEqual(x.flat());
  });

  it('clips when asked to', () => {
    const fitted = x.slice(0, 3);
    // scikit-learn 1.9.1: MinMaxScaler(clip=True).fit(x[:3]).transform(x[3:])
    const clipped = new MinMaxScaler({ clip: true }).fit(fitted).transform(x.slice(3));
    expect([...clipped.data]).toEqual([Number.NaN, 1, 0]);
    expect(new MinMaxScaler().fit(fitted).transform(x.slice(3)).data[1]).toBeCloseTo(2.4, 6);
  });

  it('says what is wrong', () => {
    expect(() => new MinMaxScaler({ featureRange: [1, 1] })).toThrow(code('feature-range', '[1,1]'));
  });
});
