import { timeCalls } from './measure.js';

const SHORT = { warmupTime: 10, time: 30, iterations: 5 };

/** Times something, and the multiply-add peak just before and after it, where the peer has one: `peak` in GFLOP/s. */
export async function timePeak(peer, time) {
  const peak = await peer.peak?.();
  if (!peak) return time();
  const gflops = async () => peak.flops / (await timeCalls(peak.call, SHORT)).cost / 1e6;
  const before = await gflops();
  const timing = await time();
  return { ...timing, peak: (before + (await gflops())) / 2 };
}
