import { expect, test } from 'vitest';
import { SparseColumn } from '../../src/data/sparseColumn.js';
import { sparseRows } from '../../src/data/sparseRows.js';
import * as fl from '../../src/index.js';
import type { Heap } from '../../src/wasm/heap.js';
import { testRandom } from '../support/random.js';

const [ROWS, WIDTH] = [70, 100];

/** Rows with a share of values that are not 0, and labels. */
function data(share: number) {
  const next = testRandom(3);
  const x = Float32Array.from({ length: ROWS * WIDTH }, () => (next() < share ? next() - 0.5 : 0));
  const y = Float32Array.from({ length: ROWS }, () => (next() < 0.5 ? 1 : 0));
  return { x, y };
}

async function train(x: fl.ModelData, y: Float32Array, first: fl.Layer) {
  fl.setSeed(5);
  const model = fl.sequential([first, fl.layers.dense({ units: 1, activation: 'sigmoid' })]);
  model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
  const validationData = [x, y] as const;
  const { history } = await model.fit(x, y, { epochs: 3, batchSize: 16, verbose: 0, validationData });
  return { history, weights: model.getWeights().map(({ data }) => data) };
}

/** A dense layer that cannot read sparse rows: it does something to its input first. */
class Shifted extends fl.Dense {
  static override className = 'Shifted';
  override call(b: fl.Builder, x: fl.Value) {
    return super.call(b, b.affine(x, 1, 0));
  }
}

const units = { units: 8, activation: 'relu', inputShape: [WIDTH] } as const;

test('rows that are mostly 0 are trained on as sparse ones, to the same bits', async () => {
  const { x, y } = data(0.05);
  const matrix = sparseRows(x, WIDTH, 1)!;
  const recognised = await train(x, y, fl.layers.dense(units));
  expect(await train(matrix, y, fl.layers.dense(units))).toEqual(recognised);
  expect(await train(x, y, new Shifted(units))).toEqual(recognised);
});

test('bytes with a scale keep their values', async () => {
  const { x, y } = data(0.05);
  const bytes = Uint8Array.from(x, (value) => Math.abs(value) * 255);
  const scaled = Float32Array.from(bytes, (byte) => byte * Math.fround(1 / 255));
  const tensor = fl.tensor(bytes, [ROWS, WIDTH], { scale: 1 / 255 });
  expect(await train(tensor, y, fl.layers.dense(units))).toEqual(await train(scaled, y, new Shifted(units)));
});

test('a matrix that does not fit into memory is read batch by batch', () => {
  const full = {
    allocate() {
      throw new fl.RuntimeUnsupportedError('memory-exhausted', 'There is no more.');
    },
  };
  const column = new SparseColumn(fl.SparseMatrix.fromRows([[1], [2]], 3));
  expect(column.settle(full as unknown as Heap)).toBe(column);
});

test('sparseRows takes rows apart, leaves out values that are all 1, and refuses what is not sparse', () => {
  const row = Array.from({ length: 64 }, (_, i) => (i === 3 ? 2 : i === 60 ? -1 : 0));
  const empty = new Array(64).fill(0);
  const { indptr, indices, values, shape } = sparseRows(
    Float32Array.from([...row, ...empty, ...row]),
    64,
    0.5,
  )!;
  expect(shape).toEqual([3, 64]);
  expect([...indptr]).toEqual([0, 2, 2, 4]);
  expect([...indices]).toEqual([3, 60, 3, 60]);
  expect([...values!]).toEqual([1, -0.5, 1, -0.5]);
  expect(
    sparseRows(
      Int32Array.from(row, (value) => (value ? 1 : 0)),
      64,
      1,
    )!.values,
  ).toBeUndefined();
  expect(sparseRows(new Float32Array(63), 63, 1)).toBeUndefined();
  expect(sparseRows(new Float32Array(64).fill(1, 0, 7), 64, 1)).toBeUndefined();
});

test('a batch of sparse rows that are not settled gives the bits of dense ones', () => {
  const rows = Array.from({ length: 40 }, (_, i) => [i % 50, 50 + ((i * 7) % 50), 100 + i]);
  const sparse = fl.SparseMatrix.fromRows(rows, 200);
  const dense = fl.tensor(rows.map((row) => Array.from({ length: 200 }, (_, i) => Number(row.includes(i)))));
  const y = new Float32Array(120).fill(1);
  const [one, other] = [0, 1].map(() => {
    fl.setSeed(1);
    const hidden = fl.layers.dense({ units: 30, activation: 'relu', inputShape: [200] });
    const model = fl.sequential([hidden, fl.layers.dense({ units: 3 })]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    return model;
  });
  expect(one.trainOnBatch(sparse, y)).toEqual(other.trainOnBatch(dense, y));
  expect(one.testOnBatch(sparse, y)).toEqual(other.testOnBatch(dense, y));
  expect(one.predict(sparse).data).toEqual(other.predict(dense).data);
  expect(one.getWeights()).toEqual(other.getWeights());
});
