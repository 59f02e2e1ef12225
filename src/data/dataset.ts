import { checkNumber, checkOptions } from '../names.js';
import { checkSeed, nextDatasetKey, type RandomKey, uniformSeries } from '../random.js';
import { type Batched, collate, type Elements, type Row, readRows, sameLength } from './elements.js';

/** What gives elements: an iterable, or a function that makes a new one for every pass, such as a generator function. */
export type ElementSource<T> = AsyncIterable<T> | Iterable<T> | (() => AsyncIterable<T> | Iterable<T>);

export interface BatchOptions {
  /** Whether elements at the end that make no whole batch are left out. Default false. */
  dropRemainder?: boolean;
}

/**
 * A source of elements that is read as it is consumed, and anew in every pass: arrays, a generator function, anything
 * (async) iterable. The combinators are those of tf.data; each gives a new data set and leaves this one as it is.
 * Nothing is asked for before it is needed, and what is open is closed (`return()`) when a pass ends early.
 *
 *     const data = Dataset.from(x, y).shuffle(1000).batch(32);
 *     await model.fit(data, { epochs: 3 });
 */
export class Dataset<T> implements AsyncIterable<T> {
  readonly #open: () => AsyncIterator<T>;
  readonly #cardinality: number | undefined;

  private constructor(open: () => AsyncIterator<T>, cardinality?: number) {
    this.#open = open;
    this.#cardinality = cardinality;
  }

  /**
   * A data set of the rows of data, of tuples of rows of several data, or of what an iterable or a generator function
   * gives. Flat arrays give numbers; nested arrays, tensors and `{ data, shape }` give tensors; other lists give what
   * they hold; an object of data gives objects of rows. An iterable that can be gone through only once has no second
   * pass: for more than one epoch give the generator function instead of the generator.
   *
   * @throws ShapeError `data-length` where the data have not the same number of rows.
   */
  static from<T extends Elements>(rows: T): Dataset<Row<T>>;
  static from<const T>(source: ElementSource<T>): Dataset<T>;
  static from<T extends readonly [Elements, Elements, ...Elements[]]>(
    ...rows: T
  ): Dataset<{ [K in keyof T]: Row<T[K]> }>;
  static from(...sources: unknown[]): Dataset<unknown> {
    const [first] = sources;
    if (sources.length === 1 && isSource(first)) {
      return new Dataset(async function* () {
        yield* typeof first === 'function' ? first() : first;
      });
    }
    const names = sources.map((_, i) => `Dataset.from: argument ${i + 1}`);
    const parts = sources.map((source, i) => readRows(source as Elements, names[i]));
    const length = sameLength(parts, names);
    return new Dataset(async function* () {
      for (let i = 0; i < length; i++) {
        yield parts.length === 1 ? parts[0].row(i) : parts.map((part) => part.row(i));
      }
    }, length);
  }

  /** Tuples of the elements of several data sets, as long as each of them has one. */
  static zip<T extends readonly unknown[]>(...sets: { [K in keyof T]: Dataset<T[K]> }): Dataset<T> {
    const counts = sets.map((set) => set.cardinality());
    const least = counts.includes(undefined) ? undefined : Math.min(...(counts as number[]));
    return new Dataset(async function* () {
      const open = sets.map((set) => set[Symbol.asyncIterator]());
      try {
        for (;;) {
          const tuple: unknown[] = [];
          for (const iterator of open) {
            const { done, value } = await iterator.next();
            if (done) return;
            tuple.push(value);
          }
          yield tuple as unknown as T;
        }
      } finally {
        for (const iterator of open) await iterator.return?.();
      }
    }, least);
  }

  /** A new pass. */
  [Symbol.asyncIterator](): AsyncIterator<T> {
    return this.#open();
  }

  /** How many elements a pass has: Infinity where it never ends, undefined where nobody knows. */
  cardinality(): number | undefined {
    return this.#cardinality;
  }

