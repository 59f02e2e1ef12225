import { describe, expect, test } from 'vitest';
import { constant } from '../../src/initializers.js';
import { type ConvolutionOptions, convolve } from '../../src/plan/convolution.js';
import { Parameter } from '../../src/plan/parameter.js';
import { sizeOf } from '../../src/shape.js';
import { runtime } from '../../src/wasm/runtime.js';
import { expectClose } from '../support/compare.js';
import { differentiate } from '../support/gradients.js';
import { uniformArray } from '../support/random.js';
import { type ConvolutionCase, convolutionTerms } from '../support/reference/convolution.js';

function weight(name: string, shape: number[], values: Float32Array): Parameter {
  const parameter = new Parameter({ name, shape, initializer: constant({ value: 0 }) });
  const { heap } = runtime();
  const storage = heap.allocate(values.byteLength + 64, 'test');
  parameter.place(storage, 0);
  heap.f32.set(values, storage.address / 4);
  return parameter;
}

/** Compares output and gradients with the definition in double precision. */
function check(shapes: ConvolutionCase, bias = true): void {
  const { batch, input, channels, kernel, filters, groups = 1, strides, dilation, padding } = shapes;
  const options: ConvolutionOptions = { strides, dilation, padding, groups };
  const { output, each } = convolutionTerms(shapes);
  const x = uniformArray(batch * sizeOf(input) * channels, 1);
  const w = uniformArray((sizeOf(kernel) * channels * filters) / groups, 2);
  const offset = uniformArray(filters, 3);
  const dy = uniformArray(batch * sizeOf(output) * filters, 4);
  const weights = [weight('kernel', [...kernel, channels / groups, filters], w)];
  if (bias) weights.push(weight('bias', [filters], offset));

  const y = Float64Array.from(dy, (_, i) => (bias ? offset[i % filters] : 0));
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  const db = new Float64Array(filters);
  each((i, j, k) => {
    y[i] += x[j] * w[k];
    dx[j] += dy[i] * w[k];
    dw[k] += dy[i] * x[j];
  });
  dy.forEach((value, i) => {
    db[i % filters] += value;
  });
  const found = differentiate(
    (b, [value]) => convolve(b, value, weights[0], weights[1], options),
    [{ shape: [batch, ...input, channels], data: [...x] }],
    { shape: [batch, ...output, filters], data: [...dy] },
    weights,
  );
  // Each of the additions of a sum rounds it by up to 2^-24; roundings add up like a random walk.
  const rounding = (terms: number) => 2 ** -24 * 4 * Math.sqrt(terms + 1);
  const close = (what: string, ours: Float32Array, theirs: Float64Array, terms: number) => {
    try {
      expectClose(ours, theirs, { relativeToMax: rounding(terms) });
    } catch (error) {
      expect.fail(`${what} of ${JSON.stringify(shapes)}: ${(error as Error).message}`);
    }
  };
  close('output', found.output, y, (sizeOf(kernel) * channels) / groups);
  close('input gradient', found.inputGradients[0], dx, (sizeOf(kernel) * filters) / groups);
  close('weight gradient', found.weightGradients[0], dw, batch * sizeOf(output));
  if (bias) close('bias gradient', found.weightGradients[1], db, batch * sizeOf(output));
}

describe('convolve equals its definition', () => {
  test('over odd sizes of everything', () => {
    for (const channels of [1, 2, 3, 4, 5, 8, 11, 17]) {
      for (const filters of [1, 2, 3, 7, 8, 9, 16, 17]) {
        check({ batch: 1, input: [5, 6], channels, kernel: [3, 2], filters });
        check({ batch: 3, input: [7, 4], channels, kernel: [3, 3], filters, padding: 'same' }, false);
      }
    }
  });

  test('over every size of the input up to 17, along one axis', () => {
    for (let size = 1; size <= 17; size++) {
      for (let kernel = 1; kernel <= size; kernel++) {
        check({ batch: 2, input: [size], channels: 3, kernel: [kernel], filters: 5 });
      }
      for (const padding of ['same', 'causal'] as const) {
        check({ batch: 2, input: [size], channels: 3, kernel: [5], filters: 5, padding, strides: [2] });
      }
    }
  });

  const spaced = [
    { strides: [1, 1], dilation: [1, 1] },
    { strides: [2, 3], dilation: [1, 1] },
    { strides: [5, 1], dilation: [1, 2] },
    { strides: [1, 2], dilation: [3, 1] },
    { strides: [2, 2], dilation: [2, 2] },
  ];
  test.each(spaced)('with %j, padded and not, in groups', (spacing) => {
    for (const padding of ['valid', 'same', 'causal'] as const) {
      for (const groups of [1, 2, 3, 6]) {
        for (const kernel of [
          [1, 1],
          [3, 3],
          [2, 5],
          [5, 2],
        ]) {
          check({ batch: 3, input: [13, 14], channels: 6, kernel, filters: 12, padding, groups, ...spacing });
        }
      }
    }
  });

  test('over volumes', () => {
    check({ batch: 3, input: [5, 6, 7], channels: 3, kernel: [2, 3, 2], filters: 5, padding: 'same' });
    check({ batch: 2, input: [5, 6, 7], channels: 2, kernel: [3, 2, 3], filters: 9, strides: [2, 1, 3] });
    check({ batch: 2, input: [7, 6, 5], channels: 4, kernel: [2, 2, 2], filters: 4, dilation: [3, 2, 1] });
  });

  test('where the kernel is as large as the input', () => {
    check({ batch: 5, input: [5, 6, 7], channels: 3, kernel: [5, 6, 7], filters: 5 });
    check({ batch: 130, input: [4, 3], channels: 2, kernel: [4, 3], filters: 17 });
  });

  test('where it is larger than the input, padded', () => {
    check({ batch: 3, input: [2, 3], channels: 3, kernel: [5, 7], filters: 5, padding: 'same' });
    check({ batch: 3, input: [3], channels: 3, kernel: [7], filters: 5, padding: 'causal' });
  });

  test('where blocks of windows end within a sample, and blocks of samples within the batch', () => {
    check({ batch: 2, input: [23, 19], channels: 9, kernel: [3, 3], filters: 10 });
    check({ batch: 47, input: [6, 6], channels: 5, kernel: [3, 3], filters: 9 });
    check({ batch: 47, input: [5, 5], channels: 5, kernel: [3, 3], filters: 9, padding: 'same' });
  });
});
