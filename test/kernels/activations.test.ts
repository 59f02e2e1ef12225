import { beforeEach, describe, expect, test } from 'vitest';
import { derivative, expectClose, type Tolerance } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { oddSizes, uniformArray } from '../support/random.js';
import { activations } from '../support/reference/activations.js';

interface Case {
  name: keyof typeof activations;
  /** Which of the two the backward kernel reads. */
  saved: 'x' | 'y';
  /** Not a number for those that must not look at it. */
  alpha?: number;
  low?: number;
  high?: number;
  /** Where the derivative jumps; gradients are not compared within 0.01 of it. */
  kinks?: number[];
  forward: Tolerance;
  backward: Tolerance;
  /** f(-Infinity) and f(Infinity). */
  limits: [number, number];
  /** Pairs of a saved value and the derivative there: kinks and ends. */
  slopes: [number, number][];
}

const seluScale = Math.fround(1.0507009873554805);

const cases: Case[] = [
  {
    name: 'relu',
    saved: 'y',
    kinks: [0],
    forward: {},
    backward: { ulp: 1 },
    limits: [0, Infinity],
    slopes: [
      [0, 0],
      [Infinity, 1],
    ],
  },
  {
    name: 'leakyRelu',
    saved: 'x',
    alpha: 0.25,
    kinks: [0],
    forward: {},
    backward: { ulp: 1 },
    limits: [-Infinity, Infinity],
    slopes: [
      [-Infinity, 0.25],
      [0, 0.25],
      [Infinity, 1],
    ],
  },
  {
    name: 'sigmoid',
    saved: 'y',
    forward: { ulp: 3, absolute: 5e-39 },
    backward: { absolute: 1e-7 },
    limits: [4.1571060372506456e-39, 1],
    slopes: [
      [0, 0],
      [1, 0],
    ],
  },
  {
    name: 'tanh',
    saved: 'y',
    forward: { ulp: 7 },
    backward: { absolute: 7e-7 },
    limits: [-1, 1],
    slopes: [
      [-1, 0],
      [0, 1],
      [1, 0],
    ],
  },
  {
    name: 'softplus',
    saved: 'x',
    forward: { ulp: 3 },
    backward: { absolute: 2e-7 },
    limits: [0, Infinity],
    slopes: [
      [-Infinity, 0],
      [Infinity, 1],
    ],
  },
  {
    name: 'elu',
    saved: 'x',
    alpha: 1.5,
    kinks: [0],
    forward: { ulp: 3 },
    backward: { ulp: 3, absolute: 1e-9 },
    limits: [-1.5, Infinity],
    slopes: [
      [-Infinity, 0],
      [0, 1.5],
      [Infinity, 1],
    ],
  },
  {
    name: 'selu',
    saved: 'x',
    kinks: [0],
    forward: { ulp: 4 },
    backward: { ulp: 4, absolute: 1e-9 },
    limits: [-Math.fround(seluScale * Math.fround(1.6732632423543772)), Infinity],
    slopes: [
      [-Infinity, 0],
      [Infinity, seluScale],
    ],
  },
  {
    name: 'gelu',
    saved: 'x',
    forward: { absolute: 2e-6, ulp: 4 },
    backward: { absolute: 1e-6 },
    limits: [0, Infinity],
    slopes: [
      [-Infinity, 0],
      [-1e4, 0],
      [0, 0.5],
      [1e4, 1],
      [Infinity, 1],
    ],
  },
  {
    name: 'silu',
    saved: 'x',
    forward: { ulp: 4 },
    backward: { absolute: 5e-7 },
    limits: [0, Infinity],
    slopes: [
      [-Infinity, 0],
      [-1e4, 0],
      [0, 0.5],
      [1e4, 1],
      [Infinity, 1],
    ],
  },
  {
    name: 'exponential',
    saved: 'y',
    forward: { ulp: 1 },
    backward: { ulp: 3, absolute: 1e-9 },
    limits: [0, Infinity],
    slopes: [
      [0, 0],
      [Infinity, Infinity],
    ],
  },
  {
    name: 'hardSigmoid',
    saved: 'x',
    kinks: [-3, 3],
    forward: { absolute: 1e-7 },
    backward: { absolute: 1e-8 },
    limits: [0, 1],
    slopes: [
      [-Infinity, 0],
      [-3, 0],
      [3, 0],
      [Infinity, 0],
    ],
  },
  {
    name: 'relu6',
    saved: 'y',
    kinks: [0, 6],
    forward: {},
    backward: { ulp: 1 },
    limits: [0, 6],
    slopes: [
      [0, 0],
      [3, 1],
      [6, 0],
    ],
  },
  {
    name: 'celu',
    saved: 'x',
    alpha: 1.5,
    forward: { ulp: 4 },
    backward: { ulp: 4, absolute: 1e-9 },
    limits: [-1.5, Infinity],
    slopes: [
      [-Infinity, 0],
      [0, 1],
      [Infinity, 1],
    ],
  },
  {
    name: 'mish',
    saved: 'x',
    forward: { ulp: 5, absolute: 1e-36 },
    backward: { absolute: 5e-7 },
    limits: [0, Infinity],
    slopes: [
      [-Infinity, 0],
      [-1e4, 0],
      [0, 0.6],
      [1e4, 1],
      [Infinity, 1],
    ],
  },
  {
    name: 'softsign',
    saved: 'x',
    forward: { ulp: 2 },
    backward: { absolute: 5e-7 },
    limits: [-1, 1],
    slopes: [
      [-Infinity, 0],
      [0, 1],
      [Infinity, 0],
    ],
  },
  {
    name: 'logSigmoid',
    saved: 'x',
    forward: { ulp: 3 },
    backward: { absolute: 5e-7 },
    limits: [-Infinity, 0],
    slopes: [
      [-Infinity, 1],
      [Infinity, 0],
    ],
  },
  {
    name: 'hardSilu',
    saved: 'x',
    kinks: [-3, 3],
    forward: { ulp: 3, absolute: 5e-7 },
    backward: { absolute: 5e-7 },
    limits: [0, Infinity],
    slopes: [
      [-Infinity, 0],
      [-3, 0],
      [0, 0.5],
      [3, 1],
      [Infinity, 1],
    ],
  },
  {
    name: 'hardTanh',
    saved: 'x',
    kinks: [-1, 1],
    forward: {},
    backward: { ulp: 1 },
    limits: [-1, 1],
    slopes: [
      [-Infinity, 0],
      [-1, 1],
      [1, 1],
      [Infinity, 0],
    ],
  },
  {
    name: 'tanhShrink',
    saved: 'x',
    forward: { absolute: 5e-7, ulp: 1 },
    backward: { absolute: 1e-6 },
    limits: [-Infinity, Infinity],
    slopes: [
      [-Infinity, 1],
      [0, 0],
      [Infinity, 1],
    ],
  },
  {
    name: 'softShrink',
    saved: 'x',
    alpha: 0.5,
    kinks: [-0.5, 0.5],
    forward: { ulp: 1 },
    backward: { ulp: 1 },
    limits: [-Infinity, Infinity],
    slopes: [
      [-Infinity, 1],
      [-0.5, 0],
      [0, 0],
      [0.5, 0],
      [Infinity, 1],
    ],
  },
  {
    name: 'hardShrink',
    saved: 'x',
    alpha: 0.5,
    kinks: [-0.5, 0.5],
    forward: {},
    backward: { ulp: 1 },
    limits: [-Infinity, Infinity],
    slopes: [
      [-Infinity, 1],
      [-0.5, 0],
      [0, 0],
      [0.5, 0],
      [Infinity, 1],
    ],
  },
  {
    name: 'squareplus',
    saved: 'x',
    alpha: 4,
    forward: { ulp: 4 },
    backward: { ulp: 5, absolute: 1e-8 },
    limits: [0, Infinity],
    slopes: [
      [-Infinity, 0],
      [0, 0.5],
      [Infinity, 1],
    ],
  },
  {
    name: 'sparsePlus',
    saved: 'x',
    forward: { ulp: 2, absolute: 1e-7 },
    backward: { absolute: 2e-7 },
    limits: [0, Infinity],
    slopes: [
      [-Infinity, 0],
      [-1, 0],
      [1, 1],
      [Infinity, 1],
    ],
  },
  {
    name: 'sparseSigmoid',
    saved: 'x',
    kinks: [-1, 1],
    forward: { ulp: 1, absolute: 1e-7 },
    backward: { ulp: 1 },
    limits: [0, 1],
    slopes: [
      [-Infinity, 0],
      [-1, 0],
      [1, 0],
      [Infinity, 0],
    ],
  },
  {
    name: 'absolute',
    saved: 'x',
    kinks: [0],
    forward: {},
    backward: { ulp: 1 },
    limits: [Infinity, Infinity],
    slopes: [
      [-Infinity, -1],
      [0, 0],
      [Infinity, 1],
    ],
  },
  {
    name: 'square',
    saved: 'x',
    forward: {},
    backward: { ulp: 1, absolute: 1e-8 },
    limits: [Infinity, Infinity],
    slopes: [[0, 0]],
  },
  {
    name: 'sqrt',
    saved: 'y',
    low: 0.05,
    forward: {},
    backward: { ulp: 3, absolute: 1e-8 },
    limits: [NaN, Infinity],
    slopes: [
      [0, Infinity],
      [Infinity, 0],
    ],
  },
  {
    name: 'log',
    saved: 'x',
    low: 0.05,
    forward: { ulp: 1 },
    backward: { ulp: 2, absolute: 1e-7 },
    limits: [NaN, Infinity],
    slopes: [
      [0, Infinity],
      [Infinity, 0],
    ],
  },
  {
    name: 'reciprocal',
    saved: 'y',
    low: 0.05,
    forward: {},
    backward: { ulp: 4, absolute: 1e-7 },
    limits: [-0, 0],
    slopes: [[0, -0]],
  },
];

