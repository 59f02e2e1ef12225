import { describe, expect, test } from 'vitest';
import { built, fl, inWorker, reason } from './support.js';

const x = Float32Array.from({ length: 80 }, (_, i) => (i % 7) / 7);
const y = Float32Array.from({ length: 20 }, (_, i) => (i % 3) / 3);

function make() {
  fl.setSeed(5);
  const model = fl.sequential([
    fl.layers.dense({ units: 3, activation: 'tanh', inputShape: [4] }),
    fl.layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

describe.skipIf(!built)(`a model in a worker${reason}`, () => {
  const given = (store: ReturnType<typeof fl.memoryStore>) => ({
    epochs: 2,
    verbose: 0,
    callbacks: [fl.callbacks.modelCheckpoint({ store, filepath: '{epoch}', saveWeightsOnly: true })],
  });

  test.each([true, false])('saves its weights with sync %s', async (sync) => {
    const [here, there] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];
    await make().fit(fl.tensor(x, [20, 4]), y, given(fl.memoryStore(here)));
    const model = make();
    const before = model.getWeights();
    const worker = await inWorker(model);
    try {
      await worker.fit(fl.tensor(x, [20, 4]), y, { ...given(fl.memoryStore(there)), sync });
    } finally {
      await worker.close();
    }
    const read = (file: Uint8Array | undefined) => {
      const loaded = make();
      loaded.loadWeights(file!);
      return loaded.getWeights();
    };
    expect([...there.keys()]).toEqual(['1', '2']);
    for (const epoch of there.keys()) expect(read(there.get(epoch))).toEqual(read(here.get(epoch)));
    expect(model.getWeights()).toEqual(sync ? read(here.get('2')) : before);
  });

  test('cannot save the state of its training, and says so before the first step', async () => {
    const worker = await inWorker(make());
    try {
      const callback = fl.callbacks.modelCheckpoint({ store: fl.memoryStore(), filepath: 'x' });
      const run = worker.fit(fl.tensor(x, [20, 4]), y, { callbacks: [callback], verbose: 0 });
      await expect(run).rejects.toMatchObject({ code: 'worker-weights' });
      await expect(run).rejects.toThrow(/saveWeightsOnly: true/);
    } finally {
      await worker.close();
    }
  });

  test('is opened with the learning rate that was set', async () => {
    const model = make();
    model.optimizer!.learningRate = 0;
    const worker = await inWorker(model);
    try {
      const before = model.getWeights();
      await worker.fit(fl.tensor(x, [20, 4]), y, { verbose: 0 });
      expect(model.getWeights()).toEqual(before);
    } finally {
      await worker.close();
    }
  });

  test.each(['in the worker', 'here'])(
    'goes on %s in the middle of an epoch, after an abortion',
    async (where) => {
      const options = { epochs: 3, batchSize: 5, verbose: 0 };
      const whole = make();
      const history = await whole.fit(fl.tensor(x, [20, 4]), y, options);
      const model = make();
      const worker = await inWorker(model);
      try {
        const controller = new AbortController();
        const abort = fl.callbacks.lambdaCallback({
          onEpochBegin: (epoch) => void (epoch === 1 && watch.push(epoch)),
          onTrainBatchEnd: (batch) => void (watch.length && batch === 1 && controller.abort()),
        });
        const watch: number[] = [];
        const { signal } = controller;
        const run = worker.fit(fl.tensor(x, [20, 4]), y, { ...options, callbacks: [abort], signal });
        await expect(run).rejects.toMatchObject({ code: 'aborted' });
        const { batch } = model.training!.position;
        expect(batch).toBeGreaterThan(0);
        const one = where === 'here' ? model : worker;
        const rest = await one.fit(fl.tensor(x, [20, 4]), y, { ...options, resume: true });
        expect(rest.history.loss).toEqual(history.history.loss.slice(1));
        expect(model.getWeights()).toEqual(whole.getWeights());
      } finally {
        await worker.close();
      }
    },
  );
});
