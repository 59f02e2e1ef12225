import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The interpreter of the Python peers. */
export const python = process.env.FOURLANE_PYTHON || 'python3';

/** One thread for all native libraries, on the processor as it is. */
function environment() {
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...rest } = process.env;
  return {
    ...rest,
    ...{ OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    ...{ KERAS_BACKEND: 'jax', JAX_PLATFORMS: 'cpu', PYTHONUNBUFFERED: '1' },
  };
}

/** The command that starts a peer's process with a script of that language: `worker` or `start`. */
export function commandOf(peer, script, folder) {
  return peer.python
    ? [python, [at(`../python/${script}.py`), peer.python, folder]]
    : [process.execPath, [at(`./${script}.js`), peer.name, folder]];
}

/** Starts a command in the suite's environment; what it says on stderr is kept for the errors. */
export function start([command, args]) {
  const child = spawn(command, args, { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
  child.said = '';
  child.stderr.on('data', (chunk) => {
    child.said = `${child.said}${chunk}`.slice(-2000);
  });
  return child;
}

/** A peer in a process of its own, which answers one request after the other. */
export class PeerProcess {
  #child;
  #answers;
  #ended;
  #patience;

  /**
   * @param {object} peer a row of `peers`.
   * @param {string} folder what it works on (work/folder.js).
   * @param {number} patience milliseconds after which an answer is no longer waited for, and the process ended.
   */
  constructor(peer, folder, patience) {
    this.peer = peer;
    this.#patience = patience;
    this.#child = start(commandOf(peer, 'worker', folder));
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', ({ message }) => resolve({ error: message }));
      this.#child.once('close', () =>
        resolve({ error: `its process has ended: ${lastLine(this.#child.said)}` }),
      );
    });
    // A request to a process that has ended is answered by `#ended`.
    this.#child.stdin.on('error', () => {});
  }

  /** Who it is: its first line. */
  hello() {
    return this.#answer();
  }

  /** @returns {Promise<object>} its answer, or `{ error }`. */
  ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.#answer();
  }

  async #answer() {
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        resolve({ error: `took longer than ${this.#patience / 1000} s` });
      }, this.#patience);
    });
    const line = this.#answers.next().then(({ value, done }) => (done ? this.#ended : JSON.parse(value)));
    const answer = await Promise.race([line, this.#ended, late]);
    clearTimeout(timer);
    return answer;
  }

  async end() {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await this.#ended;
    clearTimeout(timer);
  }
}

function lastLine(text) {
  return text.trim().split('\n').at(-1) || 'without a word';
}
