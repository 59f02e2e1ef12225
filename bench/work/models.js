import { uniformArray } from './random.js';

const dense = (units, activation) => ({ kind: 'dense', units, activation });
const dropout = (rate) => ({ kind: 'dropout', rate });
const reshape = (targetShape) => ({ kind: 'reshape', targetShape });
/** Strides of 1 and no padding, channels last. */
const conv = (filters, kernelSize, activation) => ({ kind: 'conv2d', filters, kernelSize, activation });
/** Strides as the windows, no padding. */
const maxPooling = (poolSize) => ({ kind: 'maxPooling2d', poolSize });
const flatten = { kind: 'flatten' };

/** One convolution, 3x3, on maps of that side: what is asked of it is its forward pass. */
const convolution = (side, channels) => ({
  title: `convolution 3x3 of ${side}x${side}, ${channels} to ${channels}`,
  inputs: side * side * channels,
  layers: [reshape([side, side, channels]), conv(channels, 3, 'linear'), flatten],
  data: 'digits',
  targets: 'inputs',
});

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
  cnn: {
    title: 'MNIST CNN 32-64',
    inputs: 784,
    layers: [
      ...[reshape([28, 28, 1]), conv(32, 3, 'relu'), maxPooling(2), conv(64, 3, 'relu'), maxPooling(2)],
      ...[flatten, dropout(0.5), dense(10, 'softmax')],
    ],
    loss: 'sparseCategoricalCrossentropy',
    optimizer: 'adam',
    data: 'digits',
    targets: 'labels',
  },
  conv16: convolution(32, 16),
  conv64: convolution(28, 64),
  conv128: convolution(14, 128),
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

/**
 * The layers of a model with what follows from the ones before: the shapes of one sample that goes in and comes out, and
 * the shape of the kernel of those that have one.
 *
 * @returns {{ kind: string, from: number[], to: number[], kernel?: number[], activation?: string }[]}
 */
export function layersOf({ inputs, layers }) {
  let from = [inputs];
  return layers.map((layer) => {
    const shapes = shapesOf[layer.kind](from, layer);
    const made = { ...layer, from, ...shapes };
    from = shapes.to;
    return made;
  });
}

const shapesOf = {
  dense: (from, { units }) => ({ to: [units], kernel: [from[0], units] }),
  dropout: (from) => ({ to: from }),
  reshape: (_from, { targetShape }) => ({ to: targetShape }),
  flatten: (from) => ({ to: [size(from)] }),
  conv2d: ([height, width, channels], { filters, kernelSize: k }) => ({
    to: [height - k + 1, width - k + 1, filters],
    kernel: [k, k, channels, filters],
  }),
  maxPooling2d: ([height, width, channels], { poolSize }) => ({
    to: [Math.floor(height / poolSize), Math.floor(width / poolSize), channels],
  }),
};

export function size(shape) {
  return shape.reduce((product, axis) => product * axis, 1);
}

/** The layers of a model that have weights. */
export function weightedLayers(model) {
  return layersOf(model).filter(({ kernel }) => kernel);
}

/** The shapes of the weights, kernel and bias of every layer in turn. */
export function weightShapes(model) {
  return weightedLayers(model).flatMap(({ kernel }) => [kernel, [kernel.at(-1)]]);
}

/** The first weights of a model, kernel and bias of every layer in turn: Glorot's limits, biases that are not 0. */
export function makeWeights(model) {
  return weightedLayers(model).flatMap(({ kernel }, i) => {
    const field = size(kernel.slice(0, -2));
    const limit = Math.sqrt(6 / (field * (kernel.at(-2) + kernel.at(-1))));
    return [uniformArray(size(kernel), 100 + 2 * i, limit), uniformArray(kernel.at(-1), 101 + 2 * i, 0.05)];
  });
}

/** Operations of the products of one forward pass over `rows` rows, convolutions counted as direct ones. */
export function forwardFlops(model, rows) {
  return weightedLayers(model).reduce((sum, layer) => sum + rows * flopsOf(layer), 0);
}

/** Operations of the products of one training step: outputs, gradients of weights, and of all inputs but the data. */
export function trainingFlops(model, rows) {
  return 3 * forwardFlops(model, rows) - rows * flopsOf(weightedLayers(model)[0]);
}

/** Every element of the kernel meets every place of the output once. */
function flopsOf({ kernel, to }) {
  return 2 * size(kernel) * size(to.slice(0, -1));
}
