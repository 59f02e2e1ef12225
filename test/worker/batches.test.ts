import type { BatchSource, Callback, Model as ModelOf } from 'fourlane';
import type { WorkerFitOptions } from 'fourlane/worker';
import { afterEach, describe, expect, test } from 'vitest';
import { hashOf } from '../runtimes/scenario.js';
import { built, digits, fl, inWorker, reason } from './support.js';

const { x, y } = built ? digits() : ({} as ReturnType<typeof digits>);
const quiet = { verbose: 0 } as const;

const open: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(open.splice(0).map((worker) => worker.close())));

async function start(model: ModelOf) {
  const worker = await inWorker(model);
  open.push(worker);
  return worker;
}

function network(): ModelOf {
  fl.setSeed(11);
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 24, activation: 'gelu' }),
    fl.layers.dropout({ rate: 0.3 }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

const batches = () => fl.Dataset.from(x, y).shuffle(500, 3).batch(100);

/** Batches without end, and what became of them. */
function producer(wait: (batch: number) => Promise<void> | undefined = () => undefined) {
  const seen = { asked: 0, closed: 0 };
  const give = async function* () {
    try {
      for (;;) {
        await wait(seen.asked++);
        yield [x, y];
      }
    } finally {
      seen.closed++;
    }
  };
  return { give, seen };
}

describe.skipIf(!built)(`batches for a worker${reason}`, () => {
  const same = async (data: () => BatchSource, options: () => WorkerFitOptions = () => ({})) => {
    const here = network();
    const { transfer, ...own } = options();
    const { history } = await here.fit(data(), { epochs: 2, ...quiet, ...own });
    const there = network();
    const result = await (await start(there)).fit(data(), { epochs: 2, ...quiet, ...options() });
    expect(result.history).toEqual(history);
    expect(hashOf(there.getWeights())).toBe(hashOf(here.getWeights()));
  };

  test('give the bits that they give here, with validation', async () => {
    const weights = Float32Array.from(y.data, (label) => label / 10);
    await same(batches, () => ({ validationData: fl.Dataset.from(x, y).batch(300), validationSteps: 2 }));
    await same(
      () => fl.Dataset.from(x, y, weights).batch(450),
      () => ({ transfer: true }),
    );
  });

  test('are asked for one at a time, and an epoch goes on where the last one ended', async () => {
    const { give, seen } = producer();
    const worker = await start(network());
    const counts: number[] = [];
    const steps: (number | undefined)[] = [];
    const count = fl.callbacks.lambdaCallback({ onTrainBatchEnd: () => void counts.push(seen.asked) });
    await worker.fit(give(), { stepsPerEpoch: 3, epochs: 2, callbacks: [count], ...quiet });
    expect(counts).toEqual([1, 2, 3, 4, 5, 6]);
    expect(seen).toEqual({ asked: 6, closed: 1 });
    class Steps extends fl.Callback {
      override onEpochEnd(): void {
        steps.push(this.params.steps);
      }
    }
    const six = fl.Dataset.from(batches).take(6);
    await worker.fit(six, { epochs: 2, callbacks: [new Steps() as Callback], ...quiet });
    expect(steps).toEqual([6, 6]);
  });

  test('evaluate, and what is used up, endless or wrong', async () => {
    const model = network();
    const worker = await start(model);
    expect(await worker.evaluate(fl.Dataset.from(x, y).batch(100))).toEqual(
      await model.evaluate(fl.Dataset.from(x, y).batch(100)),
    );
    const { give, seen } = producer();
    await worker.evaluate(give(), { steps: 2 });
    expect(seen).toEqual({ asked: 2, closed: 1 });
    await expect(worker.fit(batches().repeat(), quiet)).rejects.toMatchObject({ code: 'steps-missing' });
    await expect(worker.fit(batches(), { batchSize: 3, ...quiet })).rejects.toMatchObject({
      code: 'batches-option',
    });
    await expect(
      worker.fit(batches()[Symbol.asyncIterator]() as AsyncGenerator<never>, { epochs: 2, ...quiet }),
    ).rejects.toMatchObject({ code: 'data-used-up' });
    const short = fl.Dataset.from(x, y)
      .batch(100)
      .map(([one, two]) => [one, fl.tensor(two.data.slice(1))]);
    await expect(worker.fit(short, quiet)).rejects.toThrow(/^x in batch 1 has 100 samples/);
  });

  test('a source that throws ends the run with its own error', async () => {
    const thrown = new Error('the line is dead');
    const model = network();
    const { give } = producer((batch) => {
      if (batch === 2) throw thrown;
      return undefined;
    });
    const worker = await start(model);
    await expect(worker.fit(give(), quiet)).rejects.toBe(thrown);
    expect(model.training!.iterations).toBe(2);
    await worker.fit(batches(), quiet);
  });

  test('an abort while a batch is awaited', async () => {
    const abort = new AbortController();
    let deliver!: () => void;
    const late = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    const { give, seen } = producer((batch) => {
      if (batch < 2) return undefined;
      setTimeout(() => abort.abort(), 10);
      return late;
    });
    const model = network();
    const worker = await start(model);
    await expect(worker.fit(give(), { signal: abort.signal, ...quiet })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(model.training!.iterations).toBe(2);
    deliver();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen).toEqual({ asked: 3, closed: 1 });
    await worker.fit(batches(), quiet);
  });

  test('a worker that is closed closes them', async () => {
    const { give, seen } = producer();
    const worker = await start(network());
    const ended = expect(worker.fit(give(), quiet)).rejects.toMatchObject({ code: 'worker-closed' });
    while (seen.asked < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    await worker.close();
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen.closed).toBe(1);
  });
});
