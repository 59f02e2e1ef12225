import { describe, expect, test } from 'vitest';
import { expectClose, type Tolerance } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, testRandom, uniformArray } from '../support/random.js';
import { gradient, type Loss, losses, penalty, penaltyGradient } from '../support/reference/losses.js';

const bench = new KernelBench();

type Kernel = (...args: number[]) => void;
const kernels = bench.kernels as unknown as Record<string, Kernel>;

interface Batch {
  x: Float32Array;
  y: Float32Array | Int32Array;
  rows: number;
  cols: number;
  weights?: Float32Array;
  scale?: number;
}

/** A target for row r: hard and soft ones by turns, and for distributions weights that are none. */
function randomTarget({ target }: Loss, r: number, cols: number, next: () => number): number[] {
  const label = Math.floor(cols * next());
  if (target === 'label') return [label];
  const shares = Array.from({ length: cols }, next);
  if (target === 'values') return shares.map((v) => 4 * v - 2);
  if (target === 'signs') return shares.map((v) => (v < 0.5 ? -1 : 1));
  if (target === 'binary') return r % 2 ? shares.map(Math.round) : shares;
  const total = shares.reduce((a, b) => a + b);
  return shares.map((v, c) => [v / total, Number(c === label), v][r % 3]);
}

function randomBatch(reference: Loss, rows: number, cols: number): Batch {
  const next = testRandom(rows * 1000 + cols);
  const ranges = { values: [-2, 2], probabilities: [0.05, 0.95], logits: [-8, 8] };
  const [low, high] = ranges[reference.input];
  const targets = Array.from({ length: rows }, (_, r) => randomTarget(reference, r, cols, next)).flat();
  return {
    x: uniformArray(rows * cols, rows + cols, low, high),
    y: reference.target === 'label' ? Int32Array.from(targets) : Float32Array.from(targets),
    rows,
    cols,
  };
}

const rowOf = (data: ArrayLike<number>, r: number, length: number) =>
  Array.from({ length }, (_, c) => data[r * length + c]);

interface Result {
  loss: Float32Array;
  dx: Float32Array;
}

const parametersOf = (name: string) => losses[name].parameters ?? [];

function run(name: string, { x, y, rows, cols, weights, scale = 1 }: Batch, inPlace = false): Result {
  bench.reset();
  const at = bench.place(x);
  const loss = bench.reserve(rows * 4);
  const dx = inPlace ? at : bench.reserve(x.byteLength);
  const parameters = parametersOf(name);
  const factors = weights ? bench.place(weights) : 0;
  kernels[name](loss, dx, at, bench.place(y), factors, scale, ...parameters, rows, cols);
  expect(bench.tailIntact(loss, rows * 4)).toBe(true);
  expect(bench.tailIntact(dx, x.byteLength)).toBe(true);
  if (!inPlace) expect(bench.f32(at, x.length)).toEqual(x);
  return { loss: bench.f32(loss, rows), dx: bench.f32(dx, x.length) };
}

function expected(reference: Loss, { x, y, rows, cols, weights, scale = 1 }: Batch): [number[], number[]] {
  const targets = reference.target === 'label' ? 1 : cols;
  const all = Array.from({ length: rows }, (_, r) => {
    const [xs, ys] = [rowOf(x, r, cols), rowOf(y, r, targets)];
    const weight = weights?.[r] ?? 1;
    const factor = (scale / rows) * weight;
    return [weight * reference.row(xs, ys), gradient(reference, xs, ys).map((d) => d * factor)] as const;
  });
  return [all.map(([loss]) => loss), all.flatMap(([, dx]) => dx)];
}

// Rounding x - max gives the exponential of a logit a relative error of up to 5e-7, and a loss or a gradient
// near 0 is the difference of larger numbers.
const tolerance = (factor: number): Tolerance => ({ relativeToMax: 6e-7, absolute: 1.5e-7 * factor });

