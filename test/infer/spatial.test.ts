import fc from 'fast-check';
import * as fl from 'fourlane';
import * as inference from 'fourlane/infer';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { spatialReaches, tableWriters } from '../../src/infer/spatialExtents.js';
import type { Allocation } from '../../src/wasm/heap.js';
import { runtime } from '../../src/wasm/runtime.js';
import { headerOf, rewritten } from '../files/edit.js';
import { uniformArray } from '../support/random.js';

type Argument = number | { value?: number; offset?: number; perBatch?: number };
interface Listing {
  values: { shape: number[]; batched?: boolean; weight?: string; type?: string }[];
  steps: [string, ...Argument[]][];
}

const listingOf = (file: Uint8Array): Listing =>
  JSON.parse(headerOf(file).header.__metadata__.program as string);

/** Every kind of layer over spatial axes, and every way to compute one. */
function everything(): fl.Model {
  const l = fl.layers;
  const convolution = { kernelSize: 3, padding: 'same', biasInitializer: 'glorotUniform' } as const;
  const image = fl.input({ shape: [9, 8, 3] });
  const wide = l.conv2D({ filters: 8, ...convolution })(image);
  const layers = [
    l.conv2D({ filters: 9, ...convolution }),
    l.batchNormalization(),
    l.conv2D({ filters: 6, groups: 3, ...convolution, strides: 2 }),
    l.depthwiseConv2D({ ...convolution, depthMultiplier: 2 }),
    l.separableConv2D({ filters: 5, ...convolution, dilationRate: 2 }),
    l.conv2DTranspose({ filters: 8, ...convolution, strides: 2 }),
    l.maxPooling2D({ poolSize: 3, strides: 2, padding: 'same' }),
    l.upSampling2D({ size: [1, 2], interpolation: 'bilinear' }),
    l.conv2DTranspose({ filters: 9, ...convolution }),
    l.resizing({ height: 7, width: 7, interpolation: 'bicubic' }),
    l.conv2D({ filters: 8, kernelSize: 3 }),
    l.conv2DTranspose({ filters: 8, kernelSize: 3 }),
    l.averagePooling2D({ poolSize: 2, strides: 1 }),
    l.adaptiveMaxPooling2D({ outputSize: [4, 5] }),
    l.conv2D({ filters: 2, ...convolution }),
    l.conv2DTranspose({ filters: 3, ...convolution }),
    l.conv2DTranspose({ filters: 4, kernelSize: 1 }),
    l.upSampling2D(),
    l.globalAveragePooling2D(),
  ];
  const deep = layers.reduce((x, layer) => layer(x), wide);
  const pooled = l.maxPooling2D()(l.conv2D({ filters: 9, ...convolution, activation: 'relu' })(wide));
  const gray = l.conv2D({ filters: 1, kernelSize: 1 })(image);
  const one = l.maxPooling2D()(l.conv2D({ filters: 5, kernelSize: 3, activation: 'relu' })(gray));
  const rows = l.reshape({ targetShape: [9, 24] })(image);
  const series = [
    l.conv1D({ filters: 8, kernelSize: 3, padding: 'causal' }),
    l.maxPooling1D(),
    l.globalMaxPooling1D(),
  ].reduce((x, layer) => layer(x), rows);
  const volume = [
    l.reshape({ targetShape: [3, 4, 6, 3] }),
    l.conv3D({ filters: 6, kernelSize: 2 }),
    l.averagePooling3D({ poolSize: 2, padding: 'same' }),
    l.conv3DTranspose({ filters: 2, kernelSize: 2, strides: 2 }),
    l.globalMaxPooling3D(),
  ].reduce((x, layer) => layer(x), image);
  const flat = [pooled, one].map((x) => l.flatten()(x));
  return fl.model({ inputs: image, outputs: l.concatenate()([deep, series, volume, ...flat]) });
}

const x = fl.tensor(uniformArray(3 * 9 * 8 * 3, 1), [3, 9, 8, 3]);
let model: fl.Model;
let file: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  fl.setSeed(3);
  model = everything();
  file = model.save();
});

