import { PeerProcess } from './process.js';

/** Milliseconds after which a peer's answer is no longer waited for. */
const PATIENCE = { full: 180_000, quick: 30_000 };

/**
 * The processes of all peers. A full run has new ones for every family, so that none works in a heap that another
 * family has filled; a quick run keeps them, since starting them takes longer than most of what they are asked.
 */
export class Pool {
  #peers;
  #folder;
  #pace;
  #started;

  /**
   * @param {readonly object[]} peers rows of `peers`.
   * @param {string} folder what they work on (work/folder.js).
   * @param {'full' | 'quick'} pace
   */
  constructor(peers, folder, pace) {
    this.#peers = peers;
    this.#folder = folder;
    this.#pace = pace;
  }

  /**
   * Starts them all at once, since that is not measured. From then on one works, and the others wait for their turn.
   *
   * @returns {Promise<{ name: string, process: PeerProcess, error?: string }[]>} with what each says of itself.
   */
  open() {
    this.#started ??= Promise.all(
      this.#peers.map(async (peer) => {
        const process = new PeerProcess(peer, this.#folder, PATIENCE[this.#pace]);
        return { name: peer.name, process, ...(await process.hello()) };
      }),
    );
    return this.#started;
  }

  /** After a family. */
  async close() {
    if (this.#pace === 'full') await this.end();
  }

  /** After the last family. */
  async end() {
    const started = (await this.#started) ?? [];
    this.#started = undefined;
    await Promise.all(started.map(({ process }) => process.end()));
  }
}
