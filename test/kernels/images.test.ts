import { beforeEach, describe, expect, test } from 'vitest';
import type { SpatialKernels } from '../../src/wasm/generated/spatial.js';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { uniformArray } from '../support/random.js';
import * as reference from '../support/reference/images.js';

const bench = new KernelBench<SpatialKernels>('spatial');
const { kernels } = bench;

beforeEach(() => bench.reset());

const COUNT = 2;
const SIZE = [4, 5] as const;
const OUTPUT = [3, 7] as const;
/** The last pixel by the first comes from outside of the image, that by the second from within. */
const MATRICES = [
  [0.75, -0.25, 0.125, 0.375, 1.125, -0.0625],
  [-0.5, 0.0625, 4.25, 0, 0.5, 1.375],
];
const methods = ['nearest', 'bilinear', 'bicubic'] as const;

/** Places `n` numbers so that what stands behind them does not look like what nobody has written. */
function placeNumbers(n: number, seed: number): { address: number; numbers: number[] } {
  const all = uniformArray(n + 16, seed);
  return { address: bench.place(all), numbers: [...all.subarray(0, n)] };
}

/** What the kernel wrote, and nothing beyond it. */
function written(n: number, write: (y: number) => void): Float32Array {
  const y = bench.reserve(4 * n);
  write(y);
  expect(bench.tailIntact(y, 4 * n)).toBe(true);
  return bench.f32(y, n);
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

describe.each([1, 2, 3, 4, 5, 7, 8, 9])('%i channels', (channels) => {
  const inputs = COUNT * SIZE[0] * SIZE[1] * channels;
  const outputs = COUNT * OUTPUT[0] * OUTPUT[1] * channels;
  const samples = (numbers: number[]) =>
    [0, 1].map((i) => numbers.slice((i * inputs) / COUNT, ((i + 1) * inputs) / COUNT));

  test.each([
    ['nearest', MATRICES],
    ['bilinear', MATRICES],
    ['bilinear', [...MATRICES].reverse()],
  ] as const)('affineTransform, %s by %j, and its gradient', (interpolation, chosen) => {
    const x = placeNumbers(inputs, 1);
    const dy = placeNumbers(outputs, 2);
    const matrices = bench.place(Float32Array.from(chosen.flat()));
    const bilinear = interpolation === 'bilinear' ? 1 : 0;
    const sizes = [...SIZE, ...OUTPUT, channels, COUNT] as const;
    // What lies outside is 0, so that the transform is linear.
    const y = written(outputs, (to) =>
      kernels.affineTransform(to, x.address, matrices, bilinear, 0, 0, ...sizes),
    );
    const expected = samples(x.numbers).flatMap((sample, i) =>
      reference.affine(sample, [...SIZE, channels], chosen[i], {
        interpolation,
        fillMode: 'constant',
        fillValue: 0,
        size: OUTPUT,
      }),
    );
    expectClose(y, expected, { absolute: 2 ** -22 });
    const dx = written(inputs, (to) =>
      kernels.affineTransformBackward(to, dy.address, matrices, bilinear, 0, ...sizes),
    );
    // The gradient is the transposed map: dx . x = dy . y.
    expect(dot(dx, x.numbers)).toBeCloseTo(dot(dy.numbers, expected), 4);
  });

  test.each(methods)('resample, %s, and its gradient', (method) => {
    const x = placeNumbers(inputs, 3);
    const [rows, columns] = SIZE;
    const upstream = (inputs / columns) * 7;
    const dy = placeNumbers(upstream, 4);
    const arguments_ = [methods.indexOf(method), 0, columns, 7, channels, COUNT * rows] as const;
    const y = written(upstream, (to) => kernels.resample(to, x.address, ...arguments_));
    const expected = samples(x.numbers).flatMap((sample) =>
      reference.resize(sample, [...SIZE, channels], [rows, 7], method, false),
    );
    expectClose(y, expected, { absolute: 2 ** -21 });
    const dx = written(inputs, (to) => kernels.resampleBackward(to, dy.address, ...arguments_));
    expect(dot(dx, x.numbers)).toBeCloseTo(dot(dy.numbers, expected), 4);
  });
});
