import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, testRandom, uniformArray } from '../support/random.js';
import { type Metric, metrics } from '../support/reference/metrics.js';

const bench = new KernelBench();
const { kernels } = bench;

type Kernel = (value: number, x: number, y: number, threshold: number, rows: number, cols: number) => void;
const byName = kernels as unknown as Record<string, Kernel>;

function targets({ target }: Metric, rows: number, cols: number): Float32Array | Int32Array {
  const next = testRandom(cols);
  if (target === 'label') return Int32Array.from({ length: rows }, () => Math.floor(cols * next()));
  return Float32Array.from({ length: rows * cols }, () => Math.round(next()));
}

function check(
  name: string,
  x: Float32Array,
  y: Float32Array | Int32Array,
  rows: number,
  cols: number,
): void {
  const metric = metrics[name];
  const threshold = name.includes('TopK') ? 3 : 0.25;
  bench.reset();
  const value = bench.reserve(rows * 4);
  byName[name](value, bench.place(x), bench.place(y), threshold, rows, cols);
  const width = metric.target === 'label' ? 1 : cols;
  const expected = Array.from({ length: rows }, (_, r) =>
    metric.row([...x.slice(r * cols, (r + 1) * cols)], [...y.slice(r * width, (r + 1) * width)], threshold),
  );
  if (name === 'pearsonCorrelation') expectClose(bench.f32(value, rows), expected, { absolute: 1e-6 });
  else expect(bench.f32(value, rows)).toEqual(Float32Array.from(expected));
  expect(bench.tailIntact(value, rows * 4)).toBe(true);
}

describe.each(Object.entries(metrics))('%s', (name, metric) => {
  test('equals the reference, with ties and with values at the threshold', () => {
    for (const cols of oddSizes.filter((size) => size > 0)) {
      for (const rows of [0, 1, 2, 5, 17]) {
        const y = targets(metric, rows, cols);
        check(name, uniformArray(rows * cols, cols), y, rows, cols);
        // Quarters only: many equal values.
        const coarse = uniformArray(rows * cols, cols).map((v) => Math.round(4 * v) / 4);
        check(name, coarse, y, rows, cols);
      }
    }
  });

  test('has room for NaN and infinities', () => {
    const [rows, cols] = [7, 5];
    const x = uniformArray(rows * cols, 1);
    x.set([Number.NaN, 1, 2, Number.NaN, 0], 0);
    x.set([3, 1, 2, 0, Number.NaN], cols);
    x.fill(Number.NaN, 2 * cols, 3 * cols);
    x.fill(-Infinity, 3 * cols, 4 * cols);
    x[4 * cols + 2] = Infinity;
    for (let label = 0; label < cols; label++) {
      const y = targets(metric, rows, cols);
      if (metric.target === 'label') y.fill(label);
      check(name, x, y, rows, cols);
    }
  });
});

describe('accumulate', () => {
  const rows = 1000;
  const values = uniformArray(rows, 1);
  const weights = uniformArray(rows, 2, 0, 3);

  function accumulate(batch: number, weighted: boolean): Float64Array {
    bench.reset();
    const state = bench.place(Float64Array.of(0.5, 2));
    const [v, w] = [bench.place(values), bench.place(weights)];
    for (let r = 0; r < rows; r += batch) {
      kernels.accumulate(state, v + 4 * r, weighted ? w + 4 * r : 0, Math.min(batch, rows - r));
    }
    expect(bench.tailIntact(state, 16)).toBe(true);
    return bench.f64(state, 2);
  }

  test.each([true, false])('is the float64 sum in the order of the rows (weighted: %s)', (weighted) => {
    const expected = Float64Array.of(0.5, 2);
    values.forEach((value, r) => {
      const weight = weighted ? weights[r] : 1;
      expected[0] += value * weight;
      expected[1] += weight;
    });
    for (const batch of [rows, 1, 7, 32]) expect(accumulate(batch, weighted)).toEqual(expected);
  });
});
