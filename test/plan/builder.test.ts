import { describe, expect, test } from 'vitest';
import { Value } from '../../src/plan/value.js';
import { checkOperation, type Operation } from '../support/operations.js';

type Rows = number[][];

const rowsOf = (data: number[], cols: number): Rows =>
  Array.from({ length: data.length / cols }, (_, r) => data.slice(r * cols, (r + 1) * cols));
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

const zeros = (n: number) => new Array<number>(n).fill(0);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

const operations: Operation[] = [
  {
    name: 'add',
    shapes: [
      [3, 5],
      [3, 5],
    ],
    call: (b, [x, y]) => b.add(x, y),
    reference: (x, y) => x.map((value, i) => value + y[i]),
  },
  {
    name: 'subtract',
    shapes: [[7], [7]],
    call: (b, [x, y]) => b.subtract(x, y),
    reference: (x, y) => x.map((value, i) => value - y[i]),
  },
  {
    name: 'multiply',
    shapes: [[7], [7]],
    call: (b, [x, y]) => b.multiply(x, y),
    reference: (x, y) => x.map((value, i) => value * y[i]),
  },
  {
    name: 'divide',
    shapes: [[5], [5]],
    range: [0.5, 2],
    call: (b, [x, y]) => b.divide(x, y),
    reference: (x, y) => x.map((value, i) => value / y[i]),
  },
  {
    name: 'maximum',
    shapes: [[9], [9]],
    call: (b, [x, y]) => b.maximum(x, y),
    reference: (x, y) => x.map((value, i) => Math.max(value, y[i])),
  },
  {
    name: 'minimum',
    shapes: [[9], [9]],
    call: (b, [x, y]) => b.minimum(x, y),
    reference: (x, y) => x.map((value, i) => Math.min(value, y[i])),
  },
  {
    name: 'affine',
    shapes: [[6]],
    call: (b, [x]) => b.affine(x, -2.5, 0.25),
    reference: (x) => x.map((value) => -2.5 * value + 0.25),
  },
  {
    name: 'sum',
    shapes: [[3, 5]],
    call: (b, [x]) => b.sum(x),
    reference: (x) => rowsOf(x, 5).map(sum),
  },
  {
    name: 'mean',
    shapes: [[3, 5]],
    call: (b, [x]) => b.mean(x),
    reference: (x) => rowsOf(x, 5).map((row) => sum(row) / 5),
  },
  {
    name: 'reshape',
    shapes: [[3, 4]],
    call: (b, [x]) => b.apply('square', b.reshape(x, [2, 6])),
    reference: (x) => x.map((value) => value * value),
  },
  {
    name: 'concatenate along the last axis',
    shapes: [
      [2, 3],
      [2, 1],
      [2, 5],
    ],
    call: (b, inputs) => b.concatenate(inputs, 1),
    reference: (x, y, z) => {
      const [a, c] = [rowsOf(x, 3), rowsOf(z, 5)];
      return [0, 1].flatMap((r) => [...a[r], y[r], ...c[r]]);
    },
  },
  {
    name: 'concatenate along the first axis',
    shapes: [
      [2, 3],
      [1, 3],
    ],
    call: (b, inputs) => b.concatenate(inputs, 0),
    reference: (x, y) => [...x, ...y],
  },
  {
    name: 'softmax',
    shapes: [[2, 4]],
    call: (b, [x]) => b.softmax(x),
    reference: (x) =>
      rowsOf(x, 4).flatMap((row) => {
        const powers = row.map(Math.exp);
        return powers.map((power) => power / sum(powers));
      }),
  },
  {
    name: 'slice',
    shapes: [[2, 5, 3]],
    call: (b, [x]) => b.slice(x, 1, 1, 3),
    reference: (x) => [0, 1].flatMap((r) => x.slice(r * 15 + 3, r * 15 + 12)),
  },
  {
    name: 'pad',
    shapes: [[2, 2, 3]],
    call: (b, [x]) => b.pad(x, 1, 2, 1),
    reference: (x) => [0, 1].flatMap((r) => [...zeros(6), ...x.slice(r * 6, r * 6 + 6), ...zeros(3)]),
  },
  {
    name: 'permute',
    shapes: [[2, 3, 4]],
    call: (b, [x]) => b.permute(x, [2, 0, 1]),
    reference: (x) => range(24).map((i) => x[(i % 6) * 4 + Math.floor(i / 6)]),
  },
  {
    name: 'permute that turns all axes round',
    shapes: [[2, 3, 4]],
    call: (b, [x]) => b.permute(x, [2, 1, 0]),
    reference: (x) => range(24).map((i) => x[(i % 2) * 12 + (Math.floor(i / 2) % 3) * 4 + Math.floor(i / 6)]),
  },
  {
    name: 'repeat',
    shapes: [[2, 3]],
    call: (b, [x]) => b.repeat(x, 1, 4),
    reference: (x) => rowsOf(x, 3).flatMap((row) => [...row, ...row, ...row, ...row]),
  },
  {
    name: 'broadcast',
    shapes: [[1, 3, 1]],
    call: (b, [x]) => b.broadcast(x, [2, 3, 5]),
    reference: (x) => range(30).map((i) => x[Math.floor(i / 5) % 3]),
  },
  {
    name: 'batchMatmul',
    shapes: [
      [3, 5],
      [5, 2],
    ],
    call: (b, [x, y]) => b.batchMatmul(x, y),
    reference: (x, y) =>
      range(6).map((i) => sum(range(5).map((k) => x[Math.floor(i / 2) * 5 + k] * y[k * 2 + (i % 2)]))),
  },
  {
    name: 'rectify',
    shapes: [[40]],
    range: [-3, 3],
    call: (b, [x]) => b.rectify(x, { slope: 0.25, ceiling: 1.5, threshold: 0.5, below: -0.125 }),
    reference: (x) => x.map((value) => (value > 0.5 ? Math.min(value, 1.5) : 0.25 * (value - 0.5) - 0.125)),
  },
  {
    name: 'logSoftmax',
    shapes: [[2, 4]],
    call: (b, [x]) => b.logSoftmax(x),
    reference: (x) =>
      rowsOf(x, 4).flatMap((row) => row.map((value) => value - Math.log(sum(row.map(Math.exp))))),
  },
  ...[1, 3, 4, 7, 19].flatMap((cols): Operation[] => [
    {
      name: `normalizeRows by layer over ${cols}`,
      shapes: [[3, cols]],
      call: (b, [x]) => b.normalizeRows('layer', x, 0.125),
      reference: (x) =>
        rowsOf(x, cols).flatMap((row) => {
          const mean = sum(row) / cols;
          const variance = sum(row.map((value) => (value - mean) ** 2)) / cols;
          return row.map((value) => (value - mean) / Math.sqrt(variance + 0.125));
        }),
    },
    {
      name: `normalizeRows by root mean square over ${cols}`,
      shapes: [[3, cols]],
      call: (b, [x]) => b.normalizeRows('rms', x, 0.125),
      reference: (x) =>
        rowsOf(x, cols).flatMap((row) => {
          const square = sum(row.map((value) => value ** 2)) / cols;
          return row.map((value) => value / Math.sqrt(square + 0.125));
        }),
    },
    {
      // A row that is shorter than the 0.75 divided by is only scaled.
      name: `normalizeRows by length over ${cols}`,
      shapes: [[3, cols]],
      range: [0.25, 0.5],
      call: (b, [x]) => b.normalizeRows('unit', x, 0.75),
      reference: (x) =>
        rowsOf(x, cols).flatMap((row) => {
          const length = Math.sqrt(sum(row.map((value) => value ** 2)));
          return row.map((value) => value / Math.max(length, 0.75));
        }),
    },
  ]),
  {
    name: 'a value that is read three times gets the sum of three gradients',
    shapes: [[6]],
    call: (b, [x]) => b.add(b.multiply(x, x), b.add(x, b.apply('square', x))),
    reference: (x) => x.map((value) => 2 * value * value + value),
  },
  {
    name: 'a gradient that passes through two ways is not added twice',
    shapes: [[4], [4]],
    call: (b, [x, y]) => b.add(b.add(x, y), b.add(y, x)),
    reference: (x, y) => x.map((value, i) => 2 * (value + y[i])),
  },
];

