import { logChart } from './logChart.js';

/** How the arithmetic of a step grows with a size: with its power. */
const POWERS = { batch: 1, width: 2, depth: 1 };

/** The points of an axis: size, cost, and what a straight line through the largest would have them cost. */
export function growthOf(rows, axis) {
  const points = rows
    .filter((row) => row.axis === axis)
    .map((row) => ({ ...row, ...row.results.fourlane }))
    .sort((a, b) => a.size - b.size);
  const last = points.at(-1);
  return points.map((point) => ({ ...point, line: last.cost * (point.size / last.size) ** POWERS[axis] }));
}

const AXES = [
  { axis: 'batch', label: 'rows a batch', line: 'proportional' },
  { axis: 'width', label: 'units a layer', line: 'proportional to its square' },
  { axis: 'depth', label: 'layers', line: 'proportional' },
];

/**
 * Charts of time and memory over each size.
 *
 * @param {readonly object[]} rows of the family `scaling`.
 * @returns {{ name: string, svg: string }[]}
 */
export function growthCharts(rows) {
  return AXES.flatMap(({ axis, label, line }) => {
    const points = growthOf(rows, axis);
    if (points.length < 2) return [];
    const over = (value) => points.map((point) => [point.size, value(point)]);
    const time = {
      title: `Time of a training step over ${label}`,
      xLabel: label,
      yLabel: 'ms',
      lines: [
        { name: 'measured', points: over(({ cost }) => cost) },
        { name: line, points: over(({ line }) => line), dashed: true },
      ],
    };
    const memory = {
      title: `Memory of a training step over ${label}`,
      xLabel: label,
      yLabel: 'KiB',
      lines: [
        { name: 'all', points: over(({ totalBytes }) => totalBytes / 1024) },
        { name: 'plan (values of a step)', points: over(({ planBytes }) => planBytes / 1024) },
        { name: 'weights', points: over(({ weightBytes }) => weightBytes / 1024) },
      ],
    };
    return [
      { name: `${axis}-time`, svg: logChart(time) },
      { name: `${axis}-memory`, svg: logChart(memory) },
    ];
  });
}

export function explainGrowth() {
  return [];
}
