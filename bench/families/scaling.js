import { timePeak } from '../measure/bound.js';
import { PeerProcess } from '../peers/process.js';
import { makeWeights, trainingFlops } from '../work/models.js';
import { timeTraining } from './train.js';

/** What stays the same while one size grows. */
const BASE = { batch: 128, width: 256, depth: 4 };
const axes = { batch: [1, 4096], width: [16, 2048], depth: [1, 32] };
/** The most values that x holds, and the most steps of an epoch. */
const VALUES = 2 ** 20;
const STEPS = 64;

function powersOfTwo([least, most]) {
  const powers = [];
  for (let size = least; size <= most; size *= 2) powers.push(size);
  return powers;
}

const rows = Object.entries(axes).flatMap(([axis, range]) =>
  powersOfTwo(range).map((size) => {
    const sizes = { ...BASE, [axis]: size };
    return {
      id: `${axis} ${size}`,
      title: `${axis} ${size}`,
      axis,
      size,
      ...sizes,
      flops: trainingFlops(modelOf(sizes), sizes.batch),
    };
  }),
);

/** `depth` dense layers of `width` units on as many inputs. */
function modelOf({ width, depth }) {
  const layer = { kind: 'dense', units: width, activation: 'relu' };
  const layers = Array.from({ length: depth }, (_, i) =>
    i < depth - 1 ? layer : { ...layer, activation: 'linear' },
  );
  return { inputs: width, layers, loss: 'meanSquaredError', optimizer: 'adam' };
}

/** Time and memory of a training step of this library as one size grows. */
export const scaling = {
  name: 'scaling',
  title: `Scaling: a step of ${BASE.depth} dense layers of ${BASE.width} units, Adam, batch ${BASE.batch}, as one size grows`,
  rows,
  alone: true,
  text: { unit: 'µs', value: (_row, { cost }) => cost * 1000 },
  columns: [
    { title: 'GFLOP/s', number: ({ flops }, { cost }) => flops / cost / 1e6 },
    { title: 'weights, KiB', number: (_row, { weightBytes }) => weightBytes / 1024 },
    { title: 'plan, KiB', number: (_row, { planBytes }) => planBytes / 1024 },
    { title: 'all memory, KiB', number: (_row, { totalBytes }) => totalBytes / 1024 },
  ],
  paces: {
    full: { sample: 300, epochs: 20, warmupTime: 300, time: 700, iterations: 3, long: 5000 },
    quick: { sample: 30, epochs: 10, warmupTime: 20, time: 40, iterations: 1, long: 100 },
  },

  /** A process for each point: nothing is left in its memory, or in its caches, from another. */
  async run({ peers: [peer], folder, pace, progress }) {
    const measured = [];
    const problems = [];
    for (const row of rows) {
      progress(`scaling: ${row.title}`);
      const process = new PeerProcess(peer, folder, 120_000);
      await process.hello();
      const { error, refused } = await process.ask({
        do: 'open',
        family: 'scaling',
        row,
        pace: scaling.paces[pace],
      });
      const timing =
        error || refused
          ? { error: error ?? refused }
          : await process.ask({ do: 'time', pace: scaling.paces[pace] });
      await process.end();
      if (timing.error) problems.push(`scaling, ${row.id}: ${timing.error.split('\n')[0]}`);
      else measured.push({ ...row, results: { [peer.name]: timing }, refused: {} });
    }
    return { rows: measured, problems, notes: [] };
  },

  /** In the peer's process. Memory is taken from the first step of a new model. */
  async open(peer, { batch, width, depth }, work) {
    const model = modelOf({ width, depth });
    const weights = makeWeights(model);
    const steps = Math.min(STEPS, Math.max(1, VALUES / (batch * width)));
    const open = (rows) => {
      const [x, y] = ['a', 'b'].map((name) => work.noise(name, rows * width));
      return peer.train(model, weights, { rows, x, y }, { form: 'dense', batchSize: batch, plain: false });
    };
    const before = peer.usedBytes();
    const session = open(batch);
    const weightBytes = peer.usedBytes() - before;
    await session.train(1);
    const totalBytes = peer.usedBytes() - before;
    // Gradients and Adam's two moments are three times the weights; the rest is what the plan holds for one step.
    const memory = { weightBytes, totalBytes, planBytes: totalBytes - 4 * weightBytes };
    return {
      outputs: () => [],
      async time(pace) {
        const row = { batchSize: batch, batches: [steps, steps] };
        return { ...(await timePeak(peer, () => timeTraining(open, row, pace))), ...memory };
      },
      close: () => session.close(),
    };
  },
};
