import { Kernels } from './kernels.js';
import { median, timeBeside } from './measure.js';
import { openPeak } from './peak.js';
import { uniformArray } from './random.js';
import { number, percent } from './report.js';

const TARGET = 0.85;
const TARGET_FROM = 128;

const formulas = { gemmNN: 'A B', gemmTN: 'Aᵀ B', gemmNT: 'A Bᵀ' };

/** [m, k, n] of products C[m, n] = A[m, k] B[k, n] that are measured in all three orientations. */
const shapes = [
  [64, 64, 64],
  [128, 128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [1024, 1024, 1024],
  [128, 784, 512],
];

const products = [
  ...shapes.flatMap((shape) => Object.keys(formulas).map((kernel) => ({ kernel, shape }))),
  // The backward products of a dense layer 784 to 512 at batch 128: gradients of its weights and of its input.
  { kernel: 'gemmTN', shape: [784, 128, 512] },
  { kernel: 'gemmNT', shape: [128, 512, 784] },
];

const paces = {
  full: { warmupTime: 200, time: 1200, iterations: 7 },
  quick: { warmupTime: 40, time: 100, iterations: 3 },
};

/** Matrix products, and what share of the multiply-add peak they reach. */
export const gemm = {
  name: 'gemm',
  title: 'GEMM, C[m, n] of float32',
  columns: [
    { title: 'product', text: (row) => formulas[row.kernel], left: true },
    { title: 'm x k x n', text: (row) => row.shape.join(' x '), left: true },
    { title: 'µs', text: (row) => number(row.ms * 1000) },
    { title: 'GFLOP/s', text: (row) => number(row.gflops) },
    { title: 'peak', text: (row) => number(row.peak) },
    { title: 'of peak', text: (row) => percent(row.share) },
  ],

  async run({ quick, progress }) {
    const pace = quick ? paces.quick : paces.full;
    const peak = await openPeak();
    const rows = [];
    for (const { kernel, shape } of products) {
      progress(nameOf({ kernel, shape }));
      const { ms, referenceMs } = timeBeside(openProduct(kernel, shape), peak.call, pace);
      const gflops = (2 * shape[0] * shape[1] * shape[2]) / ms / 1e6;
      const peakGflops = peak.flops / referenceMs / 1e6;
      rows.push({ kernel, shape, ms, gflops, peak: peakGflops, share: gflops / peakGflops });
    }
    return { rows, notes: [peakNote(rows.map((row) => row.peak))], targets: [target(rows)] };
  },
};

function nameOf({ kernel, shape }) {
  return `${formulas[kernel]} ${shape.join(' x ')}`;
}

function peakNote(peaks) {
  const range = `${number(Math.min(...peaks))} to ${number(Math.max(...peaks))}`;
  return `peak: strict SIMD multiply-add in turns with each product, median ${number(median(peaks))} GFLOP/s (${range})`;
}

/** A call that computes one product of random matrices. */
function openProduct(kernel, [m, k, n]) {
  const kernels = new Kernels();
  const run = kernels.exports[kernel];
  const a = kernels.place(uniformArray(m * k, 1));
  const b = kernels.place(uniformArray(k * n, 2));
  const c = kernels.reserve(m * n * 4);
  const scratch = kernels.reserve(kernels.exports.GEMM_SCRATCH_BYTES.value);
  return () => run(c, a, b, 0, scratch, m, n, k);
}

/** The share that all products from 128 up in every dimension should reach, and the one furthest from it. */
function target(rows) {
  const counted = rows.filter(({ shape }) => Math.min(...shape) >= TARGET_FROM);
  const worst = counted.reduce((a, b) => (b.share < a.share ? b : a));
  return {
    name: `GEMM >= ${percent(TARGET)} of peak at ${TARGET_FROM} and above`,
    reached: worst.share >= TARGET,
    detail: `worst ${percent(worst.share)} (${nameOf(worst)})`,
  };
}
