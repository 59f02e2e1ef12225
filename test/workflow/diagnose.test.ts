import * as fl from 'fourlane';
import { diagnose, lrFinder, overfitOneBatch } from 'fourlane/workflow';
import { describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const falling = (from: number, to: number, epochs: number) =>
  Array.from({ length: epochs }, (_, i) => to + (from - to) * 0.7 ** i);

describe('diagnose', () => {
  const rising = [0.6, 0.5, 0.42, 0.4, 0.41, 0.44, 0.48, 0.53, 0.57, 0.6];
  test.each([
    ['diverging', { loss: [1, 5, Number.NaN] }, {}],
    ['diverging', { loss: [1, 4, 20, 1e6] }, {}],
    ['not training', { loss: [0.68, 0.681, 0.679, 0.68], val_loss: [0.69, 0.69, 0.69, 0.69] }, {}],
    [
      'not generalizing',
      { loss: falling(2.3, 0.2, 8), val_loss: falling(2.5, 2.4, 8) },
      { baseline: Math.log(10) },
    ],
    ['overfitting', { loss: falling(0.7, 0.05, 10), val_loss: rising }, {}],
    ['overfitting', { loss: falling(0.69, 0.1, 6), val_loss: [0.7, 0.695, 0.702, 0.699, 0.701, 0.7] }, {}],
    ['underfitting', { loss: falling(0.7, 0.3, 5), val_loss: falling(0.72, 0.31, 5) }, {}],
    ['underfitting', { loss: falling(0.7, 0.3, 30), val_loss: falling(0.72, 0.31, 30) }, {}],
    ['unvalidated', { loss: falling(0.7, 0.3, 5) }, {}],
  ] as const)('%s', (finding, history, options) => {
    const series = Object.fromEntries(Object.entries(history).map(([key, values]) => [key, [...values]]));
    const diagnosis = diagnose({ history: series }, options);
    expect(diagnosis.finding).toBe(finding);
    expect(diagnosis.advice.length).toBeGreaterThan(0);
    expect(`${diagnosis}`).toContain(`${finding}: ${diagnosis.summary}\nTry:\n- ${diagnosis.advice[0]}`);
  });

  test('names the best epoch, and says whether the losses still fall', () => {
    expect(diagnose({ loss: falling(0.7, 0.05, 10), val_loss: rising }).bestEpoch).toBe(4);
    const still = diagnose({ loss: falling(0.7, 0.3, 5), val_loss: falling(0.72, 0.31, 5) });
    expect(still.summary).toContain('still falls after 5 epochs');
    const flat = diagnose({ loss: falling(0.7, 0.3, 30), val_loss: falling(0.72, 0.31, 30) });
    expect(flat.summary).toContain('without rising');
  });

  test('a history without loss is an error', () => {
    expect(() => diagnose({ accuracy: [1] })).toThrow('no loss');
    expect(() => diagnose({ loss: [1] }, { tolerance: 2 })).toThrow('tolerance');
  });
});

const n = 200;
const x = fl.tensor(uniformArray(n * 4, 1), [n, 4]);
const y = Float32Array.from({ length: n }, (_, i) => 2 * x.data[i * 4] - x.data[i * 4 + 2]);

function makeModel(loss: 'mse' | 'mae' = 'mse'): fl.Sequential {
  fl.setSeed(3);
  const model = fl.sequential([
    fl.layers.dense({ units: 16, activation: 'relu', inputShape: [4] }),
    fl.layers.dropout({ rate: 0.1 }),
    fl.layers.batchNormalization(),
    fl.layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: fl.optimizers.adam({ learningRate: 0.003 }), loss });
  return model;
}

/** Weights after a short training: equal only where optimizer state, random streams and weights are. */
async function trained(model: fl.Model): Promise<unknown> {
  const { history } = await model.fit(x, y, { epochs: 2, verbose: 0 });
  return [history, model.getWeights(), model.optimizer!.learningRate];
}

describe('trials leave no trace', () => {
  const trials = {
    lrFinder: (model: fl.Model) => lrFinder(model, x, y, { steps: 30 }),
    overfitOneBatch: (model: fl.Model) => overfitOneBatch(model, x, y, { steps: 10 }),
    'one that fails': (model: fl.Model) => {
      const bad = y.slice();
      bad[3] = Number.NaN;
      return expect(lrFinder(model, x, bad)).rejects.toThrow('NaN');
    },
  };
  test.each(Object.entries(trials))('%s, before and after a training', async (_, run) => {
    const expected = makeModel();
    const model = makeModel();
    await run(model);
    expect(await trained(model)).toEqual(await trained(expected));
    await run(model);
    expect(await trained(model)).toEqual(await trained(expected));
  });
});

describe('lrFinder', () => {
  test('finds a rate between one that does nothing and one that explodes', async () => {
    const found = await lrFinder(makeModel(), x, y, { steps: 120, maxLearningRate: 1000 });
    expect(found.learningRates.length).toBe(found.losses.length);
    expect(found.learningRates[0]).toBe(1e-6);
    expect(found.learningRates[1] / found.learningRates[0]).toBeCloseTo(1e9 ** (1 / 119), 10);
    // It ends where the loss explodes, long before the last rate.
    expect(found.losses.length).toBeLessThan(120);
    expect(found.suggestion).toBeGreaterThan(1e-4);
    expect(found.suggestion).toBeLessThan(1);
    expect(`${found}`).toContain(found.suggestion.toPrecision(2));
    // Training with it works, with a tenth of the lowest rate it does not.
    const good = makeModel();
    good.optimizer!.learningRate = found.suggestion;
    const { history } = await good.fit(x, y, { epochs: 5, verbose: 0 });
    expect(history.loss[4]).toBeLessThan(0.5 * history.loss[0]);
  });

  test('the loss of every batch comes from the running means', async () => {
    const single: number[] = [];
    const model = makeModel('mae');
    model.optimizer!.learningRate = 0;
    const smallest = await lrFinder(model, x, y, {
      minLearningRate: 1e-30,
      maxLearningRate: 1e-29,
      steps: 14,
      smoothing: 0,
    });
    // With a rate of nothing the batches of the second epoch hold other samples, so means over epochs agree.
    single.push(...smallest.losses);
    expect(single.length).toBe(14);
    const weighted = single.slice(0, 7).reduce((sum, loss, i) => sum + loss * (i < 6 ? 32 : 8), 0) / n;
    const again = makeModel('mae');
    again.optimizer!.learningRate = 0;
    const { history } = await again.fit(x, y, { verbose: 0 });
    expect(weighted).toBeCloseTo(history.loss[0], 6);
  });

  test('schedules and bad options are errors', async () => {
    const model = makeModel();
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: () => 0.1 }), loss: 'mse' });
    await expect(lrFinder(model, x, y)).rejects.toMatchObject({ code: 'learning-rate-schedule' });
    await expect(lrFinder(model, x, y, { minLearningRate: 1, maxLearningRate: 0.1 })).rejects.toThrow(
      'maxLearningRate',
    );
    const bare = fl.sequential([fl.layers.dense({ units: 1, inputShape: [4] })]);
    await expect(lrFinder(bare, x, y)).rejects.toMatchObject({ code: 'not-compiled' });
  });
});

describe('overfitOneBatch', () => {
  test('a sound model learns a batch by heart', async () => {
    const result = await overfitOneBatch(makeModel(), x.data as Float32Array, y, { steps: 400 });
    expect(result.learned).toBe(true);
    expect(result.losses.length).toBe(400);
    expect(`${result}`).toMatch(/^400 iterations on 32 samples .* can learn them by heart\.$/);
  });

  test('one whose targets have nothing to do with its inputs does not', async () => {
    const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [4] })]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const result = await overfitOneBatch(model, x, uniformArray(n, 9), { batchSize: 64 });
    expect(result.learned).toBe(false);
    expect(`${result}`).toContain('cannot learn them by heart. Look at');
  });
});
