import { gemm } from './families/gemm.js';
import { kernels } from './families/kernels.js';
import { disagreement } from './measure/rows.js';
import { combine } from './measure/statistics.js';
import { open } from './peers/fourlane.js';
import { familyGrid } from './report/grid.js';
import { table } from './report/text.js';
import { noises } from './work/noise.js';

/**
 * Runs the kernels of this library in this very realm, without any other process: for pages and other runtimes.
 *
 * @param {object} options
 * @param {(name: string) => Promise<Uint8Array>} options.bytes of 'core.wasm' and 'peak.wasm'.
 * @param {'full' | 'quick'} options.pace
 * @param {(text: string) => void | Promise<void>} options.progress what is being measured.
 * @returns {Promise<string>} tables.
 */
export async function runAlone({ bytes, pace, progress }) {
  const made = new Map();
  const noise = (name, length) => {
    if (!made.has(name)) made.set(name, noises[name]());
    return made.get(name).subarray(0, length);
  };
  const work = { bytes, noise };
  const peer = await open(work);
  const parts = [];
  for (const family of [gemm, kernels]) {
    const rows = [];
    for (const row of family.rows) {
      await progress(`${family.name}: ${row.title}`);
      rows.push({
        ...row,
        results: { fourlane: await measure(family, row, peer, work, family.paces[pace]) },
      });
    }
    parts.push(`${family.title}\n\n${table(familyGrid(family, rows))}`);
  }
  return parts.join('\n\n');
}

async function measure(family, row, peer, work, { rounds, ...pace }) {
  const opened = await family.open(peer, row, work, pace);
  const fault = disagreement(await opened.outputs(), family.expected(row, work, peer.formulas));
  if (fault) throw new Error(`${family.name}, ${row.id}: ${fault}`);
  const timings = [];
  for (let round = 0; round < rounds; round++) timings.push(await opened.time(pace));
  opened.close();
  return combine(timings);
}
