import * as fl from 'fourlane';
import { StandardScaler, StratifiedKFold, toClasses, trainTestSplit } from 'fourlane/data';
import { digits, iris } from 'fourlane/datasets';
import {
  accuracyScore,
  classificationReport,
  confusionMatrix,
  crossValidate,
  learningCurves,
} from 'fourlane/workflow';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../src/data/tensor.js';

function classifier(inputs: number, hidden: number, classes: number) {
  const model = fl.sequential([
    fl.layers.dense({ units: hidden, activation: 'relu', inputShape: [inputs] }),
    fl.layers.dense({ units: classes, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: fl.optimizers.adam({ learningRate: 0.01 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

describe('with real models', () => {
  it('cross-validates iris', async () => {
    fl.setSeed(1);
    const { x, y } = iris();
    const result = await crossValidate(() => classifier(4, 16, 3), x, y, {
      cv: new StratifiedKFold({ nSplits: 5, shuffle: true }),
      scaler: () => new StandardScaler(),
      fit: { epochs: 40, batchSize: 16, verbose: 0 },
      metrics: { byHand: (yTrue, p) => accuracyScore(yTrue as Tensor, toClasses(p)) },
    });
    expect(result.folds).toHaveLength(5);
    expect(Object.keys(result.epochMeans)).toEqual(
      expect.arrayContaining(['loss', 'val_loss', 'val_accuracy']),
    );
    expect(result.epochMeans.val_loss).toHaveLength(40);
    expect(result.mean.accuracy).toBeGreaterThan(0.9);
    expect(result.mean.byHand).toBeCloseTo(result.mean.accuracy, 6);
  });

  it('reports on digits', async () => {
    fl.setSeed(1);
    const { x, y, classNames } = digits();
    const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y, { testSize: 0.2, stratify: y });
    const model = classifier(64, 32, 10);
    const history = await model.fit(xTrain, yTrain, {
      epochs: 15,
      validationData: [xTest, yTest],
      verbose: 0,
    });
    const predicted = toClasses(model.predict(xTest) as Tensor);
    const { accuracy } = await model.evaluate(xTest, yTest);
    const report = classificationReport(yTest, predicted, { targetNames: classNames, outputDict: true });
    expect(accuracy).toBeGreaterThan(0.9);
    expect(report.accuracy).toBeCloseTo(accuracy, 6);
    expect(
      confusionMatrix(yTest, predicted)
        .flat()
        .reduce((a, b) => a + b),
    ).toBe(360);
    expect(learningCurves(history)).toContain('best: ');
  });
});
