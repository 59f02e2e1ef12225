import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fl from 'fourlane';
import { take } from 'fourlane/data';
import { mnist } from 'fourlane/datasets';
import { fileStore, progressBar } from 'fourlane/node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fourlane-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('fileStore', () => {
  test('writes whole files, in folders that it makes, and reads them as plain bytes', async () => {
    const store = fileStore(join(folder, 'deep', 'er'));
    await store.write('a/b.bin', Uint8Array.of(1, 2, 3));
    await store.write('a/b.bin', 'text');
    expect(await readFile(join(folder, 'deep/er/a/b.bin'), 'utf8')).toBe('text');
    expect(await readdir(join(folder, 'deep/er/a'))).toEqual(['b.bin']);
    const bytes = (await store.read('a/b.bin'))!;
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(await store.read('missing')).toBeUndefined();
    await expect(store.read('a')).rejects.toThrow(/EISDIR/);
  });

  test('idx files from a folder become tensors of plain bytes', async () => {
    const store = fileStore(folder);
    const header = (...sizes: number[]) => [0, 0, 8, sizes.length, ...sizes.flatMap((n) => [0, 0, 0, n])];
    const pixels = Array.from({ length: 2 * 784 }, (_, i) => i % 251);
    for (const part of ['train', 't10k']) {
      await store.write(`${part}-images-idx3-ubyte`, Uint8Array.from([...header(2, 28, 28), ...pixels]));
      await store.write(`${part}-labels-idx1-ubyte`, Uint8Array.from([...header(2), 7, 9]));
    }
    const { train } = await mnist(store);
    expect(train.x.shape).toEqual([2, 28, 28]);
    expect([...train.y.data]).toEqual([7, 9]);
    const second = take(train.x, [1]);
    expect(Object.getPrototypeOf(second.data)).toBe(Uint8Array.prototype);
    expect([...second.data]).toEqual(pixels.slice(784));
  });
});

test('progressBar prints a line for each epoch where the output is no terminal', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [2] })]);
  model.compile({ loss: 'mse' });
  await model.fit(
    [
      [1, 2],
      [3, 4],
    ],
    [1, 2],
    { epochs: 2, callbacks: [progressBar()] },
  );
  expect(log.mock.calls.map(([line]) => String(line).split(' - ').slice(0, 2))).toEqual([
    ['Epoch 1/2', '1 iteration of batch size 32'],
    ['Epoch 2/2', '1 iteration of batch size 32'],
  ]);
  log.mockRestore();
});
