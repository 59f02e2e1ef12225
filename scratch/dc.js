// A convolutional GAN that draws digits of 28 x 28 pixels, after Radford et al. 2015: a generator makes images of noise,
// a discriminator tells them from those of MNIST, and each learns from the other.
import * as fl from 'fourlane';
import { mnist } from 'fourlane/datasets';
import { encodePng, imageGrid } from 'fourlane/images';
import { fileStore } from 'fourlane/node';
import { openData } from '../examples/data.js';

const store = await openData('dcgan', 'mnist', [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
]);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);
const { train, test } = await mnist(store);
const { layers } = fl; const W = Number(process.env.W ?? 32), LR = Number(process.env.LR ?? 5e-4), DR = Number(process.env.DR ?? 0.3);
const [noise, batchSize, images, epochs] = [64, 64, Number(process.env.N ?? 12000), Number(process.env.E ?? 12)];

const leaky = () => layers.leakyRelu({ negativeSlope: 0.2 });
const normalize = () => layers.batchNormalization({ momentum: 0.8 });
const generator = fl.sequential([
  layers.dense({ units: 7 * 7 * W, useBias: false, inputShape: [noise] }),
  normalize(),
  leaky(),
  layers.reshape({ targetShape: [7, 7, W] }),
  layers.conv2DTranspose({ filters: W / 2, kernelSize: 4, strides: 2, padding: 'same', useBias: false }),
  normalize(),
  leaky(),
  layers.conv2DTranspose({ filters: 1, kernelSize: 4, strides: 2, padding: 'same', activation: 'sigmoid' }),
]);
const discriminator = fl.sequential([
  layers.conv2D({ filters: W / 2, kernelSize: 4, strides: 2, padding: 'same', inputShape: [28, 28, 1] }),
  leaky(),
  layers.dropout({ rate: DR }),
  layers.conv2D({ filters: W, kernelSize: 4, strides: 2, padding: 'same' }),
  leaky(),
  layers.dropout({ rate: DR }),
  layers.flatten(),
  layers.dense({ units: 1, activation: 'sigmoid' }),
]);
generator.summary();
discriminator.summary();

// Two steps with an optimizer each; what is not among the parameters stays as it is.
const adam = () => fl.optimizers.adam({ learningRate: LR, beta1: 0.5 });
const judge = fl.trainStep({
  inputs: { real: [28, 28, 1], z: [noise] },
  loss: (b, { real, z }) => ({
    // A little less than 1 keeps the discriminator from being too sure of itself.
    real: b.loss('binaryCrossentropy', b.call(discriminator, real), 0.9),
    drawn: b.loss('binaryCrossentropy', b.call(discriminator, b.call(generator, z)), 0),
  }),
  parameters: discriminator,
  optimizer: adam(),
});
const draw = fl.trainStep({
  inputs: { z: [noise] },
  loss: (b, { z }) => b.loss('binaryCrossentropy', b.call(discriminator, b.call(generator, z)), 1),
  parameters: generator,
  optimizer: adam(),
});

const pixels = Float32Array.from(train.x.data.subarray(0, images * 784), (byte) => byte / 255);
const fixed = fl.randomNormal([100, noise]);
const began = performance.now();
for (let epoch = 0; epoch < epochs; epoch++) {
  const sums = { judged: 0, drawn: 0 };
  const steps = Math.floor(images / batchSize);
  for (let step = 0; step < steps; step++) {
    const real = pixels.subarray(step * batchSize * 784, (step + 1) * batchSize * 784);
    sums.judged += judge({ real, z: fl.randomNormal([batchSize, noise]) }).loss / steps;
    sums.drawn += draw({ z: fl.randomNormal([batchSize, noise]) }).loss / steps;
  }
  const losses = `discriminator ${sums.judged.toFixed(3)}, generator ${sums.drawn.toFixed(3)}`;
  console.log(`Epoch ${epoch + 1}/${epochs}: loss of the ${losses}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);

const drawn = generator.predict(fixed);
await fileStore('output').write(`dcgan-${process.env.TAG}.png`, await encodePng(imageGrid(drawn, { columns: 10, scale: 2 })));
console.log('\noutput/dcgan.png: a hundred digits that nobody has written.');

// Who reads real digits says how much the drawn ones look like some, and how many of the ten are among them.
const reader = await trainReader();
const rows = reader.predict(fl.tensor(drawn.data, [100, 28, 28, 1])).toArray();
const sure = rows.filter((row) => Math.max(...row) > 0.9).length;
const kinds = new Set(rows.map((row) => row.indexOf(Math.max(...row)))).size;
console.log(
  `dcgan: ${sure} of 100 drawn digits are read with more than 90 % confidence, ${kinds} of the ten are among them ` +
    `(needs 70 and 8), seed ${seed}, ${epochs} epochs of ${images} images, ${seconds} s`,
);
process.exitCode = sure >= 70 && kinds >= 8 ? 0 : 1;

async function trainReader() {
  const model = fl.sequential([
    layers.conv2D({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    layers.maxPooling2D({ poolSize: 2 }),
    layers.conv2D({ filters: 32, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2D({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const real = fl.tensor(pixels, [images, 28, 28, 1]);
  await model.fit(real, train.y.data.slice(0, images), { epochs: 3, batchSize: 64, verbose: 0 });
  const held = Float32Array.from(test.x.data.subarray(0, 784_000), (byte) => byte / 255);
  const { accuracy } = await model.evaluate(held, test.y.data.slice(0, 1000));
  console.log(`The reader of digits: ${(100 * accuracy).toFixed(1)} % of real ones.`);
  return model;
}
