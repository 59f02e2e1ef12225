import { uniformArray } from './random.js';

const dense = (units, activation) => ({ kind: 'dense', units, activation });
const dropout = (rate) => ({ kind: 'dropout', rate });

/**
 * The models that are trained and asked, as plain data that every peer reads, in whatever language it is. A layer has a
 * `kind` that peers know or refuse, so that other kinds can join.
 *
 * `targets` is 'labels' (one class number a row), 'values' (one number a row) or 'inputs' (the row itself).
 */
export const models = {
  mnist: {
    title: 'MNIST 784-512-512-10',
    inputs: 784,
    layers: [dense(512, 'relu'), dropout(0.2), dense(512, 'relu'), dropout(0.2), dense(10, 'softmax')],
    loss: 'sparseCategoricalCrossentropy',
    optimizer: 'adam',
    data: 'digits',
    targets: 'labels',
  },
  imdb: {
    title: 'IMDB 10000-16-16-1',
    inputs: 10000,
    layers: [dense(16, 'relu'), dense(16, 'relu'), dense(1, 'sigmoid')],
    loss: 'binaryCrossentropy',
    optimizer: 'rmsprop',
    data: 'reviews',
    targets: 'values',
  },
  boston: {
    title: 'Boston 13-64-64-1',
    inputs: 13,
    layers: [dense(64, 'relu'), dense(64, 'relu'), dense(1, 'linear')],
    loss: 'meanSquaredError',
    optimizer: 'rmsprop',
    data: 'houses',
    targets: 'values',
  },
  autoencoder: {
    title: 'Autoencoder 784-128-64-32-64-128-784',
    inputs: 784,
    layers: [...[128, 64, 32, 64, 128].map((units) => dense(units, 'relu')), dense(784, 'sigmoid')],
    loss: 'binaryCrossentropy',
    optimizer: 'adam',
    data: 'digits',
    targets: 'inputs',
  },
};

/** The dense layers of a model, each with the number of its inputs. */
export function denseLayers({ inputs, layers }) {
  let width = inputs;
  return layers
    .filter(({ kind }) => kind === 'dense')
    .map(({ units, activation }) => {
      const layer = { inputs: width, units, activation };
      width = units;
      return layer;
    });
}

/** The first weights of a model, kernel and bias of every dense layer in turn: Glorot's limits, biases that are not 0. */
export function makeWeights(model) {
  return denseLayers(model).flatMap(({ inputs, units }, i) => [
    uniformArray(inputs * units, 100 + 2 * i, Math.sqrt(6 / (inputs + units))),
    uniformArray(units, 101 + 2 * i, 0.05),
  ]);
}

/** Operations of the matrix products of one forward pass over `rows` rows. */
export function forwardFlops(model, rows) {
  return denseLayers(model).reduce((sum, { inputs, units }) => sum + 2 * rows * inputs * units, 0);
}

/** Operations of the matrix products of one training step: outputs, gradients of weights, and of all inputs but the data. */
export function trainingFlops(model, rows) {
  const [{ inputs, units }] = denseLayers(model);
  return 3 * forwardFlops(model, rows) - 2 * rows * inputs * units;
}
