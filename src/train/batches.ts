import type { BatchRows } from '../data/column.js';
import type { Samples } from '../data/feed.js';
import type { Stepper } from '../data/stepper.js';
import type { BatchStream } from '../data/stream.js';
import type { Pacer } from './pacer.js';
import type { Scoreboard } from './scoreboard.js';
import type { ScoringProgram } from './trainable.js';

/** What epochs consist of: samples in memory, or batches as they come. */
export type BatchData = Samples | BatchStream;

/** How data become the batches of epochs. */
export interface BatchPlan {
  /** Samples a batch, for data in memory. Default: 32, or as many as `steps` batches need. */
  readonly batchSize?: number;
  /** Batches an epoch. Default: all that there are. */
  readonly steps?: number;
  /** Draws the order of the samples in memory for a pass. Default: as they are. */
  readonly order?: (samples: number) => Int32Array | undefined;
}

/** The program for samples and batches of at most that size. */
export type ProgramFor = (samples: Samples, batchSize: number) => ScoringProgram;

/**
 * The batches of one epoch after the other. A pass over the data is an epoch, unless a number of steps is given: then the
 * next epoch goes on where the last one has ended, and a pass that ends within an epoch ends that, with a warning.
 */
export interface Batches {
  /** What each step runs, and for which samples: those of the batch to which `next` has gone. */
  readonly feed: ScoringProgram;
  readonly stepper: Stepper;
  readonly rows: BatchRows;
  /** Batches of the running epoch so far. */
  readonly taken: number;
  /** At how many of them an epoch ends; undefined where it ends with the data. */
  readonly limit: number | undefined;
  /** How many an epoch has, as far as that is known. */
  readonly steps: number | undefined;
  /** How many samples there are, where they are in memory. */
  readonly samples: number | undefined;
  /** How many are in the largest batch, as far as that is known. */
  readonly batchSize: number;
  /** Begins an epoch; false where there is nothing left. */
  begin(): Promise<boolean>;
  /** Goes to the next batch; false at the end. A promise only where it has to be waited for. */
  next(): boolean | Promise<boolean>;
  /** Asks for nothing more. */
  close(): Promise<void>;
}

/** What is done around the steps of an epoch. */
export interface Turn {
  /** Before a step. */
  begin(scores: Scoreboard): void;
  /** After it. */
  end(scores: Scoreboard): void;
  readonly batchBegin: ((batch: number) => Promise<void> | undefined) | undefined;
  readonly batchEnd: ((batch: number) => Promise<void> | undefined) | undefined;
  /** Whether the epoch ends here. */
  stopped(): boolean;
  /** Says where the run is, for errors. */
  where(): string;
}

/** Runs the epoch that has begun, one iteration after the other. Returns whether it came to its end. */
export async function runEpoch(batches: Batches, turn: Turn, pacer: Pacer): Promise<boolean> {
  const { rows } = batches;
  while (batches.taken !== batches.limit) {
    pacer.check(turn.where);
    const next = batches.next();
    if (!(typeof next === 'boolean' ? next : await pacer.wait(() => next, turn.where))) return true;
    const batch = batches.taken - 1;
    const beginning = turn.batchBegin?.(batch);
    if (beginning) await beginning;
    const { feed, stepper } = batches;
    while (stepper.pending) await stepper.pending;
    turn.begin(feed.scores);
    const running = stepper.step(rows);
    if (running) await running;
    turn.end(feed.scores);
    const ending = turn.batchEnd?.(batch);
    if (ending) await ending;
    if (turn.stopped()) return batches.taken === batches.limit;
    if (pacer.due()) await pacer.pause();
  }
  return true;
}

/** Keras's words for data that end before the number of steps that was asked for. */
export function warnOfEnd(taken: number, steps: number): void {
  console.warn(
    `Your input ran out of data after ${taken} of ${steps} steps; interrupting training. Make sure that your dataset ` +
      'or generator can generate at least steps * epochs batches. You may need to use repeat() when building your ' +
      'dataset.',
  );
}
