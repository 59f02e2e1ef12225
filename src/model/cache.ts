import type { Column } from '../data/column.js';
import type { FedProgram } from '../data/feed.js';

/** The programs of one kind that a model has built: one for each kind of data, large enough for every batch so far. */
export class ProgramCache<T extends FedProgram> {
  readonly #programs = new Map<string, T>();

  /** The program for such columns and at least this batch; `build` makes one where there is none. */
  get(columns: readonly Column[], batch: number, build: (capacity: number) => T): T {
    const [first] = columns;
    const key = columns.length === 1 ? first.signature : columns.map(({ signature }) => signature).join('|');
    const known = this.#programs.get(key);
    if (known && known.program.capacity >= batch) return known;
    const built = build(batch);
    this.#programs.set(key, built);
    return built;
  }

  clear(release: (program: T) => void = () => {}): void {
    for (const program of this.#programs.values()) release(program);
    this.#programs.clear();
  }
}
