import * as fl from 'fourlane';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { Script } from '../support/script.js';
import { bytesOf, make, options, x, y } from './support.js';

let files: Map<string, Uint8Array>;
let store: fl.Store;
let log: MockInstance;
let warn: MockInstance;
beforeEach(() => {
  files = new Map();
  store = fl.memoryStore(files);
  log = vi.spyOn(console, 'log').mockImplementation(() => {});
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  log.mockRestore();
  warn.mockRestore();
});

const { modelCheckpoint } = fl.callbacks;

describe('ModelCheckpoint', () => {
  test('saves models that train on, or weights alone', async () => {
    const model = make();
    const whole = modelCheckpoint({ store, filepath: 'model-{epoch}' });
    const weights = modelCheckpoint({
      store,
      filepath: 'weights',
      saveWeightsOnly: true,
      monitor: 'nothing',
    });
    await model.fit(x, y, { ...options, epochs: 3, callbacks: [whole, weights] });
    expect([...files.keys()]).toEqual(['model-1', 'weights', 'model-2', 'model-3']);
    const loaded = fl.load(files.get('model-2')!);
    await loaded.fit(x, y, { ...options, epochs: 3, resume: true });
    expect(bytesOf(loaded)).toBe(bytesOf(model));
    const other = make('sgd', 9);
    other.loadWeights(files.get('weights')!);
    expect(bytesOf(other)).toBe(bytesOf(model));
    expect(() => fl.load(files.get('weights')!)).toThrow(/no architecture/);
  });

  test('keeps the best from one run to the next, and says so', async () => {
    const model = make();
    const checkpoint = modelCheckpoint({ store, filepath: '{epoch}', saveBestOnly: true, verbose: 1 });
    for (const figures of [
      [3, 2],
      [2.5, 1],
    ]) {
      const callbacks = [new Script(figures), checkpoint];
      await model.fit(x, y, { ...options, epochs: 2, callbacks });
    }
    expect(checkpoint.best).toBe(1);
    expect(log.mock.calls.flat()).toEqual([
      'Epoch 1: val_loss 3 improved from nothing.',
      'Epoch 1: the model is saved as 1.',
      'Epoch 2: val_loss 2 improved from 3.',
      'Epoch 2: the model is saved as 2.',
      'Epoch 1: val_loss 2.5 did not improve on 2.',
      'Epoch 2: val_loss 1 improved from 2.',
      'Epoch 2: the model is saved as 2.',
    ]);
  });

  test('saves what it cannot compare, with one warning', async () => {
    const callbacks = [modelCheckpoint({ store, filepath: '{epoch}', saveBestOnly: true })];
    await make().fit(x, y, { batchSize: 16, verbose: 0, epochs: 2, callbacks });
    expect([...files.keys()]).toEqual(['1', '2']);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toMatch(/watches 'val_loss', which is not there; the logs have/);
  });

  test('a store that fails ends the run with its own error', async () => {
    const broken = { ...store, write: () => Promise.reject(new Error('disk full')) };
    const run = make().fit(x, y, {
      ...options,
      callbacks: [modelCheckpoint({ store: broken, filepath: 'x' })],
    });
    await expect(run).rejects.toThrow('disk full');
  });

  test.each<[string, object, RegExp]>([
    ['no store', { filepath: 'x' }, /store must be an object with read, write and remove/],
    ['a misspelt option', { filePath: 'x' }, /Did you mean 'filepath'/],
    ['another mode', { mode: 'best' }, /mode must be 'auto', 'min' or 'max', but got best/],
    ['a broken frequency', { saveFreq: 1.5 }, /saveFreq.* must be a whole number/],
  ])('%s is refused', (_, given, message) => {
    const all = 'filepath' in given ? given : { store, ...given };
    expect(() => modelCheckpoint(all as fl.ModelCheckpointOptions)).toThrow(message);
    expect(() => modelCheckpoint(all as fl.ModelCheckpointOptions)).toThrow(fl.ConfigError);
  });

  test.each([
    ['{nothing}', /asks for 'nothing', but there is only loss, mae, val_loss, val_mae, epoch/],
    ['{__proto__}', /asks for '__proto__'/],
    ['{epoch:02x}', /has a placeholder that is none/],
    ['{epoch', /has a placeholder that is none/],
    ['{loss:d}', /asks for 'loss' as a whole number/],
  ])('the name %s is refused', async (filepath, message) => {
    const run = make().fit(x, y, { ...options, callbacks: [modelCheckpoint({ store, filepath })] });
    await expect(run).rejects.toThrow(message);
  });
});

test('memoryStore keeps copies, and texts as bytes', async () => {
  const bytes = Uint8Array.of(1, 2);
  await store.write('a', bytes);
  await store.write('b', 'text');
  bytes[0] = 9;
  expect(await store.read('a')).toEqual(Uint8Array.of(1, 2));
  expect(new TextDecoder().decode(await store.read('b'))).toBe('text');
  await store.remove('a');
  await store.remove('a');
  expect(await store.read('a')).toBeUndefined();
});