test('a convolutional network runs as it was saved, to the bit, by every kernel over spatial axes', () => {
  const called = new Set(listingOf(file).steps.map(([kernel]) => kernel));
  const known = [...Object.keys(spatialReaches), ...Object.keys(tableWriters)];
  expect(known.filter((kernel) => !called.has(kernel))).toEqual([]);
  const said = model.predict(x).data;
  expect(said.every(Number.isFinite)).toBe(true);
  const small = inference.load(file);
  expect(small.predict(x).data).toEqual(said);
  expect(small.predict(x, { batchSize: 2 }).data).toEqual(said);
});

describe('a program over spatial axes that reaches for more than its own', () => {
  const step = ({ steps }: Listing, kernel: string) => steps.find(([name]) => name === kernel)!;
  const at = ({ steps }: Listing, kernel: string) => steps.findIndex(([name]) => name === kernel);
  const operandOf = (p: Listing, kernel: string, argument: number) =>
    p.values[(step(p, kernel)[argument] as { value: number }).value];

  test.each<[string, (program: Listing) => unknown, RegExp]>([
    ['a stride of 0', (p) => (step(p, 'windows')[12] = 0), /'windows'.*do not fit each other/],
    ['more windows than there is room for', (p) => (step(p, 'windows')[6] = 900), /'windows'.*its table has/],
    ['other runs', (p) => (step(p, 'windows')[22] = 1), /'windows'.*do not fit/],
    ['a larger block', (p) => (step(p, 'windows')[23] = 9), /'windows'.*do not fit/],
    ['padding before everything', (p) => (step(p, 'windows')[19] = 99), /'windows'.*do not fit/],
    [
      'sizes that overflow',
      (p) => step(p, 'windows').splice(14, 3, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1),
      /fit/,
    ],
    ['a size that follows the batch', (p) => (step(p, 'windows')[4] = { perBatch: 1 }), /follows the batch/],
    ['a short table', (p) => (operandOf(p, 'windows', 1).shape = [130]), /its table has/],
    ['a table of a batch', (p) => (operandOf(p, 'windows', 1).batched = true), /no value for tables/],
    [
      'a table in a weight',
      (p) => (step(p, 'windows')[1] = { value: p.values.findIndex(({ weight }) => weight) }),
      /no value for tables/,
    ],
    [
      'a table that lies elsewhere',
      (p) => ((step(p, 'convolve')[5] as { offset: number }).offset = 4),
      /no table/,
    ],
    ['a table twice', (p) => p.steps.splice(at(p, 'windows'), 0, step(p, 'windows')), /where another one is/],
    [
      'a table that comes later',
      (p) => p.steps.push(...p.steps.splice(at(p, 'windows'), 1)),
      /is no table for it/,
    ],
    ['no table at all', (p) => (step(p, 'convolve')[5] = step(p, 'convolve')[2]), /is no table for it/],
    ['a table of poolings', (p) => (step(p, 'convolve')[5] = step(p, 'maxPooling')[3]), /is no table for it/],
    [
      'two axes of three',
      (p) => p.steps.splice(at(p, 'poolingAxis'), 1),
      /'poolingAxis'.*not from its beginning/,
    ],
    ['two axes and no more', (p) => p.steps.splice(at(p, 'poolingAxis') + 2, 1), /is no table for it/],
    [
      'results into the table',
      (p) => (step(p, 'convolve')[1] = step(p, 'convolve')[5]),
      /'convolve'.*one of its arguments lies in a table/,
    ],
    [
      'another step that writes the table',
      (p) => p.steps.splice(at(p, 'windows') + 1, 0, ['fill', step(p, 'windows')[1], 7, 8]),
      /'fill'.*lies in a table/,
    ],
    [
      'another table over the table',
      (p) =>
        p.steps.splice(at(p, 'windows') + 1, 0, ['poolingAxis', step(p, 'windows')[1], 1, 1, 1, 0, 1, 1]),
      /'poolingAxis'.*where another one is/,
    ],
    [
      'scratch that is the output',
      (p) => (step(p, 'convolve')[6] = step(p, 'convolve')[1]),
      /scratch is not its own/,
    ],
    [
      'scratch that is a weight',
      (p) => (step(p, 'convolve')[6] = step(p, 'convolve')[3]),
      /scratch is not its own/,
    ],
    ['short scratch', (p) => (operandOf(p, 'convolve', 6).shape = [192]), /'convolve'.*its argument 6/],
    ['filters that follow the batch', (p) => (step(p, 'convolve')[7] = { perBatch: 1 }), /'convolve'/],
    ['more filters than weights', (p) => (step(p, 'convolve')[7] = 80), /'convolve'.*its argument 1/],
    ['more samples', (p) => (step(p, 'convolve')[8] = { perBatch: 2 }), /'convolve'.*its argument 1/],
    ['eight narrow filters', (p) => (step(p, 'convolveNarrow')[7] = 8), /'convolveNarrow'.*do not fit/],
    ['no divisor', (p) => (step(p, 'poolingAxis')[4] = 0), /'poolingAxis'.*do not fit/],
    [
      'windows behind the end',
      (p) => (p.steps[at(p, 'poolingAxis') + 1][3] = 2 ** 20),
      /'poolingAxis'.*do not fit/,
    ],
    ['more windows than results', (p) => (step(p, 'maxPooling')[4] = 90), /its argument 1/],
    ['a wider border', (p) => (step(p, 'winogradForward')[11] = 2), /'winogradForward'.*do not fit/],
    [
      'images that are too small',
      (p) => (step(p, 'winogradPoolOne')[8] = 2),
      /'winogradPoolOne'.*do not fit/,
    ],
    ['images that overflow', (p) => (step(p, 'winogradPool')[8] = 2 ** 31 - 1), /'winogradPool'.*argument 1/],
    [
      'rows that follow the batch',
      (p) => (step(p, 'winogradPool')[8] = { perBatch: 9 }),
      /'winogradPool'.*follow/,
    ],
    ['a longer axis', (p) => (step(p, 'resample')[5] = 900), /'resample'.*its argument 2/],
  ])('%s', (_, change, message) => {
    expect(() => inference.load(rewritten(file, 'program', change))).toThrow(fl.FormatError);
    expect(() => inference.load(rewritten(file, 'program', change))).toThrow(message);
  });

  test('any number, offset or value instead of another: refused, or nothing is written beside its own', () => {
    const { heap } = runtime();
    const allocate = vi.spyOn(heap, 'allocate');
    // Larger than any region so far.
    inference.load(file).predict(fl.tensor(uniformArray(40 * 216, 2), [40, 9, 8, 3]), { batchSize: 40 });
    const known = [...Object.keys(spatialReaches), ...Object.keys(tableWriters)];
    const { steps, values } = listingOf(file);
    const places = steps.flatMap(([kernel, ...args], i) =>
      known.includes(kernel) ? args.map((_, j) => [i, j + 1] as const) : [],
    );
    const near = fc.integer({ min: -9, max: 9 });
    const far = fc.constantFrom(2 ** 16, 2 ** 28, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32, -(2 ** 31));
    const change = fc.tuple(
      fc.constantFrom(...places),
      fc.oneof({ weight: 4, arbitrary: near }, far),
      fc.nat({ max: values.length - 1 }),
      fc.boolean(),
    );
    let ran = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = rewritten(file, 'program', (program: Listing) => {
          for (const [[i, j], by, value, swaps] of changes) {
            const argument = program.steps[i][j] as Argument;
            if (typeof argument === 'number') program.steps[i][j] = argument + by;
            else if (argument.perBatch) argument.perBatch += by;
            else if (swaps) argument.value = value;
            else argument.offset = (argument.offset ?? 0) + by;
          }
        });
        let loaded: inference.InferenceModel;
        try {
          loaded = inference.load(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(fl.FormatError);
          return;
        }
        ran++;
        const before = heap.u8.slice();
        loaded.predict(x);
        loaded.dispose();
        expect(heap.byteLength).toBe(before.length);
        // Temporaries, and the weights of the file, are the program's own.
        const made = allocate.mock.results.map(({ value }) => value as Allocation);
        const region = made.findLast(({ address }) => address === runtime().regionAddress)!;
        for (const { address, bytes } of [region, made.at(-1)!]) {
          before.set(heap.u8.subarray(address, address + bytes), address);
        }
        expect(Buffer.compare(before, heap.u8)).toBe(0);
      }),
      { numRuns: 400, seed: 4 },
    );
    allocate.mockRestore();
    expect(ran).toBeGreaterThan(20);
  });
});
