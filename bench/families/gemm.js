import { timeBeside } from '../measure/measure.js';
import { openTask, probes } from '../measure/task.js';

const formulas = { NN: 'A B', TN: 'Aᵀ B', NT: 'A Bᵀ' };

/** [m, k, n] of products C[m, n] = A[m, k] B[k, n] that are measured in all three orientations. */
const shapes = [...[32, 64, 128, 256, 512, 1024].map((size) => [size, size, size]), [128, 784, 512]];

const products = [
  ...shapes.flatMap((shape) => Object.keys(formulas).map((form) => [form, ...shape])),
  // The backward products of a dense layer 784 to 512 at batch 128: gradients of its weights and of its input.
  ['TN', 784, 128, 512],
  ['NT', 128, 512, 784],
];

const rows = products.map(([form, m, k, n]) => ({
  id: `${form} ${m}x${k}x${n}`,
  title: `${formulas[form]}  ${m} x ${k} x ${n}`,
  ...{ form, m, k, n },
  flops: 2 * m * k * n,
}));

/** Matrix products, and what share of the multiply-add peak they reach. */
export const gemm = {
  name: 'gemm',
  title: 'Matrix products C[m, n] of float32',
  unit: 'GFLOP/s',
  rows,
  text: { unit: 'GFLOP/s', value: (row, { cost }) => row.flops / cost / 1e6 },
  share: { title: 'of peak', value: (row, { cost, peak }) => row.flops / cost / 1e6 / peak },
  /** Rows alike: what one of them costs tells what the next will. */
  kind: ({ form }) => form,
  paces: {
    full: { warmupTime: 100, time: 400, iterations: 5, long: 2000, rounds: 3 },
    quick: { warmupTime: 20, time: 40, iterations: 2, long: 300, rounds: 1 },
  },

  async open(peer, row, work) {
    if (!peer.gemm) throw new Error('has no matrix product of its own');
    const task = await peer.gemm(row, work.noise('a', row.m * row.k), work.noise('b', row.k * row.n));
    const peak = await peer.peak?.();
    if (!peak) return openTask(task);
    return openTask(task, async (call, pace) => {
      const { reference, ...timing } = await timeBeside(call, peak.call, pace);
      return { ...timing, peak: peak.flops / reference / 1e6 };
    });
  },

  /** Within 1e-6 of the sum of the magnitudes of the products that an element adds up. */
  expected({ form, m, k, n }, work) {
    const a = work.noise('a', m * k);
    const b = work.noise('b', k * n);
    const values = [];
    const tolerances = [];
    for (const at of probes(m * n)) {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = 0;
      let magnitude = 0;
      for (let p = 0; p < k; p++) {
        const product =
          a[form[0] === 'T' ? p * m + i : i * k + p] * b[form[1] === 'T' ? j * k + p : p * n + j];
        sum += product;
        magnitude += Math.abs(product);
      }
      values.push(sum);
      tolerances.push(1e-6 * magnitude);
    }
    return { values, tolerances };
  },
};
