import { ConfigError, ValueError } from '../errors.js';
import type { ModelData } from './adapt.js';
import type { Samples } from './feed.js';

/** One batch: [x, y] or [x, y, sampleWeight]. */
export type Batch<Data = ModelData> = readonly Data[];

/** Batches one after the other: a `Dataset`, or anything (async) iterable but an array, which is data in memory. */
export type BatchSource<Data = ModelData> =
  | AsyncIterable<Batch<Data>>
  | (Iterable<Batch<Data>> & { readonly length?: undefined });

/** Whether these are batches, and not data in memory. */
export function isBatchSource<B>(
  data: unknown,
): data is AsyncIterable<B> | (Iterable<B> & { readonly length?: undefined }) {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || ArrayBuffer.isView(data))
    return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

/** What came as (x, y, options) or as (batches, options). */
export function dataArguments<Options extends object>(
  given: readonly [x: unknown, y?: unknown, options?: Options],
): { x: unknown; y: unknown; options: Options | undefined } {
  const [x, second, third] = given;
  const isOptions = third === undefined && isBatchSource(x) && !isData(second);
  return isOptions ? { x, y: undefined, options: second as Options } : { x, y: second, options: third };
}

function isData(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return Array.isArray(given) || ArrayBuffer.isView(given) || 'shape' in given;
}

/** Options that say how data in memory become batches have no meaning here. @throws ConfigError `batches-option`. */
export function refuseBatchOptions(options: Readonly<Record<string, unknown>>, where: string): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || value === 0) continue;
    throw new ConfigError(
      'batches-option',
      `${where}: ${option} is for data in memory, but the data come in batches: ${HINTS[option]}`,
    );
  }
}

const HINTS: Readonly<Record<string, string>> = {
  y: 'a batch is [x, y].',
  batchSize: 'batch(size) of the Dataset says how large they are.',
  validationBatchSize: 'batch(size) of the Dataset says how large they are.',
  sampleWeight: 'a batch may be [x, y, sampleWeight].',
  validationSplit: 'hand over validationData, such as what skip(n) of a Dataset leaves.',
};

/** Batches as they come, each of which is checked before its step. */
export class BatchStream {
  /** How often it has been gone through from its beginning. */
  passes = 0;
  readonly #source: AsyncIterable<unknown> | Iterable<unknown>;
  readonly #samples: (batch: readonly unknown[], where: string) => Samples;

  /** @param samples checks a batch; `where` is told in errors. */
  constructor(
    source: AsyncIterable<unknown> | Iterable<unknown>,
    /** Whose batches they are, for errors. */
    readonly name: string,
    samples: (batch: readonly unknown[], where: string) => Samples,
  ) {
    this.#source = source;
    this.#samples = samples;
  }

  /** How many batches a pass has: Infinity where it never ends, undefined where nobody knows. */
  get cardinality(): number | undefined {
    const { cardinality } = this.#source as { cardinality?(): number | undefined };
    return cardinality?.call(this.#source);
  }

  /** Begins at the beginning. */
  open(): AsyncIterator<unknown> | Iterator<unknown> {
    this.passes++;
    const source = this.#source;
    return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** The samples of a batch. @throws ShapeError, ValueError that name it; the first batch of a pass has the number 1. */
  samples(batch: unknown, number: number): Samples {
    const where = `in batch ${number}${this.passes > 1 ? ` of pass ${this.passes}` : ''}`;
    if (Array.isArray(batch) && (batch.length === 2 || batch.length === 3)) {
      return this.#samples(batch, where);
    }
    const got = Array.isArray(batch) ? `an array of ${batch.length}` : String(batch);
    throw new ValueError(
      'batch-parts',
      `${this.name}: a batch must be [x, y] or [x, y, sampleWeight], but ${where} there is ${got}.`,
    );
  }
}
