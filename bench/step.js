import { fourlane } from './fourlane.js';
import { timeSamples } from './measure.js';
import { loadPeers } from './peers/index.js';
import { number } from './report.js';
import { workloads } from './workloads.js';

/** `sample` is how many milliseconds a `fit` should take, `epochs` how many it has at most. */
const paces = {
  full: { sample: 250, epochs: 20, warmupTime: 300, time: 1500, iterations: 3 },
  quick: { sample: 50, epochs: 5, warmupTime: 50, time: 100, iterations: 1 },
};

/** Training steps of whole models through `fit`, beside the peers that are installed. */
export const step = {
  name: 'step',
  title: 'Training step through fit, time of the epochs after the first',
  columns: [
    { title: 'model', text: (row) => row.model, left: true },
    { title: 'batch', text: (row) => String(row.batchSize) },
    { title: 'library', text: (row) => `${row.library}, ${row.form}`, left: true },
    { title: 'ms/step', text: (row) => number(row.ms) },
    { title: 'steps/s', text: (row) => number(1000 / row.ms) },
    { title: 'samples/s', text: (row) => number(row.samplesPerSecond) },
    { title: 'fourlane is', text: (row) => (row.ratio ? `${number(row.ratio)} x as fast` : '') },
    { title: 'loss', text: (row) => row.losses.map(number).join(' -> '), left: true },
  ],

  async run({ quick, progress }) {
    const pace = quick ? paces.quick : paces.full;
    const { libraries, missing } = await loadPeers();
    const data = new Map(workloads.map((workload) => [workload, workload.data(mostRows(workload))]));
    const rows = [];
    // One library after the other, this one first: none runs in a heap that another has filled.
    for (const library of [fourlane, ...libraries]) {
      for (const workload of workloads) {
        for (const form of formsOf(library, data.get(workload))) {
          progress(`${workload.name}, ${library.name}, ${form}`);
          const open = (count) => library.open(workload, data.get(workload), count, form);
          const { ms, losses } = await timeTraining(open, workload, pace);
          const { name: model, batchSize } = workload;
          const samplesPerSecond = (1000 / ms) * batchSize;
          rows.push({ model, batchSize, library: library.name, form, ms, samplesPerSecond, losses });
        }
      }
    }
    for (const row of rows) row.ratio = ratioOf(row, rows);
  },
};
