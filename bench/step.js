import { fourlane } from './fourlane.js';
import { timeSamples } from './measure.js';
import { loadPeers } from './peers/index.js';
import { number } from './report.js';
import { workloads } from './workloads.js';

/** `sample` is how many milliseconds a `fit` should take, `epochs` how many it has at most. */
const paces = {
  full: { sample: 1000, epochs: 20, warmupTime: 1000, time: 2000, iterations: 3 },
  quick: { sample: 50, epochs: 5, warmupTime: 100, time: 100, iterations: 1 },
};

/** Training steps of whole models through `fit`, beside the peers that are installed. */
export const step = {
  name: 'step',
  title: 'Training steps through fit (median; the first epoch of each fit is left out)',
  columns: [
    { title: 'model', text: (row) => row.model, left: true },
    { title: 'batch', text: (row) => number(row.batchSize) },
    { title: 'library', text: (row) => row.library, left: true },
    { title: 'input', text: (row) => row.form, left: true },
    { title: 'ms/step', text: (row) => number(row.ms) },
    { title: 'steps/s', text: (row) => number(row.stepsPerSecond) },
    { title: 'samples/s', text: (row) => number(row.samplesPerSecond) },
    { title: 'fourlane is faster by', text: (row) => ratiosText(row.ratios), left: true },
    { title: 'loss', text: (row) => row.losses.map(number).join(' to '), left: true },
  ],

  async run({ quick, progress }) {
    const pace = quick ? paces.quick : paces.full;
    const { libraries, notes } = await loadPeers();
    const data = workloads.map((workload) => workload.data(workload.batchSize * workload.batches[1]));
    const rows = workloads.map(() => []);
    // One library after the other, this one first: none is timed in a heap that another has filled.
    for (const library of [fourlane, ...libraries]) {
      for (const [i, workload] of workloads.entries()) {
        for (const form of library.forms.filter((form) => form === 'dense' || data[i].indptr)) {
          progress(`${library.name}, ${workload.name}, ${form}`);
          const timed = await timeTraining(
            (count) => library.open(workload, data[i], count, form),
            workload,
            pace,
          );
          rows[i].push(rowOf(workload, library, form, timed));
        }
      }
    }
    for (const compared of rows) addRatios(compared);
    const all = rows.flat();
    return { rows: all, notes, facts: rows.flatMap(factOf), problems: all.flatMap(problemOf) };
  },
};

/**
 * Times the training of new models, always the same work: the mean step of all epochs but the first.
 *
 * @param {(rows: number) => Promise<object>} open begins the training of a new model on the first rows of the data.
 */
async function timeTraining(open, { batchSize, batches }, pace) {
  const [least, most] = batches;
  let ms = 0;
  const warm = performance.now() + pace.warmupTime;
  do {
    const [, epoch] = await trainNew(open, least * batchSize, 2);
    ms = epoch.ms / least;
  } while (performance.now() < warm);

  const count = clamp(pace.sample / ms, least, most);
  const epochs = clamp(pace.sample / (ms * count), 2, pace.epochs);
  let losses = [];
  const sample = async () => {
    const start = performance.now();
    const [first, ...counted] = await trainNew(open, count * batchSize, epochs);
    losses = [first.loss, counted.at(-1).loss];
    const spent = counted.reduce((sum, epoch) => sum + epoch.ms, 0);
    return { ms: spent / (counted.length * count), total: performance.now() - start };
  };
  return { ms: await timeSamples(sample, pace), losses };
}

async function trainNew(open, rows, epochs) {
  const session = await open(rows);
  try {
    return await session.train(epochs);
  } finally {
    session.close();
  }
}

function clamp(value, least, most) {
  return Math.min(Math.max(Math.round(value), least), most);
}

function rowOf({ name: model, batchSize }, { name: library }, form, { ms, losses }) {
  const stepsPerSecond = 1000 / ms;
  return {
    model,
    batchSize,
    library,
    form,
    ms,
    stepsPerSecond,
    samplesPerSecond: stepsPerSecond * batchSize,
    losses,
  };
}

/** Gives the peers' rows of a model how many times faster each form of this library is. */
function addRatios(rows) {
  const own = rows.filter((row) => row.library === fourlane.name);
  for (const row of rows) {
    if (own.includes(row)) continue;
    row.ratios = Object.fromEntries(own.map(({ form, ms }) => [form, row.ms / ms]));
  }
}

function ratiosText(ratios = {}) {
  return Object.entries(ratios)
    .map(([form, ratio]) => `${number(ratio)} x ${form}`)
    .join(', ');
}

/** How this library compares with the fastest peer on a model. */
function factOf(rows) {
  const peers = rows.filter(({ ratios }) => ratios);
  if (peers.length === 0) return [];
  const best = peers.reduce((a, b) => (b.ms < a.ms ? b : a));
  return [`${best.model}: faster than ${best.library} by ${ratiosText(best.ratios)}`];
}

/** What makes a row worthless: a library that does not learn does other work than the rest. */
function problemOf({ model, library, form, losses: [first, last] }) {
  return last < first
    ? []
    : [`${library}, ${form}: the loss of ${model} does not fall (${first} to ${last})`];
}
