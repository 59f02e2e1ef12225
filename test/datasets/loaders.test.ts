import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  cifar10,
  cifar10Batch,
  type DataSource,
  fashionMnist,
  idx,
  imdb,
  imdbWordIndex,
  mnist,
} from 'fourlane/datasets';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dataFolder, hasData } from '../support/data.js';

const code = (name: string, message = '') =>
  expect.objectContaining({ code: name, message: expect.stringContaining(message) });

/** An IDX file as its description says: 0, 0, type, axes, sizes as big-endian 32-bit integers, values. */
function idxFile(type: number, shape: number[], values: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + values.length);
  file.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => {
    file.set([size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255], 4 + 4 * axis);
  });
  file.set(values, 4 + 4 * shape.length);
  return file;
}

/** A store of named files, or of a folder. */
function storeOf(files: Record<string, Uint8Array>) {
  return {
    read(name: string): Uint8Array {
      if (!(name in files)) throw new Error(`ENOENT: ${name}`);
      return files[name];
    },
  };
}
const folder = (name: string) => ({ read: (file: string) => readFile(join(dataFolder, name, file)) });

const pixels = Uint8Array.from({ length: 2 * 784 }, (_, i) => (i * 7) % 256);
const images = idxFile(8, [2, 28, 28], pixels);
const labels = idxFile(8, [2], Uint8Array.of(9, 0));
const train = { 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': labels };
const test = { 't10k-images-idx3-ubyte.gz': gzipSync(images), 't10k-labels-idx1-ubyte.gz': gzipSync(labels) };

describe('idx', () => {
  it.each([
    [8, [0, 200], 'uint8', [0, 200]],
    [9, [0xff, 5], 'int32', [-1, 5]],
    [0x0b, [0xff, 0xfe, 1, 0], 'int32', [-2, 256]],
    [0x0c, [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], 'int32', [65536, -1]],
    [0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], 'float32', [1, -2]],
    [0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], 'float64', [1, -2]],
  ])('reads type %i', async (type, bytes, dtype, values) => {
    const read = await idx(idxFile(type, [1, 2], Uint8Array.from(bytes)));
    expect([read.dtype, read.shape, [...read.data]]).toEqual([dtype, [1, 2], values]);
  });

  it('reads gzip, and a part of a larger buffer', async () => {
    expect((await idx(gzipSync(images))).data).toEqual(pixels);
    const large = new Uint8Array(images.length + 5);
    large.set(images, 3);
    expect((await idx(large.subarray(3, 3 + images.length))).data).toEqual(pixels);
  });

  it('says what is wrong with a file', async () => {
    await expect(idx(Uint8Array.of(0x50, 0x4b, 3, 4))).rejects.toEqual(code('idx-magic', '50 4b 03 04'));
    await expect(idx(new Uint8Array(0))).rejects.toEqual(code('idx-magic', 'nothing'));
    await expect(idx(idxFile(7, [1], Uint8Array.of(1)), 'labels')).rejects.toEqual(
      code('idx-type', 'labels'),
    );
    await expect(idx(images.subarray(0, 10))).rejects.toEqual(code('idx-size', 'ends within'));
    await expect(idx(images.subarray(0, 900))).rejects.toEqual(code('idx-size', '1584 bytes'));
    await expect(idx(Uint8Array.of(...labels, 0))).rejects.toEqual(code('idx-size', '[2]'));
    await expect(idx(gzipSync(images).subarray(0, 60), 'images')).rejects.toEqual(code('gzip', 'images'));
    const broken = gzipSync(images);
    broken.fill(0x55, 20, 60);
    await expect(idx(broken)).rejects.toEqual(code('gzip'));
  });
});

