// A convolutional network on Fashion-MNIST: clothes instead of digits, and harder. Another seed: its number behind.
import * as fl from 'fourlane';
import { take, toClasses } from 'fourlane/data';
import { fashionMnist } from 'fourlane/datasets';
import { progressBar } from 'fourlane/node';
import { classificationReport } from 'fourlane/workflow';
import { openData } from './data.js';

const store = await openData('fashion', 'fashion-mnist-29k', [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
]);
const seed = Number(process.argv[2] ?? 5);
fl.setSeed(seed);
const { train, classNames } = await fashionMnist(store);

// The last 4,000 images are held out.
const rows = train.y.shape[0];
const split = rows - 4000;
const range = (from, to) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const [x, y] = [take(train.x, range(0, split)), take(train.y, range(0, split))];
const [xTest, yTest] = [take(train.x, range(split, rows)), take(train.y, range(split, rows))];
console.log(`Seed ${seed}: ${x} to train on, ${xTest} to test with.`);

const model = fl.sequential([
  fl.layers.rescaling({ scale: 1 / 255, inputShape: [28, 28] }),
  fl.layers.reshape({ targetShape: [28, 28, 1] }),
  fl.layers.conv2D({ filters: 32, kernelSize: 3, activation: 'relu' }),
  fl.layers.maxPooling2D({ poolSize: 2 }),
  fl.layers.dropout({ rate: 0.25 }),
  fl.layers.conv2D({ filters: 64, kernelSize: 3, activation: 'relu' }),
  fl.layers.maxPooling2D({ poolSize: 2 }),
  fl.layers.dropout({ rate: 0.25 }),
  fl.layers.flatten(),
  fl.layers.dense({ units: 128, activation: 'relu' }),
  fl.layers.dropout({ rate: 0.5 }),
  fl.layers.dense({ units: 10, activation: 'softmax' }),
]);
// Large steps find the valley, small ones its floor.
const epochs = 30;
const batchSize = 128;
const decaySteps = epochs * Math.ceil(split / batchSize);
const learningRate = fl.schedules.cosineDecay({ initialLearningRate: 0.002, decaySteps });
model.compile({
  optimizer: fl.optimizers.adam({ learningRate }),
  loss: 'sparse_categorical_crossentropy',
  metrics: ['accuracy'],
});
model.summary();

const began = performance.now();
await model.fit(x, y, { epochs, batchSize, callbacks: [progressBar()] });
const seconds = ((performance.now() - began) / 1000).toFixed(0);
const { accuracy } = await model.evaluate(xTest, yTest, { batchSize: 250 });
const predicted = toClasses(model.predict(xTest, { batchSize: 250 }));
console.log(classificationReport(yTest, predicted, { targetNames: classNames }));
const percent = (100 * accuracy).toFixed(2);
console.log(
  `fashion: test accuracy ${percent} % (needs 90.5 %), seed ${seed}, ${epochs} epochs, ${seconds} s`,
);
process.exitCode = accuracy >= 0.905 ? 0 : 1;
