import { describe, expect, test } from 'vitest';
import { Builder } from '../../src/plan/builder.js';
import { affineTransform, fillModes, interpolations, randomMatrices, resize } from '../../src/plan/images.js';
import { Program } from '../../src/plan/program.js';
import { Value } from '../../src/plan/value.js';
import { runtime } from '../../src/wasm/runtime.js';
import { checkOperation, type Operation } from '../support/operations.js';
import * as reference from '../support/reference/images.js';

type Shape = [number, number, number];

const sizes: [shape: Shape, size: [number, number]][] = [
  [
    [4, 5, 3],
    [8, 10],
  ],
  [
    [7, 4, 1],
    [3, 3],
  ],
  [
    [5, 6, 5],
    [5, 1],
  ],
  [
    [1, 9, 4],
    [3, 4],
  ],
];

const resizings = sizes.flatMap(([shape, size]) =>
  interpolations.flatMap((interpolation) =>
    [false, true].map(
      (antialias): Operation => ({
        name: `${interpolation} resize of ${shape} to ${size}${antialias ? ', antialiased' : ''}`,
        shapes: [shape],
        call: (b, [x]) => resize(b, x, size, { interpolation, antialias }),
        reference: (x) => reference.resize(x, shape, size, interpolation, antialias),
      }),
    ),
  ),
);

/** Exact in float32, and never halfway between two pixels. */
const matrices = [
  [1, 0, 0, 0, 1, 0],
  [0.75, -0.625, 1.0625, 0.625, 0.75, -1.1875],
  [-1, 0, 4, 0, 1, 0],
  [1.375, 0, -9.0625, 0, 0.4375, 17.03125],
];
const shape: Shape = [5, 6, 3];
const transforms = matrices.flatMap((matrix) =>
  fillModes.flatMap((fillMode) =>
    (['nearest', 'bilinear'] as const).flatMap((interpolation) =>
      [undefined, [3, 8] as const].map(
        (size): Operation => ({
          name: `${interpolation} transform by ${matrix}, ${fillMode} outside, to ${size ?? 'the same size'}`,
          shapes: [shape],
          call: (b, [x]) => {
            const rows = b.add(b.full(new Value([6], { batched: true }), 0), b.constants(matrix));
            return affineTransform(b, x, rows, { interpolation, fillMode, fillValue: 0.75, size });
          },
          reference: (x) =>
            reference.affine(x, shape, matrix, {
              interpolation,
              fillMode,
              fillValue: 0.75,
              size: size ?? [5, 6],
            }),
        }),
      ),
    ),
  ),
);

describe('images', () => {
  test.each([...resizings, ...transforms])('$name', checkOperation);

  test('what has the size already is left as it is', () => {
    const b = new Builder();
    const x = new Value([4, 5, 3], { batched: true });
    expect(resize(b, x, [4, 5])).toBe(x);
    expect(b.steps).toEqual([]);
  });
});

const SAMPLES = 4096;

/** The matrices that are drawn for images of 6 x 11. */
function draw(
  kind: Parameters<typeof randomMatrices>[2],
  parameters: number[],
  { step = 0, seed = 5 } = {},
): number[][] {
  const { heap } = runtime();
  const place = heap.allocate(64, 'test');
  heap.i32.set([seed, 1, step, 0], place.address / 4 + 12);
  const b = new Builder({ training: true, scalars: place });
  const images = new Value([6, 11, 1], { batched: true });
  const drawn = randomMatrices(b, images, kind, parameters);
  const program = new Program(runtime(), {
    steps: b.steps,
    capacity: SAMPLES,
    outputs: [drawn],
    purpose: 'test',
  });
  program.prepare(SAMPLES);
  program.run();
  const at = program.addressOf(drawn) / 4;
  return Array.from({ length: SAMPLES }, (_, i) => [...heap.f32.subarray(at + 6 * i, at + 6 * i + 6)]);
}

/** Asserts that numbers fill [low, high] evenly: their bounds, and their mean and variance within four errors. */
function expectUniform(numbers: number[], low: number, high: number): void {
  const n = numbers.length;
  const width = high - low;
  const mean = numbers.reduce((sum, x) => sum + x, 0) / n;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(low - 1e-5);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(high + 1e-5);
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((4 * width) / Math.sqrt(12 * n));
  expect(Math.abs(variance - width ** 2 / 12)).toBeLessThan((4 * width ** 2) / Math.sqrt(180 * n));
}