describe('mnist and fashionMnist', () => {
  it('read both parts from a store, compressed or not', async () => {
    const data = await mnist(storeOf({ ...train, ...test }));
    expect([data.train.x.dtype, data.train.x.shape]).toEqual(['uint8', [2, 28, 28]]);
    expect([data.test.y.dtype, [...data.test.y.data]]).toEqual(['int32', [9, 0]]);
    expect(data.test.x.data).toEqual(pixels);
  });

  it('need the test part of MNIST, but not of Fashion-MNIST', async () => {
    const missing = mnist(storeOf(train));
    await expect(missing).rejects.toEqual(code('file-missing', 't10k-images-idx3-ubyte'));
    await expect(missing).rejects.toHaveProperty('cause.message', 'ENOENT: t10k-images-idx3-ubyte.gz');
    const data = await fashionMnist(storeOf(train));
    expect(data).not.toHaveProperty('test');
    expect(data.classNames[9]).toBe('Ankle boot');
    expect((await fashionMnist(storeOf({ ...train, ...test }))).test?.x.shape).toEqual([2, 28, 28]);
    const half = { ...train, 't10k-images-idx3-ubyte.gz': test['t10k-images-idx3-ubyte.gz'] };
    await expect(fashionMnist(storeOf(half))).rejects.toEqual(code('file-missing', 't10k-labels'));
  });

  it('say what is wrong with the files', async () => {
    const withLabels = (file: Uint8Array) =>
      fashionMnist(storeOf({ ...train, 'train-labels-idx1-ubyte': file }));
    await expect(withLabels(idxFile(8, [1], Uint8Array.of(1)))).rejects.toEqual(
      code('image-files', 'expected 2 labels'),
    );
    await expect(withLabels(idxFile(8, [2], Uint8Array.of(1, 10)))).rejects.toEqual(
      code('image-files', '10 at'),
    );
    const small = idxFile(8, [2, 2, 2], new Uint8Array(8));
    await expect(fashionMnist(storeOf({ ...train, 'train-images-idx3-ubyte': small }))).rejects.toEqual(
      code('image-files', '[2, 2, 2]'),
    );
    await expect(mnist(7 as unknown as DataSource)).rejects.toEqual(code('data-source'));
  });

  describe('over HTTP', () => {
    afterEach(() => vi.restoreAllMocks());

    /** Serves files under /data/; `odd` decides about other answers. */
    async function serve<T>(
      files: Record<string, Uint8Array>,
      use: (address: string) => Promise<T>,
      odd: { status?: number; page?: string } = {},
    ): Promise<T> {
      const server = createServer((request, response) => {
        const file = files[(request.url ?? '').replace('/data/', '')];
        if (odd.status) response.writeHead(odd.status).end('no');
        else if (odd.page) response.writeHead(200, { 'content-type': 'text/html' }).end(odd.page);
        else if (file) response.end(file);
        else response.writeHead(404).end('not here');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/data`);
      } finally {
        server.close();
      }
    }

    it('read from an address with or without a slash, and from a URL', async () => {
      await serve({ ...train, ...test }, async (address) => {
        expect((await mnist(address)).train.x.data).toEqual(pixels);
        expect((await mnist(new URL(`${address}/`))).test.y.shape).toEqual([2]);
      });
      expect(await serve(train, (address) => fashionMnist(address))).not.toHaveProperty('test');
    });

    it('tell a page, a status and a missing file apart', async () => {
      const page = '\n<!DOCTYPE html><html><body>Sign in</body></html>';
      await expect(serve({}, mnist, { page })).rejects.toEqual(code('html-instead-of-data', 'web page'));
      await expect(serve({}, mnist, { status: 503 })).rejects.toEqual(code('http-status', '503'));
      await expect(serve({}, mnist)).rejects.toEqual(code('file-missing', '/data has none'));
    });
  });
});

describe('imdb', () => {
  const content = { x_train: [[1, 14, 600], [1]], y_train: [1, 0], x_test: [[1, 2, 3]], y_test: [0] };
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

  it('reads reviews and leaves rare words out', async () => {
    const data = await imdb(storeOf({ 'imdb.json': json(content) }));
    expect(data.train.x).toEqual([[1, 14, 600], [1]]);
    expect([data.train.y.dtype, [...data.train.y.data]]).toEqual(['int32', [1, 0]]);
    const few = await imdb(storeOf({ 'a.json.gz': gzipSync(json(content)) }), {
      file: 'a.json',
      numWords: 600,
    });
    expect(few.train.x).toEqual([[1, 14, 2], [1]]);
    expect(few.test.x).toEqual([[1, 2, 3]]);
  });

  it('reads the word index', async () => {
    const index = await imdbWordIndex(storeOf({ 'imdb_word_index.json': json({ the: 1, constructor: 2 }) }));
    expect([index.get('the'), index.get('constructor'), index.get('toString')]).toEqual([1, 2, undefined]);
  });

  it('says what is wrong', async () => {
    const reading = (value: unknown) => imdb(storeOf({ 'imdb.json': json(value) }));
    await expect(reading({ ...content, y_test: [2] })).rejects.toEqual(code('imdb-file', 'y_test'));
    await expect(reading({ ...content, y_train: [1] })).rejects.toEqual(code('imdb-file', 'y_train'));
    await expect(reading({ ...content, x_test: [['a']] })).rejects.toEqual(code('imdb-file', 'x_test'));
    await expect(reading([])).rejects.toEqual(code('imdb-file', 'JSON object'));
    await expect(imdb(storeOf({ 'imdb.json': Uint8Array.of(1) }))).rejects.toEqual(
      code('imdb-file', 'not JSON'),
    );
    await expect(imdb(storeOf({}))).rejects.toEqual(code('file-missing', 'imdb.json.gz, imdb.json'));
    const named = storeOf({ 'imdb.json': json(content) });
    await expect(imdb(named, { numWords: 2 })).rejects.toEqual(code('not-an-integer', 'numWords'));
    await expect(imdbWordIndex(storeOf({ 'imdb_word_index.json': json({ a: 'b' }) }))).rejects.toEqual(
      code('imdb-file', "'a'"),
    );
  });
});

describe.skipIf(!hasData('mnist'))('the real MNIST', () => {
  it('has its known sizes, means and first labels', async () => {
    const data = await mnist(folder('mnist'));
    expect([data.train.x.shape, data.test.x.shape]).toEqual([
      [60000, 28, 28],
      [10000, 28, 28],
    ]);
    expect([...data.train.y.data.slice(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...data.test.y.data.slice(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    // The published mean of the pixels is 0.1307.
    const total = (data.train.x.data as Uint8Array).reduce((sum, value) => sum + value, 0);
    expect(total / (60000 * 784 * 255)).toBeCloseTo(0.1307, 4);
  });
});

describe.skipIf(!hasData('fashion-mnist-29k'))('the real Fashion-MNIST', () => {
  it('begins with an ankle boot', async () => {
    const data = await fashionMnist(folder('fashion-mnist-29k'));
    expect(data.train.x.shape).toEqual([29000, 28, 28]);
    expect(data.classNames[data.train.y.data[0]]).toBe('Ankle boot');
    expect(data.test).toBeUndefined();
  });
});

describe.skipIf(!hasData('imdb-keras-sequences'))('the real IMDB', () => {
  it('has the reviews of keras.datasets.imdb', async () => {
    const data = await imdb(folder('imdb-keras-sequences'), { file: 'imdb_num_words500.json' });
    expect([data.train.x.length, data.test.x.length]).toEqual([5000, 1000]);
    // The first review of Keras: 1, 14, 22, 16, 43, 530, 973, …, of 218 words, positive; only 500 words are kept here.
    expect(data.train.x[0].slice(0, 7)).toEqual([1, 14, 22, 16, 43, 2, 2]);
    expect([data.train.x[0].length, data.train.y.data[0]]).toEqual([218, 1]);
    const few = await imdb(folder('imdb-keras-sequences'), {
      file: 'imdb_num_words500.json.gz',
      numWords: 20,
    });
    expect(few.train.x[0].slice(0, 5)).toEqual([1, 14, 2, 16, 2]);
  });
});

describe.skipIf(!hasData('imdb-reviews'))('the real word index', () => {
  it('numbers the words of Keras', async () => {
    const index = await imdbWordIndex(folder('imdb-reviews'));
    expect(index.size).toBe(88584);
    expect(['the', 'and', 'film'].map((word) => index.get(word))).toEqual([1, 2, 19]);
  });
});

describe('cifar10', () => {
  /** Image i has the label i, and at channel c, row, column the value 100 c + row + column + i. */
  const rows = (count: number, first: number) =>
    Uint8Array.from({ length: count * 3073 }, (_, at) => {
      const image = first + Math.floor(at / 3073);
      const place = (at % 3073) - 1;
      if (place < 0) return image % 10;
      const [channel, pixel] = [Math.floor(place / 1024), place % 1024];
      return (100 * channel + Math.floor(pixel / 32) + (pixel % 32) + image) % 256;
    });

  it('puts channels last and joins the batches', async () => {
    const batches = [1, 2, 3, 4, 5].map((batch) => [`data_batch_${batch}.bin`, rows(2, 2 * batch)]);
    const files = { ...Object.fromEntries(batches), 'test_batch.bin.gz': gzipSync(rows(1, 7)) };
    const { train: data, test: held, classNames } = await cifar10(storeOf(files));
    expect(data.x.shape).toEqual([10, 32, 32, 3]);
    expect([...data.y.data]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const at = ((3 * 32 + 5) * 32 + 9) * 3;
    expect([...data.x.data.subarray(at, at + 3)]).toEqual([19, 119, 219]);
    expect([...held.x.data.subarray(0, 3)]).toEqual([7, 107, 207]);
    expect([classNames[9], [...held.y.data]]).toEqual(['truck', [7]]);
  });

  it('says what is wrong with a file', async () => {
    await expect(cifar10Batch(new Uint8Array(3072), 'a.bin')).rejects.toEqual(code('image-files', 'a.bin'));
    await expect(cifar10Batch(new Uint8Array(0))).rejects.toEqual(code('image-files', '0 bytes'));
    const wrong = rows(2, 0);
    wrong[3073] = 10;
    await expect(cifar10Batch(wrong)).rejects.toEqual(code('image-files', 'got 10 at position 1'));
    await expect(cifar10(storeOf({}))).rejects.toEqual(code('file-missing', 'test_batch'));
  });
});
