import type { Program } from '../plan/program.js';
import { runtime } from '../wasm/runtime.js';
import type { Team } from '../wasm/team.js';
import type { Addresses, BatchRows, Column } from './column.js';
import { type FedProgram, type Samples, stepAlone } from './feed.js';

/** Multiply-adds that a replica is given at least: with fewer it would take longer to begin. */
const LEAST_WORK = 500_000;
/** As many multiply-adds it is given at least for every element of a gradient, which has to be summed. */
const LEAST_REUSE = 16;

/** Runs one iteration after the other. */
export interface Stepper {
  /** While a step that takes long is on its way, here or in another run: the next one must wait. */
  readonly pending: Promise<void> | undefined;
  /**
   * One iteration. It is done when this returns, unless it returns a promise.
   *
   * @throws FourlaneError `thread-died`; weights are then as before.
   */
  step(rows: BatchRows): Promise<void> | undefined;
}

/** Prepares to run a program: on this thread, or on all that `init` has started where there is enough to do for them. */
export async function openStepper(feed: FedProgram, samples: Samples): Promise<Stepper> {
  const { program } = feed;
  const alone = stepAlone(feed, samples);
  const { team } = runtime();
  const least = team ? leastSamples(program) : Number.POSITIVE_INFINITY;
  if (!team || program.capacity < 2 * least) {
    return { pending: undefined, step: (rows) => void alone(rows) };
  }
  await team.load(program);
  return new TeamStepper(team, feed, samples, alone, least);
}

/** How many samples a part of a batch has at least. */
function leastSamples({ work }: Program): number {
  if (!work) return Number.POSITIVE_INFINITY;
  return Math.max(LEAST_WORK, LEAST_REUSE * work.summed) / work.perSample;
}

/**
 * Cuts a batch into contiguous parts, one for each replica. How many there are and where they end follows from shapes
 * and the number of threads alone, so that a run gives the same bits every time.
 */
class TeamStepper implements Stepper {
  readonly #team: Team;
  readonly #feed: FedProgram;
  readonly #columns: readonly Column[];
  readonly #alone: (rows: BatchRows) => void;
  /** Where the values of each replica lie. */
  readonly #places: readonly Addresses[];
  readonly #least: number;
  readonly #part: BatchRows = { order: undefined, start: 0, count: 0 };

  /** @param least how many samples a part has at least. */
  constructor(
    team: Team,
    feed: FedProgram,
    { inputs, targets }: Samples,
    alone: (rows: BatchRows) => void,
    least: number,
  ) {
    const { program } = feed;
    this.#team = team;
    this.#feed = feed;
    this.#columns = [...inputs, ...targets];
    this.#alone = alone;
    this.#least = least;
    this.#places = Array.from({ length: team.threads }, (_, replica) =>
      replica === 0 ? program : placesOf(program, team, replica),
    );
  }

  get pending(): Promise<void> | undefined {
    return this.#team.pending;
  }

  step(rows: BatchRows): Promise<void> | undefined {
    const { count } = rows;
    const parts = Math.min(this.#team.threads, Math.floor(count / this.#least));
    if (parts < 2) {
      this.#alone(rows);
      return undefined;
    }
    const { program } = this.#feed;
    const own = sizeOfPart(count, parts, 0);
    program.prepare(count, own);
    let start = rows.start + own;
    for (let replica = 1; replica < parts; replica++) {
      const size = sizeOfPart(count, parts, replica);
      this.#fill(replica, rows, start, size);
      this.#team.start(program, replica, size);
      start += size;
    }
    this.#fill(0, rows, rows.start, own);
    program.runPart();
    const late = this.#team.join(parts - 1);
    if (late) return late.then(() => this.#finish(count, parts));
    this.#finish(count, parts);
    return undefined;
  }

  #fill(replica: number, { order }: BatchRows, start: number, count: number): void {
    const part = this.#part;
    part.order = order;
    part.start = start;
    part.count = count;
    const { ports } = this.#feed;
    const { heap } = runtime();
    for (let i = 0; i < ports.length; i++) {
      this.#columns[i].fill(ports[i], this.#places[replica], heap, part);
    }
  }

  /** What is left to do for the whole batch: every replica's gradient is a mean over its own samples. */
  #finish(count: number, parts: number): void {
    const { f32, i32 } = runtime().heap;
    const at = this.#team.shares.address / 4;
    i32[at] = parts;
    for (let replica = 0; replica < parts; replica++) {
      f32[at + 1 + replica] = sizeOfPart(count, parts, replica) / count;
    }
    this.#feed.program.runWhole();
    i32[at] = 1;
  }
}

function placesOf(program: Program, team: Team, replica: number): Addresses {
  return { addressOf: (value) => program.addressOf(value, team.regionOf(replica)) };
}

/** The parts differ by one sample at the most; the longer ones come first. */
function sizeOfPart(count: number, parts: number, part: number): number {
  return Math.floor(count / parts) + (part < count % parts ? 1 : 0);
}
