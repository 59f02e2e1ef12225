import { combine } from '../measure/statistics.js';

/**
 * Several whole runs as one: of every number the median, and in `runs` the cost that each run found.
 *
 * @param {readonly Record<string, { rows: object[], notes: string[], problems: string[] }>[]} runs families by name.
 */
export function mergeRuns(runs) {
  if (runs.length === 1) return runs[0];
  return Object.fromEntries(
    Object.keys(runs[0]).map((name) => {
      const parts = runs.map((run) => run[name]);
      const rows = parts[0].rows.map((row) =>
        mergeRow(parts.map((part) => part.rows.find(({ id }) => id === row.id))),
      );
      const all = (key) => [...new Set(parts.flatMap((part) => part[key]))];
      return [name, { ...parts[0], rows, notes: all('notes'), problems: all('problems') }];
    }),
  );
}

/** The same row of all runs that have it. */
function mergeRow(rows) {
  const present = rows.filter(Boolean);
  const names = [...new Set(present.flatMap(({ results }) => Object.keys(results)))];
  const results = Object.fromEntries(
    names.map((name) => {
      const found = present.map((row) => row.results[name]).filter(Boolean);
      return [name, { ...combine(found), runs: found.map(({ cost }) => cost) }];
    }),
  );
  return { ...present[0], results };
}
