/**
 * The words by which the threads tell each other what to do: a cache line for each replica, so that those who wait
 * for different ones do not disturb each other.
 */
export const LINE_WORDS = 16;

export const words = {
  /** Counted up to hand over what the other words say. The replica waits for it. */
  turn: 0,
  /** The last turn that the replica is done with. */
  done: 1,
  /** The number of the program to run, or `MAIL`. */
  program: 2,
  samples: 3,
  region: 4,
} as const;

/** In the place of a program: a message is waiting, for which the event loop must have its turn. */
export const MAIL = -1;
