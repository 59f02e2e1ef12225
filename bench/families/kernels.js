import { openTask, probes } from '../measure/task.js';
import { optimizers, softmax } from '../work/reference.js';

const LENGTH = 2 ** 20;
const WEIGHTS = 1_000_000;
/** Steps without gradients, after which what an optimizer keeps has shrunk to where arithmetic may become slow. */
const ZEROS = 1000;

const rows = [
  { id: 'softmax', title: 'softmax, 128 x 1000', kernel: 'softmax', rows: 128, columns: 1000 },
  { id: 'sigmoid', title: 'sigmoid, 2^20', kernel: 'sigmoid', length: LENGTH },
  { id: 'tanh', title: 'tanh, 2^20', kernel: 'tanh', length: LENGTH },
  { id: 'gelu', title: 'gelu (erf), 2^20', kernel: 'gelu', length: LENGTH },
  { id: 'adam', title: 'Adam step, 1 M weights', kernel: 'adam', length: WEIGHTS },
  {
    id: 'adam-zeros',
    title: 'Adam step after 1,000 without gradient',
    kernel: 'adam',
    length: WEIGHTS,
    zeros: ZEROS,
  },
];

/** Functions of many values, and the update of many weights. */
export const kernels = {
  name: 'kernels',
  title: 'Functions and optimizer steps',
  rows,
  text: { unit: 'µs', value: (_row, { cost }) => cost * 1000 },
  paces: {
    full: { warmupTime: 200, time: 500, iterations: 5, long: 2000, longStep: 10, rounds: 3 },
    quick: { warmupTime: 30, time: 60, iterations: 3, long: 500, longStep: 1.5, rounds: 1 },
  },

  async open(peer, row, work, { longStep }) {
    if (!peer.kernels) throw new Error('has no functions of its own');
    const make = peer.kernels[row.kernel];
    if (!make) throw new Error(`has no ${row.kernel}`);
    const task = await make(row, work);
    const opened = openTask(task);
    if (!row.zeros) return opened;
    return {
      ...opened,
      async outputs() {
        const outputs = await opened.outputs();
        await withoutGradients(task, row.zeros, longStep);
        return outputs;
      },
    };
  },

  expected({ kernel, ...row }, work, { adam } = {}) {
    return kernel === 'adam' ? adamStep(row, work, adam) : functions[kernel](row, work);
  },
};

/** Steps without gradients; peers whose steps take more milliseconds than `longStep` are spared them. */
async function withoutGradients(task, steps, longStep) {
  task.clearGradients();
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    await task.run();
    fastest = Math.min(fastest, performance.now() - start);
    if (i === 5 && fastest > longStep)
      throw new Error(`${steps} steps of ${fastest.toFixed(0)} ms are left out`);
  }
}

/** A value at every probe, and one tolerance, absolute. */
function pointwise(f, tolerance) {
  return ({ length }, work) => {
    const x = work.noise('x', length);
    const values = probes(length).map((i) => f(x[i]));
    return { values, tolerances: values.map(() => tolerance) };
  };
}

const functions = {
  sigmoid: pointwise((x) => 1 / (1 + Math.exp(-x)), 1e-6),
  tanh: pointwise(Math.tanh, 1e-6),
  gelu: pointwise((x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)), 5e-6),
  softmax({ rows, columns }, work) {
    const y = Float64Array.from(work.noise('x', rows * columns));
    for (let r = 0; r < rows; r++) softmax(y.subarray(r * columns, (r + 1) * columns));
    const values = probes(y.length).map((i) => y[i]);
    return { values, tolerances: values.map((value) => 1e-5 * value) };
  },
};

/** The error function by its Taylor series, exact to 1e-8: beyond 4 it is 1 to that, before it little cancels. */
function erf(x) {
  if (Math.abs(x) > 4) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function adamStep({ length }, work, formula) {
  const at = probes(length);
  const [a, b] = [work.noise('a', length), work.noise('b', length)];
  const w = Float64Array.from(at, (i) => a[i]);
  const g = at.map((i) => b[i]);
  optimizers.adam[formula](w, g, {}, 1);
  return { values: [...w], tolerances: [...w].map(() => 1e-6) };
}
