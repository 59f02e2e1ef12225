import { timeCalls } from './measure.js';

/** The most results of a row that are compared with the reference. */
const PROBES = 256;

/** Where a result of some length is looked at: every element, or as many as suffice, evenly apart. */
export function probes(length) {
  const count = Math.min(length, PROBES);
  return Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

/** A task to be checked and timed, as a family's `open` returns it. */
export function openTask(task, time = timeCalls) {
  let first;
  return {
    async outputs() {
      const start = performance.now();
      await task.run();
      first = performance.now() - start;
      const result = await task.result();
      return probes(result.length).map((i) => result[i]);
    },
    // A call that takes that long is not made again: it has warmed up within itself.
    time: (pace) => (first > pace.long ? { cost: first, spread: 0, samples: 1 } : time(task.run, pace)),
    close: () => task.close?.(),
  };
}
