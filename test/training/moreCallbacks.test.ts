import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fl from 'fourlane';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { uniformArray } from '../support/random.js';
import { Script } from '../support/script.js';

const x = fl.tensor(uniformArray(40 * 4, 1), [40, 4]);
const y = uniformArray(40, 2);
let model: fl.Sequential;

function makeModel(optimizer: fl.Optimizer): fl.Sequential {
  fl.setSeed(8);
  const made = fl.sequential([fl.layers.dense({ units: 1, inputShape: [4] })]);
  made.compile({ optimizer, loss: 'mse' });
  return made;
}

beforeEach(() => {
  model = makeModel(fl.optimizers.sgd({ learningRate: 0.1 }));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the learning rate by the epoch', () => {
  test('a scheduler sets it from epoch and rate, and logs it', async () => {
    const scheduler = fl.callbacks.learningRateScheduler({
      schedule: (epoch, rate) => (epoch < 2 ? rate : rate / 2),
    });
    const { history } = await model.fit(x, y, { epochs: 4, callbacks: [scheduler], verbose: 0 });
    expect(history.learning_rate).toEqual([0.1, 0.1, 0.05, 0.025]);
  });

  test('a schedule that returns no number, and one of the optimizer, are errors', async () => {
    const none = fl.callbacks.learningRateScheduler({ schedule: () => undefined as unknown as number });
    await expect(model.fit(x, y, { callbacks: [none], verbose: 0 })).rejects.toThrow('returned undefined');
    model = makeModel(fl.optimizers.sgd({ learningRate: () => 0.1 }));
    const other = fl.callbacks.learningRateScheduler({ schedule: () => 0.2 });
    await expect(model.fit(x, y, { callbacks: [other], verbose: 0 })).rejects.toMatchObject({
      code: 'learning-rate-schedule',
    });
    expect(() => fl.callbacks.learningRateScheduler({ schedule: 3 as never })).toThrow('must be a function');
  });

  test('a plateau reduces it, which is said and logged', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const reduce = fl.callbacks.reduceLROnPlateau({ patience: 1, factor: 0.5, verbose: 1 });
    const callbacks = [new Script([3, 3, 3]), reduce];
    const { history } = await model.fit(x, y, { epochs: 3, callbacks, verbose: 0 });
    expect(history.learning_rate).toEqual([0.1, 0.1, 0.05]);
    expect(log.mock.calls).toEqual([
      ['Epoch 2: the learning rate is reduced to 0.05.'],
      ['Epoch 3: the learning rate is reduced to 0.025.'],
    ]);
    expect(() => fl.callbacks.reduceLROnPlateau({ factor: 1 })).toThrow('factor');
  });
});

describe('TerminateOnNaN', () => {
  const diverging = () => makeModel(fl.optimizers.sgd({ learningRate: 1e20 }));

  test('ends the run after the iteration', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    model = diverging();
    const options = { epochs: 5, batchSize: 4, callbacks: [fl.callbacks.terminateOnNaN()], verbose: 0 };
    const { history } = await model.fit(x, y, options);
    expect(history.loss.length).toBe(1);
    expect(Number.isFinite(history.loss[0])).toBe(false);
    expect(model.training!.iterations).toBeLessThan(5);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  test('rejects with raiseError', async () => {
    model = diverging();
    const callbacks = [fl.callbacks.terminateOnNaN({ raiseError: true })];
    await expect(model.fit(x, y, { batchSize: 4, callbacks, verbose: 0 })).rejects.toMatchObject({
      code: 'loss-not-finite',
    });
  });
});

describe('CSVLogger', () => {
  class MemoryStore implements fl.Store {
    readonly files = new Map<string, Uint8Array>();
    async read(name: string) {
      return this.files.get(name);
    }
    async write(name: string, bytes: Uint8Array | string) {
      this.files.set(name, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
    }
    async remove(name: string) {
      this.files.delete(name);
    }
    text(name: string) {
      return new TextDecoder().decode(this.files.get(name));
    }
  }

  test('writes a row for every epoch, and goes on with a file that is there', async () => {
    const store = new MemoryStore();
    const logger = fl.callbacks.csvLogger({ store, filename: 'log.csv' });
    const first = await model.fit(x, y, { epochs: 2, callbacks: [logger], verbose: 0 });
    const row = (epoch: number, loss: number) => `${epoch},${loss},NA\n`;
    const expected = `epoch,loss,val_loss\n${row(0, first.history.loss[0])}${row(1, first.history.loss[1])}`;
    expect(store.text('log.csv')).toBe(expected);

    const more = fl.callbacks.csvLogger({ store, filename: 'log.csv', append: true });
    const second = await model.fit(x, y, { epochs: 3, initialEpoch: 2, callbacks: [more], verbose: 0 });
    expect(store.text('log.csv')).toBe(expected + row(2, second.history.loss[0]));
    expect(more.text).toBe(store.text('log.csv'));

    await model.fit(x, y, { callbacks: [logger], verbose: 0 });
    expect(logger.text.split('\n').length).toBe(3);
  });

  test('without a store it keeps the table; validation, separators and quotes', async () => {
    const logger = fl.callbacks.csvLogger({ separator: ';' });
    const odd = new Script([1], 'a;"b"');
    await model.fit(x, y, { validationSplit: 0.5, callbacks: [odd, logger], verbose: 0 });
    expect(logger.text.split('\n')[0]).toBe('epoch;"a;""b""";loss;val_loss');
  });
});

describe('SwapEMAWeights', () => {
  const averaging = () => makeModel(fl.optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 }));
  const options = {
    epochs: 3,
    batchSize: 8,
    validationData: [x, y] as [fl.Tensor, Float32Array],
    verbose: 0,
  };

  test('validates with the averages, trains with the weights', async () => {
    const plain = averaging();
    const raw: number[] = [];
    const keep = fl.callbacks.lambdaCallback({
      onEpochEnd: () => void raw.push(plain.getWeights()[0].data[0]),
    });
    await plain.fit(x, y, { ...options, callbacks: [keep] });
    const swapped = averaging();
    const seen: number[] = [];
    const inTest: number[] = [];
    const losses: number[] = [];
    class Watch extends fl.Callback {
      override onTestBegin() {
        inTest.push(swapped.getWeights()[0].data[0]);
      }
      override async onEpochEnd(_epoch: number, logs: fl.Logs) {
        seen.push(swapped.getWeights()[0].data[0]);
        losses.push(logs.val_loss);
      }
    }
    await swapped.fit(x, y, { ...options, callbacks: [fl.callbacks.swapEMAWeights(), new Watch()] });
    // What is trained is the same, bit by bit; what is validated are the averages, which `fit` leaves in the end.
    expect(seen).toEqual(raw);
    expect(inTest).not.toContain(raw[0]);
    expect(swapped.getWeights()).toEqual(plain.getWeights());
    expect(inTest[2]).toBe(swapped.getWeights()[0].data[0]);
    const { loss } = await swapped.evaluate(x, y);
    expect(losses[2]).toBe(loss);
  });

  test('swapOnEpoch shows the averages to what comes behind', async () => {
    const ema = averaging();
    await ema.fit(x, y, options);
    const swapped = averaging();
    const seen: Float32Array[] = [];
    const keep = fl.callbacks.lambdaCallback({
      onEpochEnd: () => void seen.push(swapped.getWeights()[0].data as Float32Array),
    });
    const swap = fl.callbacks.swapEMAWeights({ swapOnEpoch: true });
    await swapped.fit(x, y, { ...options, callbacks: [swap, keep] });
    expect(seen[2]).toEqual(ema.getWeights()[0].data);
    expect(swapped.getWeights()).toEqual(ema.getWeights());
  });

  test('an optimizer without averages is an error', async () => {
    const callbacks = [fl.callbacks.swapEMAWeights()];
    await expect(model.fit(x, y, { ...options, callbacks })).rejects.toMatchObject({ code: 'no-averages' });
  });
});

