import { describe, expect, test } from 'vitest';
import type { ImageConvolution } from '../../src/plan/convolution/image.js';
import {
  entryScratch,
  winogradBackScratch,
  winogradPoolOneScratch,
  winogradScratch,
} from '../../src/plan/convolution/scratch.js';
import { type SpatialKernels, WINDOWS, WINOGRAD_TILES } from '../../src/wasm/generated/spatial.js';
import { expectClose } from '../support/compare.js';
import { KernelBench } from '../support/kernels.js';
import { uniformArray } from '../support/random.js';
import { type ConvolutionCase, convolutionTerms } from '../support/reference/convolution.js';
import { pooledConvolution, poolWindows } from '../support/reference/pooledConvolution.js';

const bench = new KernelBench<SpatialKernels>('spatial');
const { kernels } = bench;

interface Sizes {
  n: number;
  height: number;
  width: number;
  c: number;
  o: number;
  padding: 0 | 1;
}

function caseOf({ n, height, width, c, o, padding }: Sizes): ConvolutionCase {
  return {
    ...{ batch: n, input: [height, width], channels: c, kernel: [3, 3], filters: o },
    padding: padding ? 'same' : 'valid',
  };
}

/** Lets `call` use scratch of that many floats, and nothing behind it. */
function withScratch(count: number, call: (scratch: number) => void): void {
  const address = bench.reserve(4 * count);
  call(address);
  expect(bench.tailIntact(address, 4 * count)).toBe(true);
}

const image = ({ c, o, ...sizes }: Sizes): ImageConvolution => ({ ...sizes, channels: c, filters: o });

const argumentsOf = ({ n, height, width, c, o, padding }: Sizes) =>
  [n, height, width, c, o, padding] as const;

/**
 * A sum of that many products rounds each addition by up to 2^-24 of what it has, like a random walk. Frequencies of
 * values below 1 reach 4, their products 9, and a result is a sum of 9 of these that may cancel: roundings of up to 2^-20.
 */
const tolerance = (terms: number) => ({
  relativeToMax: 2 ** -24 * 4 * Math.sqrt(terms + 16),
  absolute: 2 ** -20,
});

/** Even and odd sizes with whole and parted tiles, alone and over several blocks; channels around those of vectors and panels. */
function* allSizes(): Generator<Sizes> {
  for (const padding of [0, 1] as const) {
    for (const [height, width] of [
      [3, 3],
      [4, 5],
      [5, 4],
      [7, 6],
      [11, 13],
    ]) {
      for (const c of [1, 3, 4, 5, 8, 13]) {
        for (const o of [1, 4, 6, 8, 9, 17]) {
          for (const n of [1, 3]) yield { n, height, width, c, o, padding };
        }
      }
    }
  }
  yield { n: WINOGRAD_TILES + 3, height: 3, width: 4, c: 16, o: 24, padding: 0 };
  yield { n: 2, height: 15, width: 16, c: 33, o: 31, padding: 1 };
  // Tiles over the end of odd sizes on their own: beside and below, only one of them, in several groups of images.
  yield { n: 50, height: 5, width: 7, c: 9, o: 8, padding: 0 };
  yield { n: 211, height: 5, width: 4, c: 8, o: 5, padding: 1 };
  yield { n: 205, height: 6, width: 7, c: 5, o: 16, padding: 0 };
  yield { n: 199, height: 5, width: 5, c: 4, o: 6, padding: 1 };
  // Nine tiles, of which the last is a row of its own.
  yield { n: 1, height: 8, width: 7, c: 16, o: 48, padding: 0 };
  yield { n: 1, height: 5, width: 6, c: 32, o: 15, padding: 1 };
}

