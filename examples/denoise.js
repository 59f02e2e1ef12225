// A convolutional autoencoder that takes the noise off digits. It is trained on 12,000 images of MNIST with noise, and
// learns to give back what they were without.
import * as fl from 'fourlane';
import { take } from 'fourlane/data';
import { mnist } from 'fourlane/datasets';
import { encodePng, imageGrid } from 'fourlane/images';
import { fileStore, progressBar } from 'fourlane/node';
import { openData } from './data.js';

const store = await openData('denoise', 'mnist', [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
]);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);
const { train, test } = await mnist(store);
const clean = images(train.x, 12000);
const cleanTest = images(test.x, 1000);
const noisyTest = withNoise(cleanTest);

const { layers } = fl;
const conv = (filters, activation = 'relu') =>
  layers.conv2D({ filters, kernelSize: 3, padding: 'same', activation });
const model = fl.sequential([
  fl.layers.input({ shape: [28, 28, 1] }),
  conv(32),
  layers.maxPooling2D({ poolSize: 2 }),
  conv(32),
  layers.maxPooling2D({ poolSize: 2 }),
  // 7 x 7 x 32 numbers are left of the image: enough for the strokes of a digit, not for every grain of noise.
  conv(32),
  layers.upSampling2D({ size: 2 }),
  conv(32),
  layers.upSampling2D({ size: 2 }),
  conv(1, 'sigmoid'),
]);
model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['mse'] });
model.summary();

const epochs = 8;
const began = performance.now();
await model.fit(withNoise(clean), clean, {
  epochs,
  batchSize: 128,
  validationData: [noisyTest, cleanTest],
  callbacks: [progressBar()],
});
const seconds = ((performance.now() - began) / 1000).toFixed(0);
const { mse } = await model.evaluate(noisyTest, cleanTest, { batchSize: 250 });
const before = meanSquaredError(noisyTest.data, cleanTest.data);

const shown = Int32Array.from({ length: 12 }, (_, i) => i);
const parts = [noisyTest, model.predict(noisyTest), cleanTest].map((all) => [...take(all, shown).data]);
const grid = imageGrid(fl.tensor(Float32Array.from(parts.flat()), [36, 28, 28]), { columns: 12, scale: 2 });
await fileStore('output').write('denoise.png', await encodePng(grid));
console.log('\noutput/denoise.png: with noise, without it again, and as they were.');

const figures = `mean squared error ${mse.toFixed(4)}, with noise ${before.toFixed(4)}`;
console.log(`denoise: ${figures} (needs a sixth of it), seed ${seed}, ${epochs} epochs, ${seconds} s`);
process.exitCode = mse < before / 6 ? 0 : 1;

/** The first images, as numbers from 0 to 1. */
function images({ data }, count) {
  const pixels = Float32Array.from(data.subarray(0, count * 784), (byte) => byte / 255);
  return fl.tensor(pixels, [count, 28, 28, 1]);
}

/** Normal noise of a standard deviation of 0.5, cut at black and white. */
function withNoise({ data, shape }) {
  const noise = fl.randomNormal(shape, { stddev: 0.5 }).data;
  return fl.tensor(
    data.map((pixel, i) => Math.min(1, Math.max(0, pixel + noise[i]))),
    shape,
  );
}

function meanSquaredError(a, b) {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
}
