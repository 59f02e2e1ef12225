// The convolutional network of the Keras examples on the full MNIST, twelve epochs. Another seed: its number behind.
import * as fl from 'fourlane';
import { mnist } from 'fourlane/datasets';
import { progressBar } from 'fourlane/node';
import { openData } from './data.js';

const store = await openData('cnn', 'mnist', [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
]);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);
const { train, test } = await mnist(store);
console.log(`Seed ${seed}: ${train.x} to train on, ${test.x} to test with.`);

// A convolution looks for the same small patterns everywhere in an image. Pooling keeps the strongest answer of each
// neighbourhood, so that the next convolution sees patterns of patterns, and small shifts no longer matter.
const model = fl.sequential([
  fl.layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
  fl.layers.reshape({ targetShape: [28, 28, 1] }),
  fl.layers.conv2D({ filters: 32, kernelSize: 3, activation: 'relu' }),
  fl.layers.maxPooling2D({ poolSize: 2 }),
  fl.layers.conv2D({ filters: 64, kernelSize: 3, activation: 'relu' }),
  fl.layers.maxPooling2D({ poolSize: 2 }),
  fl.layers.flatten(),
  fl.layers.dropout({ rate: 0.5 }),
  fl.layers.dense({ units: 10, activation: 'softmax' }),
]);
// Large steps find the valley, small ones its floor.
const epochs = 12;
const batchSize = 128;
const decaySteps = epochs * Math.ceil(train.y.shape[0] / batchSize);
const learningRate = fl.schedules.cosineDecay({ initialLearningRate: 0.002, decaySteps });
model.compile({
  optimizer: fl.optimizers.adam({ learningRate }),
  loss: 'sparse_categorical_crossentropy',
  metrics: ['accuracy'],
});
model.summary();

const began = performance.now();
await model.fit(train.x, train.y, { epochs, batchSize, callbacks: [progressBar()] });
const milliseconds = performance.now() - began;
// The test images are looked at once, after all has been decided.
const { loss, accuracy } = await model.evaluate(test.x, test.y, { batchSize: 256 });

const rate = Math.round((epochs * train.y.shape[0] * 1000) / milliseconds).toLocaleString('en-US');
console.log(`Test loss ${loss.toFixed(4)}, ${rate} images a second.`);
const percent = (100 * accuracy).toFixed(2);
const seconds = (milliseconds / 1000).toFixed(0);
console.log(`cnn: test accuracy ${percent} % (needs 99.0 %), seed ${seed}, ${epochs} epochs, ${seconds} s`);
process.exitCode = accuracy >= 0.99 ? 0 : 1;
