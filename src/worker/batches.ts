/** Batches on their way to a worker: asked for there one at a time, and sent from here. */
import type { BatchSource } from '../data/stream.js';
import { type PackedBatches, Parcel, unpack } from './parcel.js';
import type { Pull, Pulled } from './wire.js';

type AnyIterator = AsyncIterator<unknown> | Iterator<unknown>;

/** This side: the sources, and the passes over them that the worker has begun. */
export class OutgoingBatches {
  readonly #transfer: boolean | undefined;
  readonly #sources: BatchSource[] = [];
  readonly #passes = new Map<string, AnyIterator>();

  /** @param transfer hands the arrays of a batch over instead of copies. */
  constructor(transfer?: boolean) {
    this.#transfer = transfer;
  }

  /** What stands for a source in the worker. */
  add(source: BatchSource): PackedBatches {
    const { cardinality } = source as { cardinality?(): number | undefined };
    return {
      tag: 'batches',
      source: this.#sources.push(source) - 1,
      cardinality: cardinality?.call(source),
    };
  }

  /** Does what the worker asks for. @throws what the source throws. */
  async answer({ source, pass, close }: Pull): Promise<{ pulled: Pulled; transfer: Iterable<ArrayBuffer> }> {
    const key = `${source} ${pass}`;
    const begun = this.#passes.get(key);
    if (close) {
      this.#passes.delete(key);
      await begun?.return?.();
      return { pulled: { done: true }, transfer: [] };
    }
    const iterator = begun ?? this.#begin(this.#sources[source]);
    this.#passes.set(key, iterator);
    const { done = false, value } = await this.#next(iterator, key);
    if (done) this.#passes.delete(key);
    const parcel = new Parcel(this.#transfer);
    return { pulled: { done, batch: parcel.pack(await value) }, transfer: parcel.transfer };
  }

  /** Closes what the worker has left open. Nobody waits for it: what is being asked for may never come. */
  close(): void {
    for (const iterator of this.#passes.values()) Promise.resolve(iterator.return?.()).catch(() => {});
    this.#passes.clear();
  }

  /** One that has thrown is done with. */
  async #next(iterator: AnyIterator, key: string): Promise<IteratorResult<unknown>> {
    try {
      return await iterator.next();
    } catch (error) {
      this.#passes.delete(key);
      throw error;
    }
  }

  #begin(source: BatchSource): AnyIterator {
    return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }
}

/** The worker's side of a source. */
export class IncomingBatches implements AsyncIterable<unknown> {
  readonly #packed: PackedBatches;
  readonly #ask: (pull: Pull) => Promise<Pulled>;
  #passes = 0;

  constructor(packed: PackedBatches, ask: (pull: Pull) => Promise<Pulled>) {
    this.#packed = packed;
    this.#ask = ask;
  }

  cardinality(): number | undefined {
    return this.#packed.cardinality;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    const pull = { source: this.#packed.source, pass: this.#passes++ };
    const ask = async (close: boolean): Promise<IteratorResult<unknown>> => {
      const { done, batch } = await this.#ask({ ...pull, close });
      return { done, value: unpack(batch) };
    };
    return { next: () => ask(false), return: () => ask(true) };
  }
}
