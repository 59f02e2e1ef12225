import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { testRandom, uniformArray } from '../support/random.js';
import { type Csr, csrMatmul, csrMatmulBackward } from '../support/reference/sparse.js';

const bench = new KernelBench();
const { kernels } = bench;
const widths = [...Array.from({ length: 17 }, (_, i) => i + 1), 20, 33, 64];

/** Rows of 0 to 8 terms with indices that repeat; `offset` is where indptr begins. */
function randomCsr(rows: number, columns: number, withValues: boolean, offset = 0): Csr {
  const next = testRandom(rows + columns);
  const indptr = Int32Array.from({ length: rows + 1 }, () => offset);
  for (let r = 0; r < rows; r++) indptr[r + 1] = indptr[r] + Math.floor(9 * next());
  const terms = indptr[rows] - offset;
  return {
    rows,
    columns,
    indptr,
    indices: Int32Array.from({ length: terms }, () => Math.floor(columns * next())),
    values: withValues ? uniformArray(terms, 5) : undefined,
  };
}

function place({ indptr, indices, values }: Csr): [indptr: number, indices: number, values: number] {
  return [bench.place(indptr), bench.place(indices), values ? bench.place(values) : 0];
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

  test('take a slice of a longer indptr', () => {
    const csr = randomCsr(5, 11, withValues, 1000);
    for (const cols of [3, 16, 21]) {
      matmul(csr, cols);
      backward(csr, cols);
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