describe.each(Object.entries(losses))('%s', (name, reference) => {
  test.each(oddSizes.filter((cols) => cols > 0))(
    'equals the reference and its gradient for %i columns',
    (cols) => {
      for (const rows of cols < 32 ? [0, 1, 2, 3, 5, 17] : [2]) {
        const batch = randomBatch(reference, rows, cols);
        const weights = uniformArray(rows, 3, 0, 2);
        for (const variant of [batch, { ...batch, weights, scale: 3 }] as Batch[]) {
          const { loss, dx } = run(name, variant);
          const [expectedLoss, expectedDx] = expected(reference, variant);
          expectClose(loss, expectedLoss, tolerance(1));
          expectClose(dx, expectedDx, tolerance((variant.scale ?? 1) / rows));
        }
      }
    },
  );

  test('takes dx in place of x, and no dx at all', () => {
    for (const [rows, cols] of [
      [5, 1],
      [3, 7],
      [2, 16],
      [3, 37],
    ]) {
      const batch = randomBatch(reference, rows, cols);
      const apart = run(name, batch);
      expect(run(name, batch, true)).toEqual(apart);
      bench.reset();
      const loss = bench.reserve(rows * 4);
      const [x, y] = [bench.place(batch.x), bench.place(batch.y)];
      kernels[name](loss, 0, x, y, 0, 1, ...parametersOf(name), rows, cols);
      expect(bench.f32(loss, rows)).toEqual(apart.loss);
    }
  });

  test('gives NaN for NaN, in the gradient too', () => {
    for (const cols of [1, 3, 8]) {
      const batch = randomBatch(reference, 3, cols);
      batch.x[cols] = Number.NaN;
      const { loss, dx } = run(name, batch);
      const nan = (row: number) => Number.isNaN(loss[row]) && Number.isNaN(dx[row * cols]);
      expect([nan(0), nan(1), nan(2)]).toEqual([false, true, false]);
    }
  });
});

/** Rows at the ends of the range, of at most 5 columns, with what they give. */
const extremes: { name: string; x: number[]; y: number[]; loss: number; dx: number[] }[] = [
  { name: 'meanAbsoluteError', x: [1, 2, 3], y: [1, 1, 4], loss: 2 / 3, dx: [0, 1 / 3, -1 / 3] },
  ...[
    { x: 0, y: 0, loss: 0, dx: 1 },
    { x: 1, y: 1, loss: 0, dx: -1 },
    { x: 0, y: 1, loss: Infinity, dx: -Infinity },
    { x: 1, y: 0, loss: Infinity, dx: Infinity },
    { x: 2 ** -40, y: 0, loss: 2 ** -40, dx: 1 },
    { x: 2 ** -140, y: 1, loss: 140 * Math.LN2, dx: -Infinity },
    { x: 1 - 2 ** -24, y: 1, loss: 2 ** -24, dx: -1 - 2 ** -24 },
  ].map(({ x, y, loss, dx }) => ({ name: 'binaryCrossentropy', x: [x], y: [y], loss, dx: [dx] })),
  ...[
    { x: 100, y: 1, loss: 0, dx: 0 },
    { x: 100, y: 0, loss: 100, dx: 1 },
    { x: -100, y: 0, loss: 0, dx: 0 },
    { x: -100, y: 1, loss: 100, dx: -1 },
    { x: 20, y: 1, loss: Math.log1p(Math.exp(-20)), dx: -1 / (1 + Math.exp(20)) },
    { x: -80, y: 0, loss: Math.exp(-80), dx: Math.exp(-80) },
    { x: -0, y: 0, loss: Math.LN2, dx: 0.5 },
    { x: 0, y: 1, loss: Math.LN2, dx: -0.5 },
    { x: -Infinity, y: 0, loss: 0, dx: 0 },
    { x: Infinity, y: 1, loss: 0, dx: 0 },
    { x: -Infinity, y: 1, loss: Infinity, dx: -1 },
  ].map(({ x, y, loss, dx }) => ({ name: 'sigmoidBinaryCrossentropy', x: [x], y: [y], loss, dx: [dx] })),
  { name: 'categoricalCrossentropy', x: [0, 1, 0], y: [0, 1, 0], loss: 0, dx: [1, 0, 1] },
  { name: 'categoricalCrossentropy', x: [1, 0], y: [0, 1], loss: Infinity, dx: [1, -Infinity] },
  { name: 'categoricalCrossentropy', x: [2, 2], y: [0, 1], loss: Math.LN2, dx: [0.25, -0.25] },
  { name: 'sparseCategoricalCrossentropy', x: [0, 1, 0], y: [1], loss: 0, dx: [1, 0, 1] },
  { name: 'sparseCategoricalCrossentropy', x: [1, 0], y: [1], loss: Infinity, dx: [1, -Infinity] },
  ...[
    { x: [100, -100], y: 0, loss: 0, dx: [0, 0] },
    { x: [100, -100], y: 1, loss: 200, dx: [1, -1] },
    { x: [1e30, 1e30], y: 1, loss: Math.LN2, dx: [0.5, -0.5] },
    { x: [3, 3, -Infinity, -Infinity], y: 0, loss: Math.LN2, dx: [-0.5, 0.5, 0, 0] },
    { x: [0, -Infinity], y: 1, loss: Infinity, dx: [1, -1] },
    { x: [-Infinity, -Infinity], y: 0, loss: Number.NaN, dx: [Number.NaN, Number.NaN] },
  ].flatMap(({ x, y, loss, dx }) => [
    { name: 'softmaxSparseCategoricalCrossentropy', x, y: [y], loss, dx },
    { name: 'softmaxCategoricalCrossentropy', x, y: x.map((_, c) => (c === y ? 1 : 0)), loss, dx },
  ]),
];

