import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';

const { Dataset } = fl;

async function all<T>(data: AsyncIterable<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const element of data) elements.push(element);
  return elements;
}

const numbers = (n: number) => Dataset.from(Array.from({ length: n }, (_, i) => i));

/** A source that counts what it is asked for and says when it is closed. */
function source(length = Infinity) {
  const seen = { asked: 0, passes: 0, closed: 0 };
  const data = Dataset.from(function* () {
    seen.passes++;
    try {
      for (let i = 0; i < length; i++) {
        seen.asked++;
        yield i;
      }
    } finally {
      seen.closed++;
    }
  });
  return { data, seen };
}

describe('sources', () => {
  test('flat arrays give numbers, everything with more axes tensors', async () => {
    expect(await all(Dataset.from(Float32Array.of(1, 2)))).toEqual([1, 2]);
    expect(await all(Dataset.from([3, 4]))).toEqual([3, 4]);
    const rows = [fl.tensor([1, 2]), fl.tensor([3, 4])];
    const nested = [
      [1, 2],
      [3, 4],
    ];
    for (const data of [Dataset.from(nested), Dataset.from(fl.tensor(nested))])
      expect(await all(data)).toEqual(rows);
    expect(await all(Dataset.from({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }))).toEqual(rows);
  });

  test('rows keep type, scale and offset, and share the memory of the data', async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const [, row] = await all(Dataset.from(fl.tensor(bytes, [2, 2], { scale: 0.5, offset: 1 })));
    expect(row).toMatchObject({ dtype: 'uint8', scale: 0.5, offset: 1, shape: [2] });
    expect(row.data.buffer).toBe(bytes.buffer);
  });

  test('several data give tuples, an object objects, other lists what they hold', async () => {
    expect(await all(Dataset.from(['a', 'b'], Int32Array.of(5, 6)))).toEqual([
      ['a', 5],
      ['b', 6],
    ]);
    expect(await all(Dataset.from({ a: [1, 2], b: [[7], [8]] }))).toEqual([
      { a: 1, b: fl.tensor([7]) },
      { a: 2, b: fl.tensor([8]) },
    ]);
    expect(await all(Dataset.from([{ file: 'a' }]))).toEqual([{ file: 'a' }]);
  });

  test('rows of a sparse matrix become a batch of one', async () => {
    const indptr = Int32Array.of(0, 2, 2, 3);
    const indices = Int32Array.of(4, 0, 3);
    for (const values of [undefined, Float32Array.of(0.5, -1, 2)]) {
      const matrix = new fl.SparseMatrix({ shape: [3, 5], indptr, indices, values });
      expect(await all(Dataset.from(matrix).batch(3))).toEqual([matrix]);
    }
  });

  test('iterables, async ones and generator functions', async () => {
    const sync = function* () {
      yield* [1, 2];
    };
    const async_ = async function* () {
      yield* [1, 2];
    };
    for (const from of [sync, async_, sync(), async_(), new Set([1, 2])]) {
      expect(await all(Dataset.from(from as Iterable<number>))).toEqual([1, 2]);
    }
  });

  test('a generator function begins anew in every pass, a generator does not', async () => {
    const { data } = source(2);
    expect([...(await all(data)), ...(await all(data))]).toEqual([0, 1, 0, 1]);
    const once = Dataset.from(source(2).data[Symbol.asyncIterator]() as AsyncGenerator<number>);
    expect([...(await all(once)), ...(await all(once))]).toEqual([0, 1]);
  });

  test('data of different lengths, and none at all', () => {
    expect(() => Dataset.from([1, 2, 3], [1, 2])).toThrow(
      'Dataset.from: argument 1 has 3 elements, but Dataset.from: argument 2 has 2',
    );
    expect(() => Dataset.from({ a: [1], b: [1, 2] })).toThrow("argument 1 'a' has 1 elements");
    expect(() => Dataset.from(7 as never)).toThrow('must be data or a list, but got 7');
    expect(() => Dataset.from(fl.tensor(1))).toThrow('has no axis of elements');
  });
});

