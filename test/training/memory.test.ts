import * as fl from 'fourlane';
import { describe, expect, test, vi } from 'vitest';
import { uniformArray } from '../support/random.js';

const collect = (globalThis as { gc?: () => void }).gc;

function small(): fl.Sequential {
  const model = fl.sequential([
    fl.layers.dense({ units: 32, activation: 'relu', inputShape: [16] }),
    fl.layers.dropout({ rate: 0.25 }),
    fl.layers.dense({ units: 4, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

const x = fl.tensor(uniformArray(32 * 16, 4), [32, 16]);
const y = Int32Array.from({ length: 32 }, (_, i) => i % 4);

/** Lets finalizers run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    collect?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('memory stays flat', () => {
  test('over 300 loops of one’s own that are made, used and dropped', async () => {
    const model = small();
    const work = (times: number) => {
      for (let i = 0; i < times; i++) {
        fl.trainStep({ model, loss: 'sparse_categorical_crossentropy', optimizer: 'adam' })({ x, y });
        fl.gradients({
          inputs: { x: [16] },
          loss: (b, { x }) => b.loss('mse', b.call(model, x), 0),
          parameters: model,
          inputGradients: ['x'],
        })({ x });
      }
    };
    work(20);
    await settle();
    const before = fl.runtime();
    work(300);
    await settle();
    expect(fl.runtime().usedBytes).toBeLessThanOrEqual(before.usedBytes);
  });

  test('over 10,000 training steps and 10,000 predictions', async () => {
    expect(collect, 'vitest runs this with --expose-gc').toBeDefined();
    const model = small();
    const row = uniformArray(16, 5);
    const work = (times: number) => {
      for (let i = 0; i < times; i++) {
        model.trainOnBatch(x, y);
        model.predict(row);
      }
    };
    work(15_000);
    await settle();
    const before = { ...fl.runtime(), heap: process.memoryUsage().heapUsed };
    work(10_000);
    await settle();
    const after = { ...fl.runtime(), heap: process.memoryUsage().heapUsed };
    expect(after.memoryBytes).toBe(before.memoryBytes);
    expect(after.usedBytes).toBe(before.usedBytes);
    // A leak of 32 bytes a step would show.
    expect(after.heap - before.heap).toBeLessThan(320_000);
  });

  test('over fits, with their histories, shuffles and validations', async () => {
    const model = small();
    const options = { epochs: 2, batchSize: 8, validationSplit: 0.25, verbose: 0 } as const;
    await model.fit(x, y, options);
    await settle();
    const before = fl.runtime();
    for (let i = 0; i < 50; i++) await model.fit(x, y, options);
    await settle();
    const after = fl.runtime();
    expect(after.memoryBytes).toBe(before.memoryBytes);
    expect(after.usedBytes).toBe(before.usedBytes);
  });

  test('over 1,000 models that are built, trained for one step and dropped', async () => {
    const trained = async () => {
      const model = small();
      await model.fit(x, y, { batchSize: 32, verbose: 0 });
      return model;
    };
    // The first makes the region of temporaries that all share; the second tells what one takes.
    const kept = [await trained()];
    await settle();
    const without = fl.runtime().usedBytes;
    kept.push(await trained());
    const before = fl.runtime();
    const each = before.usedBytes - without;
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 50; i++) await trained();
      // Sooner or later all are gone, but for one that the engine may hold on to. A leak never gets there.
      await vi.waitFor(
        async () => {
          await settle();
          expect(fl.runtime().usedBytes - before.usedBytes).toBeLessThanOrEqual(each);
        },
        { timeout: 30_000 },
      );
    }
    // What is given back is used again: the memory is for the models of a round or two, and grows by quarters.
    expect(fl.runtime().memoryBytes).toBeLessThan(1.25 * (before.memoryBytes + 2 * 50 * each));
    for (const model of kept) expect(model.predict(x).shape).toEqual([32, 4]);
  });

  test('the collector is told of linear memory, which it does not see', async () => {
    const model = fl.sequential([fl.layers.dense({ units: 1000, inputShape: [1000] })]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    model.trainOnBatch(new Float32Array(1000), new Float32Array(1000));
    await settle();
    const { usedBytes } = fl.runtime();
    // Weights, gradients and two slots of Adam.
    expect(usedBytes).toBeGreaterThan(4 * 1000 * 1000 * 4);
    expect(process.memoryUsage().arrayBuffers).toBeGreaterThan(usedBytes);
    expect(model.built).toBe(true);
  });

  test('dispose gives memory back at once, and the model goes on', async () => {
    const model = small();
    const before = fl.runtime().usedBytes;
    await model.fit(x, y, { verbose: 0 });
    const trained = fl.runtime().usedBytes;
    expect(trained).toBeGreaterThan(before);
    model.dispose();
    expect(fl.runtime().usedBytes).toBeLessThan(trained);
    await model.fit(x, y, { verbose: 0 });
    expect(model.predict(x).shape).toEqual([32, 4]);
  });
});
