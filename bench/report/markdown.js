/** Text that Markdown leaves as it is, in a cell of a table. */
function cell(text) {
  return text.replace(/[|*_<]/g, '\\$&');
}

/**
 * A table in Markdown.
 *
 * @param {import('./grid.js').Grid} grid
 */
export function markdownTable({ titles, left, lines }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = left.map((isLeft) => (isLeft ? '---' : '---:'));
  return [line(titles.map(cell)), line(rule), ...lines.map((cells) => line(cells.map(cell)))].join('\n');
}

export function list(items) {
  return items.map((item) => `- ${item}`).join('\n');
}
