import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const n = 60;
const x = fl.tensor(uniformArray(n * 4, 1), [n, 4]);
const y = uniformArray(n, 2);
const quiet = { verbose: 0 } as const;

const bytes = (model: fl.Model) => model.getWeights().map(({ data }) => [...data]);

function regression(): fl.Sequential {
  fl.setSeed(8);
  const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [4] })]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  return model;
}

class Data extends fl.DataModule {
  asked: string[] = [];
  constructor(
    readonly training: fl.Dataloader,
    readonly validation?: fl.Dataloader,
  ) {
    super();
  }
  override async trainDataloader(): Promise<fl.Dataloader> {
    this.asked.push('train');
    return this.training;
  }
  override valDataloader(): fl.Dataloader | undefined {
    this.asked.push('val');
    return this.validation;
  }
}

describe('Trainer and DataModule', () => {
  const batches = () => fl.Dataset.from(x, y).batch(10);

  test.each<
    [string, () => Data, fl.FitOptions, (model: fl.Model, options: fl.FitOptions) => Promise<fl.History>]
  >([
    [
      'data in memory',
      () => new Data([x, y]),
      { batchSize: 7 },
      (model, options) => model.fit(x, y, options),
    ],
    [
      'weights of samples',
      () => new Data([x, y, y]),
      {},
      (model, options) => model.fit(x, y, { ...options, sampleWeight: y }),
    ],
    ['options', () => new Data([x, y]), { sampleWeight: y }, (model, options) => model.fit(x, y, options)],
    ['batches', () => new Data(batches()), {}, (model, options) => model.fit(batches(), options)],
    [
      'validation',
      () => new Data(batches(), [x, y]),
      {},
      (model, options) => model.fit(batches(), { ...options, validationData: [x, y] }),
    ],
    [
      'validation that the trainer is told of',
      () => new Data([x, y], [x, y]),
      { validationData: batches(), validationSteps: 1 },
      (model, options) => model.fit(x, y, options),
    ],
  ])('as model.fit: %s', async (_, make, options, fit_) => {
    const [one, other] = [regression(), regression()];
    const all = { epochs: 2, ...options, ...quiet };
    const { history } = await new fl.Trainer(all).fit(one, make());
    const expected = await fit_(other, all);
    expect(history).toEqual(expected.history);
    expect(bytes(one)).toEqual(bytes(other));
  });

  test('each loader is asked for once, and the model counts as being trained meanwhile', async () => {
    const data = new Data(batches(), batches());
    const model = regression();
    const fit = new fl.Trainer({ epochs: 3, ...quiet }).fit(model, data);
    await expect(model.fit(x, y)).rejects.toMatchObject({ code: 'fit-pending' });
    await fit;
    expect(data.asked).toEqual(['train', 'val']);
    expect(model.fitting).toBe(false);
  });

  test('a loader that gives neither data nor batches', async () => {
    const trainer = new fl.Trainer(quiet);
    await expect(trainer.fit(regression(), new Data(undefined as never))).rejects.toThrow(
      'fit: trainDataloader must be [x, y], [x, y, sampleWeight] or batches, but got undefined.',
    );
    await expect(trainer.fit(regression(), new Data([x, y], 7 as never))).rejects.toThrow(
      'fit: validationData must be',
    );
  });

  test('a Trainer takes batches as well, and trains one model after the other', async () => {
    const trainer = new fl.Trainer({ epochs: 2, ...quiet });
    const [one, other] = [regression(), regression()];
    await trainer.fit(one, batches());
    await trainer.fit(other, batches());
    expect(bytes(one)).toEqual(bytes(other));
  });
});

describe('tolerance', () => {
  // A parabola: with rate 0.25 the loss of each epoch is a quarter of that before.
  const parabola = () => {
    const model = fl.sequential([
      fl.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones', inputShape: [1] }),
    ]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.25 }), loss: 'mse' });
    return model;
  };
  const run = async (options: fl.FitOptions) =>
    (await parabola().fit([[1]], [0], { epochs: 20, ...options, ...quiet })).history.loss;

  test('ends the training when the loss changes by no more', async () => {
    // Losses 4 ** -epoch; the first difference of 0.05 or less is that between 1/16 and 1/64.
    expect(await run({ tolerance: 0.05 })).toEqual([1, 1 / 4, 1 / 16, 1 / 64]);
    expect(await run({ tolerance: 0.75 })).toEqual([1, 1 / 4]);
  });

  test('not without it, and not by a loss that is no number', async () => {
    expect((await run({})).length).toBe(20);
    const model = parabola();
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 1e30 }), loss: 'mse' });
    const { history } = await model.fit([[1]], [0], { epochs: 5, tolerance: 1, ...quiet });
    expect(history.loss.length).toBe(5);
  });
});