describe('combinators', () => {
  test('map and filter, with promises or without', async () => {
    const data = numbers(6)
      .filter(async (n) => n % 2 === 0)
      .map(async (n) => n * 10);
    expect(await all(data)).toEqual([0, 20, 40]);
  });

  test('take, skip, concatenate, repeat, zip', async () => {
    const data = numbers(4);
    expect(await all(data.take(2))).toEqual([0, 1]);
    expect(await all(data.take(0))).toEqual([]);
    expect(await all(data.skip(3))).toEqual([3]);
    expect(await all(data.skip(2).concatenate(data.take(1)))).toEqual([2, 3, 0]);
    expect(await all(numbers(2).repeat(3))).toEqual([0, 1, 0, 1, 0, 1]);
    expect(await all(numbers(2).repeat().take(5))).toEqual([0, 1, 0, 1, 0]);
    expect(await all(Dataset.zip(data, Dataset.from(['a', 'b'])))).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });

  test('what is empty is not repeated for ever', async () => {
    expect(await all(numbers(4).skip(4).repeat())).toEqual([]);
  });

  test('their cardinality', () => {
    const five = numbers(5);
    const unknown = source(5).data;
    expect(five.cardinality()).toBe(5);
    expect(unknown.cardinality()).toBeUndefined();
    expect(five.filter(() => true).cardinality()).toBeUndefined();
    expect(
      five
        .map((n) => n)
        .shuffle(2)
        .prefetch(1)
        .cardinality(),
    ).toBe(5);
    expect(five.batch(2).cardinality()).toBe(3);
    expect(five.batch(2, { dropRemainder: true }).cardinality()).toBe(2);
    expect(five.repeat().cardinality()).toBe(Infinity);
    expect(five.skip(5).repeat().cardinality()).toBe(0);
    expect(five.repeat(3).skip(1).take(20).cardinality()).toBe(14);
    expect(five.take(3).concatenate(five.repeat()).cardinality()).toBe(Infinity);
    expect(five.concatenate(unknown).cardinality()).toBeUndefined();
    expect(Dataset.zip(five, five.repeat()).cardinality()).toBe(5);
    expect(Dataset.zip(five, unknown).cardinality()).toBeUndefined();
  });

  test.each([
    ['batch: size', () => numbers(2).batch(0)],
    ['shuffle: bufferSize', () => numbers(2).shuffle(1.5)],
    ['take: count', () => numbers(2).take(-1)],
    ['skip: count', () => numbers(2).skip(NaN)],
    ['repeat: count', () => numbers(2).repeat(-1)],
    ['prefetch: bufferSize', () => numbers(2).prefetch(0)],
  ])('refuse a wrong %s', (what, make) => {
    expect(make).toThrow(`Dataset.${what} must be a whole number of at least`);
  });
});

describe('batch', () => {
  test('numbers become a tensor; the last batch is shorter or left out', async () => {
    const batches = [fl.tensor([0, 1]), fl.tensor([2, 3]), fl.tensor([4])];
    expect(await all(numbers(5).batch(2))).toEqual(batches);
    expect(await all(numbers(5).batch(2, { dropRemainder: true }))).toEqual(batches.slice(0, 2));
  });

  test('tuples, objects, lists of inputs and nested arrays, each part for itself', async () => {
    const x = fl.tensor(Uint8Array.of(1, 2, 3, 4), [2, 2], { scale: 0.5 });
    const [pair] = await all(Dataset.from(x, [5, 6]).batch(2));
    expect(pair).toEqual([x, fl.tensor([5, 6])]);
    const [named] = await all(Dataset.from({ a: x, b: [[7], [8]] }, [5, 6]).batch(2));
    expect(named).toEqual([{ a: x, b: fl.tensor([[7], [8]]) }, fl.tensor([5, 6])]);
    const inputs = Dataset.zip(Dataset.from(x), Dataset.from([[7], [8]]));
    expect(await all(Dataset.zip(inputs, Dataset.from([5, 6])).batch(2))).toEqual([
      [[x, fl.tensor([[7], [8]])], fl.tensor([5, 6])],
    ]);
    const mapped = numbers(2).map((n): [number[][], number] => [[[n, 1]], n]);
    expect(await all(mapped.batch(2))).toEqual([[fl.tensor([[[0, 1]], [[1, 1]]]), fl.tensor([0, 1])]]);
  });

  test('tensors of different types become float32 of what they mean', async () => {
    const mixed = Dataset.from([
      fl.tensor(Uint8Array.of(4), [1], { scale: 0.5, offset: 1 }),
      fl.tensor(Float32Array.of(7), [1]),
    ]);
    expect(await all(mixed.batch(2))).toEqual([fl.tensor([[3], [7]])]);
  });

  test('elements that do not fit together', async () => {
    const ragged = Dataset.from([fl.tensor([1, 2]), fl.tensor([1])]);
    await expect(all(ragged.batch(2))).rejects.toMatchObject({
      code: 'batch-shape',
      message: expect.stringContaining('the first has [2] and element 2 has [1]'),
    });
    await expect(all(Dataset.from(['a']).batch(1))).rejects.toMatchObject({ code: 'data-kind' });
    await expect(all(Dataset.from([1, 'a']).batch(2))).rejects.toMatchObject({ code: 'data-kind' });
  });
});

