const exact = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number with three significant digits, or all digits before the point. */
export function number(value) {
  return (Math.abs(value) < 1000 ? exact : whole).format(value);
}

export function percent(share) {
  return `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;
}

/**
 * A table as text.
 *
 * @param {readonly { title: string, text: (row: any) => string, left?: boolean }[]} columns
 * @param {readonly object[]} rows
 */
export function table(columns, rows) {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const lines = cells.map((line) =>
    line.map((cell, i) => (columns[i].left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** One line on stderr that says what is being measured, where somebody watches. */
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** The table of a family, with its notes. */
export function report({ title, columns }, { rows, notes = [] }) {
  return ['', title, '', table(columns, rows), ...notes].join('\n');
}

/** What was aimed at and whether it was reached, what was found, and what makes the run worthless. */
export function summary(results) {
  const lines = results.flatMap(({ targets = [], facts = [], problems = [] }) => [
    ...targets.map(({ name, reached, detail }) => `${name}: ${reached ? 'reached' : 'missed'}, ${detail}`),
    ...facts,
    ...problems.map((problem) => `PROBLEM ${problem}`),
  ]);
  return lines.length > 0 ? ['', 'Summary', '', ...lines].join('\n') : '';
}
