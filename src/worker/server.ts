import type { ModelData } from '../data/adapt.js';
import type { DenseData } from '../data/tensor.js';
import { init } from '../init.js';
import { load } from '../model/load.js';
import type { FitOptions, Model } from '../model/model.js';
import type { Port } from '../threads/index.js';
import { VERSION } from '../wasm/generated/version.js';
import { IncomingBatches } from './batches.js';
import { toFault } from './faults.js';
import { type Packed, Parcel, unpack } from './parcel.js';
import { FailedOutside, Relay } from './relay.js';
import { importSetup } from './setup.js';
import { buffersOf, snapshotOf } from './snapshot.js';
import type {
  Answer,
  Calls,
  HookCall,
  Message,
  OpenRequest,
  Pull,
  Pulled,
  Reply,
  RunRequest,
} from './wire.js';

/** Milliseconds between two reports of progress. */
const REPORT = 50;

type Handlers = {
  [Name in keyof Calls]: (request: Calls[Name]['request'], id: number) => Promise<Sent<Name>>;
};
/** A result, and the buffers that are handed over with it. */
type Sent<Name extends keyof Calls> = { result: Calls[Name]['result']; transfer?: Iterable<ArrayBuffer> };

/** The worker's side: one model, and what is asked of it. */
export class Server {
  readonly #port: Port<Reply, Message>;
  readonly #aborts = new Map<number, AbortController>();
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #pulls = new Map<number, (pulled: Pulled | undefined) => void>();
  #pulled = 0;
  #model!: Model;

  constructor(port: Port<Reply, Message>) {
    this.#port = port;
    port.listen((message) => void this.#receive(message));
    port.post({ version: VERSION });
  }

  readonly #handlers: Handlers = {
    open: async (request) => ({ result: await this.#open(request) }),
    fit: async (request, id) => {
      let fault: Calls['fit']['result']['fault'];
      try {
        await this.#run(id, request, (x, y, options) => this.#model.fit(x, y, options));
      } catch (error) {
        fault = toFault(error);
      }
      const snapshot = request.sync ? snapshotOf(this.#model) : undefined;
      return { result: { snapshot, fault }, transfer: buffersOf(snapshot ?? {}) };
    },
    evaluate: async (request, id) => ({
      result: await this.#run(id, request, (x, y, options) => this.#model.evaluate(x, y, options)),
    }),
    predict: async ({ x, options }) =>
      handOver(this.#model.predict(unpack(x) as ModelData, unpack(options) as object)),
    getWeights: async () => handOver(this.#model.getWeights()),
    setWeights: async (weights) => ({
      result: this.#model.setWeights(unpack(weights) as DenseData[]) as undefined,
    }),
  };

  async #receive(message: Message): Promise<void> {
    const { id } = message;
    if ('answer' in message) this.#answers.get(id)?.(message.answer);
    else if ('pulled' in message) this.#pulls.get(message.number)?.(message.pulled);
    else if ('abort' in message) this.#aborts.get(id)?.abort();
    else {
      try {
        const handler = this.#handlers[message.call] as Handlers['open'];
        const { result, transfer = [] } = await handler(message.request as OpenRequest, id);
        this.#port.post({ id, result }, transfer);
      } catch (error) {
        this.#port.post({ id, fault: toFault(error) });
      }
    }
  }

  async #open({ file, key, compile, training, runtime, setup }: OpenRequest): Promise<undefined> {
    await init(runtime);
    const layers = setup === undefined ? [] : await importSetup(setup);
    const model = load(file, { layers });
    // Its random streams are those of the original.
    model.key = key;
    if (compile) model.compile(compile);
    if (training) model.trainingState().restore(training);
    this.#model = model;
  }

  /** Runs a fit or an evaluation with what it needs of the other side. */
  async #run<T>(
    id: number,
    request: RunRequest,
    start: (x: ModelData, y: ModelData, options: FitOptions) => Promise<T>,
  ): Promise<T> {
    const abort = new AbortController();
    if (request.aborted) abort.abort();
    this.#aborts.set(id, abort);
    const relay = new Relay(this.#model, request, (hook) => this.#ask(id, hook));
    const timer = setInterval(() => {
      const { progress } = relay;
      if (progress) this.#port.post({ id, progress });
    }, REPORT);
    try {
      const open = (packed: Packed) =>
        unpack(packed, (batches) => new IncomingBatches(batches, (pull) => this.#pull(id, pull)));
      const { x, y, options } = request;
      return await start(open(x) as ModelData, open(y) as ModelData, {
        ...(open(options) as object),
        callbacks: [relay],
        signal: abort.signal,
      });
    } finally {
      clearInterval(timer);
      this.#aborts.delete(id);
      this.#answers.delete(id);
    }
  }

  async #pull(id: number, pull: Pull): Promise<Pulled> {
    const number = this.#pulled++;
    const pulled = await new Promise<Pulled | undefined>((resolve) => {
      this.#pulls.set(number, resolve);
      this.#port.post({ id, number, pull });
    });
    this.#pulls.delete(number);
    if (pulled) return pulled;
    throw new FailedOutside('A source of batches has thrown.');
  }

  #ask(id: number, hook: HookCall): Promise<Answer> {
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#port.post(
        { id, hook },
        (hook.weights ?? []).map(({ buffer }) => buffer as ArrayBuffer),
      );
    });
  }
}

function handOver(value: unknown): { result: unknown; transfer: Iterable<ArrayBuffer> } {
  const parcel = new Parcel(true);
  return { result: parcel.pack(value), transfer: parcel.transfer };
}
