import * as fl from 'fourlane';
import { describe, expect, test, vi } from 'vitest';
import { uniformArray } from '../support/random.js';

const SAMPLES = 40;
const x = fl.tensor(uniformArray(SAMPLES * 3, 1), [SAMPLES, 3]);
const y = fl.tensor(uniformArray(SAMPLES, 2), [SAMPLES, 1]);
const BATCHES = 4;
const options = { batchSize: 10, verbose: 0 } as const;

function make(optimizer: fl.Optimizer): fl.Model {
  fl.setSeed(7);
  const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [3] })]);
  model.compile({ optimizer, loss: 'mse' });
  return model;
}

const weightsOf = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);

/** A callback that notes the rate before each step. */
class Rates extends fl.Callback {
  readonly seen: number[] = [];
  override onTrainBatchBegin(): void {
    this.seen.push(this.model.optimizer!.learningRate);
  }
}

describe('the learning rate', () => {
  test('follows a schedule as it follows the same numbers set by hand', async () => {
    const schedule = fl.schedules.exponentialDecay({
      initialLearningRate: 0.2,
      decaySteps: 3,
      decayRate: 0.5,
    });
    const following = make(fl.optimizers.sgd({ learningRate: schedule, momentum: 0.5 }));
    const rates = new Rates();
    await following.fit(x, y, { ...options, epochs: 2, callbacks: [rates] });
    expect(rates.seen).toEqual(Array.from({ length: 2 * BATCHES }, (_, t) => schedule.at(t)));

    const optimizer = fl.optimizers.sgd({ momentum: 0.5 });
    const set = make(optimizer);
    let t = 0;
    const onTrainBatchBegin = () => {
      optimizer.learningRate = schedule.at(t++);
    };
    await set.fit(x, y, {
      ...options,
      epochs: 2,
      callbacks: [fl.callbacks.lambdaCallback({ onTrainBatchBegin })],
    });
    expect(weightsOf(set)).toEqual(weightsOf(following));
    expect(optimizer.learningRate).toBe(schedule.at(2 * BATCHES - 1));
  });

  test('may be a function of the iteration, or a schedule of one’s own', async () => {
    class Halves extends fl.LearningRateSchedule {
      constructor() {
        super('halves');
      }
      override at(iteration: number): number {
        return 0.1 / 2 ** iteration;
      }
    }
    const models = [new Halves(), (iteration: number) => 0.1 / 2 ** iteration].map((learningRate) =>
      make(fl.optimizers.adam({ learningRate })),
    );
    for (const model of models) await model.fit(x, y, options);
    expect(weightsOf(models[0])).toEqual(weightsOf(models[1]));
    expect(models[1].optimizer!.learningRate).toBe(0.1 / 2 ** BATCHES);
  });

  test('of gradients that are collected follows the gradients, as in Keras', async () => {
    const rates: number[] = [];
    const learningRate = (iteration: number) => {
      rates.push(iteration);
      return 0.1;
    };
    const model = make(fl.optimizers.sgd({ learningRate, gradientAccumulationSteps: 2 }));
    await model.fit(x, y, options);
    expect(rates).toEqual([0, 1, 2, 3]);
  });

  test('cannot be a number any more once it follows a schedule; another schedule it can', () => {
    const optimizer = fl.optimizers.sgd({ learningRate: () => 0.5 });
    expect(() => {
      optimizer.learningRate = 0.1;
    }).toThrow(expect.objectContaining({ code: 'learning-rate-schedule' }));
    optimizer.learningRate = fl.schedules.warmup({ steps: 4, learningRate: 1 });
    optimizer.iterations = 2;
    expect(optimizer.learningRate).toBe(0.5);
  });

  test('a function that gives no number ends the run before the step', async () => {
    const model = make(fl.optimizers.sgd({ learningRate: (t) => (t === 1 ? Number.NaN : 0.1) }));
    await expect(model.fit(x, y, options)).rejects.toThrow(/sgd: learningRate\(1\) must be .* but got NaN/);
    expect(weightsOf(model).flat().every(Number.isFinite)).toBe(true);
    expect(model.trainingState().iterations).toBe(1);
  });
});

