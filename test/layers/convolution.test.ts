import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';

type Shaped = [inputShape: number[], options: Parameters<typeof fl.layers.conv2D>[0]];
const build = (inputShape: number[], layer: fl.Layer) => layer(fl.input({ shape: inputShape }));

describe('convolutional layers say which layer it is and what does not fit', () => {
  test.each<[string, ...Shaped, RegExp]>([
    [
      'a kernel that is larger',
      [5, 4, 1],
      { filters: 2, kernelSize: [3, 5] },
      /reaches over 5 entries of axis 2, which has 4/,
    ],
    [
      'one that is larger by its dilation',
      [5, 9, 1],
      { filters: 2, kernelSize: 3, dilationRate: [3, 1] },
      /\[3, 3\] with a dilation of \[3, 1\].*reaches over 7 entries of axis 1, which has 5/,
    ],
    [
      'another number of axes',
      [5, 4],
      { filters: 2, kernelSize: 3 },
      /expected an input with 3 axes.*\[batch, 5, 4\]/,
    ],
    [
      'channels that no groups divide',
      [5, 5, 4],
      { filters: 6, kernelSize: 3, groups: 3 },
      /4 channels.*3 groups/,
    ],
  ])('%s', (_, shape, options, message) => {
    const layer = fl.layers.conv2D({ ...options, name: 'eyes' });
    expect(() => build(shape, layer)).toThrow(fl.ShapeError);
    expect(() => build(shape, layer)).toThrow(/^Layer 'eyes': /);
    expect(() => build(shape, layer)).toThrow(message);
  });

  test.each<[object, RegExp]>([
    [{ filters: 0, kernelSize: 3 }, /layers.conv2D: filters must be a whole number of 1 or more, but got 0/],
    [{ filters: 2 }, /layers.conv2D: kernelSize must be a number or a list of 2 numbers, but got undefined/],
    [
      { filters: 2, kernelSize: [3, 3, 3] },
      /kernelSize must be a number or a list of 2 numbers, but got \[3,3,3\]/,
    ],
    [{ filters: 2, kernelSize: 3, strides: [1, 0] }, /layers.conv2D: strides must be a whole number of 1/],
    [{ filters: 2, kernelSize: 3, padding: 'causal' }, /padding must be 'valid' or 'same', but got causal/],
    [
      { filters: 3, kernelSize: 3, groups: 2 },
      /filters must be a multiple of groups, but got 3 filters in 2 groups/,
    ],
    [{ filters: 3, kernelSize: 3, stride: 2 }, /has no option 'stride'. Did you mean 'strides'/],
  ])('options %j', (options, message) => {
    expect(() => fl.layers.conv2D(options as never)).toThrow(fl.ConfigError);
    expect(() => fl.layers.conv2D(options as never)).toThrow(message);
  });
});

test('weights come in the order and the shapes of Keras, with its names', () => {
  const layer = fl.layers.conv2D({ filters: 6, kernelSize: [3, 2], groups: 2, inputShape: [8, 8, 4] });
  const model = fl.sequential([layer]);
  expect(layer.name).toMatch(/^conv2d/);
  expect(layer.parameters.map(({ name, shape }) => [name, shape])).toEqual([
    ['kernel', [3, 2, 2, 6]],
    ['bias', [6]],
  ]);
  expect(model.outputs[0].sampleShape).toEqual([6, 7, 6]);
});

test('a network of convolutions learns where a bright square is', async () => {
  fl.setSeed(3);
  const side = 9;
  const images = new Float32Array(64 * side * side);
  const places = Int32Array.from({ length: 64 }, (_, i) => i % 4);
  places.forEach((place, i) => {
    const [top, left] = [place & 2 ? 5 : 1, place & 1 ? 5 : 1];
    const shift = Math.floor(i / 4) % 2;
    for (const [row, column] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      images[(i * side + top + row + shift) * side + left + column] = 1;
    }
  });
  const { conv2D, dense, flatten } = fl.layers;
  const model = fl.sequential([
    conv2D({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [side, side, 1] }),
    conv2D({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
    flatten(),
    dense({ units: 4, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: fl.optimizers.adam({ learningRate: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const x = fl.tensor(images, [64, side, side, 1]);
  await model.fit(x, places, { epochs: 12, batchSize: 16, verbose: 0 });
  expect((await model.evaluate(x, places)).accuracy).toBe(1);
});
