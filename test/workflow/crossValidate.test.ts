import { MinMaxScaler, type Numbers, type Rows, StandardScaler, StratifiedKFold } from 'fourlane/data';
import { bestEpoch, crossValidate, exponentialMovingAverage } from 'fourlane/workflow';
import { describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../../src/data/tensor.js';

const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** Predicts the mean of the targets that it saw and remembers what it was called with. */
class MeanModel {
  static made: MeanModel[] = [];
  fitted: { x: Tensor; y: number[]; options: Record<string, unknown> } | undefined;
  evaluated: { x: Tensor; y: number[]; options: Record<string, unknown> } | undefined;

  constructor() {
    MeanModel.made.push(this);
  }

  async fit(x: Tensor, y: number[], options: Record<string, unknown>) {
    this.fitted = { x, y, options };
    const epochs = Number(options.epochs ?? 2);
    return { history: { loss: Array.from({ length: epochs }, (_, epoch) => mean(y) + epoch) } };
  }

  async evaluate(x: Tensor, y: number[], options: Record<string, unknown>) {
    this.evaluated = { x, y, options };
    return { mae: mean(y.map((value) => Math.abs(value - mean(this.fitted!.y)))) };
  }

  predict(x: Tensor) {
    return tensor(new Float32Array(x.shape[0]).fill(mean(this.fitted!.y)), [x.shape[0], 1]);
  }
}

const x = tensor(Array.from({ length: 8 }, (_, i) => [i * i, 5]));
const y = [0, 10, 20, 30, 40, 50, 60, 70];
// Folds of four in the order given: 0 and 4, 1 and 5, …
const cv = {
  *split() {
    for (let k = 0; k < 4; k++) {
      const rows = Int32Array.from({ length: 8 }, (_, i) => i);
      yield { train: rows.filter((i) => i % 4 !== k), test: rows.filter((i) => i % 4 === k) };
    }
  },
};

describe('crossValidate', () => {
  it('trains a fresh model per fold on the rest and scores it on the fold', async () => {
    MeanModel.made = [];
    const result = await crossValidate(() => new MeanModel(), x, y, { cv, fit: { epochs: 3, batchSize: 2 } });
    expect(MeanModel.made).toHaveLength(4);
    // By hand: fold k holds 10k and 10k + 40, the other targets have the mean (280 - 20k - 40) / 6.
    const expected = [0, 1, 2, 3].map((k) => {
      const centre = (280 - 20 * k - 40) / 6;
      return (Math.abs(10 * k - centre) + Math.abs(10 * k + 40 - centre)) / 2;
    });
    expect(result.folds.map((fold) => fold.scores.mae)).toEqual(expected);
    const centre = mean(expected);
    expect(result.mean.mae).toBeCloseTo(centre, 12);
    expect(result.std.mae).toBeCloseTo(Math.sqrt(mean(expected.map((e) => (e - centre) ** 2))), 12);
    expect(result.epochMeans.loss).toEqual([35, 36, 37].map((value) => expect.closeTo(value, 9)));
    const [first] = MeanModel.made;
    expect(first.fitted!.y).toEqual([10, 20, 30, 50, 60, 70]);
    expect(first.fitted!.options).toMatchObject({
      epochs: 3,
      batchSize: 2,
      validationData: [expect.anything(), [0, 40]],
    });
    expect(first.evaluated!.y).toEqual([0, 40]);
    expect(first.evaluated!.options).toEqual({ batchSize: 2 });
  });

  it('fits the scaler on the training part alone', async () => {
    MeanModel.made = [];
    await crossValidate(() => new MeanModel(), x, y, { cv, scaler: () => new MinMaxScaler() });
    // Fold 3 validates on 9 and 49; the training part reaches from 0 to 36.
    const { fitted, evaluated } = MeanModel.made[3];
    const column = (data: Tensor) => Array.from({ length: data.shape[0] }, (_, r) => data.data[r * 2]);
    expect(column(fitted!.x)).toEqual([0, 1, 4, 16, 25, 36].map((v) => Math.fround(v / 36)));
    expect(column(evaluated!.x)).toEqual([9, 49].map((v) => Math.fround(v / 36)));
    expect((fitted!.options.validationData as unknown[])[0]).toBe(evaluated!.x);
  });

  it('averages epochs up to the last that every fold reached', async () => {
    const fit = (fold: number) => ({ epochs: 4 - fold });
    const { epochMeans, folds } = await crossValidate(() => new MeanModel(), x, y, { cv, fit });
    expect(folds.map((fold) => fold.history.loss.length)).toEqual([4, 3, 2, 1]);
    expect(epochMeans.loss).toEqual([expect.closeTo(35, 9)]);
  });

  it('adds metrics of predictions', async () => {
    const worst = (yTrue: Rows, p: Numbers) => {
      const { data, shape } = p as Tensor;
      expect(shape).toEqual([2, 1]);
      return Math.max(...(yTrue as number[]).map((value, i) => Math.abs(value - data[i])));
    };
    const { mean: means, folds } = await crossValidate(() => new MeanModel(), x, y, {
      cv,
      metrics: { worst },
    });
    expect(folds[0].scores).toEqual({ mae: expect.any(Number), worst: 40 });
    expect(means.worst).toBeCloseTo(mean(folds.map((fold) => fold.scores.worst)), 12);
    const taken = crossValidate(() => new MeanModel(), x, y, { cv, metrics: { mae: worst } });
    await expect(taken).rejects.toEqual(code('metric-name', 'mae'));
  });

  it('takes a number of folds, shuffled, and the splitters of fourlane/data', async () => {
    MeanModel.made = [];
    const { folds } = await crossValidate(async () => new MeanModel(), x, y, { cv: 4 });
    expect(folds).toHaveLength(4);
    const held = MeanModel.made.map((model) => model.evaluated!.y);
    expect(held.flat().sort((a, b) => a - b)).toEqual(y);
    expect(held).not.toEqual([
      [0, 10],
      [20, 30],
      [40, 50],
      [60, 70],
    ]);
    MeanModel.made = [];
    const classes = [0, 0, 0, 0, 1, 1, 1, 1];
    await crossValidate(() => new MeanModel(), x, classes, { cv: new StratifiedKFold({ nSplits: 2 }) });
    expect(MeanModel.made.map((model) => model.evaluated!.y)).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ]);
  });

  it('says what is wrong', async () => {
    const run = (options: object, targets: number[] = y) =>
      crossValidate(() => new MeanModel(), x, targets, options);
    await expect(run({}, [1, 2])).rejects.toEqual(code('length-mismatch', 'y'));
    await expect(run({ cv: {} })).rejects.toEqual(code('cv'));
    await expect(run({ folds: 3 })).rejects.toEqual(code('unknown-option', 'folds'));
    await expect(run({ scaler: () => new StandardScaler({ foo: 1 } as object) })).rejects.toEqual(
      code('unknown-option', 'StandardScaler'),
    );
  });
});

