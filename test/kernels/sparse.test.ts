import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { testRandom, uniformArray } from '../support/random.js';
import { type Csr, csrMatmul, csrMatmulBackward } from '../support/reference/sparse.js';

const bench = new KernelBench();
const { kernels } = bench;
const widths = [...Array.from({ length: 17 }, (_, i) => i + 1), 20, 33, 64];

/** Rows of 0 to 8 terms with indices that repeat. */
function randomCsr(rows: number, columns: number, withValues: boolean): Csr {
  const next = testRandom(rows + columns);
  const indptr = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) indptr[r + 1] = indptr[r] + Math.floor(9 * next());
  const terms = indptr[rows];
  return {
    rows,
    columns,
    indptr,
    indices: Int32Array.from({ length: terms }, () => Math.floor(columns * next())),
    values: withValues ? uniformArray(terms, 5) : undefined,
  };
}

/** The tables of a matrix whose rows lie in memory from the last to the first, with gaps between them. */
function place(csr: Csr): [indices: number, lengths: number, values: number] {
  const { rows, indptr, indices, values } = csr;
  const tables = [new Int32Array(rows), new Int32Array(rows), new Int32Array(rows)];
  for (let r = rows - 1; r >= 0; r--) {
    const [begin, end] = [indptr[r], indptr[r + 1]];
    tables[0][r] = bench.place(indices.slice(begin, end));
    tables[1][r] = end - begin;
    if (values) tables[2][r] = bench.place(values.slice(begin, end));
  }
  return [bench.place(tables[0]), bench.place(tables[1]), values ? bench.place(tables[2]) : 0];
}

function matmul(csr: Csr, cols: number, bias?: Float32Array): void {
  bench.reset();
  const w = uniformArray(csr.columns * cols, 1);
  const bytes = csr.rows * cols * 4;
  const y = bench.reserve(bytes);
  kernels.csrMatmul(y, ...place(csr), bench.place(w), bias ? bench.place(bias) : 0, csr.rows, cols);
  // Sums of at most nine terms below 1.
  expectClose(bench.f32(y, csr.rows * cols), csrMatmul(csr, w, bias, cols), { absolute: 1e-6 });
  expect(bench.tailIntact(y, bytes)).toBe(true);
}

function backward(csr: Csr, cols: number): void {
  bench.reset();
  const dy = uniformArray(csr.rows * cols, 2);
  const start = uniformArray(csr.columns * cols, 3);
  const dw = bench.place(start);
  kernels.csrMatmulBackward(dw, bench.place(dy), ...place(csr), csr.rows, cols);
  expectClose(bench.f32(dw, start.length), csrMatmulBackward(csr, start, dy, cols), { absolute: 2e-6 });
  expect(bench.tailIntact(dw, start.byteLength)).toBe(true);
}

const forms: [string, boolean][] = [
  ['ones', false],
  ['values', true],
];

describe.each(forms)('csrMatmul and csrMatmulBackward of %s', (_, withValues) => {
  test('equal the dense products for every width', () => {
    for (const cols of widths) {
      for (const rows of [0, 1, 7]) {
        const csr = randomCsr(rows, 11, withValues);
        matmul(csr, cols);
        matmul(csr, cols, uniformArray(cols, 4));
        backward(csr, cols);
      }
    }
  });

  test('take rows without terms, and a row that repeats one index', () => {
    const csr: Csr = {
      rows: 4,
      columns: 3,
      indptr: Int32Array.of(0, 0, 5, 5, 5),
      indices: Int32Array.of(2, 2, 2, 0, 2),
      values: withValues ? Float32Array.of(1, 2, 3, 4, -5) : undefined,
    };
    for (const cols of widths) {
      matmul(csr, cols, uniformArray(cols, 4));
      backward(csr, cols);
    }
  });
});
