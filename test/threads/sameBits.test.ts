import { execFile } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hashOf } from '../runtimes/scenario.js';
import {
  built,
  CLASSES,
  classifier,
  type Library,
  open,
  reason,
  samples,
  slowThreads,
  WIDTH,
} from './support.js';

const { x, labels } = samples(500);
const options = { epochs: 3, batchSize: 90, validationSplit: 0.2, verbose: 0 };

async function train(fl: Library) {
  const model = classifier(fl, { optimizer: 'adam' }, {}, 0.3);
  const { history } = await model.fit(x, labels, options);
  return { history, hash: hashOf(model.getWeights()) };
}

/** Trains a model of the built package in a process of its own; prints the number of threads and a hash. */
const script = (threads: number, then = '') => `
  import * as fl from './index.js';
  import { digits } from './datasets.js';
  import { hashOf } from '../test/runtimes/scenario.js';
  await fl.init({ threads: ${threads} });
  fl.setSeed(3);
  const { x, y } = digits();
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 256, activation: 'relu' }),
    fl.layers.dropout({ rate: 0.2 }),
    fl.layers.dense({ units: 64, activation: 'gelu' }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  const options = { epochs: 2, batchSize: 100, verbose: 0 };
  await model.fit(x, y, options);
  console.log(fl.runtime().threads, hashOf(model.getWeights()));
  ${then}
`;

/** How a process ends that runs a module in `dist/`, and what it prints. */
function run(code: string): Promise<string> {
  const folder = new URL('../../dist/', import.meta.url);
  return new Promise((resolve) => {
    const settings = { cwd: folder, timeout: 30_000 };
    execFile(process.execPath, ['--input-type=module', '-e', code], settings, (error, out, err) =>
      resolve(`${error?.signal ?? error?.code ?? 'ended'} ${out}${err}`),
    );
  });
}

