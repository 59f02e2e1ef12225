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

  // A function of one's own does not travel.
  const travelling = Object.entries(fl.metrics).filter(([kind]) => kind !== 'meanMetricWrapper');
  test.each(travelling)('metric %s', (kind, make) => {
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
    fl.optimizers.rmsprop({ rho: 0.5, clipnorm: 2, centered: true, momentum: 0.5 }),
    fl.optimizers.adam({ beta1: 0.7, weightDecay: 0.1, amsgrad: true }),
    fl.optimizers.adamw({ excludeFromWeightDecay: ['bias'] }),
    fl.optimizers.adamax({ useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 7 }),
    fl.optimizers.nadam({ gradientAccumulationSteps: 4 }),
    fl.optimizers.adagrad({ initialAccumulatorValue: 0.5 }),
    fl.optimizers.adadelta({ rho: 0.5 }),
    fl.optimizers.ftrl({ learningRatePower: -0.25, l1RegularizationStrength: 0.5 }),
    fl.optimizers.lion({ beta2: 0.5 }),
    fl.optimizers.lamb({ epsilon: 0.5 }),
  ])('optimizer $name, with the learning rate of now', (optimizer) => {
    optimizer.learningRate = 0.123;
    const again = resolveOptimizer(travel(optimizer));
    expect(again).toBeInstanceOf(optimizer.constructor);
    expect(again.learningRate).toBe(0.123);
    expect(JSON.stringify(again)).toBe(JSON.stringify(optimizer));
    expect(again.hyperparameters(3, 0.1)).toEqual(optimizer.hyperparameters(3, 0.1));
    expect(['kernel', 'bias'].map((name) => again.weightDecayOf(name))).toEqual(
      ['kernel', 'bias'].map((name) => optimizer.weightDecayOf(name)),
    );
  });

  test('every optimizer by its name, in lower case and as its class', () => {
    const classes = [fl.SGD, fl.RMSprop, fl.Adam, fl.AdamW, fl.Adamax, fl.Nadam, fl.Adagrad, fl.Adadelta];
    for (const kind of [...classes, fl.Ftrl, fl.Lion, fl.Lamb]) {
      const { name } = kind as { name: string };
      expect(resolveOptimizer(name as 'Adam')).toBeInstanceOf(kind);
      expect(resolveOptimizer(name.toLowerCase() as 'adam').constructor).toBe(kind);
    }
  });

  test('a learning rate that follows a schedule, also one within another', () => {
    const decay = fl.schedules.cosineDecay({ initialLearningRate: 0.5, decaySteps: 10 });
    const learningRate = fl.schedules.warmup({ steps: 3, learningRate: decay });
    const again = resolveOptimizer(travel(fl.optimizers.sgd({ learningRate })));
    for (const iterations of [0, 2, 3, 7, 20]) {
      again.iterations = iterations;
      expect(again.learningRate).toBe(learningRate.at(iterations));
    }
    expect(travel(again)).toEqual(travel(fl.optimizers.sgd({ learningRate })));
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
