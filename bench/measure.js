import { Bench } from 'tinybench';

/**
 * How long a row is measured: milliseconds of warm-up and of samples, and the least number of samples.
 *
 * @typedef {{ warmupTime: number, time: number, iterations: number }} Pace
 */

/** The least milliseconds of a sample: shorter calls are repeated within it. */
const SAMPLE = 1;

/**
 * Times a function beside a reference: samples of both take turns and are equally long, so that a clock that drifts or
 * a neighbour that needs the machine falls on both alike.
 *
 * @param {() => void} call
 * @param {() => void} reference a short function that is repeated for as long as `call` ran.
 * @param {Pace} pace
 * @returns median milliseconds of one call of each.
 */
export function timeBeside(call, reference, pace) {
  const bench = newBench(pace);
  const references = [];
  let calls = 1;
  const sample = () => {
    const start = bench.now();
    for (let i = 0; i < calls; i++) call();
    const middle = bench.now();
    const length = middle - start;
    let end = middle;
    let count = 0;
    while (end - middle < length || count === 0) {
      reference();
      count++;
      end = bench.now();
    }
    references.push((end - middle) / count);
    const result = { overriddenDuration: length / calls, overriddenIterationCost: end - start };
    if (length < SAMPLE) calls *= 2;
    return result;
  };
  // Runs at the beginning of the warm-up and again before the samples that count.
  const beforeAll = () => {
    references.length = 0;
  };
  bench.add('call', sample, { async: false, beforeAll });
  return { ms: medianSample(bench.runSync()), referenceMs: median(references) };
}

/**
 * Median milliseconds of samples that take their own time.
 *
 * @param {() => Promise<{ ms: number, total: number }>} sample `ms` is what counts, `total` what it took altogether.
 * @param {Pace} pace
 */
export async function timeSamples(sample, pace) {
  const bench = newBench(pace);
  const timed = async () => {
    const { ms, total } = await sample();
    return { overriddenDuration: ms, overriddenIterationCost: total };
  };
  bench.add('sample', timed, { async: true });
  return medianSample(await bench.run());
}

function newBench({ warmupTime, time, iterations }) {
  return new Bench({ warmupTime, warmupIterations: 1, time, iterations, throws: true });
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