describe('random matrices', () => {
  test('rotations turn around the middle by every angle of the range', () => {
    const drawn = draw('rotations', [-0.125, 0.25]);
    expectUniform(
      drawn.map(([a0, , , b0]) => Math.atan2(b0, a0) / (2 * Math.PI)),
      -0.125,
      0.25,
    );
    for (const [a0, a1, a2, b0, b1, b2] of drawn) {
      expect(a0 * a0 + b0 * b0).toBeCloseTo(1, 6);
      expect([a1, b1]).toEqual([-b0, a0]);
      expect(a0 * 5 + a1 * 2.5 + a2).toBeCloseTo(5, 5);
      expect(b0 * 5 + b1 * 2.5 + b2).toBeCloseTo(2.5, 5);
    }
  });

  test('translations go in both directions independently', () => {
    const drawn = draw('translations', [-0.5, 0.25, 0, 1]);
    const down = drawn.map(([, , , , , b2]) => -b2 / 6);
    const right = drawn.map(([, , a2]) => -a2 / 11);
    expectUniform(down, -0.5, 0.25);
    expectUniform(right, 0, 1);
    const together = down.map((y, i) => (y + 0.125) * (right[i] - 0.5));
    const covariance = together.reduce((sum, x) => sum + x, 0) / SAMPLES;
    expect(Math.abs(covariance)).toBeLessThan((4 * 0.75) / 12 / Math.sqrt(SAMPLES));
    expect(drawn.every(([a0, a1, , b0, b1]) => a0 === 1 && a1 === 0 && b0 === 0 && b1 === 1)).toBe(true);
  });

  test('zooms leave the middle where it is, by one factor or by two', () => {
    const both = draw('zooms', [0.5, 1.25, 0.75, 2]);
    expectUniform(
      both.map(([, , , , b1]) => b1),
      0.5,
      1.25,
    );
    expectUniform(
      both.map(([a0]) => a0),
      0.75,
      2,
    );
    for (const [a0, , a2, , b1, b2] of both) {
      expect(a0 * 5 + a2).toBeCloseTo(5, 5);
      expect(b1 * 2.5 + b2).toBeCloseTo(2.5, 5);
    }
    expect(draw('zooms', [0.5, 1.25]).every(([a0, , , , b1]) => a0 === b1)).toBe(true);
  });

  test('flips turn one image in two round', () => {
    const flipped = draw('flips', [1, 1]).filter(([a0]) => a0 === -1);
    expect(Math.abs(flipped.length / SAMPLES - 0.5)).toBeLessThan(2 / Math.sqrt(SAMPLES));
    for (const matrix of flipped) expect(matrix).toEqual([-1, 0, 10, 0, -1, 5]);
    expect(new Set(draw('flips', [0, 1]).map(String))).toEqual(new Set(['1,0,0,0,1,0', '-1,0,10,0,1,0']));
    expect(new Set(draw('flips', [1, 0]).map(String))).toEqual(new Set(['1,0,0,0,1,0', '1,0,0,0,-1,5']));
  });

  test('crops begin at every place where they fit, equally often', () => {
    const counts = new Map<string, number>();
    for (const [, , a2, , , b2] of draw('crops', [4, 9])) {
      counts.set(`${b2},${a2}`, (counts.get(`${b2},${a2}`) ?? 0) + 1);
    }
    const places = [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => `${y},${x}`));
    expect([...counts.keys()].sort()).toEqual(places);
    for (const count of counts.values()) {
      expect(Math.abs(count / SAMPLES - 1 / 9)).toBeLessThan(4 * Math.sqrt(8 / 81 / SAMPLES));
    }
  });

  test('are those of the seed and the step', () => {
    const first = draw('translations', [-0.5, 0.5, -0.5, 0.5]);
    expect(draw('translations', [-0.5, 0.5, -0.5, 0.5])).toEqual(first);
    for (const other of [{ step: 1 }, { seed: 6 }]) {
      const drawn = draw('translations', [-0.5, 0.5, -0.5, 0.5], other);
      expect(drawn.filter(([, , a2], i) => a2 === first[i][2]).length).toBeLessThan(4);
    }
  });
});