describe.skipIf(!built)(`the same seed and number of threads${reason}`, () => {
  test.each([2, 3])('%i: give the same history and weights, to the last bit', async (threads) => {
    const first = await train(await open(threads));
    expect(await train(await open(threads))).toEqual(first);
    // Also with kernels and threads that are warm.
    const warm = await open(threads);
    await train(warm);
    expect(await train(warm)).toEqual(first);
  });

  test.each([
    ['dice', {}],
    ['meanSquaredError', { reduction: 'sum' }],
    ['meanSquaredError', { reduction: 'mean_with_sample_weight' }],
  ] as const)('%s %o needs the whole batch, so threads change no bit of it', async (name, config) => {
    const oneHot = Float32Array.from({ length: 500 * CLASSES }, (_, i) =>
      Number(labels[Math.floor(i / CLASSES)] === i % CLASSES),
    );
    const sampleWeight = Float32Array.from({ length: 500 }, (_, i) => i % 3);
    const [one, two] = [await open(1), await open(2)].map(async (fl) => {
      const loss = { name, config };
      const model = classifier(fl, { loss, metrics: [], weightedMetrics: ['auc', 'accuracy'] });
      const { history } = await model.fit(x, oneHot, { ...options, sampleWeight });
      return { history, hash: hashOf(model.getWeights()) };
    });
    expect(await two).toEqual(await one);
  });

  test('in different processes, which end by themselves', async () => {
    const one = await run(script(1));
    expect(one).toMatch(/^ended 1 [0-9a-f]{8}\n$/);
    const two = await run(script(2));
    expect(two).toMatch(/^ended 2 [0-9a-f]{8}\n$/);
    expect(two.slice(8)).not.toBe(one.slice(8));
    expect(await run(script(2))).toBe(two);
  });

  test('in a worker as here', async () => {
    const both = `
      const { inWorker } = await import('./worker.js');
      const worker = await inWorker(model);
      await worker.fit(x, y, { ...options, sync: false });
      await model.fit(x, y, options);
      console.log(hashOf(await worker.getWeights()) === hashOf(model.getWeights()));
      await worker.close();
    `;
    expect(await run(script(2, both))).toMatch(/^ended 2 [0-9a-f]{8}\ntrue\n$/);
  });

  test('whatever else is trained and evaluated at the same time', async () => {
    const fl = await open(3);
    const alone = await train(fl);
    const both = await Promise.all([train(fl), train(fl)]);
    expect(both).toEqual([alone, alone]);
    const model = classifier(fl, {}, {}, 0.3);
    const expected = await model.evaluate(x, labels, { batchSize: 100 });
    const evaluations = Array.from({ length: 3 }, () =>
      model.evaluate(x, labels, { batchSize: 100, yieldEvery: 0 }),
    );
    const [fit, ...logs] = await Promise.all([train(fl), ...evaluations]);
    expect(fit).toEqual(alone);
    for (const log of logs) expect(log).toEqual(expected);
  });

  test('in batches that come one by one as in memory, also where they differ in size and the threads are slow', async () => {
    const fl = await open(2);
    const sizes = [90, 20, 200, 190];
    const batches = function* () {
      let at = 0;
      for (const size of sizes) {
        const end = at + size;
        yield [fl.tensor(x.slice(at * WIDTH, end * WIDTH), [size, WIDTH]), labels.slice(at, end)] as const;
        at = end;
      }
    };
    const trained = async (data: () => Iterable<readonly [object, Int32Array]>) => {
      const model = classifier(fl, { optimizer: 'adam' }, {}, 0.3);
      const { history } = await model.fit(fl.Dataset.from(data) as never, { epochs: 3, verbose: 0 });
      return { history, hash: hashOf(model.getWeights()) };
    };
    const model = classifier(fl, { optimizer: 'adam' }, {}, 0.3);
    const equal = fl.Dataset.from(fl.tensor(x, [500, WIDTH]), labels).batch(90);
    const { history } = await model.fit(equal, { epochs: 3, verbose: 0 });
    const memory = classifier(fl, { optimizer: 'adam' }, {}, 0.3);
    const expected = await memory.fit(x, labels, { epochs: 3, batchSize: 90, shuffle: false, verbose: 0 });
    expect(history).toEqual(expected.history);
    expect(hashOf(model.getWeights())).toBe(hashOf(memory.getWeights()));
    const differing = await trained(batches);
    const hurry = slowThreads();
    try {
      expect(await trained(batches)).toEqual(differing);
    } finally {
      hurry();
    }
  });

  test('however long the threads take', async () => {
    const fl = await open(3);
    const model = classifier(fl);
    const run = () =>
      Promise.all([
        train(fl),
        train(fl),
        model.evaluate(x, labels, { batchSize: 100 }),
        model.evaluate(x, labels, { batchSize: 100 }),
      ]);
    const expected = await run();
    const hurry = slowThreads();
    try {
      expect(await run()).toEqual(expected);
    } finally {
      hurry();
    }
  });

  test('whoever else computes while a step waits for its threads', async () => {
    const fl = await open(2);
    const { dense, batchNormalization } = fl.layers;
    const train = async () => {
      fl.setSeed(4);
      const model = fl.sequential([
        dense({ units: 512, activation: 'relu', inputShape: [WIDTH] }),
        dense({ units: 64, activation: 'relu' }),
        // Its statistics move behind the optimizer, by what stands in the temporaries of this thread.
        batchNormalization(),
        dense({ units: 4, activation: 'softmax' }),
      ]);
      model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
      await model.fit(x, labels, { ...options, epochs: 2 });
      return hashOf(model.getWeights());
    };
    const expected = await train();
    const other = fl.sequential([dense({ units: 512, inputShape: [WIDTH] }), dense({ units: 8 })]);
    const inputs = fl.tensor(x, [500, WIDTH]);
    const answer = other.predict(inputs, { batchSize: 500 });
    const hurry = slowThreads();
    let asked = 0;
    const timer = setInterval(() => {
      asked++;
      other.predict(inputs, { batchSize: 500 });
      // Every other one asks for more memory than all before.
      if (asked % 2) fl.randomNormal([1000 * (500 + asked)]);
    }, 0);
    try {
      expect(await train()).toBe(expected);
    } finally {
      clearInterval(timer);
      hurry();
    }
    expect(asked).toBeGreaterThan(3);
    expect(other.predict(inputs, { batchSize: 500 })).toEqual(answer);
  });

  test('while the memory grows', async () => {
    const expected = await train(await open(2));
    const fl = await open(2);
    const before = fl.runtime().memoryBytes;
    const model = classifier(fl, { optimizer: 'adam' }, {}, 0.3);
    const kept: object[] = [];
    const grow = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: () => {
        kept.push(fl.sequential([fl.layers.dense({ units: 1000, inputShape: [500] })]));
        kept.push(model.predict(x, { batchSize: 500 }));
      },
    });
    const { history } = await model.fit(x, labels, { ...options, callbacks: [grow] });
    expect({ history, hash: hashOf(model.getWeights()) }).toEqual(expected);
    expect(fl.runtime().memoryBytes).toBeGreaterThan(before + 20e6);
    expect(kept.length).toBe(30);
  });
});
