import { describe, expect, it } from 'vitest';
import { disagreement } from '../../bench/measure/rows.js';
import { combine, halfRange, median } from '../../bench/measure/statistics.js';
import { readOptions } from '../../bench/options.js';
import { optimizers, trainingLosses } from '../../bench/work/reference.js';

describe('statistics', () => {
  it('take the middle of numbers in order of size', () => {
    expect(median([10, 9, 100])).toBe(10);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(halfRange([8, 10, 14])).toBeCloseTo(0.3);
  });

  it('combine rounds number by number; rounds that differ widen the spread', () => {
    expect(
      combine([
        { cost: 1, p99: 5, spread: 0.01 },
        { cost: 3, p99: 9, spread: 0.01 },
      ]),
    ).toEqual({
      ...{ cost: 2, p99: 7, spread: 0.5 },
    });
    expect(combine([{ cost: 1, spread: 0.01, otherWork: true }])).toEqual({
      cost: 1,
      spread: 0.01,
      otherWork: true,
    });
  });
});

describe('checks of results', () => {
  const expected = { values: [1, 2], tolerances: [0.1, 0.001] };

  it('accept what lies within the tolerance of each value', () => {
    expect(disagreement([1.09, 2.0005], expected)).toBeUndefined();
  });

  it.each([
    [[1, 2.01], 'computes 2.01 instead of 2'],
    [[1, null], 'computes null instead of 2'],
    [[1, Number.NaN], 'computes NaN instead of 2'],
    [[1], 'has 1 results instead of 2'],
  ])('refuse %j', (outputs, fault) => {
    expect(disagreement(outputs, expected)).toContain(fault);
  });
});

describe('the reference in double precision', () => {
  it('follows the gradient: a small plain step lowers the loss by its squared norm', () => {
    const model = {
      inputs: 3,
      layers: [
        { kind: 'dense', units: 4, activation: 'relu' },
        { kind: 'dense', units: 2, activation: 'softmax' },
      ],
      loss: 'sparseCategoricalCrossentropy',
      optimizer: 'probe',
    };
    const wave = (length: number, shift: number) =>
      Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7 + shift));
    const weights = [wave(12, 0), wave(4, 1), wave(8, 2), wave(2, 3)];
    const samples = { rows: 5, x: wave(15, 4), y: Float32Array.of(0, 1, 1, 0, 1) };
    const rate = 1e-6;
    let squares = 0;
    optimizers.probe = {
      plain: (w, g, _state, t) => {
        for (let i = 0; i < w.length; i++) {
          w[i] -= rate * g[i];
          if (t === 1) squares += g[i] ** 2;
        }
      },
    };
    const [before, after] = trainingLosses(model, weights, samples, 2, 'plain');
    delete optimizers.probe;
    expect(squares).toBeGreaterThan(0.01);
    expect((before - after) / rate / squares).toBeCloseTo(1, 3);
  });
});

describe('options', () => {
  const read = (...args: string[]) => readOptions(args, ['gemm', 'train', 'size'], ['fourlane', 'torch']);

  it('mean everything where nothing is said', () => {
    expect(read()).toMatchObject({
      families: ['gemm', 'train', 'size'],
      peers: undefined,
      runs: 1,
      pace: 'full',
    });
  });

  it('choose families in the order of the report, and peers', () => {
    expect(read('size', 'gemm', '--quick', '--runs', '3', '--peers', 'torch')).toMatchObject({
      ...{ families: ['gemm', 'size'], peers: ['torch'], runs: 3, pace: 'quick' },
    });
    expect(read('--peers', '')).toMatchObject({ peers: [] });
  });

  it.each([
    [['gem'], "no family 'gem'; there are gemm, train, size"],
    [['--peers', 'tensor'], "no peer 'tensor'"],
    [['--runs', '0'], "--runs must be a whole number of 1 or more, but got '0'"],
    [['--fast'], '--fast'],
  ])('refuse %j', (args, reason) => {
    expect(() => read(...args)).toThrow(reason);
  });
});
