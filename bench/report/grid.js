import { peers } from '../peers/index.js';
import { number, percent, times } from './format.js';

/** Whose results the ratios are of. */
const OWN = 'fourlane';

/**
 * A table: titles of columns, which of them stand on the left, and the text of every cell.
 *
 * @typedef {{ titles: string[], left: boolean[], lines: string[][] }} Grid
 */

function perRow(value, row) {
  return typeof value === 'function' ? value(row) : value;
}

/** A result in the unit of its row. */
export function resultText({ text }, row, result) {
  const second = text.second?.(row, result);
  const shown = number(text.value(row, result));
  return `${shown}${second === undefined ? '' : ` / ${number(second)}`}${result.otherWork ? '*' : ''}`;
}

/**
 * What a family has measured: a line for each row; behind this library's result those of the peers, each with how many
 * times less it costs this library.
 *
 * @param {object} family its formats.
 * @param {readonly object[]} rows what was measured.
 * @returns {Grid}
 */
export function familyGrid(family, rows) {
  const compared = peers.filter(({ name }) => name !== OWN && rows.some(({ results }) => results[name]));
  const columns = [
    { title: 'row', left: true, text: (row) => row.title },
    { title: 'unit', left: true, text: (row) => perRow(family.text.unit, row) },
    { title: OWN, text: (row) => (row.results[OWN] ? resultText(family, row, row.results[OWN]) : '') },
    ...(family.share ? [shareColumn(family.share)] : []),
    ...(family.columns ?? []).map(({ title, number: value }) => ({
      title,
      text: (row) => number(value(row, row.results[OWN])),
    })),
    ...compared.map(({ name }) => ({ title: name, text: (row) => peerText(family, row, name) })),
  ];
  return {
    titles: columns.map(({ title }) => title),
    left: columns.map(({ left = false }) => left),
    lines: rows.map((row) => columns.map(({ text }) => text(row))),
  };
}

function shareColumn({ title, value }) {
  const text = (row) => {
    const share = row.results[OWN] ? value(row, row.results[OWN]) : Number.NaN;
    return Number.isFinite(share) ? percent(share) : '';
  };
  return { title, text };
}

function peerText(family, row, name) {
  const { [OWN]: own, [name]: result } = row.results;
  if (!result) return '';
  const shown = resultText(family, row, result);
  return own ? `${shown} (${times(result.cost / own.cost)})` : shown;
}