describe('exponentialMovingAverage', () => {
  it('weighs what came before by the factor', () => {
    // By hand: 10; 10 * 0.9 + 20 * 0.1 = 11; 11 * 0.9 + 0 = 9.9
    expect(exponentialMovingAverage([10, 20, 0])).toEqual([10, 11, 9.9].map((v) => expect.closeTo(v, 12)));
    expect(exponentialMovingAverage(Float32Array.of(1, 3), 0.5)).toEqual([1, 2]);
    expect(exponentialMovingAverage([1, 3], 0)).toEqual([1, 3]);
    expect(exponentialMovingAverage([])).toEqual([]);
    expect(() => exponentialMovingAverage([1], 1)).toThrow(code('factor'));
  });
});

describe('bestEpoch', () => {
  const history = {
    val_loss: [3, Number.NaN, 1, 2, 1],
    val_accuracy: [0.1, 0.9, 0.9, 0.5],
    f1_score: [0.2, 0.1],
    accuracy_gap: [3, 1],
    val_sparse_top_k_categorical_accuracy: [1, 2],
    empty: [Number.NaN],
  };

  it('finds the least loss and the greatest score, the first of equals', () => {
    expect(bestEpoch({ history }, 'val_loss')).toBe(2);
    expect(bestEpoch(history, 'val_accuracy')).toBe(1);
    expect(bestEpoch(history, 'f1_score')).toBe(0);
    expect(bestEpoch(history, 'accuracy_gap')).toBe(1);
    expect(bestEpoch(history, 'val_sparse_top_k_categorical_accuracy')).toBe(1);
    expect(bestEpoch(history, 'val_loss', { mode: 'max' })).toBe(0);
    expect(bestEpoch(history, 'val_accuracy', { mode: 'min' })).toBe(0);
  });

  it('says what is wrong', () => {
    expect(() => bestEpoch(history, 'loss')).toThrow(code('unknown-key', 'val_loss'));
    expect(() => bestEpoch(history, 'empty')).toThrow(code('no-epochs'));
  });
});