  /** What `change` makes of each element; promises are awaited. */
  map<const U>(change: (element: T) => U | Promise<U>): Dataset<U> {
    const source = this;
    return new Dataset(async function* () {
      for await (const element of source) yield await change(element);
    }, this.#cardinality);
  }

  /** The elements for which `keep` is true; promises are awaited. */
  filter(keep: (element: T) => boolean | Promise<boolean>): Dataset<T> {
    const source = this;
    return new Dataset(async function* () {
      for await (const element of source) if (await keep(element)) yield element;
    });
  }

  /**
   * Batches of `size` elements, the last one shorter. Numbers and data get the batch as their first axis; arrays are
   * tuples, whose parts are batched one by one, as those of objects are.
   *
   * @throws ShapeError `batch-shape`, ValueError `data-kind`, when a batch is made of elements that do not fit together.
   */
  batch(size: number, options: BatchOptions = {}): Dataset<Batched<T>> {
    checkCount(size, 'batch: size', 1);
    checkOptions(options, ['dropRemainder'], 'batch');
    const { dropRemainder = false } = options;
    const source = this;
    const count = this.#cardinality;
    const whole = dropRemainder ? Math.floor : Math.ceil;
    return new Dataset(
      async function* () {
        let elements: T[] = [];
        for await (const element of source) {
          if (elements.push(element) < size) continue;
          yield collate(elements) as Batched<T>;
          elements = [];
        }
        if (elements.length && !dropRemainder) yield collate(elements) as Batched<T>;
      },
      count === undefined ? undefined : whole(count / size),
    );
  }

  /**
   * The elements in another order: each is drawn from a buffer of the next `bufferSize`, so that only a buffer for all of
   * them makes every order possible.
   *
   * @param seed the same gives the same orders everywhere. Default: from `setSeed` and the number of data sets before.
   * @param reshuffleEachIteration whether every pass has an order of its own. Default true.
   */
  shuffle(bufferSize: number, seed?: number, reshuffleEachIteration = true): Dataset<T> {
    checkCount(bufferSize, 'shuffle: bufferSize', 1);
    const key: RandomKey =
      seed === undefined ? nextDatasetKey() : { seed: checkSeed(seed, 'shuffle'), ordinal: 0 };
    const source = this;
    let passes = 0;
    return new Dataset(async function* () {
      const random = uniformSeries(key, reshuffleEachIteration ? passes++ : 0);
      const buffer: T[] = [];
      const draw = () => Math.floor(random() * buffer.length);
      for await (const element of source) {
        if (buffer.length < bufferSize) {
          buffer.push(element);
          continue;
        }
        const i = draw();
        yield buffer[i];
        buffer[i] = element;
      }
      while (buffer.length) {
        const i = draw();
        const last = buffer.pop()!;
        if (i === buffer.length) yield last;
        else {
          yield buffer[i];
          buffer[i] = last;
        }
      }
    }, this.#cardinality);
  }

  /** The first `count` elements. */
  take(count: number): Dataset<T> {
    checkCount(count, 'take: count', 0);
    const source = this;
    const known = this.#cardinality;
    return new Dataset(
      async function* () {
        let left = count;
        if (!left) return;
        for await (const element of source) {
          yield element;
          left--;
          if (!left) return;
        }
      },
      known === undefined ? undefined : Math.min(known, count),
    );
  }

  /** All but the first `count` elements. */
  skip(count: number): Dataset<T> {
    checkCount(count, 'skip: count', 0);
    const source = this;
    const known = this.#cardinality;
    return new Dataset(
      async function* () {
        let left = count;
        for await (const element of source) {
          if (left) left--;
          else yield element;
        }
      },
      known === undefined ? undefined : Math.max(0, known - count),
    );
  }

  /** The elements `count` times over, by default without end; then `fit` needs `stepsPerEpoch`. */
  repeat(count = Infinity): Dataset<T> {
    if (count !== Infinity) checkCount(count, 'repeat: count', 0);
    const source = this;
    const known = this.#cardinality;
    return new Dataset(
      async function* () {
        for (let pass = 0; pass < count; pass++) {
          let empty = true;
          for await (const element of source) {
            empty = false;
            yield element;
          }
          // It has been used up, or there never was anything.
          if (empty) return;
        }
      },
      known === undefined ? undefined : known && known * count,
    );
  }

  /** These elements, then those of `other`. */
  concatenate<U>(other: Dataset<U>): Dataset<T | U> {
    const source = this;
    const counts = [this.#cardinality, other.#cardinality];
    const sum = counts.includes(undefined) ? undefined : counts[0]! + counts[1]!;
    return new Dataset<T | U>(async function* () {
      yield* source;
      yield* other;
    }, sum);
  }

  /** Asks for up to `bufferSize` elements ahead, so that a slow source works while the model is trained. */
  prefetch(bufferSize: number): Dataset<T> {
    checkCount(bufferSize, 'prefetch: bufferSize', 1);
    const source = this;
    return new Dataset(async function* () {
      const iterator = source[Symbol.asyncIterator]();
      const asked: Promise<IteratorResult<T>>[] = [];
      try {
        for (;;) {
          while (asked.length <= bufferSize) {
            const next = iterator.next();
            // Whoever awaits it is told; nobody may.
            next.catch(() => {});
            asked.push(next);
          }
          const { done, value } = await asked.shift()!;
          if (done) return;
          yield value;
        }
      } finally {
        // Not awaited: what was asked for ahead may never come.
        iterator.return?.()?.catch(() => {});
      }
    }, this.#cardinality);
  }
}

/** Whether this is read as an iterable or a function, and not as rows of data. */
function isSource(source: unknown): source is ElementSource<unknown> {
  if (typeof source === 'function') return true;
  if (typeof source !== 'object' || source === null) return false;
  if (Array.isArray(source) || ArrayBuffer.isView(source)) return false;
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}

function checkCount(count: unknown, what: string, from: number): void {
  checkNumber(count, `Dataset.${what}`, { from, whole: true });
}