function check(sizes: Sizes, start: boolean): void {
  bench.reset();
  const { n, height, width, c, o, padding } = sizes;
  const [rows, cols] = [height + 2 * padding - 2, width + 2 * padding - 2];
  const { each } = convolutionTerms(caseOf(sizes));
  const x = uniformArray(n * height * width * c, 1);
  const w = uniformArray(9 * c * o, 2);
  const bias = uniformArray(o, 3);
  const dy = uniformArray(n * rows * cols * o, 4);
  const dw = start ? uniformArray(w.length, 5) : new Float32Array(w.length);
  const addresses = { x: bench.place(x), w: bench.place(w), dy: bench.place(dy), dw: bench.place(dw) };
  const y = bench.reserve(dy.byteLength);
  const dx = bench.reserve(x.byteLength);
  const last = argumentsOf(sizes);
  withScratch(winogradScratch(image(sizes)), (scratch) => {
    const offset = start ? bench.place(bias) : 0;
    kernels.winogradForward(y, addresses.x, addresses.w, offset, scratch, ...last);
  });
  withScratch(winogradBackScratch(image(sizes)), (scratch) => {
    kernels.winogradInputGradient(dx, addresses.dy, addresses.w, scratch, ...last);
  });
  withScratch(winogradScratch(image(sizes)), (scratch) => {
    const from = start ? addresses.dw : 0;
    kernels.winogradWeightGradient(addresses.dw, addresses.x, addresses.dy, from, scratch, ...last);
  });
  const expected = {
    y: Float64Array.from(dy, (_, i) => (start ? bias[i % o] : 0)),
    dx: new Float64Array(x.length),
    dw: Float64Array.from(dw),
  };
  each((i, j, k) => {
    expected.y[i] += x[j] * w[k];
    expected.dx[j] += dy[i] * w[k];
    expected.dw[k] += dy[i] * x[j];
  });
  expectClose(bench.f32(y, dy.length), expected.y, tolerance(9 * c));
  expectClose(bench.f32(dx, x.length), expected.dx, tolerance(9 * o));
  expectClose(bench.f32(addresses.dw, w.length), expected.dw, tolerance(n * rows * cols));
  for (const [address, { byteLength }] of [
    [y, dy],
    [dx, x],
    [addresses.dw, w],
  ] as const) {
    expect(bench.tailIntact(address, byteLength)).toBe(true);
  }
}

describe('Winograd F(2x2, 3x3)', () => {
  test('equals the definition, forward and backward, over odd sizes of everything', () => {
    for (const sizes of allSizes()) check(sizes, false);
  });

  test('starts from the bias, and adds to the gradient of the weights', () => {
    for (const sizes of allSizes()) if (sizes.n > 1) check(sizes, true);
  });

  test('keeps zeros exact, and everything that is not finite within its window', () => {
    bench.reset();
    const sizes: Sizes = { n: 1, height: 12, width: 12, c: 8, o: 8, padding: 1 };
    const x = uniformArray(12 * 12 * 8, 1);
    // The left half of the image is blank; one pixel on the right is infinite.
    for (let i = 0; i < x.length; i++) if (Math.floor(i / 8) % 12 < 6) x[i] = 0;
    x[(4 * 12 + 10) * 8] = Number.POSITIVE_INFINITY;
    const bias = uniformArray(8, 3);
    const y = bench.reserve(4 * x.length);
    const w = bench.place(uniformArray(9 * 64, 2));
    const scratch = bench.reserve(4 * winogradScratch(image(sizes)));
    kernels.winogradForward(y, bench.place(x), w, bench.place(bias), scratch, ...argumentsOf(sizes));
    bench.f32(y, x.length).forEach((value, i) => {
      const [row, col] = [Math.floor(i / 96), Math.floor(i / 8) % 12];
      if (col < 5) expect(value).toBe(bias[i % 8]);
      // An infinite pixel reaches at most the results of the tiles that read it.
      if (row < 2 || row > 7 || col < 8) expect(Number.isFinite(value)).toBe(true);
      if (Math.abs(row - 4) <= 1 && Math.abs(col - 10) <= 1) expect(Number.isFinite(value)).toBe(false);
    });
  });
});

