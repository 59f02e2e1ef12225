/** A table of text in a frame, laid out as the library `rich` does it for Keras's summaries. */
export interface Column {
  readonly header: string;
  readonly align: 'left' | 'right' | 'center';
  /** The wished width of its text. */
  readonly width: number;
}

/** The lines of a table that is `width` characters wide; cells that are too long are broken between words. */
export function drawTable(columns: readonly Column[], rows: readonly string[][], width: number): string[] {
  const widths = fitted(
    columns.map((column) => column.width + 2),
    width - columns.length - 1,
  ).map((column) => column - 2);
  const rule = (left: string, fill: string, middle: string, right: string) =>
    left + widths.map((column) => fill.repeat(column + 2)).join(middle) + right;
  const draw = (cells: readonly string[], bar: string) => {
    const blocks = cells.map((text, i) => wrapped(text, widths[i]));
    const height = Math.max(...blocks.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) => {
      const texts = blocks.map((block, i) => aligned(block[line] ?? '', widths[i], columns[i].align));
      return `${bar} ${texts.join(` ${bar} `)} ${bar}`;
    });
  };
  const between = rule('├', '─', '┼', '┤');
  return [
    rule('┏', '━', '┳', '┓'),
    ...draw(
      columns.map(({ header }) => header),
      '┃',
    ),
    rule('┡', '━', '╇', '┩'),
    ...rows.flatMap((cells, i) => [...(i ? [between] : []), ...draw(cells, '│')]),
    rule('└', '─', '┴', '┘'),
  ];
}

/** The widths, each made narrower by the same amount, so that they take no more than `available` together. */
function fitted(widths: readonly number[], available: number): number[] {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  if (excess <= 0) return [...widths];
  return widths.map((width, i) => {
    const share = Math.min(width, roundHalfToEven(excess / (widths.length - i)));
    excess -= share;
    return width - share;
  });
}

/** As Python rounds. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 ? below + 1 : below;
}

/** Lines no longer than `width`; a word that is longer ends in an ellipsis. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.matchAll(/\s*\S+\s*/g)) {
    if (line && line.length + word.trimEnd().length > width) {
      lines.push(line);
      line = '';
    }
    line += word;
  }
  return [...lines, line]
    .map((full) => full.trimEnd())
    .map((full) => (full.length > width ? `${full.slice(0, width - 1)}…` : full));
}

function aligned(text: string, width: number, align: Column['align']): string {
  if (align === 'left') return text.padEnd(width);
  if (align === 'right') return text.padStart(width);
  return text.padStart(text.length + ((width - text.length) >> 1)).padEnd(width);
}
