import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as fl from 'fourlane';
import { describe, expect, test, vi } from 'vitest';
import { bytesOf, make, optimizers, options, x, y } from './support.js';

/** The files of a model at the end of each epoch and of each batch, while it is trained to the end. */
async function filesOf(model: fl.Model, epochs: number, more: fl.FitOptions = {}) {
  const files = new Map<string, Uint8Array>();
  const save = (moment: string) => files.set(moment, model.save({ includeOptimizer: true }));
  let epoch = 0;
  const watch = fl.callbacks.lambdaCallback({
    onEpochBegin: (number) => {
      epoch = number;
    },
    onTrainBatchEnd: (batch) => void save(`${epoch}.${batch}`),
    onEpochEnd: (number) => void save(`${number}`),
  });
  const history = await model.fit(x, y, { ...options, ...more, epochs, callbacks: [watch] });
  return { files, history };
}

const last = ({ history }: fl.History) =>
  Object.fromEntries(Object.entries(history).map(([key, values]) => [key, values.at(-1)]));

describe('a run that goes on from a file has the bits of one that never stopped', () => {
  test.each(optimizers)('%s', async (_, optimizer) => {
    const whole = make(optimizer());
    const { files, history } = await filesOf(whole, 4);
    // After an epoch, in the middle of one, and where only its end is missing.
    for (const moment of ['0', '1.1', '1.2', '2']) {
      const loaded = fl.load(files.get(moment)!);
      const rest = await loaded.fit(x, y, { ...options, resume: true, epochs: 4 });
      expect(bytesOf(loaded), moment).toBe(bytesOf(whole));
      expect(last(rest), moment).toEqual(last(history));
    }
  });

  test('the history of the epoch that was interrupted counts its first batches', async () => {
    const { files, history } = await filesOf(make(), 2);
    const loaded = fl.load(files.get('0.1')!);
    const rest = await loaded.fit(x, y, { ...options, resume: true, epochs: 2 });
    expect(rest.epoch).toEqual([0, 1]);
    expect(rest.history).toEqual(history.history);
  });

  test('initialEpoch, validationFreq, sums that are not finite, no shuffle', async () => {
    const own = { shuffle: false, validationFreq: 2 };
    const whole = make();
    const { files, history } = await filesOf(whole, 4, own);
    const loaded = fl.load(files.get('0')!);
    const rest = await loaded.fit(x, y, { ...options, ...own, initialEpoch: 1, epochs: 4 });
    expect(bytesOf(loaded)).toBe(bytesOf(whole));
    expect(rest.history.val_loss).toEqual(history.history.val_loss);
    expect(rest.history.val_loss).toHaveLength(2);
    const wild = make(fl.optimizers.sgd({ learningRate: 1e30 }));
    const { files: broken, history: nans } = await filesOf(wild, 2);
    const again = fl.load(broken.get('1.1')!);
    expect(last(await again.fit(x, y, { ...options, resume: true, epochs: 2 }))).toEqual(last(nans));
    expect(nans.history.loss[1]).toBeNaN();
  });

  test('a learning rate that was set by hand', async () => {
    const halve = (model: fl.Model) =>
      fl.callbacks.lambdaCallback({
        onEpochBegin: (epoch) => {
          if (epoch === 1) model.optimizer!.learningRate /= 2;
        },
      });
    const whole = make('adam');
    const files: Uint8Array[] = [];
    const keep = fl.callbacks.lambdaCallback({
      onEpochEnd: () => {
        files.push(whole.save({ includeOptimizer: true }), whole.saveWeights({ includeOptimizer: true }));
      },
    });
    await whole.fit(x, y, { ...options, epochs: 3, callbacks: [halve(whole), keep] });
    const loaded = fl.load(files[2]);
    expect(loaded.optimizer!.learningRate).toBe(0.0005);
    const other = make('adam', 9);
    other.loadWeights(files[3], { includeOptimizer: true });
    expect(other.optimizer!.learningRate).toBe(0.0005);
    for (const model of [loaded, other]) {
      await model.fit(x, y, { ...options, resume: true, epochs: 3 });
      expect(bytesOf(model)).toBe(bytesOf(whole));
    }
  });

  test('after an abortion in this process, averages too', async () => {
    const averaged = () => fl.optimizers.sgd({ useEma: true, emaMomentum: 0.5 });
    const whole = make(averaged());
    await whole.fit(x, y, { ...options, epochs: 3 });
    for (const stop of [0, 3, 4, 5]) {
      const model = make(averaged());
      const controller = new AbortController();
      let batches = 0;
      const abort = fl.callbacks.lambdaCallback({
        onTrainBatchBegin: () => {
          if (batches++ === stop) controller.abort();
        },
      });
      const run = model.fit(x, y, { ...options, epochs: 3, callbacks: [abort], signal: controller.signal });
      await expect(run).rejects.toMatchObject({ code: 'aborted' });
      // What goes on may go through a file as well.
      const file = model.save({ includeOptimizer: true });
      for (const one of [model, fl.load(file)]) {
        await one.fit(x, y, { ...options, epochs: 3, resume: true });
        expect(bytesOf(one), String(stop)).toBe(bytesOf(whole));
      }
    }
  });

  test('a run that a callback has ended goes on where it was', async () => {
    const whole = make();
    await whole.fit(x, y, { ...options, epochs: 2 });
    const model = make();
    const stop = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: (batch) => {
        model.stopTraining = batch === 1;
      },
    });
    await model.fit(x, y, { ...options, epochs: 2, callbacks: [stop] });
    await model.fit(x, y, { ...options, epochs: 2, resume: true });
    expect(bytesOf(model)).toBe(bytesOf(whole));
  });

  test.each([
    ['as many as a pass', 3],
    ['fewer', 1],
    ['some that are no part of it', 2],
  ])('with stepsPerEpoch: %s', async (_, stepsPerEpoch) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const own = { stepsPerEpoch, batchSize: 12 };
    const whole = make();
    const { files, history } = await filesOf(whole, 5, own);
    for (const [moment, file] of files) {
      const loaded = fl.load(file);
      const rest = await loaded.fit(x, y, { ...options, ...own, resume: true, epochs: 5 });
      expect(bytesOf(loaded), moment).toBe(bytesOf(whole));
      if (rest.epoch.length) expect(last(rest), moment).toEqual(last(history));
    }
    warn.mockRestore();
  });

  test('batches of a source: those of the running epoch are passed over', async () => {
    const { validationSplit, batchSize, ...own } = options;
    const batches = () => fl.Dataset.from(x, y).batch(batchSize);
    const whole = make();
    await whole.fit(batches(), { ...own, epochs: 3 });
    const model = make();
    const stop = fl.callbacks.lambdaCallback({
      onTrainBatchEnd: (batch) => {
        model.stopTraining = model.training!.epochs === 2 && batch === 0;
      },
    });
    await model.fit(batches(), { ...own, epochs: 3, callbacks: [stop] });
    await model.fit(batches(), { ...own, epochs: 3, resume: true });
    expect(bytesOf(model)).toBe(bytesOf(whole));
  });

  test('in a fresh process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fourlane-'));
    try {
      const outfile = join(folder, 'resume.mjs');
      const source = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
      await build({ entryPoints: [source], bundle: true, format: 'esm', outfile, logLevel: 'error' });
      const whole = make(fl.optimizers.adam({ gradientAccumulationSteps: 2, useEma: true }));
      const { files } = await filesOf(whole, 3);
      writeFileSync(join(folder, 'model'), files.get('1.0')!);
      const data = [...x.data, ...y.data];
      writeFileSync(join(folder, 'data'), new Uint8Array(Float32Array.from(data).buffer));
      writeFileSync(
        join(folder, 'run.mjs'),
        `import { readFileSync, writeFileSync } from 'node:fs';
        import * as fl from './resume.mjs';
        const at = (name) => new URL(name, import.meta.url);
        const all = new Float32Array(new Uint8Array(readFileSync(at('data'))).buffer);
        const x = fl.tensor(all.subarray(0, ${x.data.length}), [${x.shape}]);
        const y = fl.tensor(all.subarray(${x.data.length}), [${y.shape}]);
        const model = fl.load(readFileSync(at('model')));
        await model.fit(x, y, { ...${JSON.stringify(options)}, epochs: 3, resume: true });
        writeFileSync(at('weights'), model.saveWeights());`,
      );
      execFileSync(process.execPath, [join(folder, 'run.mjs')], { stdio: 'inherit' });
      const loaded = make('adam', 8);
      loaded.loadWeights(readFileSync(join(folder, 'weights')));
      expect(bytesOf(loaded)).toBe(bytesOf(whole));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the run cannot go on with other data or losses', async () => {
    const { files } = await filesOf(make(), 1);
    const file = files.get('0.2')!;
    const larger = fl.load(file).fit(x, y, { ...options, batchSize: 35, resume: true, epochs: 2 });
    await expect(larger).rejects.toMatchObject({ name: 'ConfigError', code: 'resume' });
    const other = fl.load(file, { compile: false });
    other.compile({
      optimizer: 'adam',
      loss: 'mse',
      metrics: [fl.metrics.auc(), fl.metrics.auc({ name: 'b' })],
    });
    other.loadWeights(file, { includeOptimizer: true });
    const run = other.fit(x, y, { ...options, resume: true, epochs: 2 });
    await expect(run).rejects.toThrow(/other losses, metrics or threads/);
  });
});

