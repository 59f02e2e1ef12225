import * as fl from 'fourlane';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { uniformArray } from '../support/random.js';
import { Script } from '../support/script.js';

const x = fl.tensor(uniformArray(40 * 4, 1), [40, 4]);
const y = uniformArray(40, 2);
let model: fl.Sequential;

beforeEach(() => {
  fl.setSeed(8);
  model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [4] })]);
  model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
});

const epochsRun = async (
  figures: number[],
  options: Parameters<typeof fl.callbacks.earlyStopping>[0],
  key?: string,
) => {
  const callbacks = [new Script(figures, key), fl.callbacks.earlyStopping(options)];
  const { epoch } = await model.fit(x, y, { epochs: figures.length, callbacks, verbose: 0 });
  return epoch.length;
};

describe('EarlyStopping stops where Keras does', () => {
  // Each row follows from the source of Keras 3: wait grows with every epoch, falls to 0 with an improvement, and ends
  // the run when it reaches patience, but never in the first epoch.
  test.each([
    ['patience 0', [3, 2, 2.5, 1], {}, 3],
    ['patience 1', [3, 2, 2.5, 2.4, 1], { patience: 1 }, 3],
    ['patience 2', [3, 2, 2.5, 2.4, 1], { patience: 2 }, 4],
    ['no improvement by less than minDelta', [3, 2.95, 2.9, 2.85], { minDelta: 0.2 }, 2],
    ['equal is no improvement', [3, 3, 3], {}, 2],
    ['mode max', [1, 2, 3, 2], { mode: 'max' }, 4],
    ['startFromEpoch', [1, 2, 3, 4, 5], { startFromEpoch: 3 }, 5],
    ['a baseline that is never beaten', [3, 2.9, 2.8, 2.7], { baseline: 1, patience: 2 }, 4],
    ['NaN is no improvement', [3, Number.NaN, 1], {}, 2],
  ] as const)('%s', async (_, figures, options, epochs) => {
    expect(await epochsRun([...figures], { ...options })).toBe(epochs);
  });

  test("mode 'auto' asks the metric", async () => {
    model.compile({ optimizer: 'sgd', loss: 'mse', metrics: [fl.metrics.binaryAccuracy()] });
    expect(await epochsRun([0.1, 0.2, 0.3], { monitor: 'val_binary_accuracy' }, 'val_binary_accuracy')).toBe(
      3,
    );
    await expect(epochsRun([1], { monitor: 'val_profit' })).rejects.toMatchObject({
      code: 'monitor-direction',
    });
  });

  test('a figure that is not there is warned of once, and does not stop', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(await epochsRun([1, 1, 1], { monitor: 'val_mae' })).toBe(3);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toContain("watches 'val_mae'");
    warn.mockRestore();
  });

  test('restoreBestWeights puts the weights of the best epoch back', async () => {
    const kept: Float32Array[] = [];
    const keep = fl.callbacks.lambdaCallback({
      onEpochEnd: () => {
        kept.push(model.getWeights()[0].data as Float32Array);
      },
    });
    const stop = fl.callbacks.earlyStopping({ patience: 2, restoreBestWeights: true });
    const callbacks = [keep, new Script([3, 1, 2, 2, 0]), stop];
    await model.fit(x, y, { epochs: 5, callbacks, verbose: 0 });
    expect(kept.length).toBe(4);
    expect(stop.bestEpoch).toBe(1);
    expect(stop.stoppedEpoch).toBe(3);
    expect(model.getWeights()[0].data).toEqual(kept[1]);
    expect(kept[1]).not.toEqual(kept[3]);
  });
});

