import { FourlaneError } from '../errors.js';
import type { Thread } from '../threads/index.js';
import { VERSION } from '../wasm/generated/version.js';
import { fromFault } from './faults.js';
import { startError, startWorker } from './start.js';
import type { Answer, Calls, HookCall, Message, Progress, Pull, Pulled, Reply } from './wire.js';

/** How long a worker may take to say its first word. */
const START_MILLISECONDS = 30_000;

export interface CallOptions {
  readonly transfer?: Iterable<ArrayBuffer>;
  readonly signal?: AbortSignal;
  /** Answers the hooks of a run, for which the worker waits. It never rejects. */
  readonly hook?: (call: HookCall) => Promise<Answer>;
  readonly progress?: (progress: Progress) => void;
  /** Gives the batches that the worker asks for. It never rejects. */
  readonly pull?: (pull: Pull) => Promise<{ pulled: Pulled | undefined; transfer: Iterable<ArrayBuffer> }>;
}

interface PendingCall extends CallOptions {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** The calls into one worker. When the worker dies, whatever is pending rejects, and everything after it. */
export class Link {
  readonly #thread: Thread<Message>;
  readonly #pending = new Map<number, PendingCall>();
  readonly #workerUrl: string | URL | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;
  #calls = 0;
  #greeted = false;
  /** Why there is nobody to talk to any more. */
  #end: FourlaneError | undefined;

  /** @throws what `startWorker` throws. */
  constructor(workerUrl: string | URL | undefined) {
    this.#workerUrl = workerUrl;
    this.#thread = startWorker(workerUrl, {
      message: (reply) => this.#receive(reply),
      death: (reason) => this.#die(reason),
    });
    const silence = `it has said nothing for ${START_MILLISECONDS / 1000} seconds`;
    this.#timer = setTimeout(() => this.#die(silence), START_MILLISECONDS);
  }

  /**
   * @throws what the call throws in the worker, and FourlaneError `worker-start`, `worker-died`, `worker-closed`.
   */
  call<Name extends keyof Calls>(
    name: Name,
    request: Calls[Name]['request'],
    options: CallOptions = {},
  ): Promise<Calls[Name]['result']> {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#calls++;
    const { transfer = [], signal } = options;
    const abort = () => this.#post({ id, abort: true });
    signal?.addEventListener('abort', abort);
    const result = new Promise<Calls[Name]['result']>((resolve, reject) => {
      this.#thread.post({ id, call: name, request } as Message, [...transfer]);
      this.#pending.set(id, { ...options, resolve: resolve as (result: unknown) => void, reject });
      this.#thread.hold(true);
    });
    return result.finally(() => signal?.removeEventListener('abort', abort));
  }

  /** Ends the worker at once; what is pending rejects. */
  async close(): Promise<void> {
    this.#finish(
      new FourlaneError('worker-closed', 'The worker has been closed; inWorker(model) opens another.'),
    );
    await this.#thread.terminate();
  }

  #receive(reply: Reply): void {
    if ('version' in reply) this.#greet(reply.version);
    else if ('hook' in reply) this.#ask(reply).catch((error) => this.#die(String(error)));
    else if ('pull' in reply) this.#pull(reply).catch((error) => this.#die(String(error)));
    else if ('progress' in reply) this.#pending.get(reply.id)?.progress?.(reply.progress);
    else this.#settle(reply);
  }

  #greet(version: string): void {
    clearTimeout(this.#timer);
    if (version === VERSION) this.#greeted = true;
    else this.#die(`its version is ${version}, that of the library is ${VERSION}`);
  }

  async #ask({ id, hook }: Extract<Reply, { hook: HookCall }>): Promise<void> {
    const answer = await this.#pending.get(id)?.hook?.(hook);
    if (answer) this.#post({ id, answer });
  }

  async #pull({ id, number, pull }: Extract<Reply, { pull: Pull }>): Promise<void> {
    const answer = await this.#pending.get(id)?.pull?.(pull);
    if (answer) this.#post({ id, number, pulled: answer.pulled }, answer.transfer);
  }

  #settle(reply: Extract<Reply, { result: unknown } | { fault: unknown }>): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (!this.#pending.size) this.#thread.hold(false);
    if ('fault' in reply) pending?.reject(fromFault(reply.fault));
    else pending?.resolve(reply.result);
  }

  #post(message: Message, transfer: Iterable<ArrayBuffer> = []): void {
    if (!this.#end) this.#thread.post(message, [...transfer]);
  }

  #die(reason: string): void {
    const message = `The worker has died: ${reason}. inWorker(model) opens another.`;
    this.#finish(
      this.#greeted ? new FourlaneError('worker-died', message) : startError(this.#workerUrl, reason),
    );
    void this.#thread.terminate();
  }

  #finish(error: FourlaneError): void {
    if (this.#end) return;
    this.#end = error;
    clearTimeout(this.#timer);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