describe('BackupAndRestore', () => {
  class Died extends Error {}

  /** Trains with a backup until the power goes, then with the same program again. */
  async function interrupted(dies: number, backup: object, store = fl.memoryStore()) {
    const run = async (dying: number) => {
      const model = make();
      let batches = 0;
      const power = fl.callbacks.lambdaCallback({
        onTrainBatchBegin: () => {
          if (batches++ === dying) throw new Died();
        },
      });
      const callbacks = [fl.callbacks.backupAndRestore({ store, ...backup }), power];
      const history = await model.fit(x, y, { ...options, epochs: 4, callbacks });
      return { model, history };
    };
    await expect(run(dies)).rejects.toBeInstanceOf(Died);
    return run(Number.POSITIVE_INFINITY);
  }

  test.each([
    ['after every epoch, in the third', 7, 'epoch', [2, 3]],
    ['before the first backup', 1, 'epoch', [0, 1, 2, 3]],
    ['after every second batch, in the middle of the third epoch', 8, 2, [2, 3]],
    ['after every batch', 4, 1, [1, 2, 3]],
    ['between two backups', 6, 5, [1, 2, 3]],
  ])('%s', async (_, dies, saveFreq, epochs) => {
    const whole = make();
    const { history } = await whole.fit(x, y, { ...options, epochs: 4 });
    const { model, history: rest } = await interrupted(dies, { saveFreq });
    expect(bytesOf(model)).toBe(bytesOf(whole));
    expect(rest.epoch).toEqual(epochs);
    expect(rest.history.loss).toEqual(history.loss.slice(epochs[0]));
  });

  test('the backup goes at the end, unless it shall stay', async () => {
    for (const deleteCheckpoint of [true, false]) {
      const files = new Map<string, Uint8Array>();
      const backup = { deleteCheckpoint, doubleCheckpoint: true, backupDir: 'here' };
      await interrupted(7, backup, fl.memoryStore(files));
      const kept = ['here/latest.safetensors', 'here/previous.safetensors'];
      expect([...files.keys()].sort()).toEqual(deleteCheckpoint ? [] : kept);
    }
  });

  test('where the last backup is damaged the one before it serves', async () => {
    const files = new Map<string, Uint8Array>();
    const store = fl.memoryStore(files);
    const damaged = {
      ...store,
      read: async (name: string) => {
        const bytes = await store.read(name);
        return name.includes('latest') ? bytes?.slice(0, -9) : bytes;
      },
    };
    const keep = { deleteCheckpoint: false, doubleCheckpoint: true };
    const first = make();
    await first.fit(x, y, {
      ...options,
      epochs: 2,
      callbacks: [fl.callbacks.backupAndRestore({ store, ...keep })],
    });
    const again = make();
    const callbacks = [fl.callbacks.backupAndRestore({ store: damaged, ...keep })];
    const history = await again.fit(x, y, { ...options, epochs: 3, callbacks });
    expect(history.epoch).toEqual([1, 2]);
    files.delete('backup/previous.safetensors');
    await expect(make().fit(x, y, { ...options, callbacks })).rejects.toBeInstanceOf(fl.FormatError);
  });

  test('a backup of another model is refused', async () => {
    const store = fl.memoryStore();
    const callbacks = [fl.callbacks.backupAndRestore({ store, deleteCheckpoint: false })];
    await make('adam').fit(x, y, { ...options, callbacks });
    const other = make('sgd');
    const before = bytesOf(other);
    await expect(other.fit(x, y, { ...options, callbacks })).rejects.toMatchObject({
      code: 'training-slots',
    });
    expect(bytesOf(other)).toBe(before);
  });

  test('works with functions of one’s own, which are not in the file', async () => {
    const store = fl.memoryStore();
    const own = () => {
      const model = make();
      const loss: fl.Loss = {
        ...fl.losses.meanSquaredError(),
        name: 'own',
        build: (b, { prediction, target }) => b.mean(b.apply('square', b.subtract(prediction, target))),
      };
      model.compile({ optimizer: fl.optimizers.sgd({ learningRate: (i) => 0.1 / (i + 1) }), loss });
      return model;
    };
    const callbacks = [fl.callbacks.backupAndRestore({ store, deleteCheckpoint: false })];
    const first = own();
    await first.fit(x, y, { ...options, callbacks });
    const again = own();
    await again.fit(x, y, { ...options, epochs: 1, callbacks });
    expect(bytesOf(again)).toBe(bytesOf(first));
  });

  test('options', () => {
    const store = fl.memoryStore();
    const make = fl.callbacks.backupAndRestore as (options: object) => fl.BackupAndRestore;
    expect(() => make({})).toThrow(/store must be an object with read, write and remove/);
    expect(() => make({ store, saveFreq: 0 })).toThrow(
      /saveFreq.* must be a whole number of at least 1, but got 0/,
    );
    expect(() => make({ store, saveFreq: 'batch' })).toThrow(/saveFreq/);
    expect(() => make({ store, backupdir: 'x' })).toThrow(/Did you mean 'backupDir'/);
  });
});

