import { describe, expect, test } from 'vitest';
import { constant } from '../../src/initializers.js';
import { type ConvolutionOptions, convolve, convolveTranspose } from '../../src/plan/convolution.js';
import { Parameter } from '../../src/plan/parameter.js';
import { sizeOf } from '../../src/shape.js';
import { runtime } from '../../src/wasm/runtime.js';
import { expectClose } from '../support/compare.js';
import { differentiate } from '../support/gradients.js';
import { uniformArray } from '../support/random.js';
import { type ConvolutionCase, convolutionTerms, transposedTerms } from '../support/reference/convolution.js';

function weight(name: string, shape: number[], values: Float32Array): Parameter {
  const parameter = new Parameter({ name, shape, initializer: constant({ value: 0 }) });
  const { heap } = runtime();
  const storage = heap.allocate(values.byteLength + 64, 'test');
  parameter.place(storage, 0);
  heap.f32.set(values, storage.address / 4);
  return parameter;
}

/** Compares output and gradients with the definition in double precision; of the transpose where that is asked for. */
function check(shapes: ConvolutionCase, bias = true, transposed = false): void {
  const { batch, input, channels, kernel, filters, groups = 1, strides, dilation, padding } = shapes;
  const spread = padding === 'causal' ? 'same' : padding;
  const options: ConvolutionOptions = { strides, dilation, padding, groups };
  const { output, each } = (transposed ? transposedTerms : convolutionTerms)(shapes);
  const x = uniformArray(batch * sizeOf(input) * channels, 1);
  const w = uniformArray((sizeOf(kernel) * channels * filters) / groups, 2);
  const offset = uniformArray(filters, 3);
  const dy = uniformArray(batch * sizeOf(output) * filters, 4);
  const ends = transposed ? [filters, channels] : [channels / groups, filters];
  const weights = [weight('kernel', [...kernel, ...ends], w)];
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
    (b, [value]) =>
      transposed
        ? convolveTranspose(b, value, weights[0], weights[1], { strides, dilation, padding: spread })
        : convolve(b, value, weights[0], weights[1], options),
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

  test('channel by channel, over every number of channels and filters', () => {
    for (const channels of [2, 3, 4, 7, 8, 9, 16, 17, 24]) {
      for (const times of [1, 2, 3]) {
        const shapes = { channels, filters: channels * times, groups: channels };
        check({ batch: 3, input: [5, 7], kernel: [3, 3], ...shapes });
        check(
          { batch: 2, input: [6, 5], kernel: [2, 4], padding: 'same', strides: [1, 2], ...shapes },
          false,
        );
        check({ batch: 5, input: [9], kernel: [5], padding: 'causal', dilation: [2], ...shapes });
      }
    }
    const shapes = { channels: 8, filters: 8, groups: 8 };
    check({ batch: 41, input: [5, 5], kernel: [3, 3], padding: 'same', ...shapes });
    check({ batch: 2, input: [17, 13], kernel: [3, 3], ...shapes });
    check({ batch: 2, input: [4, 5, 3], kernel: [2, 1, 3], ...shapes });
  });

  test('to few filters, from every number of channels', () => {
    for (const filters of [1, 2, 3, 4]) {
      for (const channels of [1, 2, 3, 5, 8, 13, 24, 37]) {
        check({ batch: 2, input: [6, 5], channels, kernel: [3, 2], filters, padding: 'same' });
        check({ batch: 3, input: [7, 9], channels, kernel: [2, 3], filters, strides: [2, 1] }, false);
        check({ batch: 2, input: [11], channels, kernel: [3], filters, padding: 'causal', dilation: [2] });
      }
    }
    check({ batch: 3, input: [17, 13], channels: 25, kernel: [3, 3], filters: 3 });
    check({ batch: 2, input: [4, 5, 6], channels: 3, kernel: [2, 3, 2], filters: 2, padding: 'same' });
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

test.each<[string, Partial<ConvolutionCase>]>([
  ['many filters', { filters: 9 }],
  ['few filters', { filters: 2 }],
  ['filters for each channel', { filters: 5, groups: 5 }],
  ['strides', { filters: 2, strides: [2, 2] }],
])('NaN reaches exactly what reads it: %s', (_, given) => {
  const shapes = { batch: 2, input: [6, 7], channels: 5, kernel: [2, 3], filters: 1, ...given };
  const { channels, kernel, filters, groups = 1, strides } = shapes;
  const { output, each } = convolutionTerms(shapes);
  const x = uniformArray(2 * 42 * channels, 1);
  const dy = uniformArray(2 * sizeOf(output) * filters, 2);
  const kernels = weight(
    'kernel',
    [...kernel, channels / groups, filters],
    uniformArray((sizeOf(kernel) * channels * filters) / groups, 3),
  );
  for (let i = 0; i < x.length; i += 17) {
    const at = i % dy.length;
    const found = differentiate(
      (b, [value]) => convolve(b, value, kernels, undefined, { strides, groups }),
      [{ shape: [2, 6, 7, channels], data: [...x].map((value, j) => (i === j ? Number.NaN : value)) }],
      { shape: [2, ...output, filters], data: [...dy].map((value, j) => (at === j ? Number.NaN : value)) },
    );
    const [reading, read] = [new Set<number>(), new Set<number>()];
    each((y, from) => {
      if (from === i) reading.add(y);
      if (y === at) read.add(from);
    });
    const touched = (values: Float32Array) => [...values.keys()].filter((j) => Number.isNaN(values[j]));
    expect(touched(found.output)).toEqual([...reading].sort((a, b) => a - b));
    expect(touched(found.inputGradients[0])).toEqual([...read].sort((a, b) => a - b));
  }
});

describe('convolveTranspose equals its definition', () => {
  test('over odd sizes of everything', () => {
    for (const channels of [1, 2, 3, 8, 9, 17]) {
      for (const filters of [1, 3, 7, 8, 17]) {
        check({ batch: 2, input: [5, 4], channels, kernel: [3, 2], filters }, true, true);
        check({ batch: 3, input: [3, 4], channels, kernel: [3, 3], filters, padding: 'same' }, false, true);
      }
    }
  });

  test('with strides and dilation, larger and smaller than the kernel', () => {
    for (const padding of ['valid', 'same'] as const) {
      for (const strides of [[1], [2], [3], [5]]) {
        for (let size = 1; size <= 5; size++) {
          check(
            { batch: 2, input: [4], channels: 3, kernel: [size], filters: 5, padding, strides },
            true,
            true,
          );
        }
      }
      const dilated = { kernel: [2, 3], filters: 2, padding, dilation: [3, 2] };
      check({ batch: 2, input: [4, 5], channels: 3, ...dilated }, true, true);
      check({ batch: 30, input: [2, 2], channels: 3, ...dilated, strides: [1, 2] }, true, true);
    }
  });

  test('over volumes', () => {
    const kernel = [2, 3, 2];
    check({ batch: 2, input: [2, 3, 4], channels: 3, kernel, filters: 5, strides: [1, 2, 2] }, true, true);
  });
});
