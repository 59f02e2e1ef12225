import type { Callback, FitOptions, Logs } from 'fourlane';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { hashOf } from '../runtimes/scenario.js';
import { uniformArray } from '../support/random.js';
import { built, fl, inWorker, reason } from './support.js';

const x = built ? fl.tensor(uniformArray(40 * 4, 1), [40, 4]) : [];
const y = uniformArray(40, 2);

const network = () => {
  fl.setSeed(8);
  const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [4] })]);
  model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return model;
};
type Network = ReturnType<typeof network>;
type WorkerModel = Awaited<ReturnType<typeof inWorker>>;

let model: Network;
let worker: WorkerModel;
const workers: WorkerModel[] = [];
beforeEach(async () => {
  if (!built) return;
  model = network();
  worker = await inWorker(model);
  workers.push(worker);
});
afterAll(() => Promise.all(workers.map((each) => each.close())));

/** A callback that does something at the end of every epoch. */
const eachEpoch = (onEpochEnd: (epoch: number, logs: Logs) => void | Promise<void>) =>
  fl.callbacks.lambdaCallback({ onEpochEnd });

describe.skipIf(!built)(`callbacks outside of the worker${reason}`, () => {
  let Recorder: new (names: readonly string[]) => Callback & { calls: unknown[]; batches: number[] };
  beforeAll(() => {
    if (!built) return;
    Recorder = class extends fl.Callback {
      calls: unknown[] = [];
      batches: number[] = [];
      constructor(names: readonly string[]) {
        super();
        for (const name of names) {
          Object.assign(this, {
            [name]: async (...given: unknown[]) => {
              await Promise.resolve();
              this.calls.push([name, ...structuredClone(given)]);
              this.batches.push(this.params.progress().batch);
            },
          });
        }
      }
    };
  });

  const ALL = [
    ...['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onTrainBatchBegin', 'onTrainBatchEnd'],
    ...['onTestBegin', 'onTestEnd', 'onTestBatchBegin', 'onTestBatchEnd'],
  ];

  test('come in the same order and with the same logs as here', async () => {
    const options: FitOptions = {
      batchSize: 16,
      initialEpoch: 4,
      epochs: 6,
      validationSplit: 0.2,
      verbose: 0,
    };
    const here = new Recorder(ALL);
    await network().fit(x, y, { ...options, callbacks: [here] });
    const there = new Recorder(ALL);
    await worker.fit(x, y, { ...options, callbacks: [there] });
    expect(there.calls).toEqual(here.calls);
    expect(there.calls.length).toBe(2 + 2 * (2 + 2 * 2 + 2 + 2));
    expect(there.batches).toEqual(here.batches);
    expect(there.params).toMatchObject({ epochs: 6, steps: 2, samples: 32, batchSize: 16, verbose: 0 });
    expect(there.model.name).toBe(model.name);
    const evaluated = [new Recorder(ALL), new Recorder(ALL)];
    await worker.evaluate(x, y, { callbacks: [evaluated[0]] });
    await model.evaluate(x, y, { callbacks: [evaluated[1]] });
    expect(evaluated[0].calls).toEqual(evaluated[1].calls);
  });

  test('what one adds to the logs the next one sees, and the history keeps', async () => {
    const add = eachEpoch((epoch, logs) => {
      logs.extra = epoch * 10;
    });
    const seen: number[] = [];
    const read = eachEpoch((_, logs) => void seen.push(logs.extra));
    const last: Logs[] = [];
    const end = fl.callbacks.lambdaCallback({ onTrainEnd: (logs) => void last.push(logs) });
    const { history } = await worker.fit(x, y, { epochs: 3, callbacks: [add, read, end], verbose: 0 });
    expect(seen).toEqual([0, 10, 20]);
    expect(history.extra).toEqual(seen);
    expect(last[0].extra).toBe(20);
  });

  test('early stopping ends the run and puts the best weights back, as here', async () => {
    const figures = [3, 1, 2, 2, 0];
    const run = async (train: (options: FitOptions) => Promise<{ epoch: number[] }>) => {
      const script = eachEpoch((epoch, logs) => {
        logs.val_loss = figures[epoch];
      });
      const stop = fl.callbacks.earlyStopping({ patience: 2, restoreBestWeights: true });
      const { epoch } = await train({ epochs: 5, callbacks: [script, stop], verbose: 0 });
      return { epoch, stopped: stop.stoppedEpoch, best: stop.bestEpoch };
    };
    const other = network();
    const here = await run((options) => other.fit(x, y, options));
    const there = await run((options) => worker.fit(x, y, options));
    expect(there).toEqual(here);
    expect(there).toEqual({ epoch: [0, 1, 2, 3], stopped: 3, best: 1 });
    expect(hashOf(model.getWeights())).toBe(hashOf(other.getWeights()));
    expect(hashOf(await worker.getWeights())).toBe(hashOf(other.getWeights()));
  });

  test('the model outside follows from epoch to epoch, and can stop the run', async () => {
    const hashes: string[] = [];
    const follow = eachEpoch(async (epoch) => {
      hashes.push(hashOf(model.getWeights()));
      expect(hashOf(await worker.getWeights())).toBe(hashes[epoch]);
      model.stopTraining = epoch === 2;
    });
    const { epoch } = await worker.fit(x, y, { epochs: 9, callbacks: [follow], verbose: 0 });
    expect(epoch).toEqual([0, 1, 2]);
    expect(new Set(hashes).size).toBe(3);
  });

  test('learning rate and weights can be set, in hooks of batches too', async () => {
    const zero = [new Float32Array(4), new Float32Array(1)];
    const reset = fl.callbacks.lambdaCallback({
      onTrainBegin() {
        this.model.setWeights(zero.map((weights) => fl.tensor(weights)));
      },
      onTrainBatchBegin() {
        this.model.optimizer!.learningRate = 0;
      },
    } as Partial<Callback> & ThisType<Callback>);
    await worker.fit(x, y, { epochs: 2, callbacks: [reset], verbose: 0 });
    expect(model.getWeights().map(({ data }) => data)).toEqual(zero);
    expect(model.optimizer!.learningRate).toBe(0);
    const before = hashOf(model.getWeights());
    model.optimizer!.learningRate = 0.5;
    await worker.fit(x, y, { verbose: 0 });
    expect(hashOf(model.getWeights())).not.toBe(before);
  });

  test('without sync the run has a learning rate and an end of its own', async () => {
    const stop = fl.callbacks.lambdaCallback({
      onEpochEnd() {
        this.model.optimizer!.learningRate = 0;
        this.model.stopTraining = true;
      },
    } as Partial<Callback> & ThisType<Callback>);
    const { epoch } = await worker.fit(x, y, { epochs: 4, callbacks: [stop], sync: false, verbose: 0 });
    expect(epoch).toEqual([0]);
    expect(model.optimizer!.learningRate).toBe(0.1);
    expect(model.stopTraining).toBe(false);
    // The worker keeps the rate, and an evaluation does not touch it.
    await worker.evaluate(x, y, { callbacks: [new fl.Callback()] });
    const before = hashOf(await worker.getWeights());
    await worker.fit(x, y, { sync: false, verbose: 0 });
    expect(hashOf(await worker.getWeights())).toBe(before);
  });

  test.each([true, false])('a rate that follows a schedule is seen here, with sync %s', async (sync) => {
    const scheduled = () => {
      const other = network();
      const schedule = fl.schedules.exponentialDecay({
        initialLearningRate: 0.1,
        decaySteps: 2,
        decayRate: 0.5,
      });
      const optimizer = fl.optimizers.sgd({ learningRate: schedule, gradientAccumulationSteps: 2 });
      other.compile({ optimizer, loss: 'mse' });
      return other;
    };
    const watch = (rates: number[]) =>
      fl.callbacks.lambdaCallback({
        onEpochEnd() {
          rates.push(this.model.optimizer!.learningRate);
        },
      } as Partial<Callback> & ThisType<Callback>);
    const [here, there]: number[][] = [[], []];
    const local = scheduled();
    await local.fit(x, y, { epochs: 3, callbacks: [watch(here)], verbose: 0 });
    const distant = scheduled();
    const other = await inWorker(distant);
    workers.push(other);
    await other.fit(x, y, { epochs: 3, callbacks: [watch(there)], sync, verbose: 0 });
    expect(there).toEqual(here);
    expect(new Set(there).size).toBe(3);
    expect(hashOf(await other.getWeights())).toBe(hashOf(local.getWeights()));
    if (sync) expect(distant.optimizer!.learningRate).toBe(local.optimizer!.learningRate);
  });

  test('weights do not come along with batches, and that is said', async () => {
    const callback = fl.callbacks.lambdaCallback({
      onTrainBatchEnd() {
        this.model.getWeights();
      },
    } as Partial<Callback> & ThisType<Callback>);
    const fit = worker.fit(x, y, { callbacks: [callback], verbose: 0 });
    await expect(fit).rejects.toMatchObject({ code: 'worker-weights' });
  });

  test('what a callback throws comes out as it is, and the worker goes on', async () => {
    const thrown = { reason: 'enough' };
    const steps: number[] = [];
    const callback = eachEpoch((epoch) => {
      steps.push(epoch);
      if (epoch === 1) throw thrown;
    });
    await expect(worker.fit(x, y, { epochs: 5, callbacks: [callback], verbose: 0 })).rejects.toBe(thrown);
    expect(steps).toEqual([0, 1]);
    expect(model.fitting).toBe(false);
    expect(hashOf(model.getWeights())).toBe(hashOf(await worker.getWeights()));
    const { epoch } = await worker.fit(x, y, { verbose: 0 });
    expect(epoch).toEqual([0]);
  });

  test('verbose prints a line for each epoch on this side', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await worker.fit(x, y, { epochs: 2, validationSplit: 0.5 });
    expect(log.mock.calls.map(([line]) => String(line).replace(/\d+\.\d+/g, '#'))).toEqual([
      'Epoch 1/2 - 1 iteration of batch size 32 - # s - loss: # - mae: # - val_loss: # - val_mae: #',
      'Epoch 2/2 - 1 iteration of batch size 32 - # s - loss: # - mae: # - val_loss: # - val_mae: #',
    ]);
    log.mockRestore();
  });

  test('progress is told during a long epoch, without hooks of batches', async () => {
    const wide = fl.sequential([
      fl.layers.dense({ units: 500, inputShape: [64] }),
      fl.layers.dense({ units: 1 }),
    ]);
    wide.compile({ loss: 'mse' });
    const busy = await inWorker(wide);
    workers.push(busy);
    const rows = 150_000;
    const callback = new fl.Callback();
    const seen = new Set<number>();
    const timer = setInterval(() => {
      if (callback.params) seen.add(callback.params.progress().batch);
    }, 10);
    const data = [
      fl.tensor(new Float32Array(rows * 64).fill(0.1), [rows, 64]),
      new Float32Array(rows),
    ] as const;
    await busy.fit(...data, { callbacks: [callback], verbose: 0 });
    clearInterval(timer);
    const { batch, logs } = callback.params.progress();
    expect(batch).toBeGreaterThan(0);
    expect(Object.keys(logs)).toEqual(['loss']);
    expect(seen.size).toBeGreaterThan(2);
  });
});
