import { describe, expect, test } from 'vitest';
import { Builder } from '../../src/plan/builder.js';
import {
  adaptiveWindows,
  averagePooling,
  maxPooling,
  type PoolingWindows,
  slidingWindows,
} from '../../src/plan/pooling.js';
import { Value } from '../../src/plan/value.js';
import { differentiate } from '../support/gradients.js';
import { checkOperation, type Operation } from '../support/operations.js';
import {
  adaptiveRanges,
  largest,
  mean,
  pool,
  type Ranges,
  slidingRanges,
} from '../support/reference/pooling.js';

const kinds = [
  { kind: 'max', operation: maxPooling, fold: largest },
  { kind: 'average', operation: averagePooling, fold: mean },
];

function operations(what: string, shape: number[], windows: PoolingWindows, ranges: Ranges[]): Operation[] {
  return kinds.map(({ kind, operation, fold }) => ({
    name: `${kind} pooling of ${shape.join('x')}, ${what}`,
    shapes: [shape],
    call: (b, [x]) => operation(b, x, windows),
    reference: (x) => pool(x, shape, ranges, fold),
  }));
}

const sliding: [shape: number[], size: number[], strides: number[]][] = [
  [[7, 1], [2], [2]],
  [[9, 3], [3], [1]],
  [[8, 5], [1], [3]],
  [
    [6, 6, 4],
    [2, 2],
    [2, 2],
  ],
  [
    [7, 5, 7],
    [2, 2],
    [2, 2],
  ],
  [
    [5, 7, 3],
    [3, 2],
    [1, 2],
  ],
  [
    [4, 5, 2],
    [4, 5],
    [4, 5],
  ],
  [
    [9, 8, 1],
    [2, 3],
    [4, 5],
  ],
  [
    [3, 4, 5, 6],
    [2, 2, 2],
    [2, 2, 2],
  ],
  [
    [4, 3, 5, 1],
    [2, 1, 3],
    [1, 2, 2],
  ],
];
const adaptive: [shape: number[], counts: number[]][] = [
  [[7, 3], [3]],
  [
    [5, 7, 2],
    [2, 3],
  ],
  [
    [4, 6, 5],
    [1, 6],
  ],
  [
    [3, 5, 4, 2],
    [2, 2, 3],
  ],
  [
    [2, 3, 1],
    [3, 5],
  ],
];

describe('pooling', () => {
  const all = [
    ...sliding.flatMap(([shape, size, strides]) =>
      (['valid', 'same'] as const).flatMap((padding) =>
        operations(
          `${padding} windows of ${size.join('x')}, ${strides.join('x')} apart`,
          shape,
          slidingWindows(shape, size, strides, padding),
          size.map((n, axis) => slidingRanges(shape[axis], n, strides[axis], padding)),
        ),
      ),
    ),
    ...adaptive.flatMap(([shape, counts]) =>
      operations(
        `${counts.join('x')} windows`,
        shape,
        adaptiveWindows(shape, counts),
        counts.map((count, axis) => adaptiveRanges(shape[axis], count)),
      ),
    ),
    ...operations(
      'one window of more positions than a byte numbers',
      [17, 19, 2],
      slidingWindows([17, 19, 2], [17, 19], [1, 1]),
      [[[0, 17]], [[0, 19]]],
    ),
  ];
  test.each(all)('$name', checkOperation);

  test('of several largest entries the first of each window has the gradient', () => {
    const x = { shape: [1, 3, 3, 1], data: [1, 1, 1, 1, 1, 1, 1, 1, 1] };
    const upstream = { shape: [1, 2, 2, 1], data: [1, 2, 3, 4] };
    const windows = slidingWindows([3, 3, 1], [2, 2], [1, 1]);
    const { inputGradients } = differentiate((b, [value]) => maxPooling(b, value, windows), [x], upstream);
    expect([...inputGradients[0]]).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0]);
  });

  test.each([
    [
      [2, 2],
      [1, 4, 4, 1],
    ],
    [
      [4, 4],
      [1, 4, 4, 1],
    ],
  ])('NaN is the largest entry of a window of %j, wherever it stands', (size, shape) => {
    const windows = slidingWindows(shape.slice(1), size, size);
    for (let at = 0; at < 16; at++) {
      const data = Array.from({ length: 16 }, (_, i) => (i === at ? Number.NaN : i));
      const upstream = {
        shape: [1, ...windows.counts, 1],
        data: new Array(16 / (size[0] * size[1])).fill(1),
      };
      const { output, inputGradients } = differentiate(
        (b, [value]) => maxPooling(b, value, windows),
        [{ shape, data }],
        upstream,
      );
      expect(output.filter(Number.isNaN).length).toBe(1);
      expect(inputGradients[0][at]).toBe(1);
    }
  });

  test('where nothing before it is trained, no positions are kept', () => {
    const windows = slidingWindows([4, 4, 1], [2, 2], [2, 2]);
    const b = new Builder({ training: true });
    maxPooling(b, new Value([4, 4, 1], { batched: true }), windows);
    expect(b.steps.at(-1)!.kernel).toBe('maxPooling');
  });

  test('a window larger than the input is refused', () => {
    expect(() => slidingWindows([4, 4, 1], [5, 2], [1, 1])).toThrow(/5, 2.*\[batch, 4, 4, 1\]/);
  });
});
