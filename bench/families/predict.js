import { timePeak } from '../measure/bound.js';
import { timeCalls, timeEach } from '../measure/measure.js';
import { probes } from '../measure/task.js';
import { forwardFlops, models } from '../work/models.js';
import { forward } from '../work/reference.js';

/** Calls go through so many different inputs. */
const INPUTS = 16;

const rows = [
  { id: 'imdb-csr', model: 'imdb', form: 'csr', rows: 1 },
  { id: 'imdb-dense', model: 'imdb', form: 'dense', rows: 1 },
  { id: 'mnist', model: 'mnist', form: 'dense', rows: 1 },
  { id: 'mnist-256', model: 'mnist', form: 'dense', rows: 256 },
  { id: 'cnn', model: 'cnn', form: 'dense', rows: 1 },
  { id: 'cnn-256', model: 'cnn', form: 'dense', rows: 256 },
  { id: 'conv16', model: 'conv16', form: 'dense', rows: 32 },
  { id: 'conv64', model: 'conv64', form: 'dense', rows: 16 },
  { id: 'conv128', model: 'conv128', form: 'dense', rows: 32 },
].map((row) => {
  const form = row.model === 'imdb' ? `, ${row.form === 'csr' ? 'CSR' : 'dense'}` : '';
  const model = models[row.model];
  return {
    ...row,
    title: `${model.title}, ${row.rows === 1 ? 'one row' : `${row.rows} rows`}${form}`,
    inputs: row.rows === 1 ? INPUTS : 2,
    // One row has no products of matrices. Convolutions are counted as direct ones: some need fewer operations.
    flops: row.rows === 1 || row.model === 'cnn' ? undefined : forwardFlops(model, row.rows),
  };
});

/** Predictions, array in and array out: single rows by their latency, batches by their rate. */
export const predict = {
  name: 'predict',
  title: 'Prediction (µs of one row: median / 99th percentile; of batches: samples/s)',
  rows,
  text: {
    unit: ({ rows }) => (rows === 1 ? 'µs' : 'samples/s'),
    value: ({ rows }, { cost }) => (rows === 1 ? cost * 1000 : (rows * 1000) / cost),
    second: ({ rows }, { p99 }) => (rows === 1 && p99 ? p99 * 1000 : undefined),
  },
  share: { title: 'of bound', value: ({ flops }, { cost, peak }) => flops / cost / 1e6 / peak },
  paces: {
    full: { warmupTime: 300, time: 1000, iterations: 20, rounds: 3 },
    quick: { warmupTime: 60, time: 100, iterations: 3, rounds: 1 },
  },

  async open(peer, row, work) {
    if (!peer.predict) throw new Error('does not predict');
    const { model: name, form, rows } = row;
    const inputs = inputsOf(row, work);
    const predictor = await peer.predict(models[name], work.weights(name), { name, form, rows });
    let next = 0;
    const call = () => predictor.call(inputs[next++ % inputs.length]);
    return {
      async outputs() {
        const outputs = [];
        for (const input of inputs) for (const value of await predictor.call(input)) outputs.push(value);
        return probes(outputs.length).map((i) => outputs[i]);
      },
      time: (pace) => (rows === 1 ? timeEach(call, pace) : timePeak(peer, () => timeCalls(call, pace))),
      close: () => predictor.close?.(),
    };
  },

  /** Within 1e-5, absolute. */
  expected({ model: name, rows, inputs }, work) {
    const model = models[name];
    const { x } = work.samples(name, 'dense', rows * inputs);
    const outputs = forward(model, work.weights(name), x, rows * inputs).at(-1);
    const values = probes(outputs.length).map((i) => outputs[i]);
    return { values, tolerances: values.map(() => 1e-5) };
  },
};

/** Inputs of `rows` rows each, as arrays of their own. */
function inputsOf({ model: name, form, rows, inputs }, work) {
  const { inputs: width } = models[name];
  const { x, indptr, indices } = work.samples(name, form, rows * inputs);
  return Array.from({ length: inputs }, (_, i) => {
    if (form === 'dense') return { x: x.slice(i * rows * width, (i + 1) * rows * width) };
    const offsets = indptr.slice(i * rows, (i + 1) * rows + 1);
    const [from, to] = [offsets[0], offsets[rows]];
    return { indptr: offsets.map((at) => at - from), indices: indices.slice(from, to) };
  });
}