describe('operations of the builder', () => {
  test.each(operations)('$name', checkOperation);

  test('every operation of the builder is covered', async () => {
    const { Builder } = await import('../../src/plan/builder.js');
    const { Tape } = await import('../../src/plan/tape.js');
    const own: string[] = [];
    for (let kind = Builder.prototype; kind !== Tape.prototype; kind = Object.getPrototypeOf(kind)) {
      own.push(...Object.getOwnPropertyNames(kind));
    }
    const elsewhere = [
      ...['constructor', 'dense', 'matmul', 'apply', 'logitsOf', 'dropout', 'noise', 'uniform', 'full'],
      ...['constants', 'penalize', 'batchNormalize', 'normalizeColumns', 'moveTowards', 'stopGradient'],
      ...['markRectified', 'rectifiedFrom'],
    ];
    const covered = operations.map(({ name }) => name.split(' ')[0]);
    expect(own.filter((name) => !elsewhere.includes(name) && !covered.includes(name))).toEqual([]);
  });

  test('shapes that do not fit are refused', async () => {
    const { Builder } = await import('../../src/plan/builder.js');
    const b = new Builder();
    const value = (...shape: number[]) => new Value(shape, { batched: true });
    expect(() => b.add(value(3), value(4))).toThrow(
      /add: the shapes \[batch, 3\] and \[batch, 4\] do not fit/,
    );
    expect(() => b.reshape(value(3, 4), [5])).toThrow(/12 elements per sample/);
    expect(() => b.dense(value(3), new Value([4, 2]))).toThrow(/\[batch, 3\].*\[4, 2\]/);
  });
});
