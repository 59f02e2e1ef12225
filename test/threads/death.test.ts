import { beforeEach, describe, expect, test } from 'vitest';
import type { Builder, Parameter, Value, WeightBuilder } from '../../src/index.js';
import {
  built,
  classifier,
  type Library,
  type Model,
  open,
  reason,
  samples,
  WIDTH,
  watchThreads,
  weightsOf,
} from './support.js';

const { x, labels } = samples(400);
const options = { batchSize: 100, shuffle: false, verbose: 0 };
const patience = 10_000;

let threads: ReturnType<typeof watchThreads>;
beforeEach(() => {
  threads = watchThreads();
});

const endless = (model: Model) => model.fit(x, labels, { ...options, epochs: 1_000_000 });
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing was raised',
    (error) => error,
  );
const soon = () => new Promise((resolve) => setTimeout(resolve, 100));

/** A layer whose replica 1 writes where there is no memory. */
function trap(fl: Library) {
  return class Trap extends fl.Layer {
    static override className = 'Trap';
    scratch!: Parameter;
    override build(b: WeightBuilder) {
      this.scratch = b.parameter({ name: 'scratch', shape: [4], initializer: 'zeros', trainable: false });
    }
    override call(b: Builder, x: Value) {
      const y = b.affine(x, 1, 0);
      const { scratch } = this;
      const place = {
        get address() {
          return scratch.address;
        },
        stride: 2 ** 31,
      };
      const ValueClass = x.constructor as typeof Value;
      b.emit(fl.core, 'fill', new ValueClass([4], { place }), 0, 4);
      return y;
    }
  };
}

describe.skipIf(!built)(`a thread that dies${reason}`, { timeout: patience }, () => {
  test('in the middle of a fit: the fit rejects, the model is as after a whole step', async () => {
    const fl = await open(2);
    const model = classifier(fl);
    const fit = caught(endless(model));
    await soon();
    await threads[0].terminate();
    expect(await fit).toMatchObject({ name: 'FourlaneError', code: 'thread-died' });
    expect((await fit).message).toMatch(/exit code 1.*as it was after the last whole step/s);
    expect(model.fitting).toBe(false);
    const steps = model.training!.iterations;
    expect(steps).toBeGreaterThan(0);

    const other = classifier(fl);
    const abort = new AbortController();
    const stop = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: () => {
        if (other.training!.iterations === steps) abort.abort();
      },
    });
    const settings = { ...options, epochs: 1_000_000, callbacks: [stop], signal: abort.signal };
    expect((await caught(other.fit(x, labels, settings))).code).toBe('aborted');
    expect(weightsOf(model)).toEqual(weightsOf(other));
  });

  test('of a fault of its own', async () => {
    const fl = await open(2);
    const Trap = trap(fl);
    const model = fl.sequential([
      new Trap({ inputShape: [WIDTH] }),
      fl.layers.dense({ units: 1000 }),
      fl.layers.dense({ units: 4 }),
    ]);
    model.compile({ loss: 'mse' });
    const targets = fl.tensor(new Float32Array(1600), [400, 4]);
    const before = weightsOf(model);
    const error = await caught(model.fit(x, targets, options));
    expect(error).toMatchObject({ code: 'thread-died' });
    expect(error.message).toMatch(/memory access out of bounds/);
    expect(weightsOf(model)).toEqual(before);
    expect(model.training!.iterations).toBe(0);
  });

  test('makes room for others with the next fit, and the bits stay the same', async () => {
    const fl = await open(3);
    const fit = caught(endless(classifier(fl)));
    await soon();
    await threads[1].terminate();
    expect((await fit).code).toBe('thread-died');
    const train = async () => {
      const model = classifier(fl);
      await model.fit(x, labels, options);
      return weightsOf(model);
    };
    const after = await train();
    expect(threads.length).toBe(4);
    expect(fl.runtime().threads).toBe(3);
    // Nobody waits for one that dies between two fits.
    await threads[3].terminate();
    await soon();
    expect(await train()).toEqual(after);
    expect(threads.length).toBe(6);
  });

  test('ends every fit and evaluation that is on its way', async () => {
    const fl = await open(2);
    const model = classifier(fl);
    const many = fl.tensor(new Float32Array(200_000 * WIDTH), [200_000, WIDTH]);
    const pending = [
      endless(classifier(fl)),
      endless(classifier(fl)),
      model.evaluate(many, new Int32Array(200_000), { batchSize: 100 }),
    ].map(caught);
    await soon();
    await threads[0].terminate();
    expect((await Promise.all(pending)).map(({ code }) => code)).toEqual(Array(3).fill('thread-died'));
    const logs = await model.evaluate(x, labels, { batchSize: 100 });
    expect(logs.loss).toBeGreaterThan(0);
  });
});
