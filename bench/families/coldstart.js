import { median } from '../measure/statistics.js';
import { commandOf, python, start } from '../peers/process.js';

const ROUNDS = { full: 11, quick: 2 };

const rows = [
  { id: 'first-prediction', title: 'import, model of 13-64-64-1, first prediction', script: 'start' },
  {
    id: 'infer',
    title: 'the same from a saved model with fourlane/infer',
    script: 'startInfer',
    only: 'fourlane',
  },
];

/** A process from its start to its first prediction. */
export const coldstart = {
  name: 'coldstart',
  title: 'Cold start of a process',
  rows,
  text: { unit: 'ms', value: (_row, { cost }) => cost },

  /** Rounds over all rows and peers, so that a busy minute falls on all of them; the first one only fills the caches. */
  async run({ peers, folder, pace, progress }) {
    const problems = [];
    const empty = { Node: [process.execPath, ['-e', '0']] };
    if (peers.some((peer) => peer.python)) empty.Python = [python, ['-c', 'pass']];
    const jobs = [
      ...Object.entries(empty).map(([name, command]) => ({ name, command, times: [] })),
      ...rows.flatMap((row) =>
        peers
          .filter(({ name }) => !row.only || row.only === name)
          .map((peer) => ({ row, name: peer.name, command: commandOf(peer, row.script, folder), times: [] })),
      ),
    ];
    for (let round = 0; round < ROUNDS[pace]; round++) {
      for (const job of jobs) {
        if (job.failed) continue;
        progress(`cold start, round ${round + 1}: ${job.name}`);
        const began = performance.now();
        const fault = await firstOutput(job.command);
        if (fault) {
          job.failed = true;
          problems.push(`coldstart: ${job.name}: ${fault}`);
        } else if (round > 0) job.times.push(performance.now() - began);
      }
    }
    const results = (row) =>
      Object.fromEntries(
        jobs.filter((job) => job.row === row && !job.failed).map(({ name, times }) => [name, timing(times)]),
      );
    const measured = rows.map((row) => ({ ...row, results: results(row), refused: {} }));
    const floor = jobs
      .filter(({ row }) => !row)
      .map(({ name, times }) => `${median(times).toFixed(0)} ms (${name})`);
    return { rows: measured, problems, notes: [`A process that does nothing: ${floor.join(', ')}.`] };
  },
};

/** Waits for what a process prints, or its end without fault. @returns what went wrong. */
function firstOutput(command) {
  const child = start(command);
  return new Promise((resolve) => {
    let answered = false;
    const answer = (fault) => {
      if (answered) return;
      answered = true;
      resolve(fault);
    };
    child.once('error', ({ message }) => answer(message));
    child.stdout.once('data', () => answer(undefined));
    child.once('close', (code) => answer(code ? child.said.trim().split('\n').at(-1) : undefined));
  });
}

function timing(times) {
  const cost = median(times);
  return { cost, spread: median(times.map((time) => Math.abs(time - cost))) / cost, samples: times.length };
}
