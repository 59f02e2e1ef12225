import { checkInteger } from '../data/prepare/options.js';
import { ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import { element, fitText, svgDocument, textAt, textWidth, theme, titleAt } from './svg.js';

/** Options of `confusionMatrixChart`; sizes are in pixels. */
export interface ConfusionMatrixChartOptions {
  /** Names of the classes; default 0, 1, 2, … */
  labels?: readonly (string | number)[];
  /** What stands above it. Default: nothing. */
  title?: string;
  /** Default: what cells of a readable size need. The height follows from it. */
  width?: number;
}

// From white to dark blue (ColorBrewer's Blues), at equal distances.
const RAMP = [
  [247, 251, 255],
  [198, 219, 239],
  [107, 174, 214],
  [33, 113, 181],
  [8, 48, 107],
];

/**
 * A confusion matrix as a heat map in an SVG document: rows are true classes, columns predicted ones, numbers are
 * counts, and the colour is the share of the row, so that rare classes can be read as well.
 *
 * @param matrix what `confusionMatrix` returns.
 * @throws ShapeError `not-square` or `label-count`; ConfigError `unknown-option`; ValueError `not-an-integer`.
 */
export function confusionMatrixChart(
  matrix: readonly (readonly number[])[],
  options: ConfusionMatrixChartOptions = {},
): string {
  checkOptions(options, ['labels', 'title', 'width'], 'confusionMatrixChart');
  const count = matrix.length;
  const labels = (options.labels ?? matrix.map((_, i) => i)).map(String);
  if (count === 0 || matrix.some((row) => row.length !== count)) {
    throw new ShapeError('not-square', `matrix: expected as many columns as rows, got ${count} rows.`);
  }
  if (labels.length !== count) {
    throw new ShapeError('label-count', `labels: expected ${count} names, got ${labels.length}.`);
  }
  const names = labels.map((label) => fitText(label, theme.label, 160));
  const { cell, left, right, top, bottom, width, height, upright } = layout(matrix, names, options);
  const parts = options.title ? [titleAt(18, 30, options.title, width)] : [];
  matrix.forEach((row, r) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, c) => {
      const share = total > 0 ? value / total : 0;
      const [x, y] = [left + c * cell, top + r * cell];
      parts.push(
        element('rect', { x, y, width: cell, height: cell, fill: colorOf(share), stroke: theme.ground }),
      );
      if (cell < 16 || textWidth(String(value), theme.label) > cell) return;
      const color = share > 0.5 ? theme.ground : value === 0 ? theme.axis : theme.ink;
      parts.push(textAt(x + cell / 2, y + cell / 2 + 4, String(value), { color, anchor: 'middle' }));
    });
  });
  const style = { color: theme.ink } as const;
  const every = Math.ceil(14 / cell);
  names.forEach((label, k) => {
    if (k % every !== 0) return;
    const middle = (k + 0.5) * cell;
    parts.push(textAt(left - 8, top + middle + 4, label, { ...style, anchor: 'end' }));
    const column = left + middle;
    parts.push(
      upright
        ? textAt(column + 4, bottom + 8, label, { ...style, anchor: 'end', rotate: -90 })
        : textAt(column, bottom + 18, label, { ...style, anchor: 'middle' }),
    );
  });
  const caption = { color: theme.muted, anchor: 'middle' } as const;
  parts.push(
    element('rect', {
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      fill: 'none',
      stroke: theme.axis,
    }),
    textAt((left + right) / 2, height - 12, 'predicted', caption),
    textAt(20, (top + bottom) / 2, 'true', { ...caption, rotate: -90 }),
    drawScale(right + 22, top, bottom),
  );
  return svgDocument(width, height, options.title ?? 'Confusion matrix', parts);
}

/** Where the cells lie, how large they and the whole are, and whether the names of the columns stand on end. */
function layout(
  matrix: readonly (readonly number[])[],
  names: readonly string[],
  { title, width }: ConfusionMatrixChartOptions,
) {
  const count = matrix.length;
  const longest = Math.max(...names.map((name) => textWidth(name, theme.label)));
  const largest = Math.max(...matrix.flat().map((value) => textWidth(String(value), theme.label)));
  const left = 44 + longest;
  const beside = left + 98;
  const readable = Math.max(count > 15 ? 26 : 40, largest + 12, count < 4 ? 72 : 0);
  const given = width === undefined ? undefined : checkInteger(width, 'width', 160, 100_000);
  const cell = given === undefined ? readable : Math.max(4, (given - beside) / count);
  const titleWidth = 40 + textWidth(title ?? '', theme.title * 1.1);
  const right = left + cell * count;
  const top = title ? 58 : 24;
  const bottom = top + cell * count;
  const upright = longest > cell - 6;
  return {
    cell,
    left,
    right,
    top,
    bottom,
    upright,
    width: given ?? Math.ceil(Math.max(beside + cell * count, titleWidth)),
    height: Math.ceil(bottom + (upright ? longest + 12 : 20) + 30),
  };
}

/** The meaning of the colours, from 0 to 100 % of the row. */
function drawScale(x: number, top: number, bottom: number): string {
  const steps = 40;
  const height = (bottom - top) / steps;
  const parts = Array.from({ length: steps }, (_, i) =>
    element('rect', {
      x,
      y: bottom - (i + 1) * height,
      width: 12,
      height: height + 0.5,
      fill: colorOf((i + 0.5) / steps),
      'shape-rendering': 'crispEdges',
    }),
  );
  for (const percent of bottom - top < 90 ? [0, 100] : [0, 50, 100]) {
    const y = bottom - ((bottom - top) * percent) / 100;
    parts.push(textAt(x + 17, y + 4, `${percent}%`, { size: theme.tick, color: theme.muted }));
  }
  if (bottom - top > 140) {
    const style = { size: theme.tick, color: theme.muted, anchor: 'middle', rotate: -90 } as const;
    parts.push(textAt(x + 62, (top + bottom) / 2, 'share of the true class', style));
  }
  return parts.join('\n');
}

function colorOf(share: number): string {
  const at = Math.min(Math.max(share, 0), 1) * (RAMP.length - 1);
  const from = Math.min(Math.floor(at), RAMP.length - 2);
  const channels = RAMP[from].map((low, i) => Math.round(low + (RAMP[from + 1][i] - low) * (at - from)));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
