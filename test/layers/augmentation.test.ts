import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const shape = [6, 8, 2];
const images = () => fl.tensor(uniformArray(20 * 96, 1), [20, ...shape]);
const labels = () => fl.tensor(uniformArray(20, 2), [20, 1]);

/** Layers that keep the shape, each with a range of values that the images stay within. */
const keeping: [string, () => fl.Layer][] = [
  ['randomBrightness', () => fl.layers.randomBrightness({ factor: 0.5, valueRange: [-2, 2] })],
  ['randomContrast', () => fl.layers.randomContrast({ factor: 0.5, valueRange: [-2, 2] })],
  ['randomFlip', () => fl.layers.randomFlip()],
  ['randomRotation', () => fl.layers.randomRotation({ factor: 0.25 })],
  ['randomTranslation', () => fl.layers.randomTranslation({ heightFactor: 0.25, widthFactor: 0.25 })],
  ['randomZoom', () => fl.layers.randomZoom({ heightFactor: 0.25 })],
];

function trained(make: () => fl.Layer): fl.Model {
  fl.setSeed(3);
  const model = fl.sequential([
    fl.layers.input({ shape }),
    make(),
    fl.layers.flatten(),
    fl.layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

const weightsAfter = async (make: () => fl.Layer, epochs = 2) => {
  const model = trained(make);
  await model.fit(images(), labels(), { epochs, batchSize: 8, shuffle: false, verbose: 0 });
  return model.getWeights().map(({ data }) => [...data]);
};

describe.each(keeping)('%s', (_, make) => {
  test('changes images in training alone', async () => {
    const model = fl.sequential([fl.layers.input({ shape }), make()]);
    expect([...model.predict(images()).data]).toEqual([...images().data]);
    const plain = await weightsAfter(() => fl.layers.identity());
    expect(await weightsAfter(make)).not.toEqual(plain);
  });

  test('draws the same for the same seed', async () => {
    expect(await weightsAfter(make)).toEqual(await weightsAfter(make));
  });

  test('is trained through', async () => {
    const build = (before: boolean) => {
      fl.setSeed(3);
      const dense = fl.layers.dense({ units: 2, kernelInitializer: 'identity' });
      const layers = before ? [dense, make()] : [make()];
      const model = fl.sequential([
        fl.layers.input({ shape }),
        ...layers,
        fl.layers.flatten(),
        fl.layers.dense({ units: 1 }),
      ]);
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      return model;
    };
    const model = build(true);
    const [before] = model.getWeights();
    await model.fit(images(), labels(), { epochs: 1, verbose: 0 });
    expect([...model.getWeights()[0].data]).not.toEqual([...before.data]);
  });
});

test('a random crop is a part of its image in training, and the middle otherwise', async () => {
  const model = fl.sequential([fl.layers.input({ shape }), fl.layers.randomCrop({ height: 4, width: 5 })]);
  const middle = fl.sequential([fl.layers.input({ shape }), fl.layers.centerCrop({ height: 4, width: 5 })]);
  expect([...model.predict(images()).data]).toEqual([...middle.predict(images()).data]);
});

describe('options that cannot be', () => {
  test.each<[() => unknown, RegExp]>([
    [() => fl.layers.randomRotation({ factor: 1.5 }), /randomRotation: factor.*of at most 1.*1\.5/],
    [() => fl.layers.randomRotation({ factor: [1] as unknown as [number, number] }), /a pair.*\[1\]/],
    [() => fl.layers.randomZoom({ heightFactor: [-1, 0] }), /randomZoom: heightFactor.*above -1/],
    [() => fl.layers.randomContrast({ factor: -0.1 }), /randomContrast: factor.*of at least 0/],
    [() => fl.layers.randomBrightness({ factor: 2 }), /randomBrightness: factor/],
    [() => fl.layers.randomFlip({ mode: 'horizontl' }), /mode.*'horizontl'.*Did you mean 'horizontal'/],
    [
      () => fl.layers.randomZoom({ heightFactor: 0.1, fillMode: 'mirror' as 'wrap' }),
      /fillMode must be 'constant'.*mirror/,
    ],
    [
      () => fl.layers.resizing({ height: 2, width: 2, interpolation: 'lanczos3' as 'bilinear' }),
      /resizing: interpolation must be 'nearest', 'bilinear' or 'bicubic'.*lanczos3/,
    ],
    [
      () => fl.layers.resizing({ height: 2, width: 2, cropToAspectRatio: true, padToAspectRatio: true }),
      /only one/,
    ],
    [() => fl.layers.centerCrop({ height: 0, width: 2 }), /centerCrop: height.*1 or more/],
    [() => fl.layers.randomFlip()(fl.input({ shape: [4, 4] })), /images \[batch, height, width, channels\]/],
  ])('%s', (make, message) => {
    expect(make).toThrow(message);
  });
});