describe('what cannot be saved is refused before anything is written', () => {
  const wrong = 'saveWeights({ includeOptimizer: true })';

  test.each<[string, Partial<fl.CompileOptions>]>([
    ['a loss', { loss: { ...fl.losses.meanSquaredError(), name: 'mine', config: undefined } }],
    ['a learning rate', { optimizer: fl.optimizers.sgd({ learningRate: () => 0.1 }) }],
    ['a metric', { metrics: [{ ...fl.metrics.auc(), name: 'mine' }] }],
  ])('%s of one’s own', async (_, part) => {
    const model = make();
    model.compile({ optimizer: 'sgd', loss: 'mse', ...part });
    const error = (() => {
      try {
        model.save({ includeOptimizer: true });
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error).toMatchObject({ name: 'ConfigError', code: 'own-part' });
    expect(error!.message).toContain(wrong);
    // A checkpoint finds it out before the first step.
    const write = vi.fn();
    const store = { ...fl.memoryStore(), write };
    const callbacks = [fl.callbacks.modelCheckpoint({ store, filepath: 'model' })];
    const before = bytesOf(model);
    await expect(model.fit(x, y, { ...options, callbacks })).rejects.toMatchObject({ code: 'own-part' });
    expect(bytesOf(model)).toBe(before);
    expect(write).not.toHaveBeenCalled();
    expect(model.save().length).toBeGreaterThan(0);
  });

  test('a model that is not compiled', () => {
    const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [2] })]);
    expect(() => model.save({ includeOptimizer: true })).toThrow(
      expect.objectContaining({ code: 'not-compiled' }),
    );
  });
});

