import { families as formats } from '../families/index.js';
import { peers } from '../peers/index.js';
import { changesGrid } from './compare.js';
import { number, percent, times } from './format.js';
import { familyGrid, resultText } from './grid.js';
import { machineText } from './machine.js';
import { list, markdownTable } from './markdown.js';
import { table } from './text.js';

/** Below this share of a core somebody else has used it as well. */
const WHOLE_CORE = 0.95;

const formatOf = (name) => formats.find((family) => family.name === name);

/** The measured families with their formats. */
function measured({ families }) {
  return Object.entries(families).map(([name, result]) => ({ format: formatOf(name), ...result }));
}

/** What was refused or failed, row by row, without what a peer does not do at all. */
function refusals({ rows }) {
  const reasons = new Map();
  for (const { title, refused = {} } of rows) {
    for (const [peer, reason] of Object.entries(refused)) {
      const key = `${peer} ${reason}`;
      reasons.set(key, [...(reasons.get(key) ?? []), title]);
    }
  }
  return [...reasons].map(([reason, titles]) =>
    titles.length === rows.length ? `${reason}.` : `${reason}: ${titles.join('; ')}.`,
  );
}

/** How much of a core the timed processes had. */
function coreNote({ rows }) {
  const shares = rows.flatMap(({ title, results }) =>
    Object.entries(results).flatMap(([peer, { core }]) =>
      core === undefined ? [] : [{ title, peer, core }],
    ),
  );
  const short = shares.filter(({ core }) => core < WHOLE_CORE);
  if (shares.length === 0) return [];
  if (short.length === 0) return ['Every result had a core for itself.'];
  const worst = short.reduce((a, b) => (b.core < a.core ? b : a));
  const least = `${percent(worst.core)} (${worst.peer}, ${worst.title})`;
  return [
    `${short.length} of ${shares.length} results had less than ${percent(WHOLE_CORE)} of a core, the least ${least}: ` +
      'other programs make these figures worse and noisy.',
  ];
}

function notesOf(family) {
  return [...family.notes, ...coreNote(family), `Took ${family.seconds.toFixed(0)} s.`];
}

/** The most rows that are named one by one. */
const NAMED = 4;

/** Where a peer costs less than this library: a line for each family and peer. */
export function aheadOf({ families }) {
  return measured({ families }).flatMap(({ format, rows }) =>
    peers.flatMap(({ name }) => {
      const compared = rows.filter(
        ({ results }) => results[name] && results.fourlane && !results[name].otherWork,
      );
      const ahead = compared
        .map(({ title, results }) => ({ title, by: results.fourlane.cost / results[name].cost }))
        .filter(({ by }) => by > 1);
      if (ahead.length === 0) return [];
      const by = ahead.map((row) => row.by);
      const summed = `${ahead.length} of ${compared.length} rows, by ${times(Math.min(...by))} to ${times(Math.max(...by))}`;
      const listed = ahead.map((row) => `${row.title} (${times(row.by)})`).join('; ');
      return [`${format.name}: ${name} in ${ahead.length > NAMED ? summed : listed}`];
    }),
  );
}

function targetsGrid(judged) {
  return {
    titles: ['target', 'aim', 'found', ''],
    left: [true, true, true, true],
    lines: judged.map(({ name, aim, found, reached }) => [name, aim, found, reached ? 'reached' : 'missed']),
  };
}

function runsGrid({ families }) {
  const lines = measured({ families }).flatMap(({ format, rows }) =>
    rows.flatMap((row) =>
      Object.entries(row.results).map(([peer, { runs = [], ...result }]) => [
        `${format.name}, ${row.title}`,
        peer,
        resultText(format, row, result),
        runs.map((cost) => number(format.text.value(row, { ...result, cost }))).join(', '),
      ]),
    ),
  );
  return { titles: ['row', 'library', 'median', 'each run'], left: [true, true, false, true], lines };
}

function header({ date, machine, load, pace, runs }) {
  const [before, after] = load.map((value) => value.toFixed(1));
  const how = `${pace}, ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  return [`${date} (${how}).`, `${machineText(machine)}.`, `Load average ${before} before, ${after} after.`];
}

function libraries(document) {
  const described = peers.filter(({ name }) => document.peers[name]);
  return described.map(({ name, title }) => `${name}: ${title} ${document.peers[name].version}`);
}

const HOW =
  'In brackets: how many times what this library costs; below 1 the peer is faster, or smaller. ' +
  'One thread each; every result was compared with a reference in double precision before it was timed.';

/** One family as text. */
export function familyText(format, result) {
  return ['', format.title, '', table(familyGrid(format, result.rows)), ...notesOf(result)].join('\n');
}

/** What a run found, as text: targets, changes, and what went wrong. */
export function summaryText(document) {
  const parts = [];
  if (document.targets.length > 0) parts.push(table(targetsGrid(document.targets)));
  if (document.changes)
    parts.push(`Compared with ${document.comparedWith}\n\n${table(changesGrid(document.changes))}`);
  const behind = aheadOf(document);
  if (behind.length > 0) parts.push(`Where a peer is ahead\n\n${behind.join('\n')}`);
  parts.push(...document.problems.map((problem) => `PROBLEM ${problem}`));
  return parts.map((part) => `\n${part}`).join('\n');
}

/**
 * The whole report in Markdown.
 *
 * @param {object} document what a run found (run.js).
 * @param {readonly { name: string, file: string }[]} charts of the scaling, beside the report.
 * @param {readonly string[]} explanations of them.
 */
export function markdown(document, charts, explanations) {
  const parts = ['# Benchmarks', header(document).join(' '), HOW, list(libraries(document))];
  if (document.missing.length > 0) parts.push(list(document.missing));
  if (document.problems.length > 0) parts.push('## Problems', list(document.problems));
  for (const family of measured(document)) {
    parts.push(`## ${family.format.title}`, markdownTable(familyGrid(family.format, family.rows)));
    const notes = [...notesOf(family), ...refusals(family)];
    if (notes.length > 0) parts.push(list(notes));
    if (family.format.name !== 'scaling') continue;
    parts.push(...charts.map(({ name, file }) => `![${name}](${file})`));
    if (explanations.length > 0) parts.push(list(explanations));
  }
  const behind = aheadOf(document);
  if (behind.length > 0) parts.push('## Where a peer is ahead', list(behind));
  if (document.targets.length > 0) parts.push('## Targets', markdownTable(targetsGrid(document.targets)));
  if (document.changes) {
    parts.push(`## Compared with ${document.comparedWith}`, markdownTable(changesGrid(document.changes)));
  }
  if (document.runs > 1) parts.push('## Each run', markdownTable(runsGrid(document)));
  return `${parts.join('\n\n')}\n`;
}
