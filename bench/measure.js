import { Bench } from 'tinybench';

/**
 * How long a row is measured: milliseconds of warm-up and of samples, and the least number of samples.
 *
 * @typedef {{ warmupTime: number, time: number, iterations: number }} Pace
 */

/** The least milliseconds of a sample: shorter calls are repeated within it. */
const SAMPLE = 1;

/**
 * Times a function beside a reference: samples of both take turns and do as much work as takes them equally long, so
 * that a clock that drifts or a neighbour that needs the machine falls on both alike.
 *
 * @param {() => void} call
 * @param {() => void} reference a short function that is repeated for about as long as `call` runs.
 * @param {Pace} pace
 * @returns median milliseconds of one call of each.
 */
export function timeBeside(call, reference, pace) {
  const bench = newBench(pace);
  const timed = new Repeated(call);
  const beside = new Repeated(reference);
  let references = [];
  const sample = () => {
    const start = bench.now();
    const ms = timed.time(SAMPLE);
    references.push(beside.time(Math.max(SAMPLE, timed.fastest)));
    return { overriddenDuration: ms, overriddenIterationCost: bench.now() - start };
  };
  // Runs at the beginning of the warm-up and again before the samples that count.
  const beforeAll = () => {
    references = [];
  };
  bench.add('call', sample, { async: false, beforeAll });
  return { ms: medianSample(bench.runSync()), referenceMs: median(references) };
}

/** A function that is called as often as makes a sample long enough. */
class Repeated {
  fastest = Number.POSITIVE_INFINITY;
  #call;
  #count = 1;

  constructor(call) {
    this.#call = call;
  }

  /** Milliseconds of one call, over as many as should take `least` milliseconds, going by the fastest so far. */
  time(least) {
    this.#count = Math.max(this.#count, Math.ceil(least / this.fastest));
    const start = performance.now();
    for (let i = 0; i < this.#count; i++) this.#call();
    const ms = (performance.now() - start) / this.#count;
    this.fastest = Math.min(this.fastest, ms);
    return ms;
  }
}

/**
 * Median milliseconds of samples that take their own time, of a function that is warm already.
 *
 * @param {() => Promise<{ ms: number, total: number }>} sample `ms` is what counts, `total` what it took altogether.
 * @param {Pace} pace
 */
export async function timeSamples(sample, pace) {
  const bench = newBench({ ...pace, warmup: false });
  const timed = async () => {
    const { ms, total } = await sample();
    return { overriddenDuration: ms, overriddenIterationCost: total };
  };
  bench.add('sample', timed, { async: true });
  return medianSample(await bench.run());
}

function newBench({ warmup = true, warmupTime, time, iterations }) {
  return new Bench({ warmup, warmupTime, warmupIterations: 1, time, iterations, throws: true });
}

function medianSample([{ result }]) {
  return result.latency.p50;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
