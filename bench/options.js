import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [family ...] [options]

  family          what to measure; all without one: gemm, convolution, kernels, train, predict, coldstart, size, scaling,
                  threads
  --quick         every row, but short and less exact; ends within three minutes
  --runs N        so many whole runs; figures are medians of the runs
  --peers a,b     beside these peers alone; '' for none
  --json FILE     where the figures go; default: bench/results/, named by the time
  --report FILE   where the Markdown report goes, with its charts beside it; default: beside the figures
  --compare FILE  the figures of an earlier run, to be compared with
  --help          this text`;

/**
 * What the command line asks for.
 *
 * @param {readonly string[]} args
 * @param {readonly string[]} families names of all.
 * @param {readonly string[]} peers names of all.
 * @throws Error that says what is wrong.
 */
export function readOptions(args, families, peers) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      runs: { type: 'string', default: '1' },
      peers: { type: 'string' },
      json: { type: 'string' },
      report: { type: 'string' },
      compare: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs must be a whole number of 1 or more, but got '${values.runs}'.`);
  }
  const wanted = values.peers?.split(',').filter(Boolean);
  refuseUnknown('family', positionals, families);
  refuseUnknown('peer', wanted ?? [], peers);
  return {
    ...values,
    runs,
    peers: wanted,
    pace: values.quick ? 'quick' : 'full',
    families: positionals.length > 0 ? families.filter((name) => positionals.includes(name)) : families,
  };
}

function refuseUnknown(kind, names, known) {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(`There is no ${kind} '${unknown.join("', '")}'; there are ${known.join(', ')}.`);
}
