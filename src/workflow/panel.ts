import { coordinate, element, fitText, textAt, textWidth, theme } from './svg.js';
import { type Axis, countAxis, valueAxis } from './ticks.js';

/** A curve of a panel. Points that are not finite leave a gap. */
export interface Curve {
  name: string;
  color: string;
  points: readonly (readonly [number, number])[];
  /** Drawn pale and without an entry in the legend: what a smoothed curve was made of. */
  pale?: boolean;
}

/** A point that stands out, with its entry in the legend. */
export interface Mark {
  name: string;
  color: string;
  x: number;
  y: number;
}

/** One diagram: where it stands, what it shows. */
export interface Panel {
  x: number;
  y: number;
  width: number;
  height: number;
  heading?: string;
  xLabel?: string;
  yLabel?: string;
  curves: readonly Curve[];
  mark?: Mark;
}

interface Scales {
  x: (value: number) => number;
  y: (value: number) => number;
}

/** Draws a panel: heading, legend, axes with ticks and grid, curves, mark. */
export function drawPanel(panel: Panel): string {
  const points = panel.curves.flatMap((curve) => curve.points).filter(isFinitePoint);
  const top = panel.y + (panel.heading ? 24 : 4);
  const legend = drawLegend(panel, top);
  const parts = panel.heading
    ? [
        textAt(panel.x + 8, panel.y + 15, fitText(panel.heading, theme.heading * 1.1, panel.width - 16), {
          size: theme.heading,
          weight: '600',
        }),
        ...legend.parts,
      ]
    : legend.parts;
  const plotTop = top + legend.height + 8;
  const plotBottom = panel.y + panel.height - 26 - (panel.xLabel ? 20 : 0);
  if (points.length === 0) {
    const [x, y] = [panel.x + panel.width / 2, (plotTop + plotBottom) / 2];
    return element(
      'g',
      {},
      [...parts, textAt(x, y, 'no values', { color: theme.muted, anchor: 'middle' })].join(''),
    );
  }
  const vertical = extent(points.map((point) => point[1]));
  const yAxis = valueAxis(
    vertical[0],
    vertical[1],
    Math.max(2, Math.min(6, Math.floor((plotBottom - plotTop) / 42))),
  );
  const labelWidth = Math.max(...yAxis.labels.map((label) => textWidth(label, theme.tick)));
  const plotLeft = panel.x + 14 + labelWidth + (panel.yLabel ? 20 : 0);
  const plotRight = panel.x + panel.width - 16;
  const horizontal = extent(points.map((point) => point[0]));
  const xAxis = countAxis(horizontal[0], horizontal[1], Math.max(2, Math.floor((plotRight - plotLeft) / 48)));
  const scales: Scales = {
    x: (value) => plotLeft + ((value - xAxis.low) / (xAxis.high - xAxis.low)) * (plotRight - plotLeft),
    y: (value) => plotBottom - ((value - yAxis.low) / (yAxis.high - yAxis.low)) * (plotBottom - plotTop),
  };
  parts.push(drawAxes(xAxis, yAxis, scales, [plotLeft, plotRight, plotTop, plotBottom]));
  const middle = (plotTop + plotBottom) / 2;
  const label = { color: theme.muted, anchor: 'middle' } as const;
  if (panel.xLabel) parts.push(textAt((plotLeft + plotRight) / 2, plotBottom + 38, panel.xLabel, label));
  if (panel.yLabel) parts.push(textAt(panel.x + 16, middle, panel.yLabel, { ...label, rotate: -90 }));
  if (panel.mark) {
    const x = scales.x(panel.mark.x);
    const dashes = { stroke: theme.muted, 'stroke-dasharray': '3 4' };
    parts.push(element('line', { x1: x, x2: x, y1: plotTop, y2: plotBottom, ...dashes }));
  }
  for (const curve of panel.curves) parts.push(drawCurve(curve, scales));
  if (panel.mark) {
    const { x, y, color } = panel.mark;
    parts.push(markDot(scales.x(x), scales.y(y), color));
  }
  return element('g', {}, parts.join('\n'));
}

