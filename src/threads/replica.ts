import { BoundCalls, type Kernels } from '../wasm/calls.js';
import { bareInstance } from '../wasm/instance.js';
import { LINE_WORDS, MAIL, words } from './control.js';
import type { LoadMessage, Mail, OpenMessage } from './wire.js';

/** Looks at the next turn before the thread goes to sleep: waking up takes longer than what lies between two steps. */
const SPINS = 20_000;

/** One of the threads of a team: it runs its part of every step, and reads its messages in between. */
export class Replica {
  readonly #programs = new Map<number, BoundCalls>();
  readonly #kernels = new Map<string, Kernels>();
  #memory!: OpenMessage['memory'];
  #control!: Int32Array;
  #turn = 0;

  /** Takes a message, then does what it is told until the next one waits. */
  receive(mail: Mail): void {
    if ('memory' in mail) this.#open(mail);
    else this.#load(mail);
    for (;;) {
      Atomics.store(this.#control, words.done, this.#turn);
      Atomics.notify(this.#control, words.done);
      this.#turn = this.#next();
      const program = this.#control[words.program];
      if (program === MAIL) return;
      const calls = this.#programs.get(program)!;
      calls.prepare(this.#control[words.region], this.#control[words.samples]);
      calls.run();
    }
  }

  #open({ memory, control }: OpenMessage): void {
    this.#memory = memory;
    this.#control = new Int32Array(memory.buffer, control, LINE_WORDS);
    this.#turn = Atomics.load(this.#control, words.turn);
  }

  #load({ program, modules, calls, dropped }: LoadMessage): void {
    for (const number of dropped) this.#programs.delete(number);
    this.#programs.set(program, new BoundCalls(calls, (name) => this.#kernelsOf(name, modules[name])));
  }

  #kernelsOf(name: string, modules: LoadMessage['modules'][string]): Kernels {
    let kernels = this.#kernels.get(name);
    if (!kernels) {
      kernels = Object.assign({}, ...modules.map((module) => bareInstance(module, this.#memory))) as Kernels;
      this.#kernels.set(name, kernels);
    }
    return kernels;
  }

  #next(): number {
    for (let i = 0; i < SPINS; i++) {
      const turn = Atomics.load(this.#control, words.turn);
      if (turn !== this.#turn) return turn;
    }
    while (Atomics.wait(this.#control, words.turn, this.#turn) === 'ok');
    return Atomics.load(this.#control, words.turn);
  }
}