describe('a loaded model', () => {
  test('is compiled as it was, with everything that can be described', () => {
    const a = fl.input({ shape: [6], name: 'a' });
    const two = ['left', 'right'].map((name) => fl.layers.dense({ units: 1, name })(a));
    const model = fl.model({ inputs: a, outputs: two });
    model.compile({
      optimizer: fl.optimizers.adam({
        learningRate: fl.schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 5 }),
        clipnorm: 1,
      }),
      loss: { left: 'mse', right: fl.losses.huber({ delta: 2 }) },
      lossWeights: [0.5, 2],
      metrics: { right: ['mae', fl.metrics.r2Score()] },
      weightedMetrics: [['mse'], []],
    });
    const loaded = fl.load(model.save({ includeOptimizer: true }));
    expect(JSON.stringify(loaded.optimizer)).toBe(JSON.stringify(model.optimizer));
    expect(Object.keys(loaded.metricDirections)).toEqual(Object.keys(model.metricDirections));
    const targets = [fl.tensor(y.data.slice(0, 44), [44, 1]), fl.tensor(y.data.slice(44, 88), [44, 1])];
    expect(loaded.testOnBatch(x, targets)).toEqual(model.testOnBatch(x, targets));
  });

  test('is compiled with a function, by the name under which it is registered', () => {
    const loss = fl.register('of the file', (b: fl.Builder, yTrue: fl.Value, yPred: fl.Value) =>
      b.apply('absolute', b.subtract(yPred, yTrue)),
    );
    const model = make();
    model.compile({ optimizer: 'sgd', loss });
    const loaded = fl.load(model.save({ includeOptimizer: true }));
    expect(loaded.testOnBatch(x, y)).toEqual(model.testOnBatch(x, y));
    model.compile({ optimizer: 'sgd', loss: (...parts) => loss(...parts) });
    expect(() => model.save({ includeOptimizer: true })).toThrow(/register it, fl.register/);
  });

  test('draws what the original draws, also where it has not been trained', async () => {
    const model = make();
    const loaded = fl.load(model.save({ includeOptimizer: true }));
    for (const one of [model, loaded]) await one.fit(x, y, { ...options, epochs: 2 });
    expect(bytesOf(loaded)).toBe(bytesOf(model));
  });

  test('is not compiled where that is not wanted, or was not saved', async () => {
    const model = make();
    await model.fit(x, y, options);
    const file = model.save({ includeOptimizer: true });
    expect(fl.load(file, { compile: false }).optimizer).toBeUndefined();
    expect(fl.load(model.save()).optimizer).toBeUndefined();
    expect(file.length).toBeGreaterThan(model.save().length + 2 * 4 * model.countParams() - 300);
  });
});
