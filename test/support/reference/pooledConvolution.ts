import { type ConvolutionCase, convolutionTerms } from './convolution.js';

/** The four results of a convolution of images in a window of 2x2, row by row. */
export interface Window {
  /** The index of its pooled value. */
  index: number;
  /** The indices of the results. */
  results: number[];
}

/** The windows of a max-pooling over 2x2 behind a convolution; what is left of an odd row or column is in none. */
export function poolWindows({ batch, filters }: ConvolutionCase, [rows, cols]: number[]): Window[] {
  const [down, across] = [Math.floor(rows / 2), Math.floor(cols / 2)];
  return Array.from({ length: batch * down * across * filters }, (_, index) => {
    const filter = index % filters;
    const window = Math.floor(index / filters);
    const col = 2 * (window % across);
    const row = 2 * (Math.floor(window / across) % down);
    const sample = Math.floor(window / across / down);
    const at = (i: number, j: number) => ((sample * rows + row + i) * cols + col + j) * filters + filter;
    return { index, results: [at(0, 0), at(0, 1), at(1, 0), at(1, 1)] };
  });
}

/** Convolution, relu and max-pooling over 2x2 in double precision. */
export function pooledConvolution(
  shapes: ConvolutionCase,
  x: ArrayLike<number>,
  kernel: ArrayLike<number>,
  bias: ArrayLike<number>,
): { convolved: Float64Array; pooled: Float64Array; windows: Window[] } {
  const { output, each } = convolutionTerms(shapes);
  const { batch, filters } = shapes;
  const convolved = Float64Array.from(
    { length: batch * output[0] * output[1] * filters },
    (_, i) => bias[i % filters],
  );
  each((y, i, k) => {
    convolved[y] += x[i] * kernel[k];
  });
  const windows = poolWindows(shapes, output);
  const pooled = Float64Array.from(windows, ({ results }) =>
    Math.max(0, ...results.map((i) => convolved[i])),
  );
  return { convolved, pooled, windows };
}
