import { FourlaneError, RuntimeUnsupportedError } from '../errors.js';
import { macrotask } from '../macrotask.js';
import type { Allocation, Heap } from '../wasm/heap.js';
import type { Replicable, Team } from '../wasm/team.js';
import { LINE_WORDS, MAIL, words } from './control.js';
import replicaSource from './source.js';
import { hasThreads, type Script, startThread, type Thread } from './thread.js';
import type { Mail } from './wire.js';

const LINE_BYTES = LINE_WORDS * 4;
/** Milliseconds that a step is waited for without giving the event loop its turn. */
const PATIENCE = 200;
/** Milliseconds that a thread may take to start. */
const START = 30_000;
/** Milliseconds between two looks at what is awaited, in which the event loop has its turn. */
const POLL = 1;
/** Looks at what the others do before this thread dozes. */
const SPINS = 20_000;
/** Milliseconds of a doze that nobody ends. */
const DOZE = 10;

/** Threads of the platform, each with a replica of every program. */
export class ThreadTeam implements Team {
  readonly threads: number;
  readonly shares: { readonly address: number };
  pending: Promise<void> | undefined;
  readonly #heap: Heap;
  readonly #script: Script;
  readonly #control: Allocation;
  /** Memory that threads share grows in place, so this view stays valid. */
  readonly #words: Int32Array;
  #crew: Thread<Mail>[] = [];
  #ending: readonly unknown[] = [];
  #death: Error | undefined;
  #started = false;
  #mayDoze = true;
  /** The numbers of the programs that the crew knows. */
  #programs = new WeakMap<Replicable, number>();
  #count = 0;
  #dropped: number[] = [];
  readonly #registry: FinalizationRegistry<number> | undefined;
  #regions: Allocation | undefined;
  #regionBytes = 0;

