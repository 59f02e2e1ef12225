// A small residual network with batch normalisation on 1,500 images of CIFAR-10, without and with augmentation: with so
// few images a network learns them by heart, unless it never sees the same one twice.
import * as fl from 'fourlane';
import { cifar10Batch } from 'fourlane/datasets';
import { openData } from './data.js';

const store = await openData('cifar', 'cifar10-subset', ['train_1500.bin.gz', 'test_400.bin.gz']);
const seed = Number(process.argv[2] ?? 5);
const train = await cifar10Batch(await store.read('train_1500.bin.gz'));
const test = await cifar10Batch(await store.read('test_400.bin.gz'));
console.log(`Seed ${seed}: ${train.x} to train on, ${test.x} to test with.`);

const { layers } = fl;
const conv = (filters, strides = 1) =>
  layers.conv2D({
    filters,
    kernelSize: 3,
    strides,
    padding: 'same',
    useBias: false,
    kernelInitializer: 'heNormal',
  });
const normalize = () => layers.batchNormalization({ momentum: 0.9 });
const relu = () => layers.activation({ activation: 'relu' });

/** x + f(x): what a block adds to its input is easier to learn than all of its output (He et al. 2015). */
function residual(x, filters, strides) {
  let y = relu()(normalize()(conv(filters, strides)(x)));
  y = normalize()(conv(filters)(y));
  // Where the shape changes, the shortcut changes it too.
  const project = layers.conv2D({ filters, kernelSize: 1, strides, useBias: false });
  const shortcut = strides === 1 ? x : normalize()(project(x));
  return relu()(layers.add()([y, shortcut]));
}

function makeModel(augmented) {
  fl.setSeed(seed);
  const pixels = fl.input({ shape: [32, 32, 3] });
  let x = layers.rescaling({ scale: 1 / 127.5, offset: -1 })(pixels);
  if (augmented) {
    x = layers.randomFlip({ mode: 'horizontal' })(x);
    x = layers.randomTranslation({ heightFactor: 0.125, widthFactor: 0.125 })(x);
  }
  x = relu()(normalize()(conv(16)(x)));
  for (const [filters, strides] of [
    [16, 1],
    [32, 2],
    [64, 2],
  ])
    x = residual(x, filters, strides);
  x = layers.globalAveragePooling2D()(x);
  const model = fl.model({ inputs: pixels, outputs: layers.dense({ units: 10, activation: 'softmax' })(x) });
  const learningRate = fl.schedules.cosineDecay({ initialLearningRate: 0.003, decaySteps: epochs * steps });
  model.compile({
    optimizer: fl.optimizers.adamw({ learningRate, weightDecay: 0.01 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

const epochs = 40;
const batchSize = 50;
const steps = train.y.shape[0] / batchSize;
const results = [];
for (const augmented of [false, true]) {
  const model = makeModel(augmented);
  if (!augmented) model.summary();
  const began = performance.now();
  const { history } = await model.fit(train.x, train.y, { epochs, batchSize, verbose: 0 });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const { accuracy } = await model.evaluate(test.x, test.y, { batchSize: 100 });
  results.push(accuracy);
  const trained = (100 * history.accuracy.at(-1)).toFixed(1);
  console.log(
    `${augmented ? 'With' : 'Without'} augmentation: training accuracy ${trained} %, test accuracy ` +
      `${(100 * accuracy).toFixed(1)} %, ${seconds} s`,
  );
}
const [plain, better] = results.map((accuracy) => (100 * accuracy).toFixed(1));
console.log(
  `cifar: test accuracy ${plain} % without augmentation, ${better} % with it (needs more), seed ${seed}, ` +
    `${epochs} epochs of 1,500 images`,
);
process.exitCode = results[1] > results[0] ? 0 : 1;
