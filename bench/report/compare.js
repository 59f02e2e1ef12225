import { number } from './format.js';

/** Changes below this are never marked: two runs on the same machine differ by as much. */
const LEAST = 0.03;
/** How many times the spreads of both measurements a change has to be. */
const SPREADS = 2;

/**
 * Every result that two reports have in common, with how many times what it cost in the older one it costs now.
 *
 * @param {Record<string, { rows: object[] }>} older families by name.
 * @param {Record<string, { rows: object[] }>} newer
 * @returns {{ family: string, row: string, peer: string, ratio: number, noise: number, change: '' | 'better' | 'worse' }[]}
 */
export function compare(older, newer) {
  const changes = [];
  for (const [family, { rows }] of Object.entries(newer)) {
    const known = new Map((older[family]?.rows ?? []).map((row) => [row.id, row]));
    for (const row of rows) {
      for (const [peer, now] of Object.entries(row.results)) {
        const then = known.get(row.id)?.results[peer];
        if (!then) continue;
        const ratio = now.cost / then.cost;
        const noise = Math.max(LEAST, SPREADS * Math.hypot(now.spread ?? 0, then.spread ?? 0));
        changes.push({ family, row: row.title, peer, ratio, noise, change: changeOf(ratio, noise) });
      }
    }
  }
  return changes;
}

/** A ratio is compared as a factor in both directions: half and double are as far away. */
function changeOf(ratio, noise) {
  if (ratio > 1 + noise) return 'worse';
  return ratio < 1 / (1 + noise) ? 'better' : '';
}

/** The changes as a table: all of this library, of the peers only those that are marked. */
export function changesGrid(changes) {
  const shown = changes.filter(({ peer, change }) => change || peer === 'fourlane');
  return {
    titles: ['family', 'row', 'library', 'cost now / then', 'noise', ''],
    left: [true, true, true, false, false, true],
    lines: shown.map(({ family, row, peer, ratio, noise, change }) => [
      family,
      row,
      peer,
      ratio.toFixed(3),
      `± ${number(noise * 100)} %`,
      change,
    ]),
  };
}
