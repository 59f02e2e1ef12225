import {
  accuracyScore,
  classificationReport,
  confusionMatrix,
  meanAbsoluteError,
  meanSquaredError,
  precisionRecallFscoreSupport,
  r2Score,
} from 'fourlane/workflow';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/data/tensor.js';

// All expected values here were printed by scikit-learn 1.9.1 for the same arguments.
const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });
const times = (n: number, value: number) => new Array<number>(n).fill(value);
const yTrue = [...times(8, 0), ...times(8, 1), ...times(4, 2)];
const yPred = [...times(5, 0), ...times(3, 1), ...times(7, 1), 2, 2, 2, 0, 1];
const close = (expected: number[]) => expected.map((value) => expect.closeTo(value, 12));

describe('confusionMatrix and accuracyScore', () => {
  it('counts rows of true and columns of predicted classes', () => {
    expect(confusionMatrix(yTrue, yPred)).toEqual([
      [5, 3, 0],
      [0, 7, 1],
      [1, 1, 2],
    ]);
    const column = tensor(Int32Array.from(yPred), [20, 1]);
    expect(confusionMatrix(Uint8Array.from(yTrue), column, { labels: [2, 0] })).toEqual([
      [2, 1],
      [0, 5],
    ]);
    expect(confusionMatrix(['cat', 'ant', 'cat'], ['ant', 'ant', 'cat'])).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('gives the share or the number of right predictions', () => {
    expect(accuracyScore(yTrue, yPred)).toBe(0.7);
    expect(accuracyScore(yTrue, yPred, { normalize: false })).toBe(14);
  });

  it('says what is wrong', () => {
    expect(() => confusionMatrix([0, 1], [0])).toThrow(code('length-mismatch', 'expected 2 labels'));
    expect(() => confusionMatrix([], [])).toThrow(code('no-samples'));
    expect(() => accuracyScore([0, 1], [0.2, 0.9])).toThrow(code('not-a-class', '0.2 at position 0'));
    expect(() =>
      accuracyScore(
        [0, 1],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    ).toThrow(code('wrong-rank', 'toClasses()'));
    expect(() => accuracyScore([0, 1], ['0', '1'])).toThrow(code('mixed-labels', "'0'"));
    expect(() => confusionMatrix([0], [0], { labels: [5] })).toThrow(code('labels', '5'));
  });
});

describe('precisionRecallFscoreSupport', () => {
  const animals = ['cat', 'dog', 'pig', 'cat', 'dog', 'pig'];
  const guesses = ['cat', 'pig', 'dog', 'cat', 'cat', 'dog'];

  it('scores each class', () => {
    const scores = precisionRecallFscoreSupport(animals, guesses, { labels: ['pig', 'dog', 'cat'] });
    expect(scores).toEqual({
      precision: close([0, 0, 2 / 3]),
      recall: [0, 0, 1],
      fscore: close([0, 0, 0.8]),
      support: [2, 2, 2],
    });
    const half = precisionRecallFscoreSupport(yTrue, yPred, { beta: 0.5 });
    expect(half.fscore).toEqual(close([0.78125, 35 / 52, 0.625]));
    expect(half.support).toEqual([8, 8, 4]);
  });

  it.each([
    ['macro' as const, [0.2222222222222222, 0.3333333333333333, 0.26666666666666666]],
    ['micro' as const, [0.3333333333333333, 0.3333333333333333, 0.3333333333333333]],
    ['weighted' as const, [0.2222222222222222, 0.3333333333333333, 0.26666666666666666]],
  ])('averages: %s', (average, expected) => {
    const { precision, recall, fscore, support } = precisionRecallFscoreSupport(animals, guesses, {
      average,
    });
    expect([precision, recall, fscore]).toEqual(close(expected));
    expect(support).toBeNull();
  });

  it('weighs by support, and by beta', () => {
    const options = { beta: 2, average: 'weighted', labels: [0, 2] } as const;
    const { precision, recall, fscore } = precisionRecallFscoreSupport(yTrue, yPred, options);
    expect([precision, recall, fscore]).toEqual(
      close([0.7777777777777778, 0.5833333333333334, 0.6140350877192983]),
    );
    const odd = precisionRecallFscoreSupport([0, 0, 1], [0, 1, 1], { average: 'weighted', labels: [1, 5] });
    expect([odd.precision, odd.recall, odd.fscore]).toEqual(close([0.5, 1, 0.6666666666666666]));
  });

  it('reports one class of two', () => {
    const [truth, predicted] = [
      [0, 1, 1, 0, 1],
      [1, 1, 0, 0, 1],
    ];
    expect(precisionRecallFscoreSupport(truth, predicted, { average: 'binary' }).fscore).toBeCloseTo(
      2 / 3,
      12,
    );
    const zero = precisionRecallFscoreSupport(truth, predicted, { average: 'binary', posLabel: 0 });
    expect([zero.precision, zero.recall, zero.fscore]).toEqual([0.5, 0.5, 0.5]);
    expect(precisionRecallFscoreSupport([0, 0], [0, 0], { average: 'binary' }).precision).toBe(0);
    expect(() => precisionRecallFscoreSupport(yTrue, yPred, { average: 'binary' })).toThrow(
      code('not-binary', '3'),
    );
    expect(() => precisionRecallFscoreSupport([2, 3], [2, 3], { average: 'binary' })).toThrow(code('labels'));
  });

  it('uses zeroDivision where a divisor is 0, and leaves NaN out of averages', () => {
    const ones = precisionRecallFscoreSupport([0, 1, 2], [0, 0, 1], { zeroDivision: 1 });
    expect(ones).toEqual({
      precision: [0.5, 0, 1],
      recall: [1, 0, 0],
      fscore: close([2 / 3, 0, 0]),
      support: [1, 1, 1],
    });
    const options = { zeroDivision: Number.NaN, average: 'macro' } as const;
    const { precision, recall, fscore } = precisionRecallFscoreSupport([0, 1, 2], [0, 0, 1], options);
    expect([precision, recall, fscore]).toEqual(close([0.25, 0.3333333333333333, 0.2222222222222222]));
  });

  it('refuses an unknown average', () => {
    const average = 'samples' as 'macro';
    expect(() => precisionRecallFscoreSupport([0], [0], { average })).toThrow(code('unknown-average'));
    expect(() => precisionRecallFscoreSupport([0], [0], { beta: -1 })).toThrow(code('beta'));
  });
});

describe('classificationReport', () => {
  it('prints the example in the documentation of scikit-learn', () => {
    const targetNames = ['class 0', 'class 1', 'class 2'];
    expect(classificationReport([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], { targetNames })).toBe(
      [
        '              precision    recall  f1-score   support',
        '',
        '     class 0       0.50      1.00      0.67         1',
        '     class 1       0.00      0.00      0.00         1',
        '     class 2       1.00      0.67      0.80         3',
        '',
        '    accuracy                           0.60         5',
        '   macro avg       0.50      0.56      0.49         5',
        'weighted avg       0.70      0.60      0.61         5',
        '',
      ].join('\n'),
    );
  });

  it('rounds ties to even as Python: 0.625 is 0.62 and 0.875 is 0.88', () => {
    expect(classificationReport(yTrue, yPred)).toBe(
      '              precision    recall  f1-score   support\n\n' +
        '           0       0.83      0.62      0.71         8\n' +
        '           1       0.64      0.88      0.74         8\n' +
        '           2       0.67      0.50      0.57         4\n\n' +
        '    accuracy                           0.70        20\n' +
        '   macro avg       0.71      0.67      0.67        20\n' +
        'weighted avg       0.72      0.70      0.69        20\n',
    );
    const targetNames = ['a', 'b', 'a very long class name'];
    expect(classificationReport(yTrue, yPred, { digits: 0, targetNames })).toBe(
      '                        precision    recall  f1-score   support\n\n' +
        '                     a          1         1         1         8\n' +
        '                     b          1         1         1         8\n' +
        'a very long class name          1         0         1         4\n\n' +
        '              accuracy                              1        20\n' +
        '             macro avg          1         1         1        20\n' +
        '          weighted avg          1         1         1        20\n',
    );
  });

  it('has a micro average instead of the accuracy where classes are left out', () => {
    expect(classificationReport(yTrue, yPred, { digits: 3, labels: [1, 0] })).toBe(
      '              precision    recall  f1-score   support\n\n' +
        '           1      0.636     0.875     0.737         8\n' +
        '           0      0.833     0.625     0.714         8\n\n' +
        '   micro avg      0.706     0.750     0.727        16\n' +
        '   macro avg      0.735     0.750     0.726        16\n' +
        'weighted avg      0.735     0.750     0.726        16\n',
    );
    const more = classificationReport(yTrue, yPred, { digits: 4, labels: [2, 1, 0, 7] });
    expect(more).toContain('           7     0.0000    0.0000    0.0000         0\n\n    accuracy    ');
    expect(more).toContain('   macro avg     0.5341    0.5000    0.5056        20\n');
  });

  it('gives numbers by name', () => {
    const report = classificationReport(yTrue, yPred, { outputDict: true });
    expect(Object.keys(report)).toEqual(['0', '1', '2', 'accuracy', 'macro avg', 'weighted avg']);
    expect(report['0']).toEqual({
      precision: expect.closeTo(0.8333333333333334, 12),
      recall: 0.625,
      'f1-score': expect.closeTo(0.7142857142857143, 12),
      support: 8,
    });
    expect(report.accuracy).toBe(0.7);
    expect(report['macro avg']['f1-score']).toBeCloseTo(0.6741854636591479, 12);
    expect(report['weighted avg'].precision).toBeCloseTo(0.7212121212121212, 12);
  });

  it('says what is wrong', () => {
    expect(() => classificationReport([0, 1], [0, 1], { targetNames: ['a'] })).toThrow(
      code('target-names', 'expected 2 names'),
    );
    expect(() => classificationReport(['accuracy'], ['b'], { outputDict: true })).toThrow(
      code('reserved-name'),
    );
    expect(() => classificationReport([0], [0], { output_dict: true } as object)).toThrow(
      code('unknown-option'),
    );
  });
});

describe('regression scores', () => {
  it('are those of the examples in the documentation of scikit-learn', () => {
    const [truth, predicted] = [
      [3, -0.5, 2, 7],
      [2.5, 0, 2, 8],
    ];
    expect(meanSquaredError(truth, predicted)).toBe(0.375);
    expect(meanAbsoluteError(truth, tensor(predicted, [4, 1]))).toBe(0.5);
    expect(r2Score(tensor(truth, [4, 1]), predicted)).toBeCloseTo(0.9486081370449679, 12);
  });

  it('average over outputs', () => {
    const truth = [
      [0.5, 1],
      [-1, 1],
      [7, -6],
    ];
    const predicted = [
      [0, 2],
      [-1, 2],
      [8, -5],
    ];
    expect(meanSquaredError(truth, predicted)).toBeCloseTo(0.7083333333333334, 12);
    expect(meanAbsoluteError(truth, predicted)).toBeCloseTo(0.75, 12);
    expect(r2Score(truth, predicted)).toBeCloseTo(0.9368005266622779, 12);
    const constant = [
      [1, 5],
      [2, 5],
      [3, 5],
    ];
    expect(
      r2Score(constant, [
        [1, 5],
        [2, 5],
        [4, 6],
      ]),
    ).toBeCloseTo(0.25, 12);
  });

  it('treat constant targets as scikit-learn', () => {
    expect(r2Score([-2, -2, -2], [-2, -2, -2])).toBe(1);
    expect(r2Score([-2, -2, -2], [-2, -2, -2 + 1e-8])).toBe(0);
    expect(r2Score([1, 2, 3], [3, 2, 1])).toBe(-3);
    expect(r2Score([1], [1])).toBeNaN();
  });

  it('say what is wrong', () => {
    expect(() => meanSquaredError([1, 2], [1])).toThrow(code('shape-mismatch', '[2]'));
    expect(() =>
      meanSquaredError(
        [1, 2],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ).toThrow(code('shape-mismatch', '[2, 2]'));
    expect(() => meanAbsoluteError([1, Number.NaN], [1, 2])).toThrow(code('not-finite', 'position 1'));
    expect(() => r2Score([], [])).toThrow(code('no-samples'));
  });
});