/** Runs the kernel for that many channels. */
function pool(sizes: Sizes, x: Float32Array, w: Float32Array, bias: Float32Array, withChoice = true) {
  bench.reset();
  const { n, height, width, c, o, padding } = sizes;
  const [down, across] = [(height + 2 * padding - 2) >> 1, (width + 2 * padding - 2) >> 1];
  const count = n * down * across * o;
  const y = bench.reserve(4 * count);
  const choice = bench.reserve(count);
  const all = [y, withChoice ? choice : 0, bench.place(x), bench.place(w), bench.place(bias)] as const;
  const one = c === 1;
  withScratch((one ? winogradPoolOneScratch : winogradScratch)(image(sizes)), (scratch) => {
    if (one) kernels.winogradPoolOne(...all, scratch, n, height, width, o, padding);
    else kernels.winogradPool(...all, scratch, ...argumentsOf(sizes));
  });
  expect(bench.tailIntact(y, 4 * count)).toBe(true);
  expect(bench.tailIntact(choice, count)).toBe(true);
  return {
    y: bench.f32(y, count),
    choice: new Uint8Array(bench.memory.buffer, choice, count).slice(),
  };
}

const CLOSED = 4;

describe('convolution, relu and max-pooling in one', () => {
  test('equal the definition and say which result it was', () => {
    const all: Sizes[] = [
      ...allSizes(),
      { n: 2, height: 6, width: 2 * WINDOWS + 9, c: 1, o: 5, padding: 0 },
      { n: 1, height: 5, width: 4 * WINDOWS + 3, c: 1, o: 8, padding: 1 },
    ];
    for (const sizes of all) {
      const { n, height, width, c, o } = sizes;
      if (Math.min(height, width) < 4 && sizes.padding === 0) continue;
      const x = uniformArray(n * height * width * c, 1);
      const w = uniformArray(9 * c * o, 2);
      const bias = uniformArray(o, 3);
      const { convolved, pooled, windows } = pooledConvolution(caseOf(sizes), x, w, bias);
      const found = pool(sizes, x, w, bias);
      const largest = convolved.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const { relativeToMax, absolute } = tolerance(9 * c);
      const close = Math.max(relativeToMax * largest, absolute);
      expectClose(found.y, pooled, { absolute: close });
      for (const { index, results } of windows) {
        const chosen = found.choice[index];
        if (chosen === CLOSED) expect(pooled[index]).toBeLessThan(close);
        else expect(Math.abs(convolved[results[chosen]] - pooled[index])).toBeLessThan(close);
      }
      expect(pool(sizes, x, w, bias, false).y).toEqual(found.y);
    }
  });

  test.each([1, 8])(
    'of %i channels choose the first among equals, nothing where all is 0, and pass NaN on',
    (c) => {
      const sizes: Sizes = { n: 1, height: 4, width: 10, c, o: 8, padding: 0 };
      const x = new Float32Array(4 * 10 * c).fill(1);
      // Windows: equal results above 0; NaN in the last of four; equal results of 0.
      for (let row = 0; row < 4; row++) x.fill(0, (row * 10 + 6) * c, (row * 10 + 10) * c);
      x[(3 * 10 + 5) * c] = Number.NaN;
      const w = new Float32Array(9 * c * 8).fill(0.5);
      const found = pool(sizes, x, w, new Float32Array(8));
      const windows = Array.from({ length: 4 }, (_, i) => [found.y[8 * i], found.choice[8 * i]]);
      expect(windows[0]).toEqual([4.5 * c, 0]);
      expect(windows[1][0]).toBeNaN();
      expect(windows[3]).toEqual([0, CLOSED]);
    },
  );
});

