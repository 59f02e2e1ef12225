import { timePeak } from '../measure/bound.js';
import { timeSamples } from '../measure/measure.js';
import { models, trainingFlops } from '../work/models.js';
import { trainingLosses } from '../work/reference.js';

/** Steps whose losses are checked, and the most rows of the batch that they are taken on; convolutions take long. */
const CHECKED = { steps: 4, rows: 32, images: 8 };

const checkedRows = ({ model, batchSize }) =>
  Math.min(batchSize, model === 'cnn' ? CHECKED.images : CHECKED.rows);

/**
 * `batches` are the least and the most batches of an epoch: slow libraries get as few as fit the time of a sample.
 */
const rows = [
  { model: 'mnist', form: 'dense', batchSize: 128, batches: [1, 16] },
  { model: 'cnn', form: 'dense', batchSize: 128, batches: [1, 16] },
  { model: 'imdb', form: 'csr', batchSize: 512, batches: [1, 8] },
  { model: 'imdb', form: 'dense', batchSize: 512, batches: [1, 8] },
  { model: 'boston', form: 'dense', batchSize: 1, batches: [100, 400] },
  { model: 'autoencoder', form: 'dense', batchSize: 256, batches: [1, 16] },
].map((row) => {
  const { title, data, optimizer } = models[row.model];
  const sparse = data === 'reviews' ? `, ${row.form === 'csr' ? 'CSR' : 'dense'}` : '';
  return {
    id: `${row.model}${sparse && `-${row.form}`}`,
    title: `${title}, ${optimizer}, batch ${row.batchSize}${sparse}`,
    ...row,
    flops: bounded(row) ? trainingFlops(models[row.model], row.batchSize) : undefined,
  };
});

/**
 * Whether the peak of multiply-adds bounds a row: not where most of a product is left out, as with sparse rows and
 * convolutions by fewer operations than the direct way, nor where there are no products of matrices.
 */
function bounded({ model, form, batchSize }) {
  return form === 'dense' && batchSize > 1 && model !== 'cnn';
}

/** Training steps of whole models through `fit`. `cost` is that of a step. */
export const train = {
  name: 'train',
  title: 'Training',
  rows,
  text: { unit: 'samples/s', value: ({ batchSize }, { cost }) => (batchSize * 1000) / cost },
  share: { title: 'of bound', value: ({ flops }, { cost, peak }) => flops / cost / 1e6 / peak },
  paces: {
    full: {
      sample: 700,
      epochs: 20,
      warmupTime: 1000,
      time: 1500,
      iterations: 3,
      long: 2000,
      longest: 120_000,
      rounds: 2,
    },
    quick: {
      sample: 80,
      epochs: 5,
      warmupTime: 150,
      time: 160,
      iterations: 1,
      long: 500,
      longest: 40_000,
      rounds: 1,
    },
  },

  async open(peer, row, work) {
    if (!peer.train) throw new Error('does not train');
    const { model, form, batchSize } = row;
    const weights = work.weights(model);
    const samples = new Map();
    const open = (count, options) => {
      if (!samples.has(count)) samples.set(count, work.samples(model, form, count));
      return peer.train(models[model], weights, samples.get(count), { form, batchSize, ...options });
    };
    let expected;
    return {
      async outputs() {
        const began = performance.now();
        const outputs = await firstLosses(open, checkedRows(row));
        const perRow = (performance.now() - began) / (CHECKED.steps * checkedRows(row));
        expected = 2 * perRow * batchSize * row.batches[0];
        return outputs;
      },
      async time(pace) {
        if (expected > pace.longest) {
          throw new Error(`is spared a run of about ${(expected / 1000).toFixed(0)} s`);
        }
        return timePeak(peer, () => timeTraining((count) => open(count, { plain: false }), row, pace));
      },
    };
  },

  /** Within 1e-4 of themselves. */
  expected(row, work, formulas) {
    const { model } = row;
    const { optimizer } = models[model];
    const batch = work.samples(model, 'dense', checkedRows(row));
    const losses = trainingLosses(
      models[model],
      work.weights(model),
      batch,
      CHECKED.steps,
      formulas[optimizer],
    );
    return { values: losses, tolerances: losses.map((loss) => 1e-4 * loss) };
  },
};

/** The losses before each of the first steps on one batch: epochs of a single step. */
async function firstLosses(open, batchSize) {
  const session = await open(batchSize, { plain: true, batchSize });
  try {
    return (await session.train(CHECKED.steps)).map(({ loss }) => loss);
  } finally {
    session.close();
  }
}

/**
 * Times the training of new models, always the same work: the mean step from the end of the first epoch to the end of
 * the last, so that everything counts that comes with an epoch, and nothing that comes once in a run.
 *
 * @param {(rows: number) => Promise<object>} open begins the training of a new model on the first rows of the data.
 */
export async function timeTraining(open, { batchSize, batches }, pace) {
  const [least, most] = batches;
  const began = performance.now();
  let first;
  do first = await trainNew(open, least * batchSize, 2);
  while (performance.now() - began < pace.warmupTime);
  const step = first.ms / least;
  if (first.ms > pace.long) return { cost: step, spread: 0, samples: 1, ...first.losses };

  const count = clamp(pace.sample / step, least, most);
  const epochs = clamp(pace.sample / (step * count), 2, pace.epochs);
  let losses = {};
  const sample = async () => {
    const start = performance.now();
    const run = await trainNew(open, count * batchSize, epochs);
    losses = run.losses;
    return { ms: run.ms / count, total: performance.now() - start };
  };
  return { ...(await timeSamples(sample, { ...pace, warmupTime: 0 })), ...losses };
}

/** Milliseconds of an epoch, and the losses of the first and the last. */
async function trainNew(open, rows, epochs) {
  const session = await open(rows);
  try {
    const ended = await session.train(epochs);
    const [first, last] = [ended[0], ended.at(-1)];
    const ms = (last.end - first.end) / (ended.length - 1);
    return { ms, losses: { firstLoss: first.loss, lastLoss: last.loss } };
  } finally {
    session.close();
  }
}

function clamp(value, least, most) {
  return Math.min(Math.max(Math.round(value), least), most);
}