describe('shuffle', () => {
  const order = (data: fl.Dataset<number>) => all(data);

  test('gives every element once, in an order of the seed and the pass', async () => {
    const data = numbers(50).shuffle(50, 7);
    const [first, second] = [await order(data), await order(data)];
    for (const pass of [first, second]) {
      expect([...pass].sort((a, b) => a - b)).toEqual(await order(numbers(50)));
      expect(pass).not.toEqual(await order(numbers(50)));
    }
    expect(second).not.toEqual(first);
    const again = numbers(50).shuffle(50, 7);
    expect([await order(again), await order(again)]).toEqual([first, second]);
    expect(await order(numbers(50).shuffle(50, 8))).not.toEqual(first);
  });

  test('the order stays with reshuffleEachIteration: false', async () => {
    const data = numbers(50).shuffle(20, 7, false);
    expect(await order(data)).toEqual(await order(data));
  });

  test('without a seed it follows setSeed, and never moves the streams of models', async () => {
    const orders = async () => {
      fl.setSeed(3);
      const sets = [numbers(30).shuffle(30), numbers(30).shuffle(30)];
      return [await order(sets[0]), await order(sets[1])];
    };
    const [first, second] = await orders();
    expect(await orders()).toEqual([first, second]);
    expect(second).not.toEqual(first);
    const weights = () => fl.sequential([fl.layers.dense({ units: 3, inputShape: [2] })]).getWeights();
    fl.setSeed(3);
    const alone = weights();
    await orders();
    expect(weights()).toEqual(alone);
  });

  test('an element never comes earlier than the buffer allows', async () => {
    const data = await order(numbers(200).shuffle(10, 1));
    data.forEach((element, place) => void expect(element - place).toBeLessThan(10));
    expect(data).not.toEqual(await order(numbers(200)));
  });

  test('every place is as likely: of 400 orders of 4 each element is first about 100 times', async () => {
    const data = numbers(4).shuffle(4, 11);
    const first = [0, 0, 0, 0];
    for (let pass = 0; pass < 400; pass++) first[(await order(data))[0]]++;
    // Five standard deviations of a binomial distribution: sqrt(400 * 3 / 16) * 5 = 43.
    for (const count of first) expect(Math.abs(count - 100)).toBeLessThan(43);
  });
});

describe('nothing is asked for that is not consumed', () => {
  test.each<[string, (data: fl.Dataset<number>) => fl.Dataset<unknown>, asked: number]>([
    ['map', (data) => data.map((n) => n), 3],
    ['filter', (data) => data.filter((n) => n % 2 === 1), 6],
    ['batch', (data) => data.batch(4), 12],
    ['skip', (data) => data.skip(5), 8],
    ['repeat', (data) => data.repeat(), 3],
    ['concatenate', (data) => data.concatenate(data), 3],
    ['zip', (data) => Dataset.zip(data, numbers(9)), 3],
    ['prefetch', (data) => data.prefetch(2), 5],
    ['shuffle', (data) => data.shuffle(4, 1), 7],
  ])('%s', async (_, combine, asked) => {
    const { data, seen } = source();
    const iterator = combine(data)[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await iterator.next();
    expect(seen.asked).toBe(asked);
    await iterator.return?.();
    await Promise.resolve();
    expect(seen.closed).toBe(1);
    expect(seen.passes).toBe(1);
  });

  test('take closes what it no longer needs', async () => {
    const { data, seen } = source();
    await all(data.take(3));
    expect(seen).toEqual({ asked: 3, passes: 1, closed: 1 });
  });

  test('zip closes the others when the first ends', async () => {
    const { data, seen } = source();
    await all(Dataset.zip(data, numbers(2)));
    expect(seen).toEqual({ asked: 3, passes: 1, closed: 1 });
  });

  test('what the source throws comes out, and prefetch throws it in its turn', async () => {
    const broken = Dataset.from(function* () {
      yield 1;
      throw new Error('no more');
    });
    for (const data of [broken, broken.prefetch(3)]) {
      const iterator = data[Symbol.asyncIterator]();
      expect((await iterator.next()).value).toBe(1);
      await expect(iterator.next()).rejects.toThrow('no more');
    }
  });
});
