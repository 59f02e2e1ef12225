import { combine } from './statistics.js';

/** Calls that would take more milliseconds, going by a row of the same kind, are not made. */
const LONGEST_CALL = { full: 20_000, quick: 500 };
/** Below so many milliseconds a call tells nothing about larger ones: most of it is what comes with every call. */
const TELLING_CALL = 2;

/**
 * Runs the rows of a family: each by all peers in turn, each peer in its own process, never two at once. A row is first
 * computed by all and checked against the reference; what agrees is timed, in rounds.
 *
 * @param {object} family one of measured.js.
 * @param {{ pool: import('../peers/pool.js').Pool, work: object, pace: 'full' | 'quick', progress: Function }} context
 * @returns {Promise<{ rows: object[], peers: object, problems: string[], notes: string[] }>} each row with the
 *   `results` of the peers by name, or in `refused` why there are none.
 */
export async function runRows(family, { pool, work, pace, progress }) {
  const problems = [];
  progress(`${family.name}: starting the peers`);
  const started = await pool.open();
  const answering = started.filter(({ error }) => !error);
  for (const { name, error } of started) if (error) problems.push(`${name} does not start: ${error}`);
  const rows = [];
  for (const row of family.rows) {
    progress(`${family.name}: ${row.title}`);
    const [willing, refused] = spareLongCalls(family, row, answering, rows, LONGEST_CALL[pace]);
    const measured = await runRow(family, row, willing, { work, pace, problems });
    rows.push({ ...measured, refused: { ...refused, ...measured.refused } });
  }
  await pool.close();
  const notes = answering.flatMap((peer) => otherWork(peer, rows));
  const described = Object.fromEntries(answering.map(({ name, version }) => [name, { version }]));
  return { rows, peers: described, problems, notes };
}

/** Those that a row will not keep too long, going by what rows of its kind have cost them, and why not the others. */
function spareLongCalls(family, row, peers, rows, longest) {
  const refused = {};
  const willing = peers.filter(({ name }) => {
    const known = rows.findLast(
      (other) => family.kind?.(other) === family.kind?.(row) && other.results[name],
    );
    if (!family.kind || !(known?.results[name].cost > TELLING_CALL)) return true;
    const expected = (known.results[name].cost * row.flops) / known.flops;
    if (expected > longest) refused[name] = 'is spared calls that would take too long';
    return expected <= longest;
  });
  return [willing, refused];
}

async function runRow(family, row, peers, { work, pace, problems }) {
  const results = {};
  const refused = {};
  const checked = [];
  const { rounds, ...timing } = family.paces[pace];
  const references = new Map();
  const expected = ({ formulas }) => {
    const key = JSON.stringify(formulas ?? {});
    if (!references.has(key)) references.set(key, family.expected(row, work, formulas));
    return references.get(key);
  };
  for (const peer of peers) {
    const {
      outputs,
      refused: reason,
      error,
    } = await peer.process.ask({ do: 'open', family: family.name, row, pace: timing });
    if (!outputs) {
      refused[peer.name] = (reason ?? error).split('\n')[0];
      continue;
    }
    const fault = peer.otherWork ? undefined : disagreement(outputs, expected(peer));
    if (fault) {
      problems.push(`${family.name}, ${row.id}: ${peer.name} ${fault}`);
      refused[peer.name] = fault;
    } else checked.push(peer);
  }
  const timings = Object.fromEntries(checked.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, process } of checked) {
      const answer = await process.ask({ do: 'time', pace: timing });
      if (answer.error) refused[name] = answer.error.split('\n')[0];
      else timings[name].push(answer);
    }
  }
  for (const { name, process, otherWork } of peers) {
    await process.ask({ do: 'close' });
    if (!timings[name]?.length) continue;
    results[name] = combine(timings[name]);
    if (otherWork) results[name].otherWork = true;
    else problems.push(...learning(family, row, name, results[name]));
  }
  return { ...row, results, refused };
}

/** How outputs differ from what is expected, or undefined. */
export function disagreement(outputs, { values, tolerances }) {
  if (outputs.length !== values.length) return `has ${outputs.length} results instead of ${values.length}`;
  const errors = values.map((value, i) => Math.abs(outputs[i] - value) / tolerances[i]);
  const worst = errors.findIndex((error, i) => outputs[i] === null || !(error <= 1));
  if (worst < 0) return undefined;
  const tolerance = tolerances[worst].toExponential(1);
  return `computes ${outputs[worst]} instead of ${values[worst]}, tolerance ${tolerance} (result ${worst})`;
}

/** A library whose loss does not fall does other work than the rest. */
function learning(family, row, name, { firstLoss, lastLoss }) {
  if (firstLoss === undefined || lastLoss < firstLoss) return [];
  return [`${family.name}, ${row.id}: the loss of ${name} does not fall (${firstLoss} to ${lastLoss})`];
}

function otherWork({ name, otherWork }, rows) {
  if (!otherWork || !rows.some(({ results }) => results[name])) return [];
  return [`${name} (*) does other work, unchecked: ${otherWork}.`];
}