describe('EventStream', () => {
  test('sends what happens as plain data, batches not too often', async () => {
    const events: fl.TrainingEvent[] = [];
    let waiting = 0;
    const stream = fl.callbacks.eventStream({
      send: async (event) => {
        waiting++;
        await Promise.resolve();
        waiting--;
        events.push(structuredClone(event));
      },
      every: 0,
    });
    await model.fit(x, y, { epochs: 2, batchSize: 20, callbacks: [stream], verbose: 0 });
    expect(waiting).toBe(0);
    expect(events.map(({ type }) => type)).toEqual([
      'trainBegin',
      ...['epochBegin', 'batchEnd', 'batchEnd', 'epochEnd', 'epochBegin', 'batchEnd', 'batchEnd', 'epochEnd'],
      'trainEnd',
    ]);
    expect(events[0]).toEqual({
      type: 'trainBegin',
      model: model.name,
      epochs: 2,
      steps: 2,
      samples: 40,
      batchSize: 20,
    });
    expect(events[6]).toMatchObject({ epoch: 1, batch: 0 });

    const rare: string[] = [];
    const seldom = fl.callbacks.eventStream({ send: ({ type }) => void rare.push(type), every: 1e6 });
    await model.fit(x, y, { epochs: 2, batchSize: 1, callbacks: [seldom], verbose: 0 });
    expect(rare.filter((type) => type === 'batchEnd').length).toBe(1);
    const never = fl.callbacks.eventStream({ send: () => {}, every: Infinity });
    expect(never.onTrainBatchEnd).toBe(fl.Callback.prototype.onTrainBatchEnd);
  });
});

describe('RemoteMonitor', () => {
  test.each([true, false])('posts every epoch to a server, JSON: %s', async (sendAsJson) => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = `${request.url} ${request.headers['content-type']?.split(';')[0]} ${request.headers['x-key']} `;
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        bodies.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const monitor = fl.callbacks.remoteMonitor({ root, sendAsJson, headers: { 'x-key': 'k' } });
    const { history } = await model.fit(x, y, { callbacks: [monitor], verbose: 0 });
    server.closeAllConnections();
    server.close();
    const json = JSON.stringify({ epoch: 0, loss: history.loss[0] });
    const type = sendAsJson ? 'application/json' : 'application/x-www-form-urlencoded';
    const body = sendAsJson ? json : new URLSearchParams({ data: json });
    expect(bodies).toEqual([`/publish/epoch/end/ ${type} k ${body}`]);
  });

  test('a server that is not there is warned of', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const monitor = fl.callbacks.remoteMonitor({ root: 'http://127.0.0.1:1' });
    const { epoch } = await model.fit(x, y, { epochs: 2, callbacks: [monitor], verbose: 0 });
    expect(epoch.length).toBe(2);
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