class Regression extends fl.Module {
  hidden = fl.layers.dense({ units: 6, activation: 'tanh' });
  net = fl.layers.dense({ units: 1 });
  calls = 0;
  override forward(input: fl.SymbolicTensor) {
    this.calls++;
    return this.net(this.hidden(input));
  }
  override loss() {
    return 'meanSquaredError' as const;
  }
  override configureOptimizers() {
    return fl.optimizers.adam({ learningRate: 0.05 });
  }
  override metrics() {
    return ['mae' as const];
  }
}

describe('Module', () => {
  test('is the model that its layers, loss and optimizer make', async () => {
    fl.setSeed(4);
    const module = new Regression();
    expect(module.built).toBe(false);
    const { history } = await new fl.Trainer({ epochs: 3, ...quiet }).fit(module, new Data([x, y]));
    fl.setSeed(4);
    const model = fl.sequential([
      fl.layers.dense({ units: 6, activation: 'tanh', inputShape: [4] }),
      fl.layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: fl.optimizers.adam({ learningRate: 0.05 }), loss: 'mse', metrics: ['mae'] });
    const expected = await model.fit(x, y, { epochs: 3, ...quiet });
    expect(history).toEqual(expected.history);
    expect(bytes(module)).toEqual(bytes(model));
    expect(module.calls).toBe(1);
    expect(module.optimizer!.learningRate).toBe(0.05);
    expect(module.predict(x).data).toEqual(model.predict(x).data);
  });

  test('learns its shapes from the first batch', async () => {
    const module = new Regression();
    await module.fit(fl.Dataset.from(x, y).batch(10), quiet);
    expect(module.getWeights().map(({ shape }) => shape)).toEqual([[4, 6], [6], [6, 1], [1]]);
  });

  test('is saved with its layers and loads as a model', async () => {
    const module = new Regression();
    module.build([4]);
    expect(fl.load(module.save()).predict(x).data).toEqual(module.predict(x).data);
  });

  test('compile says more than its methods', async () => {
    const module = new Regression();
    module.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.5 }), loss: 'mae' });
    module.build([4]);
    expect(module.optimizer!.learningRate).toBe(0.5);
    expect(Object.keys(module.testOnBatch(x, y))).toEqual(['loss']);
  });

  test('several inputs and outputs', async () => {
    class Two extends fl.Module {
      override forward(a: fl.SymbolicTensor, b: fl.SymbolicTensor) {
        const joined = fl.layers.concatenate()([a, b]);
        return [
          fl.layers.dense({ units: 1, name: 'one' })(joined),
          fl.layers.dense({ units: 2, name: 'two' })(joined),
        ];
      }
      override loss() {
        return { one: 'mse', two: 'mae' } as const;
      }
    }
    const two = new Two();
    two.build([2], [3]);
    const parts = [fl.tensor(uniformArray(20, 1), [10, 2]), fl.tensor(uniformArray(30, 1), [10, 3])];
    const { history } = await two.fit(parts, [uniformArray(10, 1), uniformArray(20, 1)], quiet);
    expect(Object.keys(history)).toEqual(['loss', 'one_loss', 'two_loss']);
  });

  test('says which method is missing', async () => {
    class Empty extends fl.Module {}
    await expect(new Empty().fit(x, y, quiet)).rejects.toMatchObject({
      code: 'module-method',
      message: expect.stringMatching(/needs a method forward/),
    });
    class Aimless extends fl.Module {
      override forward(input: fl.SymbolicTensor) {
        return fl.layers.dense({ units: 1 })(input);
      }
    }
    await expect(new Aimless().fit(x, y, quiet)).rejects.toThrow(/needs a method loss/);
  });
});