describe('hooks', () => {
  test('come in order, with logs', async () => {
    const calls: string[] = [];
    class Recorder extends fl.Callback {
      override async onTrainBegin() {
        await Promise.resolve();
        calls.push('train');
      }
      override onEpochBegin(epoch: number) {
        calls.push(`epoch ${epoch}`);
      }
      override async onTrainBatchBegin(batch: number) {
        await Promise.resolve();
        calls.push(`batch ${batch}`);
      }
      override onTrainBatchEnd(_batch: number, logs: fl.Logs) {
        calls.push(Object.keys(logs).join());
      }
      override onTestBegin() {
        calls.push('test');
      }
      override onTestBatchEnd(batch: number) {
        calls.push(`test batch ${batch}`);
      }
      override onTestEnd() {
        calls.push('test end');
      }
      override onEpochEnd(_epoch: number, logs: fl.Logs) {
        calls.push(`end: ${Object.keys(logs).join()}`);
      }
      override onTrainEnd() {
        calls.push('done');
      }
    }
    const recorder = new Recorder();
    await model.fit(x, y, {
      batchSize: 16,
      initialEpoch: 4,
      epochs: 5,
      validationSplit: 0.2,
      callbacks: [recorder],
      verbose: 0,
    });
    expect(calls).toEqual([
      ...['train', 'epoch 4', 'batch 0', 'loss,mae', 'batch 1', 'loss,mae'],
      ...['test', 'test batch 0', 'test end', 'end: loss,mae,val_loss,val_mae', 'done'],
    ]);
    expect(recorder.params).toMatchObject({ epochs: 5, steps: 2, samples: 32, batchSize: 16 });
  });

  test('batch logs are the running means of the epoch', async () => {
    const means: number[] = [];
    const callback = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: (_, logs) => {
        means.push(logs.loss);
      },
    });
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0 }), loss: 'mse' });
    await model.fit(x, y, { batchSize: 10, shuffle: false, callbacks: [callback], verbose: 0 });
    const whole = await Promise.all(
      [10, 20, 30, 40].map((n) =>
        model.evaluate(fl.tensor(x.data.subarray(0, n * 4), [n, 4]), y.subarray(0, n)),
      ),
    );
    means.forEach((mean, i) => void expect(mean).toBeCloseTo(whole[i].loss, 6));
  });

  test('stopTraining ends after the iteration, with the hooks of the epoch', async () => {
    const calls: string[] = [];
    const callback = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: (batch) => {
        calls.push(`batch ${batch}`);
        model.stopTraining = batch === 2;
      },
      onEpochEnd: (epoch, logs) => void calls.push(`epoch ${epoch}: ${Object.keys(logs).join()}`),
      onTrainEnd: () => void calls.push('end'),
    });
    const options = { epochs: 5, batchSize: 4, validationSplit: 0.2, callbacks: [callback], verbose: 0 };
    const { epoch } = await model.fit(x, y, options);
    expect(epoch).toEqual([0]);
    expect(calls).toEqual(['batch 0', 'batch 1', 'batch 2', 'epoch 0: loss,mae,val_loss,val_mae', 'end']);
  });

  test('the learning rate can be changed between steps', async () => {
    const before = model.getWeights()[0].data;
    const callback = fl.callbacks.lambdaCallback({
      onTrainBatchBegin: () => {
        model.optimizer!.learningRate = 0;
      },
    });
    await model.fit(x, y, { epochs: 2, callbacks: [callback], verbose: 0 });
    expect(model.getWeights()[0].data).toEqual(before);
  });

  test('verbose prints a line for each epoch, and nothing when it is 0', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await model.fit(x, y, { epochs: 2, validationSplit: 0.5 });
    expect(log.mock.calls.map(([line]) => String(line).replace(/\d+\.\d+/g, '#'))).toEqual([
      'Epoch 1/2 - 1 iteration of batch size 32 - # s - loss: # - mae: # - val_loss: # - val_mae: #',
      'Epoch 2/2 - 1 iteration of batch size 32 - # s - loss: # - mae: # - val_loss: # - val_mae: #',
    ]);
    log.mockClear();
    await model.fit(x, y, { verbose: 0 });
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });
});