test.each(extremes)('$name of $x against $y', ({ name, x, y, loss, dx }) => {
  const labels = losses[name].target === 'label';
  const batch: Batch = {
    x: Float32Array.from(x),
    y: labels ? Int32Array.from(y) : Float32Array.from(y),
    rows: 1,
    cols: x.length,
  };
  const actual = run(name, batch);
  expectClose(actual.loss, [loss], { ulp: 4 });
  expectClose(actual.dx, dx, { ulp: 4 });
});

describe('regularize', () => {
  const before = 100;

  function regularize(w: Float32Array, l1: number, l2: number, start?: Float32Array) {
    bench.reset();
    const state = bench.place(Float64Array.of(before));
    const dw = start ? bench.place(start) : 0;
    bench.kernels.regularize(state, dw, bench.place(w), l1, l2, 5, w.length);
    if (dw) expect(bench.tailIntact(dw, w.byteLength)).toBe(true);
    return { penalty: bench.f64(state, 1)[0] - before, dw: bench.f32(dw, w.length) };
  }

  test('adds the penalty and its gradient', () => {
    for (const n of [...oddSizes, 10_001]) {
      const w = uniformArray(n, 1);
      const start = uniformArray(n, 2);
      const [l1, l2] = [0.25, 0.5];
      const actual = regularize(w, l1, l2, start);
      expectClose([actual.penalty], [penalty(w, l1, l2, 5)], { ulp: 4 });
      const gradients = penaltyGradient(w, l1, l2).map((d, i) => start[i] + d);
      expectClose(actual.dw, gradients, { relativeToMax: 1.2e-7 });
      expect(regularize(w, l1, l2).penalty).toBe(actual.penalty);
    }
  });

  test('has sign(0) = 0', () => {
    const { dw } = regularize(Float32Array.of(0, -0, 2, -2), 0.5, 0, new Float32Array(4));
    expect([...dw]).toEqual([0, 0, 0.5, -0.5]);
  });
});
