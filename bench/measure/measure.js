import { Bench } from 'tinybench';
import { median } from './statistics.js';

/**
 * How long a row is measured: milliseconds of warm-up and of samples, and the least number of samples.
 *
 * @typedef {{ warmupTime: number, time: number, iterations: number }} Pace
 */

/**
 * What came of it: `cost`, the median milliseconds of a call; `spread`, the median distance of samples from it as a
 * share of it; how many `samples` there were.
 *
 * @typedef {{ cost: number, spread: number, samples: number }} Timing
 */

/** The least milliseconds of a sample: shorter calls are repeated within it. */
const SAMPLE = 1;

/**
 * Times a function that may return a promise.
 *
 * @param {() => unknown} call
 * @param {Pace} pace
 * @returns {Promise<Timing>}
 */
export async function timeCalls(call, pace) {
  const timed = new Repeated(call);
  return timeSamples(async () => {
    const start = performance.now();
    const ms = await timed.time(SAMPLE);
    return { ms, total: performance.now() - start };
  }, pace);
}

/**
 * Times a function beside a reference: samples of both take turns and do as much work as takes them equally long, so
 * that a clock that drifts or a neighbour that needs the machine falls on both alike.
 *
 * @param {() => void} call
 * @param {() => void} reference a short function that is repeated for about as long as `call` runs.
 * @param {Pace} pace
 * @returns {Promise<Timing & { reference: number }>} with the median milliseconds of the reference.
 */
export async function timeBeside(call, reference, pace) {
  const timed = new Repeated(call);
  const beside = new Repeated(reference);
  const references = [];
  const timing = await timeSamples(async () => {
    const start = performance.now();
    const ms = await timed.time(SAMPLE);
    references.push(await beside.time(Math.max(SAMPLE, timed.fastest)));
    return { ms, total: performance.now() - start };
  }, pace);
  return { ...timing, reference: median(references.slice(-timing.samples)) };
}

/**
 * Times every call by itself, for what a single one costs and for its worst cases.
 *
 * @param {() => unknown} call
 * @param {Pace} pace
 * @returns {Promise<Timing & { p99: number }>}
 */
export async function timeEach(call, pace) {
  const { latency } = await run(call, pace);
  return { ...timing(latency), p99: latency.p99 };
}

/**
 * Median of samples that take their own time.
 *
 * @param {() => Promise<{ ms: number, total: number }>} sample `ms` is what counts, `total` what it took altogether.
 * @param {Pace} pace
 * @returns {Promise<Timing>}
 */
export async function timeSamples(sample, pace) {
  const timed = async () => {
    const { ms, total } = await sample();
    return { overriddenDuration: ms, overriddenIterationCost: total };
  };
  return timing((await run(timed, pace)).latency);
}

/** Calls a function as often as makes a sample long enough, which clocks that tell only tenths of a millisecond need. */
class Repeated {
  fastest = Number.POSITIVE_INFINITY;
  #call;
  #count = 1;

  constructor(call) {
    this.#call = call;
  }

  /** Milliseconds of one call, over as many as take at least half of `least` milliseconds. */
  async time(least) {
    for (;;) {
      const start = performance.now();
      // A promise is waited for, anything else is not: a turn of the event loop costs as much as a small product.
      for (let i = 0; i < this.#count; i++) {
        const result = this.#call();
        if (result instanceof Promise) await result;
      }
      const elapsed = performance.now() - start;
      const ms = elapsed / this.#count;
      if (elapsed >= least / 2) {
        this.fastest = Math.min(this.fastest, ms);
        return ms;
      }
      this.#count *= 2;
    }
  }
}

async function run(call, { warmupTime, time, iterations }) {
  const bench = new Bench({
    warmup: warmupTime > 0,
    warmupTime,
    warmupIterations: 1,
    time,
    iterations,
    throws: true,
  });
  bench.add('call', call);
  const [{ result }] = await bench.run();
  return result;
}

function timing({ p50, mad, samplesCount }) {
  return { cost: p50, spread: mad / p50, samples: samplesCount };
}
