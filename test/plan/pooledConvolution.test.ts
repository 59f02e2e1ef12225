import { describe, expect, test } from 'vitest';
import { constant } from '../../src/initializers.js';
import { Builder } from '../../src/plan/builder.js';
import { type ConvolutionOptions, convolve } from '../../src/plan/convolution.js';
import { Parameter } from '../../src/plan/parameter.js';
import { maxPooling, slidingWindows } from '../../src/plan/pooling.js';
import { Program } from '../../src/plan/program.js';
import { withoutUnread } from '../../src/plan/unread.js';
import { Value } from '../../src/plan/value.js';
import { sizeOf } from '../../src/shape.js';
import { runtime } from '../../src/wasm/runtime.js';
import { expectClose } from '../support/compare.js';
import { type Differentiated, differentiate } from '../support/gradients.js';
import { uniformArray } from '../support/random.js';
import type { ConvolutionCase } from '../support/reference/convolution.js';
import { pooledConvolution } from '../support/reference/pooledConvolution.js';

function weight(name: string, shape: number[], seed: number): Parameter {
  const parameter = new Parameter({ name, shape, initializer: constant({ value: 0 }) });
  const { heap } = runtime();
  const storage = heap.allocate(4 * sizeOf(shape) + 64, 'test');
  parameter.place(storage, 0);
  heap.f32.set(uniformArray(sizeOf(shape), seed), storage.address / 4);
  return parameter;
}

function layer(channels: number, filters: number): [kernel: Parameter, bias: Parameter] {
  return [weight('kernel', [3, 3, channels, filters], 2), weight('bias', [filters], 3)];
}

const pool = (b: Builder, x: Value, size = 2) =>
  maxPooling(b, x, slidingWindows(x.shape, [size, size], [size, size]));

/** The usual layers, which fuse. */
function pooled(b: Builder, x: Value, [kernel, bias]: Parameter[], options?: ConvolutionOptions): Value {
  return pool(b, b.apply('relu', convolve(b, x, kernel, bias, options), 0, true));
}

/** The same with something between relu and pooling, so that they do not. */
function separate(b: Builder, x: Value, [kernel, bias]: Parameter[], options?: ConvolutionOptions): Value {
  return pool(b, b.affine(b.apply('relu', convolve(b, x, kernel, bias, options)), 1, 0));
}

const kernelsOf = (b: Builder, outputs: Value[]) =>
  withoutUnread(b.steps, outputs).map(({ kernel }) => kernel);

function inputs(batch: number, shape: number[], seed = 1) {
  return { shape: [batch, ...shape], data: [...uniformArray(batch * sizeOf(shape), seed)] };
}

/** Equal but for the order of sums, and for roundings of the transforms. */
function expectSame(ours: Differentiated, theirs: Differentiated): void {
  expectClose(ours.output, theirs.output, { relativeToMax: 2e-6 });
  expectClose(ours.inputGradients[0], theirs.inputGradients[0], { relativeToMax: 3e-6 });
  for (const [i, values] of ours.weightGradients.entries()) {
    expectClose(values, theirs.weightGradients[i], { relativeToMax: 3e-6 });
  }
}