function markDot(cx: number, cy: number, color: string): string {
  return element('circle', { cx, cy, r: 4.5, fill: theme.ground, stroke: color, 'stroke-width': 2 });
}

/** Entries side by side, on further lines where the width is not enough. */
function drawLegend(panel: Panel, top: number): { parts: string[]; height: number } {
  const parts: string[] = [];
  const left = panel.x + 8;
  let [x, y] = [left, top + 12];
  const place = (full: string, symbol: (x: number, y: number) => string) => {
    const name = fitText(full, theme.label, panel.width - 44);
    const width = 26 + textWidth(name, theme.label) + 18;
    if (x > left && x + width - 18 > panel.x + panel.width - 8) {
      x = left;
      y += 18;
    }
    parts.push(symbol(x, y - 4), textAt(x + 26, y, name, { color: theme.ink }));
    x += width;
  };
  for (const { name, color } of panel.curves.filter((curve) => !curve.pale)) {
    place(name, (at, line) =>
      element('line', { x1: at, x2: at + 20, y1: line, y2: line, stroke: color, 'stroke-width': 2.5 }),
    );
  }
  if (panel.mark) {
    const { name, color } = panel.mark;
    place(name, (at, line) => markDot(at + 10, line, color));
  }
  return { parts, height: parts.length > 0 ? y - top + 4 : 0 };
}

function drawAxes(xAxis: Axis, yAxis: Axis, scales: Scales, [left, right, top, bottom]: number[]): string {
  const parts: string[] = [];
  const style = { size: theme.tick, color: theme.muted };
  yAxis.ticks.forEach((tick, i) => {
    const y = scales.y(tick);
    parts.push(
      element('line', { x1: left, x2: right, y1: y, y2: y, stroke: theme.grid }),
      textAt(left - 7, y + 4, yAxis.labels[i], { ...style, anchor: 'end' }),
    );
  });
  xAxis.ticks.forEach((tick, i) => {
    const x = scales.x(tick);
    parts.push(
      element('line', { x1: x, x2: x, y1: bottom, y2: bottom + 4, stroke: theme.axis }),
      textAt(x, bottom + 18, xAxis.labels[i], { ...style, anchor: 'middle' }),
    );
  });
  const frame = `M${coordinate(left)} ${coordinate(top)}V${coordinate(bottom)}H${coordinate(right)}`;
  parts.push(element('path', { d: frame, fill: 'none', stroke: theme.axis }));
  return parts.join('\n');
}

function drawCurve({ points, color, pale }: Curve, scales: Scales): string {
  const runs: string[][] = [[]];
  for (const point of points) {
    if (isFinitePoint(point))
      runs[runs.length - 1].push(`${coordinate(scales.x(point[0]))} ${coordinate(scales.y(point[1]))}`);
    else runs.push([]);
  }
  const line = { fill: 'none', stroke: color, 'stroke-linejoin': 'round', 'stroke-linecap': 'round' };
  const style = { ...line, 'stroke-width': pale ? 1.5 : 2, 'stroke-opacity': pale ? 0.3 : 1 };
  const parts = runs
    .filter((run) => run.length > 1)
    .map((run) => element('path', { d: `M${run.join('L')}`, ...style }));
  for (const run of runs) {
    if (run.length !== 1) continue;
    const [cx, cy] = run[0].split(' ').map(Number);
    parts.push(element('circle', { cx, cy, r: 3, fill: color, 'fill-opacity': pale ? 0.3 : 1 }));
  }
  return parts.join('\n');
}

function isFinitePoint(point: readonly [number, number]): boolean {
  return Number.isFinite(point[0]) && Number.isFinite(point[1]);
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [values[0], values[0]],
  );
}