describe('collected gradients', () => {
  test('make the step of one batch that has all the samples', async () => {
    const collecting = make(fl.optimizers.sgd({ gradientAccumulationSteps: BATCHES }));
    await collecting.fit(x, y, { ...options, epochs: 3, shuffle: false });
    const whole = make(fl.optimizers.sgd());
    await whole.fit(x, y, { ...options, batchSize: SAMPLES, epochs: 3, shuffle: false });
    const [ours, theirs] = [collecting, whole].map((model) => weightsOf(model).flat());
    ours.forEach((value, i) => {
      expect(value).toBeCloseTo(theirs[i], 6);
    });
  });

  test('leave the weights alone until the step is due', () => {
    const model = make(fl.optimizers.adam({ gradientAccumulationSteps: 3, weightDecay: 0.1 }));
    const before = weightsOf(model);
    model.trainOnBatch(x, y);
    model.trainOnBatch(x, y);
    expect(weightsOf(model)).toEqual(before);
    model.trainOnBatch(x, y);
    expect(weightsOf(model)).not.toEqual(before);
  });
});

describe('moving averages', () => {
  const ema = { learningRate: 0.1, useEma: true, emaMomentum: 0.5 } as const;

  test('take the place of the weights at the end of fit, before onTrainEnd', async () => {
    const plain = make(fl.optimizers.sgd({ learningRate: 0.1 }));
    const steps: number[][] = [];
    const note = () => {
      steps.push(weightsOf(plain).flat());
    };
    await plain.fit(x, y, {
      ...options,
      callbacks: [fl.callbacks.lambdaCallback({ onTrainBatchEnd: note })],
    });
    const expected = steps.slice(1).reduce((mean, w) => mean.map((m, i) => 0.5 * m + 0.5 * w[i]), steps[0]);

    const model = make(fl.optimizers.sgd(ema));
    let last: number[] = [];
    let end: number[] = [];
    const callback = fl.callbacks.lambdaCallback({
      onEpochEnd: () => {
        last = weightsOf(model).flat();
      },
      onTrainEnd: () => {
        end = weightsOf(model).flat();
      },
    });
    await model.fit(x, y, { ...options, callbacks: [callback] });
    expect(last).toEqual(steps.at(-1));
    expect(end).toEqual(weightsOf(model).flat());
    end.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 6);
    });
  });

  test('are not used by a fit without any step', async () => {
    const model = make(fl.optimizers.sgd(ema));
    const before = weightsOf(model);
    await model.fit(x, y, { ...options, epochs: 0 });
    expect(weightsOf(model)).toEqual(before);
  });
});

describe('weight decay', () => {
  /** With a rate of 1 and no gradient, what is left of each weight. */
  function decayed(excludeFromWeightDecay: fl.OptimizerOptions['excludeFromWeightDecay']) {
    const model = make(fl.optimizers.sgd({ learningRate: 1, weightDecay: 0.25, excludeFromWeightDecay }));
    model.setWeights([fl.tensor([0, 0, 0], [3, 1]), fl.tensor([2])]);
    model.trainOnBatch(fl.tensor(new Float32Array(3), [1, 3]), fl.tensor([2], [1, 1]));
    return model.getWeights()[1].data[0];
  }

  test('spares the weights that are excluded by a part of their names or by a function', () => {
    expect(decayed(undefined)).toBe(1.5);
    expect(decayed(['kernel'])).toBe(1.5);
    expect(decayed(['bia'])).toBe(2);
    expect(decayed((name) => name === 'bias')).toBe(2);
  });
});

