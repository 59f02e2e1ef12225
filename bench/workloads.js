import { uniform } from './random.js';

/**
 * The models whose training step is compared. `layers` is written once for all libraries: Fourlane and TensorFlow.js
 * name layers and options alike.
 *
 * `batches` are the least and the most batches of an epoch: slow libraries get as few as fit the time of a sample.
 */
export const workloads = [
  {
    name: 'MNIST-like 784-512-512-10',
    about: 'dropout, softmax, sparse categorical cross-entropy, Adam',
    inputs: 784,
    layers: (l) => [
      l.dense({ units: 512, activation: 'relu', inputShape: [784] }),
      l.dropout({ rate: 0.2 }),
      l.dense({ units: 512, activation: 'relu' }),
      l.dropout({ rate: 0.2 }),
      l.dense({ units: 10, activation: 'softmax' }),
    ],
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
    batchSize: 128,
    batches: [1, 16],
    data: digitData,
  },
  {
    name: 'IMDB-like 10000-16-16-1',
    about: 'multi-hot, binary cross-entropy, RMSprop',
    inputs: 10000,
    layers: (l) => [
      l.dense({ units: 16, activation: 'relu', inputShape: [10000] }),
      l.dense({ units: 16, activation: 'relu' }),
      l.dense({ units: 1, activation: 'sigmoid' }),
    ],
    optimizer: 'rmsprop',
    loss: 'binaryCrossentropy',
    batchSize: 512,
    batches: [1, 8],
    data: reviewData,
  },
  {
    name: 'Boston-like 13-64-64-1',
    about: 'mean squared error, RMSprop, one sample a step',
    inputs: 13,
    layers: (l) => [
      l.dense({ units: 64, activation: 'relu', inputShape: [13] }),
      l.dense({ units: 64, activation: 'relu' }),
      l.dense({ units: 1 }),
    ],
    optimizer: 'rmsprop',
    loss: 'meanSquaredError',
    batchSize: 1,
    batches: [400, 400],
    data: houseData,
  },
];

/** Samples of ten random images under noise, one in five with a wrong label, so that the loss stays away from 0. */
function digitData(rows) {
  const random = uniform(1);
  const pixels = 784;
  const images = Float32Array.from({ length: 10 * pixels }, () => (random() < 0.2 ? random() : 0));
  const shown = Int32Array.from({ length: rows }, () => Math.floor(random() * 10));
  const y = Float32Array.from(shown, (image) => (random() < 0.2 ? Math.floor(random() * 10) : image));
  const x = Float32Array.from({ length: rows * pixels }, (_, i) => {
    const pixel = images[shown[Math.floor(i / pixels)] * pixels + (i % pixels)];
    return pixel && 0.5 * (pixel + random());
  });
  return { x, y };
}

/** Reviews of 150 to 230 different words, common words more often, judged by the sum of the words' own moods. */
function reviewData(rows) {
  const random = uniform(2);
  const words = 10000;
  const moods = Float32Array.from({ length: words }, () => random() - 0.5);
  const x = new Float32Array(rows * words);
  const y = new Float32Array(rows);
  const indptr = new Int32Array(rows + 1);
  const indices = [];
  for (let row = 0; row < rows; row++) {
    const review = new Set();
    const length = 150 + Math.floor(random() * 81);
    while (review.size < length) review.add(Math.floor(words ** random()) - 1);
    let mood = 0;
    for (const word of review) {
      x[row * words + word] = 1;
      mood += moods[word];
    }
    y[row] = mood > 0 ? 1 : 0;
    indices.push(...[...review].sort((a, b) => a - b));
    indptr[row + 1] = indices.length;
  }
  return { x, y, indptr, indices: Int32Array.from(indices) };
}

/** Standardised features and a price that is nearly linear in them. */
function houseData(rows) {
  const random = uniform(3);
  const features = 13;
  const effects = Float32Array.from({ length: features }, () => random() * 6 - 3);
  const x = Float32Array.from({ length: rows * features }, () => (random() * 2 - 1) * Math.sqrt(3));
  const y = Float32Array.from({ length: rows }, (_, row) => {
    const linear = effects.reduce((sum, effect, i) => sum + effect * x[row * features + i], 0);
    return 22 + linear + random();
  });
  return { x, y };
}
