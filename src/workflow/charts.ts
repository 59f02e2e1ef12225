import { checkInteger } from '../data/prepare/options.js';
import { ConfigError, ValueError } from '../errors.js';
import { checkOptions } from '../names.js';
import {
  bestEpoch,
  exponentialMovingAverage,
  type HistoryLike,
  isScore,
  type Series,
  seriesOf,
} from './history.js';
import { type Curve, drawPanel, type Mark, type Panel } from './panel.js';
import { svgDocument, theme, titleAt } from './svg.js';
import { formatNumber } from './ticks.js';

/** A line of `lineChart`. */
export interface ChartLine {
  name: string;
  /** Values that are not finite leave a gap. */
  values: ArrayLike<number>;
  /** Position of the first value on the horizontal axis; default 1. */
  start?: number;
  /** A colour of SVG; default: one of the palette. */
  color?: string;
}

/** Options of `lineChart`; sizes are in pixels. */
export interface LineChartOptions {
  /** What stands above it. Default: nothing. */
  title?: string;
  /** Default 'epoch'. */
  xLabel?: string;
  /** What stands beside the vertical axis. Default: nothing. */
  yLabel?: string;
  /** Default 560. */
  width?: number;
  /** Default 360. */
  height?: number;
}

/** Options of `learningCurves`; sizes are in pixels. */
export interface LearningCurvesOptions {
  /** What stands above the panels. Default: nothing. */
  title?: string;
  /** Names of the series, without `val_`, one panel each; default: the loss and the first accuracy or metric. */
  keys?: readonly string[];
  /** Factor of an exponential moving average; the curves themselves stay as pale lines. Default 0, none. */
  smoothing?: number;
  /** Default 420 for each panel of a row, of which there are two. */
  width?: number;
  /** Default 320 for each row of panels. */
  height?: number;
}

const TITLE_HEIGHT = 34;
const MARGIN = 10;

/**
 * Lines over whole numbers, such as epochs, as an SVG document.
 *
 * @throws ValueError `no-lines` or `not-an-integer`; ConfigError `unknown-option`.
 */
export function lineChart(lines: readonly ChartLine[], options: LineChartOptions = {}): string {
  checkOptions(options, ['title', 'xLabel', 'yLabel', 'width', 'height'], 'lineChart');
  const { title, xLabel = 'epoch', yLabel, width = 560, height = 360 } = options;
  if (lines.length === 0) throw new ValueError('no-lines', 'lines: expected at least one line, got none.');
  const curves = lines.map(
    ({ name, values, start = 1, color }, i): Curve => ({
      name,
      color: color ?? theme.series[i % theme.series.length],
      points: Array.from(values, (value, at) => [start + at, value] as const),
    }),
  );
  return page(
    [{ xLabel, yLabel, curves }],
    1,
    width,
    height,
    title,
    title ?? lines.map((line) => line.name).join(', '),
  );
}

/**
 * Training and validation curves of a history, a panel for each series side by side, as an SVG document. Epochs are
 * counted from 1; the epoch with the best validation value is marked.
 *
 * @param history what `fit` resolves to, or its `history`.
 * @throws ConfigError `unknown-key` or `unknown-option`; ValueError `factor` or `not-an-integer`.
 */
export function learningCurves(history: HistoryLike, options: LearningCurvesOptions = {}): string {
  checkOptions(options, ['title', 'keys', 'smoothing', 'width', 'height'], 'learningCurves');
  const series = seriesOf(history);
  const { title, keys = defaultKeys(series), smoothing = 0 } = options;
  for (const key of keys) {
    if (Object.hasOwn(series, key) || Object.hasOwn(series, `val_${key}`)) continue;
    throw new ConfigError(
      'unknown-key',
      `keys: the history has no '${key}', only ${Object.keys(series).join(', ')}.`,
    );
  }
  const columns = Math.min(keys.length, 2);
  const rows = Math.ceil(keys.length / 2);
  const { width = columns * 420, height = rows * 320 + (title ? TITLE_HEIGHT : 0) } = options;
  const panels = keys.map((key) => curvesPanel(series, key, smoothing));
  return page(panels, columns, width, height, title, title ?? `Learning curves: ${keys.join(', ')}`);
}

type Content = Omit<Panel, 'x' | 'y' | 'width' | 'height'>;

function page(
  panels: readonly Content[],
  columns: number,
  width: number,
  height: number,
  title: string | undefined,
  name: string,
): string {
  checkInteger(width, 'width', 160, 100_000);
  checkInteger(height, 'height', 120, 100_000);
  const top = title ? TITLE_HEIGHT : 0;
  const [cellWidth, cellHeight] = [
    (width - 2 * MARGIN) / columns,
    (height - top - 2 * MARGIN) / Math.ceil(panels.length / columns),
  ];
  const drawn = panels.map((panel, i) =>
    drawPanel({
      ...panel,
      x: MARGIN + (i % columns) * cellWidth,
      y: MARGIN + top + Math.floor(i / columns) * cellHeight,
      width: cellWidth,
      height: cellHeight,
    }),
  );
  const head = title ? [titleAt(MARGIN + 8, 28, title, width)] : [];
  return svgDocument(width, height, name, [...head, ...drawn]);
}

/** The loss, and beside it the first accuracy or, failing that, the first other metric. */
function defaultKeys(series: Series): string[] {
  const names = Object.keys(series).filter((key) => !key.startsWith('val_') && key !== 'learning_rate');
  const others = names.filter((key) => key !== 'loss');
  const second = others.find((key) => isScore(key)) ?? others[0];
  return [...names.filter((key) => key === 'loss'), ...(second ? [second] : [])];
}

function curvesPanel(series: Series, key: string, smoothing: number): Content {
  const [train, validation] = [series[key], series[`val_${key}`]];
  const epochs = Math.max(train?.length ?? 0, validation?.length ?? 0);
  const curves: Curve[] = [];
  const draw = (name: string, values: number[] | undefined, color: string) => {
    if (!values) return;
    const curve = { name, color, points: overEpochs(values, epochs) };
    if (smoothing > 0) {
      const smooth = overEpochs(exponentialMovingAverage(values, smoothing), epochs);
      curves.push({ ...curve, pale: true }, { ...curve, points: smooth });
    } else curves.push(curve);
  };
  draw('training', train, theme.series[0]);
  draw('validation', validation, theme.series[1]);
  const mark = validation?.some((value) => Number.isFinite(value))
    ? bestMark(series, key, epochs)
    : undefined;
  return { heading: key, xLabel: 'epoch', curves, mark };
}

function bestMark(series: Series, key: string, epochs: number): Mark {
  const best = bestEpoch(series, `val_${key}`);
  const [x, y] = overEpochs(series[`val_${key}`], epochs)[best];
  return { name: `best: ${formatNumber(y)} in epoch ${x}`, color: theme.series[1], x, y };
}

/** Values at their epochs, counted from 1; a shorter series was recorded in every k-th epoch (`validationFreq`). */
function overEpochs(values: readonly number[], epochs: number): [number, number][] {
  const stride = Math.max(1, Math.floor(epochs / values.length));
  return values.map((value, i) => [(i + 1) * stride, value]);
}
