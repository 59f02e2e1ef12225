/** The losses of Keras 3 in float64, of one row each, without Keras's clipping of probabilities. */

export interface Loss {
  /** What x holds. */
  input: 'values' | 'probabilities' | 'logits';
  /** What y holds: as many values as x, one of 0 and 1 or between for each, a distribution, or one label. */
  target: 'values' | 'binary' | 'signs' | 'distribution' | 'label';
  /** The loss of a row; a label is y[0]. */
  row: (x: number[], y: number[]) => number;
  /** What the kernel is given between scale and rows. */
  parameters?: number[];
}

const EPSILON = 1e-7;
const clip = (x: number, low: number, high: number) => Math.max(low, Math.min(x, high));
const probability = (x: number) => clip(x, EPSILON, 1 - EPSILON);
const dot = (x: number[], y: number[]) => sum(x.map((v, c) => v * y[c]));
const meanOf = (f: (x: number, y: number) => number) => (x: number[], y: number[]) =>
  mean(x.map((v, c) => f(v, y[c])));
const logFloor = (x: number) => Math.log(Math.max(x, EPSILON) + 1);

function huber(d: number, delta: number): number {
  return Math.abs(d) <= delta ? d ** 2 / 2 : delta * Math.abs(d) - delta ** 2 / 2;
}

function focal(x: number, y: number, gamma: number, a: number, b: number): number {
  const q = y * x + (1 - y) * (1 - x);
  return (y * a + (1 - y) * b) * (1 - q) ** gamma * binaryCrossentropy(probability(x), y);
}

function overlap(x: number[], y: number[], a: number, b: number, epsilon: number): number {
  const both = dot(x, y);
  return 1 - both / (both + a * (sum(y) - both) + b * (sum(x) - both) + epsilon);
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: number[]) => sum(values) / values.length;

/** a * log(b), 0 if a is 0. */
const timesLog = (a: number, b: number) => (a === 0 ? 0 : a * Math.log(b));

function binaryCrossentropy(p: number, y: number): number {
  return -timesLog(y, p) - (y === 1 ? 0 : (1 - y) * Math.log1p(-p));
}

function sigmoidCrossentropy(z: number, y: number): number {
  const certain = z > 0 ? (y === 1 ? 0 : z * (1 - y)) : y === 0 ? 0 : -z * y;
  return certain + Math.log1p(Math.exp(-Math.abs(z)));
}

function logSoftmax(x: number[]): number[] {
  const max = Math.max(...x);
  const log = Math.log(sum(x.map((v) => Math.exp(v - max))));
  return x.map((v) => v - max - log);
}

function logShares(p: number[]): number[] {
  const total = sum(p);
  return p.map((v) => Math.log(v / total));
}

const crossentropy = (y: number[], logs: number[]) => -sum(y.map((v, c) => (v === 0 ? 0 : v * logs[c])));

export const losses: Record<string, Loss> = {
  meanSquaredError: {
    input: 'values',
    target: 'values',
    row: (x, y) => mean(x.map((v, c) => (v - y[c]) ** 2)),
  },
  meanAbsoluteError: {
    input: 'values',
    target: 'values',
    row: (x, y) => mean(x.map((v, c) => Math.abs(v - y[c]))),
  },
  meanAbsolutePercentageError: {
    input: 'values',
    target: 'signs',
    row: meanOf((x, y) => (100 * Math.abs(x - y)) / Math.max(Math.abs(y), EPSILON)),
  },
  meanSquaredLogarithmicError: {
    input: 'values',
    target: 'values',
    row: meanOf((x, y) => (logFloor(x) - logFloor(y)) ** 2),
  },
  huber: {
    input: 'values',
    target: 'values',
    row: meanOf((x, y) => huber(x - y, 0.75)),
    parameters: [0.75],
  },
  logCosh: { input: 'values', target: 'values', row: meanOf((x, y) => Math.log(Math.cosh(x - y))) },
  poisson: {
    input: 'probabilities',
    target: 'binary',
    row: meanOf((x, y) => x - y * Math.log(x + EPSILON)),
  },
  hinge: { input: 'values', target: 'signs', row: meanOf((x, y) => Math.max(1 - x * y, 0)) },
  squaredHinge: { input: 'values', target: 'signs', row: meanOf((x, y) => Math.max(1 - x * y, 0) ** 2) },
  klDivergence: {
    input: 'probabilities',
    target: 'binary',
    row: (x, y) =>
      sum(y.map((v, c) => clip(v, EPSILON, 1) * Math.log(clip(v, EPSILON, 1) / clip(x[c], EPSILON, 1)))),
  },
  categoricalHinge: {
    input: 'values',
    target: 'distribution',
    row: (x, y) => Math.max(Math.max(...x.map((v, c) => (1 - y[c]) * v)) - dot(x, y) + 1, 0),
  },
  cosineSimilarity: {
    input: 'values',
    target: 'values',
    row: (x, y) => -dot(x, y) / (Math.sqrt(dot(x, x)) * Math.sqrt(dot(y, y))),
  },
  tversky: {
    input: 'probabilities',
    target: 'binary',
    row: (x, y) => overlap(x, y, 0.25, 0.75, 0.125),
    parameters: [0.25, 0.75, 0.125],
  },
  binaryFocalCrossentropy: {
    input: 'probabilities',
    target: 'binary',
    row: meanOf((x, y) => focal(x, y, 1.5, 0.75, 0.5)),
    parameters: [1.5, 0.75, 0.5],
  },
  categoricalFocalCrossentropy: {
    input: 'probabilities',
    target: 'distribution',
    row: (x, y) =>
      -0.25 *
      sum(
        x.map((v, c) => {
          const share = probability(v / sum(x));
          return y[c] * (1 - share) ** 1.5 * Math.log(share);
        }),
      ),
    parameters: [1.5, 0.25],
  },
  binaryCrossentropy: {
    input: 'probabilities',
    target: 'binary',
    row: (x, y) => mean(x.map((v, c) => binaryCrossentropy(v, y[c]))),
  },
  sigmoidBinaryCrossentropy: {
    input: 'logits',
    target: 'binary',
    row: (x, y) => mean(x.map((v, c) => sigmoidCrossentropy(v, y[c]))),
  },
  categoricalCrossentropy: {
    input: 'probabilities',
    target: 'distribution',
    row: (x, y) => crossentropy(y, logShares(x)),
  },
  softmaxCategoricalCrossentropy: {
    input: 'logits',
    target: 'distribution',
    row: (x, y) => crossentropy(y, logSoftmax(x)),
  },
  sparseCategoricalCrossentropy: {
    input: 'probabilities',
    target: 'label',
    row: (x, y) => -logShares(x)[y[0]],
  },
  softmaxSparseCategoricalCrossentropy: {
    input: 'logits',
    target: 'label',
    row: (x, y) => -logSoftmax(x)[y[0]],
  },
};

/** The derivative of a row's loss by central differences. */
export function gradient({ row }: Loss, x: number[], y: number[]): number[] {
  const step = 1e-5;
  return x.map((v, c) => {
    const at = (value: number) => row(x.with(c, value), y);
    return (at(v + step) - at(v - step)) / (2 * step);
  });
}

/** rows * (l1 * sum |w| + l2 * sum w^2) */
export function penalty(w: ArrayLike<number>, l1: number, l2: number, rows: number): number {
  return rows * sum(Array.from(w, (v) => l1 * Math.abs(v) + l2 * v * v));
}

export function penaltyGradient(w: ArrayLike<number>, l1: number, l2: number): number[] {
  return Array.from(w, (v) => l1 * Math.sign(v) + 2 * l2 * v);
}
