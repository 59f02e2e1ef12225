import { combine } from '../measure/statistics.js';
import { PeerProcess } from '../peers/process.js';

/** Milliseconds after which a peer's answer is no longer waited for. */
const PATIENCE = { full: 180_000, quick: 30_000 };

/**
 * Runs the rows of a family: each by all peers in turn, each peer in its own process, never two at once. A row is first
 * computed by all and checked against the reference; what agrees is timed, in rounds.
 *
 * @param {object} family one of measured.js.
 * @param {{ peers: object[], folder: string, work: object, pace: 'full' | 'quick', progress: (text: string) => void }}
 *   context
 * @returns {Promise<{ rows: object[], peers: object, problems: string[], notes: string[] }>} each row with the
 *   `results` of the peers by name, or in `refused` why there are none.
 */
export async function runRows(family, { peers, folder, work, pace, progress }) {
  const answering = [];
  const described = {};
  const problems = [];
  const notes = [];
  for (const peer of peers) {
    progress(`${family.name}: starting ${peer.name}`);
    const started = new PeerProcess(peer, folder, PATIENCE[pace]);
    const hello = await started.hello();
    if (hello.error) {
      problems.push(`${peer.name} does not start: ${hello.error}`);
      await started.end();
      continue;
    }
    described[peer.name] = hello;
    answering.push({ name: peer.name, process: started, ...hello });
  }
  const rows = [];
  for (const row of family.rows) {
    progress(`${family.name}: ${row.title}`);
    rows.push(await runRow(family, row, answering, { work, pace, problems }));
  }
  for (const { process } of answering) await process.end();
  for (const peer of answering) notes.push(...otherWork(peer, rows));
  return { rows, peers: described, problems, notes };
}

async function runRow(family, row, peers, { work, pace, problems }) {
  const results = {};
  const refused = {};
  const checked = [];
  for (const peer of peers) {
    const {
      outputs,
      refused: reason,
      error,
    } = await peer.process.ask({ do: 'open', family: family.name, row });
    if (!outputs) {
      refused[peer.name] = (reason ?? error).split('\n')[0];
      continue;
    }
    const fault = peer.otherWork
      ? undefined
      : disagreement(outputs, family.expected(row, work, peer.formulas));
    if (fault) {
      problems.push(`${family.name}, ${row.id}: ${peer.name} ${fault}`);
      refused[peer.name] = fault;
    } else checked.push(peer);
  }
  const { rounds, ...timing } = family.paces[pace];
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
  return [`* ${name} does other work, unchecked: ${otherWork}.`];
}