describe('a max-pooling behind the relu of a convolution', () => {
  test.each([1, 3, 8])('of %i channels is one step, whether the relu works in place or not', (channels) => {
    for (const inPlace of [false, true]) {
      const b = new Builder();
      const x = new Value([9, 8, channels], { batched: true });
      const [kernel, bias] = layer(channels, 6);
      const y = pool(b, b.apply('relu', convolve(b, x, kernel, bias), 0, inPlace));
      expect(kernelsOf(b, [y])).toEqual([channels === 1 ? 'winogradPoolOne' : 'winogradPool']);
    }
  });

  const others: [string, (b: Builder, x: Value) => Value][] = [
    ['windows of 3x3', (b, x) => pool(b, b.apply('relu', convolve(b, x, ...layer(4, 4))), 3)],
    ['a stride', (b, x) => pooled(b, x, layer(4, 4), { strides: [2, 2] })],
    ['dilation', (b, x) => pooled(b, x, layer(4, 4), { dilation: [1, 2] })],
    ['another activation', (b, x) => pool(b, b.apply('tanh', convolve(b, x, ...layer(4, 4))))],
    ['no activation', (b, x) => pool(b, convolve(b, x, ...layer(4, 4)))],
  ];
  test.each(others)('stays a step of its own with %s', (_, call) => {
    const b = new Builder();
    const y = call(b, new Value([12, 12, 4], { batched: true }));
    expect(kernelsOf(b, [y])).toContain('maxPooling');
  });

  test.each(['valid', 'same'] as const)('has the gradients of central differences, padding %s', (padding) => {
    for (const [channels, filters] of [
      [1, 5],
      [3, 8],
      [5, 3],
    ]) {
      const shapes: ConvolutionCase = {
        ...{ batch: 2, input: [7, 6], channels, kernel: [3, 3], filters },
        padding,
      };
      const weights = layer(channels, filters);
      const { heap } = runtime();
      const read = ({ address, shape }: Parameter) => [
        ...heap.f32.slice(address / 4, address / 4 + sizeOf(shape)),
      ];
      const x = inputs(2, [7, 6, channels]);
      const at = [x.data, ...weights.map(read)];
      const forward = () => pooledConvolution(shapes, at[0], at[1], at[2]).pooled;
      const y = forward();
      const side = padding === 'same' ? 3 : 2;
      const upstream = inputs(2, [side, padding === 'same' ? 3 : 2, filters], 9);
      const found = differentiate(
        (b, [value]) => pooled(b, value, weights, { padding }),
        ...([[x], upstream, weights] as const),
      );
      expectClose(found.output, y, { relativeToMax: 2e-6 });
      const step = 1e-6;
      const gradient = (values: number[]) =>
        values.map((value, i) => {
          const moved = (by: number) => {
            values[i] = value + by;
            const total = forward().reduce((sum, one, j) => sum + one * upstream.data[j], 0);
            values[i] = value;
            return total;
          };
          return (moved(step) - moved(-step)) / (2 * step);
        });
      const ours = [found.inputGradients[0], ...found.weightGradients];
      for (const [i, values] of ours.entries()) {
        expectClose(values, gradient(at[i]), { relativeToMax: 3e-6 });
      }
    }
  });

  test('gives the values and gradients of the separate steps', () => {
    for (const [channels, filters] of [
      [1, 32],
      [16, 24],
    ]) {
      const weights = layer(channels, filters);
      const x = inputs(3, [13, 12, channels]);
      const upstream = inputs(3, [5, 5, filters], 9);
      const one = differentiate((b, [value]) => pooled(b, value, weights), [x], upstream, weights);
      const many = differentiate((b, [value]) => separate(b, value, weights), [x], upstream, weights);
      expectSame(one, many);
    }
  });

  test('does not take from others what they read of the convolution and of the relu', () => {
    const weights = layer(8, 8);
    const x = inputs(2, [8, 8, 8]);
    const upstream = inputs(2, [9 + 36 + 36, 8], 9);
    const both = (first: typeof pooled) =>
      differentiate(
        (b, [value]) => {
          const convolved = convolve(b, value, ...weights);
          const open = b.apply('relu', convolved);
          const small = first === pooled ? pool(b, open) : pool(b, b.affine(open, 1, 0));
          const flat = [small, b.affine(open, 2, 0), b.affine(convolved, 3, 1)];
          return b.concatenate(
            flat.map((one) => b.reshape(one, [sizeOf(one.shape) / 8, 8])),
            0,
          );
        },
        ...([[x], upstream, weights] as const),
      );
    const [one, many] = [both(pooled), both(separate)];
    expectSame(one, many);
  });

  test('has no gradients of what is not trained', () => {
    const [kernel, bias] = layer(8, 8);
    const b = new Builder({ gradientPlace: (weight) => (weight === bias ? { address: 65536 } : undefined) });
    const x = new Value([8, 8, 8], { batched: true });
    const y = pooled(b, x, [kernel, bias]);
    b.passGradient(y, new Value(y.shape, { batched: true }));
    b.backward();
    expect(kernelsOf(b, [y])).toEqual(['winogradPool', 'pooledBiasGradient']);
  });

  test('lets a dropout see through a change of the shape', () => {
    const scalars = { address: runtime().heap.allocate(256, 'test').address };
    const weights = layer(8, 8);
    const places = new Map(weights.map((one) => [one, { address: one.address }]));
    const b = new Builder({ training: true, scalars, gradientPlace: (one) => places.get(one) });
    const y = pooled(b, new Value([8, 8, 8], { batched: true }), weights);
    const dropped = b.dropout(b.reshape(y, [72]), 0.5);
    b.passGradient(dropped, new Value([72], { batched: true }));
    b.backward();
    expect(b.steps.map(({ kernel }) => kernel)).toContain('dropoutReluBackward');
  });

  test('has the same bits in a program of any capacity', () => {
    const weights = layer(8, 16);
    const x = uniformArray(5 * 11 * 10 * 8, 1);
    const { heap } = runtime();
    const outputs = [5, 8, 64].map((capacity) => {
      const places = new Map(weights.map((one) => [one, heap.allocate(4 * sizeOf(one.shape) + 64, 'test')]));
      const b = new Builder({ gradientPlace: (one) => places.get(one) });
      const input = new Value([11, 10, 8], { batched: true, needsGradient: true });
      const y = pooled(b, input, weights);
      b.passGradient(y, y);
      b.backward();
      const dx = b.gradientOf(input)!;
      const program = new Program(runtime(), {
        ...{ steps: b.steps, capacity, inputs: [input], outputs: [y, dx], purpose: 'test' },
      });
      program.prepare(5);
      heap.f32.set(x, program.addressOf(input) / 4);
      program.run();
      const read = (address: number, count: number) => heap.f32.slice(address / 4, address / 4 + count);
      return [
        ...[y, dx].map((one) => read(program.addressOf(one), 5 * sizeOf(one.shape))),
        ...weights.map((one) => read(places.get(one)!.address, sizeOf(one.shape))),
      ];
    });
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });
});

test('the network of the Keras example for MNIST trains with 128 samples in 24 MB', () => {
  const first = layer(1, 32);
  const second = layer(32, 64);
  const dense = [weight('kernel', [1600, 10], 4), weight('bias', [10], 5)];
  const places = new Map(
    [...first, ...second, ...dense].map((one) => [one, { address: one.address }] as const),
  );
  const scalars = { address: runtime().heap.allocate(256, 'test').address };
  const b = new Builder({ training: true, scalars, gradientPlace: (one) => places.get(one) });
  const x = new Value([28, 28, 1], { batched: true });
  const flat = b.reshape(pooled(b, pooled(b, x, first), second), [1600]);
  const logits = b.dense(b.dropout(flat, 0.5), dense[0], dense[1]);
  b.passGradient(logits, logits);
  b.backward();
  const program = new Program(runtime(), {
    ...{ steps: b.steps, capacity: 128, inputs: [x], outputs: [logits], purpose: 'test' },
  });
  const data = x.bytes(128);

  expect(program.bytes - data).toBeLessThan(24e6);
});
