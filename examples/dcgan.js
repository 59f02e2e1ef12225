// A convolutional GAN that draws digits of 28 x 28 pixels, after Radford et al. 2015 and Mirza and Osindero 2014: a
// generator makes images of noise, a discriminator tells them from those of MNIST, and each learns from the other.
import * as fl from 'fourlane';
import { toCategorical, toClasses } from 'fourlane/data';
import { mnist } from 'fourlane/datasets';
import { encodePng, imageGrid } from 'fourlane/images';
import { fileStore } from 'fourlane/node';
import { openData } from './data.js';

const store = await openData('dcgan', 'mnist', [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
]);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);
const { train, test } = await mnist(store);
const { layers } = fl;
const [noise, batchSize, images, epochs] = [48, 64, 12000, 15];

// Both are told which digit is meant, as ten numbers of which one is 1: the discriminator as a plane behind the image.
const leaky = () => layers.leakyRelu({ negativeSlope: 0.2 });
const transposed = (options) =>
  layers.conv2DTranspose({ kernelSize: 4, strides: 2, padding: 'same', ...options });
const strided = (filters) => layers.conv2D({ filters, kernelSize: 4, strides: 2, padding: 'same' });
function makeGenerator() {
  const [z, digit] = [fl.input({ shape: [noise] }), fl.input({ shape: [10] })];
  let x = layers.dense({ units: 7 * 7 * 32, useBias: false })(layers.concatenate()([z, digit]));
  x = leaky()(layers.batchNormalization({ momentum: 0.9 })(x));
  x = layers.reshape({ targetShape: [7, 7, 32] })(x);
  x = leaky()(layers.batchNormalization({ momentum: 0.9 })(transposed({ filters: 16, useBias: false })(x)));
  return fl.model({ inputs: [z, digit], outputs: transposed({ filters: 1, activation: 'sigmoid' })(x) });
}
function makeDiscriminator() {
  const [image, digit] = [fl.input({ shape: [28, 28, 1] }), fl.input({ shape: [10] })];
  const plane = layers.reshape({ targetShape: [28, 28, 1] })(layers.dense({ units: 784 })(digit));
  let x = layers.concatenate()([image, plane]);
  x = leaky()(strided(16)(x));
  x = leaky()(strided(32)(x));
  x = layers.dropout({ rate: 0.2 })(layers.flatten()(x));
  return fl.model({ inputs: [image, digit], outputs: layers.dense({ units: 1, activation: 'sigmoid' })(x) });
}
const generator = makeGenerator();
const discriminator = makeDiscriminator();
generator.summary();
discriminator.summary();

// Two steps with an optimizer each; what is not among the parameters stays as it is.
const adam = () => fl.optimizers.adam({ learningRate: 0.0005, beta1: 0.5 });
const drawing = (b, z, digit) => b.call(discriminator, [b.call(generator, [z, digit]), digit]);
const judge = fl.trainStep({
  inputs: { real: [28, 28, 1], z: [noise], digit: [10] },
  loss: (b, { real, z, digit }) => ({
    // A little less than 1 keeps the discriminator from being too sure of itself.
    real: b.loss('binaryCrossentropy', b.call(discriminator, [real, digit]), 0.9),
    drawn: b.loss('binaryCrossentropy', drawing(b, z, digit), 0),
  }),
  parameters: discriminator,
  optimizer: adam(),
});
const draw = fl.trainStep({
  inputs: { z: [noise], digit: [10] },
  loss: (b, { z, digit }) => b.loss('binaryCrossentropy', drawing(b, z, digit), 1),
  parameters: generator,
  optimizer: adam(),
});

const pixels = Float32Array.from(train.x.data.subarray(0, images * 784), (byte) => byte / 255);
const classes = toCategorical(train.y.data.subarray(0, images), 10).data;
const batch = (values, size, step) => values.subarray(step * batchSize * size, (step + 1) * batchSize * size);
const began = performance.now();
for (let epoch = 0; epoch < epochs; epoch++) {
  const sums = { judged: 0, drawn: 0 };
  const steps = Math.floor(images / batchSize);
  for (let step = 0; step < steps; step++) {
    const digit = batch(classes, 10, step);
    const real = batch(pixels, 784, step);
    sums.judged += judge({ real, digit, z: fl.randomNormal([batchSize, noise]) }).loss / steps;
    sums.drawn += draw({ digit, z: fl.randomNormal([batchSize, noise]) }).loss / steps;
  }
  const losses = `discriminator ${sums.judged.toFixed(3)}, generator ${sums.drawn.toFixed(3)}`;
  console.log(`Epoch ${epoch + 1}/${epochs}: loss of the ${losses}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);

// Ten of every digit, one digit a column.
const wished = Int32Array.from({ length: 100 }, (_, i) => i % 10);
const drawn = generator.predict([fl.randomNormal([100, noise]), toCategorical(wished, 10)]);
const picture = imageGrid(drawn, { columns: 10, scale: 2 });
await fileStore('output').write('dcgan.png', await encodePng(picture));
console.log('\noutput/dcgan.png: a hundred digits that nobody has written.');

// Who reads real digits says how many of the drawn ones are what they were meant to be.
const reader = await trainReader();
const read = toClasses(reader.predict(drawn));
const right = read.filter((digit, i) => digit === wished[i]).length;
console.log(
  `dcgan: ${right} of 100 drawn digits are read as meant (needs 85), seed ${seed}, ${epochs} epochs of ${images} ` +
    `images, ${seconds} s`,
);
process.exitCode = right >= 85 ? 0 : 1;

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
