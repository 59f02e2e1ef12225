import { number, percent } from './format.js';
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
  { axis: 'batch', label: 'batch size', line: 'proportional' },
  { axis: 'width', label: 'width (units of a layer)', line: 'proportional to its square' },
  { axis: 'depth', label: 'depth (layers)', line: 'proportional' },
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
      title: `Time of a training step by ${label}`,
      xLabel: label,
      yLabel: 'ms',
      lines: [
        { name: 'measured', points: over(({ cost }) => cost) },
        { name: line, points: over(({ line }) => line), dashed: true },
      ],
    };
    const memory = {
      title: `Memory of a training step by ${label}`,
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

/** Points this near to the straight line lie on it. */
const NEAR = 0.25;
/** Rates this near to the best one are as good. */
const AS_GOOD = 0.07;

const rate = ({ flops, cost }) => flops / cost / 1e6;
const micros = (ms) => `${number(ms * 1000)} µs`;
const mebibytes = (bytes) => `${number(bytes / 2 ** 20)} MiB`;

/**
 * Where the growth leaves the straight line, and why, in sentences that follow from the figures.
 *
 * @param {readonly object[]} rows of the family `scaling`.
 * @param {{ families: object, machine: { caches: Record<string, number> } }} document the run that they are from.
 * @returns {string[]} Markdown, one for each size.
 */
export function explainGrowth(rows, { families, machine }) {
  const adam = families.kernels?.rows.find(({ id }) => id === 'adam');
  const perWeight = adam?.results.fourlane && adam.results.fourlane.cost / adam.length;
  return AXES.flatMap(({ axis, label }) => {
    const points = growthOf(rows, axis);
    if (points.length < 3) return [];
    const sentences = [
      straight(points),
      smallEnd[axis](points, perWeight),
      largeEnd(points, machine),
      memory(points),
    ];
    return [`**${label[0].toUpperCase()}${label.slice(1)}.** ${sentences.filter(Boolean).join(' ')}`];
  });
}

/** From where on all larger sizes lie near the line. */
function straight(points) {
  const away = points.findLastIndex(({ cost, line }) => Math.abs(cost / line - 1) > NEAR);
  if (away < 0) return `The time is within ${percent(NEAR)} of the straight line everywhere.`;
  const from = points[away + 1];
  return `From ${number(from.size)} up the time is within ${percent(NEAR)} of the straight line.`;
}

function excess({ cost, line, size }) {
  const times = `${number(cost / line)} times its share of the line`;
  return `at ${number(size)} a step takes ${micros(cost)}, ${times}`;
}

/** What makes the least sizes cost more, or less, than their share. */
const smallEnd = {
  batch(points, perWeight) {
    const [one, two] = points;
    const best = bestOf(points);
    if (one.cost / one.line < 1 + NEAR) return '';
    const weights = one.weightBytes / 4;
    const walk = perWeight
      ? `Adam walks all ${number(weights)} weights in each step, whatever the batch (about ${micros(weights * perWeight)})`
      : `Adam walks all ${number(weights)} weights in each step, whatever the batch`;
    const vector = `a single row goes through the vector kernels, in ${percent(one.cost / two.cost)} of what two rows take`;
    const rates = `${number(rate(one))} GFLOP/s against ${number(rate(best))} from ${number(best.size)}`;
    return `Below it lies above: ${excess(one)}. ${walk}, and the products read every weight for few rows: ${rates}; ${vector}.`;
  },
  width(points) {
    const [least] = points;
    const best = bestOf(points);
    if (least.cost / least.line < 1 + NEAR) return '';
    const pure = least.flops / rate(best) / 1e6;
    return (
      `Below it lies above: ${excess(least)}. At the best rate its products would take ${micros(pure)}; the rest are the ` +
      `calls of a step, its data and its losses, and products too small for whole tiles (${number(rate(least))} ` +
      `GFLOP/s against ${number(rate(best))}).`
    );
  },
  depth(points) {
    const [one] = points;
    if (one.cost / one.line > 1 - NEAR) return '';
    return (
      `The first layer is cheaper than the others, since nothing needs the gradient of its input (two products instead ` +
      `of three): ${excess(one)}.`
    );
  },
};

function bestOf(points) {
  return points.reduce((a, b) => (rate(b) > rate(a) ? b : a));
}

/** Whether the rate falls towards the largest sizes, and what a step then holds. */
function largeEnd(points, { caches }) {
  const best = bestOf(points);
  const last = points.at(-1);
  const outgrown = Object.entries(caches)
    .filter(([, bytes]) => bytes < last.totalBytes)
    .map(([name, bytes]) => `${name} (${mebibytes(bytes)})`)
    .at(-1);
  const holds = `a step holds ${mebibytes(last.totalBytes)}${outgrown ? `, more than ${outgrown}` : ''}`;
  if (rate(last) > (1 - AS_GOOD) * rate(best)) {
    return `At ${number(last.size)} ${holds}, and still reaches ${number(rate(last))} GFLOP/s.`;
  }
  return (
    `The best rate, ${number(rate(best))} GFLOP/s, is at ${number(best.size)}; at ${number(last.size)} it is ` +
    `${number(rate(last))}: ${holds}, and what is done once per value (activations, their gradients, the optimizer, ` +
    'the copy of the batch) waits for memory.'
  );
}

/** What memory consists of. */
function memory(points) {
  const [first, last] = [points[0], points.at(-1)];
  const share = (4 * last.weightBytes) / last.totalBytes;
  return (
    `Memory: ${mebibytes(first.planBytes)} at least belong to the plan, most of it the packed blocks of the products; ` +
    `weights count four times (with gradients and two moments), ${percent(share)} of all at ${number(last.size)}.`
  );
}