  /** @throws RuntimeUnsupportedError `no-threads`. */
  constructor(heap: Heap, threads: number, url: string | undefined) {
    this.threads = threads;
    this.#heap = heap;
    this.#script = { text: replicaSource, url };
    if (!hasThreads(this.#script)) {
      throw new RuntimeUnsupportedError(
        'no-threads',
        'This platform has no threads, or this build of Fourlane carries nothing for them to run.',
      );
    }
    this.#control = heap.allocate(threads * (LINE_BYTES + 4) + 4, 'Threads');
    const { address } = this.#control;
    this.#words = new Int32Array(heap.memory.buffer, address, threads * LINE_WORDS);
    this.shares = { address: address + threads * LINE_BYTES };
    heap.i32[this.shares.address / 4] = 1;
    if (typeof FinalizationRegistry !== 'undefined') {
      this.#registry = new FinalizationRegistry((program) => this.#dropped.push(program));
    }
  }

  get url(): string | undefined {
    return this.#script.url;
  }

  get bytes(): number {
    return this.#control.bytes + (this.#regions?.bytes ?? 0);
  }

  /** Starts the threads. @throws FourlaneError `thread-start`. */
  async open(): Promise<void> {
    if (!hasThreads(this.#script)) {
      throw new Error(
        'this platform has no threads, or this build of Fourlane carries nothing for them to run',
      );
    }
    // Those that have not ended yet may still write.
    await Promise.all(this.#ending);
    this.#words.fill(0);
    const crew: Thread<Mail>[] = [];
    this.#crew = crew;
    this.#started = false;
    const { memory } = this.#heap;
    try {
      for (let replica = 1; replica < this.threads; replica++) {
        const death = (reason: string) => this.#crew === crew && this.#die(reason);
        const thread = startThread<Mail, null>(this.#script, { message() {}, death });
        crew.push(thread);
        thread.hold(false);
        this.#mail(replica, { memory, control: this.#control.address + replica * LINE_BYTES });
      }
      await this.#done(this.threads - 1, START);
      this.#started = true;
    } catch (error) {
      this.close();
      throw notStarted(this.#script, error);
    }
  }

  async load(program: Replicable): Promise<void> {
    while (this.pending) await this.pending;
    if (!this.#programs.has(program)) await this.#hold(this.#load(program));
  }

  regionOf(replica: number): number {
    return this.#regions!.address + (replica - 1) * this.#regionBytes;
  }

  start(program: Replicable, replica: number, samples: number): void {
    const number = this.#programs.get(program);
    if (number === undefined) throw this.#death;
    const line = replica * LINE_WORDS;
    this.#words[line + words.samples] = samples;
    this.#words[line + words.region] = this.regionOf(replica);
    this.#handOver(replica, number);
  }

  join(last: number): Promise<void> | undefined {
    const late = this.#watch(last);
    return late && this.#hold(late);
  }

  #watch(last: number): Promise<void> | undefined {
    for (let looks = 0; looks < SPINS; looks++) {
      if (!this.#behind(last)) return undefined;
    }
    const end = performance.now() + PATIENCE;
    for (let late = this.#behind(last); late; late = this.#behind(last)) {
      this.#doze(late);
      if (performance.now() > end) return this.#done(last);
    }
    return undefined;
  }

  close(): void {
    const crew = this.#crew;
    this.#crew = [];
    this.#programs = new WeakMap();
    this.#ending = crew.map((thread) => thread.terminate());
  }

  async #load(program: Replicable): Promise<void> {
    if (!this.#crew.length) await this.open();
    this.#reserve(program.bytes);
    const { modules } = program;
    const number = this.#count++;
    const dropped = this.#dropped.splice(0);
    for (let replica = 1; replica < this.threads; replica++) {
      this.#mail(replica, { program: number, modules, calls: program.callsOf(replica), dropped });
    }
    await this.#watch(this.threads - 1);
    this.#programs.set(program, number);
    this.#registry?.register(program, number);
  }

  #reserve(bytes: number): void {
    if (this.#regions && bytes <= this.#regionBytes) return;
    const regions = this.#heap.allocate((this.threads - 1) * bytes, 'Threads (temporaries)');
    if (this.#regions) this.#heap.release(this.#regions);
    this.#regions = regions;
    this.#regionBytes = bytes;
  }

  /** The turn comes first: a replica that read its mail sooner would go on to wait for more. */
  #mail(replica: number, mail: Mail): void {
    this.#handOver(replica, MAIL);
    this.#crew[replica - 1].post(mail);
  }

  #handOver(replica: number, program: number): void {
    const line = replica * LINE_WORDS;
    this.#words[line + words.program] = program;
    Atomics.add(this.#words, line + words.turn, 1);
    Atomics.notify(this.#words, line + words.turn);
  }

  /** The first of the replicas 1 to `last` that has not done its turn; 0 if all have. */
  #behind(last: number): number {
    for (let replica = 1; replica <= last; replica++) {
      const line = replica * LINE_WORDS;
      if (Atomics.load(this.#words, line + words.done) !== this.#words[line + words.turn]) return replica;
    }
    return 0;
  }

  /** Leaves the processor to a replica that is late. The main thread of a page may not: there this returns at once. */
  #doze(replica: number): void {
    if (!this.#mayDoze) return;
    const line = replica * LINE_WORDS;
    try {
      Atomics.wait(this.#words, line + words.done, this.#words[line + words.turn] - 1, DOZE);
    } catch {
      this.#mayDoze = false;
    }
  }

  /** Waits with turns of the event loop, in which it is told of deaths. */
  async #done(last: number, milliseconds = Number.POSITIVE_INFINITY): Promise<void> {
    const end = performance.now() + milliseconds;
    const crew = this.#crew;
    while (this.#behind(last)) {
      await new Promise((resolve) => setTimeout(resolve, POLL));
      if (this.#crew !== crew) throw this.#death;
      if (performance.now() > end) throw new Error(`they have not started within ${milliseconds / 1000} s`);
    }
  }

  /** Keeps others off until whoever awaits the work has gone on from it. */
  #hold(work: Promise<void>): Promise<void> {
    this.pending = work
      .catch(() => {})
      .then(macrotask)
      .then(() => {
        this.pending = undefined;
      });
    return work;
  }

  #die(reason: string): void {
    this.#death = this.#started
      ? new FourlaneError(
          'thread-died',
          `A thread has died: ${withoutStop(reason)}. The model is as it was after the last whole step; the next fit ` +
            'or evaluation starts other threads.',
        )
      : new Error(reason);
    this.close();
  }
}

/** Why there are no threads, and what to do. */
function notStarted({ url }: Script, cause: unknown): FourlaneError {
  const advice = url
    ? 'The address must give the shipped file fourlane/replica.js of this version, as JavaScript and from the ' +
      "page's own origin, and a content security policy must allow it (worker-src)."
    : 'Where a content security policy refuses blob: addresses (worker-src), serve the shipped file ' +
      "fourlane/replica.js and hand its address in: init({ threads, workerUrl: '/replica.js' }).";
  const reason = withoutStop(cause instanceof Error ? cause.message : String(cause));
  return new FourlaneError('thread-start', `Threads could not be started: ${reason}. ${advice}`, { cause });
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.+$/, '');
}
