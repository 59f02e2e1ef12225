import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median } from '../measure/statistics.js';
import { start } from '../peers/process.js';

const ROUNDS = { full: 20, quick: 3 };
const script = fileURLToPath(new URL('../peers/threaded.js', import.meta.url));

const rows = [1, 2].map((threads) => ({
  id: `threads-${threads}`,
  title: `MNIST 784-512-512-10, adam, batch 256, ${threads} thread${threads > 1 ? 's' : ''}`,
  threads,
}));

/** The same training on one thread and on two, in processes of their own that take turns. `cost` is that of a step. */
export const threads = {
  name: 'threads',
  title: 'Threads of this library',
  rows,
  text: { unit: 'ms/step', value: (_row, { cost }) => cost },

  async run({ folder, pace, progress }) {
    const sides = rows.map((row) => {
      const child = start([process.execPath, [script, String(row.threads), folder]]);
      const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      return { row, child, answer: async () => JSON.parse((await answers.next()).value), times: [] };
    });
    const problems = [];
    try {
      for (const { row, answer } of sides) {
        const { threads } = await answer();
        if (threads !== row.threads) problems.push(`threads: ${row.threads} wanted, ${threads} there`);
      }
      for (let round = 0; round < ROUNDS[pace]; round++) {
        progress(`threads, round ${round + 1}`);
        for (const { child, answer, times } of sides) {
          child.stdin.write('\n');
          times.push((await answer()).ms);
        }
      }
    } catch {
      return { rows: [], problems: sides.map(({ child }) => `threads: ${child.said.trim()}`) };
    } finally {
      for (const { child } of sides) child.stdin.end();
    }
    const measured = sides.map(({ row, times }) => ({
      ...row,
      results: { fourlane: timing(times) },
      refused: {},
    }));
    const [one, two] = sides.map(({ times }) => median(times));
    const notes = [
      `Two threads are ${(one / two).toFixed(2)} times as fast as one; both need a core of their own.`,
    ];
    return { rows: measured, problems, notes };
  },
};

function timing(times) {
  const cost = median(times);
  return { cost, spread: median(times.map((time) => Math.abs(time - cost))) / cost, samples: times.length };
}
