import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { describe as describePart, resolveLoss, resolveMetric, resolveOptimizer } from '../../src/resolve.js';

const travel = (part: { name: string; config?: object }) => structuredClone(describePart(part as never));

describe('what compile is told can be described and made again', () => {
  test.each(Object.entries(fl.losses))('loss %s', (name, make) => {
    const loss = make();
    expect(loss.name).toBe(name);
    expect(JSON.stringify(resolveLoss(travel(loss)))).toBe(JSON.stringify(loss));
  });

  const required = { specificity: 0.5, sensitivity: 0.5, recall: 0.5, precision: 0.5 };
  const optionsOf = (name: string) => {
    const option = /At(.*)/.exec(name)?.[1].toLowerCase() as keyof typeof required | undefined;
    return option ? { [option]: required[option] } : {};
  };

  test.each(Object.entries(fl.metrics))('metric %s', (kind, make) => {
    const metric = (make as (options: object) => fl.Metric)(optionsOf(kind));
    expect(metric.kind).toBe(kind);
    expect(JSON.stringify(resolveMetric(travel(metric), 1, metric.target))).toBe(JSON.stringify(metric));
  });

  test('options go along', () => {
    const loss = fl.losses.binaryCrossentropy({ fromLogits: true });
    expect(resolveLoss(travel(loss))).toMatchObject({ fromLogits: true });
    const metric = fl.metrics.binaryAccuracy({ threshold: 0.7 });
    expect(travel(metric).config).toEqual({ threshold: 0.7 });
  });

  test.each([
    fl.optimizers.sgd({ momentum: 0.9, nesterov: true }),
    fl.optimizers.rmsprop({ rho: 0.5, clipnorm: 2 }),
    fl.optimizers.adam({ beta1: 0.7, weightDecay: 0.1 }),
    fl.optimizers.adagrad({ initialAccumulatorValue: 0.5 }),
  ])('optimizer $name, with the learning rate of now', (optimizer) => {
    optimizer.learningRate = 0.123;
    const again = resolveOptimizer(travel(optimizer));
    expect(again).toBeInstanceOf(optimizer.constructor);
    expect(again.learningRate).toBe(0.123);
    expect(JSON.stringify(again)).toBe(JSON.stringify(optimizer));
    expect(again.hyperparameters(3)).toEqual(optimizer.hyperparameters(3));
  });

  test('compile takes descriptions', () => {
    const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({
      optimizer: { name: 'adam', config: { learningRate: 0.5 } },
      loss: { name: 'binaryCrossentropy', config: { fromLogits: true } },
      metrics: [{ name: 'binary_accuracy', config: { threshold: 0.3 } }],
    });
    expect(model.optimizer).toBeInstanceOf(fl.Adam);
    expect(model.optimizer!.learningRate).toBe(0.5);
    expect(model.metricDirections).toEqual({ binary_accuracy: 'max' });
  });
});