describe('bad options name the optimizer or schedule, the option and what came', () => {
  const { optimizers, schedules } = fl;
  const rate = { initialLearningRate: 0.1, decaySteps: 5 };
  test.each<[string, () => unknown, RegExp]>([
    ['learningRate', () => optimizers.adam({ learningRate: -1 }), /adam: learningRate must be .* got -1/],
    ['learningRate', () => optimizers.adam({ learningRate: '1' as never }), /adam: learningRate .* got 1/],
    ['emaMomentum', () => optimizers.sgd({ emaMomentum: 1.5 }), /sgd: emaMomentum must be .* got 1.5/],
    [
      'emaOverwriteFrequency',
      () => optimizers.sgd({ emaOverwriteFrequency: 0 }),
      /emaOverwriteFrequency .* got 0/,
    ],
    [
      'gradientAccumulationSteps',
      () => optimizers.sgd({ gradientAccumulationSteps: 1 }),
      /of 2 or more, but got 1/,
    ],
    ['excludeFromWeightDecay', () => optimizers.sgd({ excludeFromWeightDecay: 'bias' as never }), /got bias/],
    ['momentum', () => optimizers.rmsprop({ momentum: 1 }), /rmsprop: momentum must be .* got 1/],
    ['beta1', () => optimizers.lion({ beta1: 0 }), /lion: beta1 must be .* got 0/],
    [
      'learningRatePower',
      () => optimizers.ftrl({ learningRatePower: 0.5 }),
      /learningRatePower must be .* got 0.5/,
    ],
    [
      'l1',
      () => optimizers.ftrl({ l1RegularizationStrength: -1 }),
      /l1RegularizationStrength must be .* got -1/,
    ],
    ['weightDecay', () => optimizers.adamw({ weightDecay: -1 }), /adamw: weightDecay must be .* got -1/],
    [
      'decaySteps',
      () => schedules.cosineDecay({ ...rate, decaySteps: 0 }),
      /cosineDecay: decaySteps .* got 0/,
    ],
    [
      'missing',
      () => schedules.exponentialDecay(rate as never),
      /exponentialDecay: decayRate .* got undefined/,
    ],
    [
      'tMul',
      () => schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 2, tMul: 0.5 }),
      /tMul/,
    ],
    [
      'values',
      () => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] }),
      /values must be 2 numbers/,
    ],
    [
      'order',
      () => schedules.piecewiseConstantDecay({ boundaries: [2, 1], values: [1, 2, 3] }),
      /rising order/,
    ],
    ['pctStart', () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 2 }), /pctStart must be/],
    ['unknown', () => optimizers.nadam({ amsgrad: true } as never), /nadam has no option 'amsgrad'/],
    ['unknown', () => schedules.warmup({ step: 3, learningRate: 1 } as never), /Did you mean 'steps'/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(fl.ConfigError);
  });
});

describe('schedules that Keras does not have', () => {
  test('oneCycle goes where PyTorch goes', () => {
    const [maxLearningRate, totalSteps] = [0.5, 50];
    const schedule = fl.schedules.oneCycle({ maxLearningRate, totalSteps });
    const along = (from: number, to: number, share: number) =>
      to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
    const top = 0.3 * totalSteps - 1;
    for (let t = 0; t < totalSteps; t++) {
      const expected =
        t <= top
          ? along(maxLearningRate / 25, maxLearningRate, t / top)
          : along(maxLearningRate, maxLearningRate / 25e4, (t - top) / (totalSteps - 1 - top));
      expect(schedule.at(t)).toBeCloseTo(expected, 14);
    }
    expect(schedule.at(0)).toBeCloseTo(0.02, 15);
    expect(schedule.at(14)).toBe(0.5);
    expect(schedule.at(1000)).toBeCloseTo(2e-6, 15);
  });

  test('warmup rises on a line, then hands over', () => {
    const constant = fl.schedules.warmup({ steps: 4, learningRate: 0.8 });
    expect([0, 1, 4, 9].map((t) => constant.at(t))).toEqual([0, 0.2, 0.8, 0.8]);
    const learningRate = fl.schedules.inverseTimeDecay({
      initialLearningRate: 1,
      decaySteps: 1,
      decayRate: 1,
    });
    const schedule = fl.schedules.warmup({ steps: 2, learningRate });
    expect([0, 1, 2, 3, 5].map((t) => schedule.at(t))).toEqual([0, 0.5, 1, 0.5, 0.25]);
  });
});

describe('lr', () => {
  test('is learningRate, with a warning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const optimizer = fl.optimizers.rmsprop({ lr: 0.125 });
    expect(warn.mock.calls).toEqual([['optimizers.rmsprop: lr is called learningRate.']]);
    expect(optimizer.learningRate).toBe(0.125);
    expect(optimizer.config).toEqual({ learningRate: 0.125 });
    warn.mockRestore();
    expect(() => fl.optimizers.sgd({ lr: 1, learningRate: 1 })).toThrow(/give one of the two/);
  });
});

describe('lossScaleFactor', () => {
  /** Every way by which a gradient comes about: the loss, penalties on weights, on outputs. */
  const trained = async (options: fl.OptimizerOptions) => {
    fl.setSeed(3);
    const model = fl.sequential([
      fl.layers.dense({ units: 4, activityRegularizer: 'l2', kernelRegularizer: 'l1', inputShape: [3] }),
      fl.layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: fl.optimizers.sgd({ momentum: 0.5, ...options }), loss: 'mse' });
    const history = await model.fit(x, y, { batchSize: 10, epochs: 2, verbose: 0 });
    return { weights: weightsOf(model), loss: history.history.loss };
  };

  test('changes no bit where it is a power of two', async () => {
    expect(await trained({ lossScaleFactor: 1024 })).toEqual(await trained({}));
  });

  test('is a number above 0', () => {
    expect(() => fl.optimizers.sgd({ lossScaleFactor: 0 })).toThrow(/above 0/);
  });
});