describe('the gradients from the entries that a pooling leaves', () => {
  /** Choices at random, with closed windows and gradients of 0 among them. */
  function entriesOf(sizes: Sizes) {
    const { n, height, width, c, o, padding } = sizes;
    const [rows, cols] = [height + 2 * padding - 2, width + 2 * padding - 2];
    const [down, across] = [rows >> 1, cols >> 1];
    const count = n * down * across * o;
    const choice = Uint8Array.from(uniformArray(count, 6, 0, 5), Math.floor);
    const dy = uniformArray(count, 7).map((g) => (Math.abs(g) < 0.2 ? 0 : g));
    const dense = new Float64Array(n * rows * cols * o);
    for (const { index, results } of poolWindows(caseOf(sizes), [rows, cols])) {
      if (choice[index] < CLOSED) dense[results[choice[index]]] = dy[index];
    }
    bench.reset();
    const addresses = { dy: bench.place(dy), choice: bench.place(choice) };
    const entries = bench.reserve(8 * count);
    const lengths = bench.reserve(4 * n * o);
    const line = 4 * c * (width + 2 * padding);
    kernels.poolEntries(entries, lengths, addresses.dy, addresses.choice, n, down, across, o, line, 4 * c);
    expect(bench.tailIntact(entries, 8 * count)).toBe(true);
    expect(bench.tailIntact(lengths, 4 * n * o)).toBe(true);
    const listed = bench.i32(lengths, n * o).reduce((sum, length) => sum + length, 0);
    expect(listed).toBe(dense.filter((g) => g !== 0).length);
    return { ...addresses, entries, lengths, dense, windows: n * down * across };
  }

  test('equal the sums over all results', () => {
    for (const sizes of allSizes()) {
      const { n, height, width, c, o } = sizes;
      if (Math.min(height, width) < 4 && sizes.padding === 0) continue;
      const { dy, choice, entries, lengths, dense, windows } = entriesOf(sizes);
      const x = uniformArray(n * height * width * c, 1);
      const w = uniformArray(9 * c * o, 2);
      const before = uniformArray(w.length, 5);
      const starts = uniformArray(o, 8);
      const dx = bench.reserve(x.byteLength);
      const [dw, db] = [bench.place(before), bench.place(starts)];
      const last = argumentsOf(sizes);
      const addresses = { x: bench.place(x), w: bench.place(w) };
      withScratch(entryScratch(image(sizes)), (scratch) => {
        kernels.entryInputGradient(dx, entries, lengths, addresses.w, scratch, ...last);
      });
      withScratch(entryScratch(image(sizes)), (scratch) => {
        kernels.entryWeightGradient(dw, addresses.x, entries, lengths, dw, scratch, ...last);
      });
      kernels.pooledBiasGradient(db, dy, choice, db, windows, o);
      const expected = {
        dx: new Float64Array(x.length),
        dw: Float64Array.from(before),
        db: Float64Array.from(starts),
      };
      convolutionTerms(caseOf(sizes)).each((i, j, k) => {
        expected.dx[j] += dense[i] * w[k];
        expected.dw[k] += dense[i] * x[j];
      });
      dense.forEach((g, i) => {
        expected.db[i % o] += g;
      });
      expectClose(bench.f32(dx, x.length), expected.dx, tolerance(9 * o));
      expectClose(bench.f32(dw, w.length), expected.dw, tolerance(windows));
      expectClose(bench.f32(db, o), expected.db, tolerance(windows));
      expect(bench.tailIntact(dx, x.byteLength)).toBe(true);
      expect(bench.tailIntact(dw, w.byteLength)).toBe(true);
      expect(bench.tailIntact(db, 4 * o)).toBe(true);
    }
  });

  test('begin anew where there is nothing to add to', () => {
    const sizes: Sizes = { n: 2, height: 8, width: 7, c: 5, o: 6, padding: 1 };
    const { dy, choice, entries, lengths, windows } = entriesOf(sizes);
    const x = bench.place(uniformArray(2 * 8 * 7 * 5, 1));
    const scratch = bench.reserve(4 * entryScratch(image(sizes)));
    const run = (start: boolean) => {
      const dw = bench.place(new Float32Array(9 * 5 * 6).fill(start ? 0 : 7));
      const db = bench.place(new Float32Array(6).fill(start ? 0 : 7));
      kernels.entryWeightGradient(dw, x, entries, lengths, start ? dw : 0, scratch, ...argumentsOf(sizes));
      kernels.pooledBiasGradient(db, dy, choice, start ? db : 0, windows, 6);
      return [bench.f32(dw, 9 * 5 * 6), bench.f32(db, 6)];
    };
    expect(run(false)).toEqual(run(true));
  });
});