const bench = new KernelBench();
const { kernels } = bench;

beforeEach(() => bench.reset());

function written(address: number, n: number): Float32Array {
  expect(bench.tailIntact(address, 4 * n)).toBe(true);
  return bench.f32(address, n);
}

test('every activation of the reference is checked here', () => {
  expect(cases.map(({ name }) => name)).toEqual(Object.keys(activations));
});

describe.each(cases)(
  '$name',
  ({ name, saved, alpha = NaN, low = -12, high = 12, kinks = [], ...expected }) => {
    const reference = (x: number) => activations[name](x, alpha);
    const forward = kernels[name];
    const backward = kernels[`${name}Backward`];

    test.each(oddSizes)('agrees with float64 on %i elements, also in place', (n) => {
      const x = uniformArray(n, 1, low, high);
      const [y, from] = [bench.reserve(4 * n), bench.place(x)];
      forward(y, from, alpha, n);
      expectClose(written(y, n), Array.from(x, reference), expected.forward);
      forward(from, from, alpha, n);
      expectClose(written(from, n), written(y, n));
    });

    test('keeps its meaning at tiny, huge and special values', () => {
      const finite = [0, -0, 1e-45, -1e-45, 1e-39, -1e-39, 1e-6, -1e-6, 1e4, -1e4, 3e38, -3e38].map(
        Math.fround,
      );
      const x = Float32Array.from([...finite, -Infinity, Infinity, NaN]);
      const y = bench.reserve(x.byteLength);
      forward(y, bench.place(x), alpha, x.length);
      const results = written(y, x.length);
      expectClose(results.subarray(0, -3), finite.map(reference), expected.forward);
      expectClose(results.subarray(-3), [...expected.limits, NaN]);
    });

    test.each(oddSizes)('has the derivative of the reference on %i elements, also in place', (n) => {
      const x = uniformArray(n, 2, low, high).map((value) =>
        kinks.some((kink) => Math.abs(value - kink) < 0.01) ? value + 0.02 : value,
      );
      const dy = uniformArray(n, 3);
      const slope = Array.from(x, (value, i) => dy[i] * derivative(reference, value));
      const [dx, gradient, s] = [bench.reserve(4 * n), bench.place(dy), bench.place(x)];
      if (saved === 'y') forward(s, s, alpha, n);
      backward(dx, gradient, s, alpha, n);
      expectClose(written(dx, n), slope, expected.backward);
      backward(gradient, gradient, s, alpha, n);
      expectClose(written(gradient, n), written(dx, n));
    });

    test('has the derivative that is documented at kinks and ends', () => {
      const n = expected.slopes.length;
      const [dx, dy] = [bench.reserve(4 * n), bench.place(new Float32Array(n).fill(1))];
      const s = bench.place(Float32Array.from(expected.slopes, ([at]) => at));
      backward(dx, dy, s, alpha, n);
      expectClose(
        written(dx, n),
        expected.slopes.map(([, slope]) => slope),
        { absolute: 1e-30 },
      );
    });
  },
);
