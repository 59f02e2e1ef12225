/**
 * A table as text.
 *
 * @param {import('./grid.js').Grid} grid
 */
export function table({ titles, left, lines }) {
  const cells = [titles, ...lines];
  const widths = titles.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const texts = cells.map((line) =>
    line.map((cell, i) => (left[i] ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  texts.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return texts.map((line) => line.trimEnd()).join('\n');
}

/** One line on stderr that says what is being measured, where somebody watches. */
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
