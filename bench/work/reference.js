import { layersOf, size } from './models.js';

/** Plain loops in double precision: what the results of all peers are checked against. */

const activations = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  softmax: (z) => z,
};

/**
 * The outputs of every layer but dropout for some rows, the last ones being the predictions.
 *
 * @returns {Float64Array[]} [rows, ...] of each layer.
 */
export function forward(model, weights, x, rows) {
  const outputs = [];
  let input = x;
  for (const layer of plainLayers(model)) {
    const kind = kinds[layer.kind];
    const [kernel, bias] = kernelsOf(layer, weights);
    const y = kind.forward(input, rows, layer, kernel);
    if (kernel) activate(y, layer, bias);
    outputs.push(y);
    input = y;
  }
  return outputs;
}

/** The layers that are there without dropout, each with where its kernel is among the weights. */
function plainLayers(model) {
  let weight = 0;
  return layersOf(model)
    .filter(({ kind }) => kind !== 'dropout')
    .map((layer) => {
      if (!layer.kernel) return layer;
      weight += 2;
      return { ...layer, weight: weight - 2 };
    });
}

function kernelsOf({ weight }, weights) {
  return weight === undefined ? [] : [weights[weight], weights[weight + 1]];
}

function activate(y, { activation }, bias) {
  const units = bias.length;
  for (let i = 0; i < y.length; i++) y[i] = activations[activation](y[i] + bias[i % units]);
  if (activation !== 'softmax') return;
  for (let at = 0; at < y.length; at += units) softmax(y.subarray(at, at + units));
}

/**
 * What each kind of layer computes before its activation, and back: from the gradient of its output to those of its input
 * and of its kernel.
 */
const kinds = {
  dense: {
    forward: (x, rows, { kernel: [inputs, units] }, w) => matmul(x, w, rows, inputs, units),
    backward(dz, x, rows, { kernel: [inputs, units] }, w) {
      const kernel = matmulTransposed(x, dz, rows, inputs, units);
      return { kernel, input: timesTransposed(dz, w, rows, inputs, units) };
    },
  },
  reshape: { forward: (x) => Float64Array.from(x), backward: (dz) => ({ input: dz }) },
  flatten: { forward: (x) => Float64Array.from(x), backward: (dz) => ({ input: dz }) },
  /** A matrix product with the patches of the input. */
  conv2d: {
    forward(x, rows, layer, w) {
      const patches = patchesOf(layer);
      return matmul(gather(x, rows, layer, patches), w, rows * patches.places, patches.length, layer.filters);
    },
    backward(dz, x, rows, layer, w) {
      const patches = patchesOf(layer);
      const places = rows * patches.places;
      const kernel = matmulTransposed(
        gather(x, rows, layer, patches),
        dz,
        places,
        patches.length,
        layer.filters,
      );
      const columns = timesTransposed(dz, w, places, patches.length, layer.filters);
      return { kernel, input: scatter(columns, rows, layer, patches) };
    },
  },
  maxPooling2d: {
    forward(x, rows, layer) {
      const y = new Float64Array(rows * size(layer.to));
      eachWindow(rows, layer, (out, candidates) => {
        y[out] = Math.max(...candidates.map((at) => x[at]));
      });
      return y;
    },
    backward(dz, x, rows, layer) {
      const input = new Float64Array(rows * size(layer.from));
      eachWindow(rows, layer, (out, candidates) => {
        const best = candidates.reduce((a, b) => (x[b] > x[a] ? b : a));
        input[best] += dz[out];
      });
      return { input };
    },
  },
};

/** Where the elements of a patch lie from its first one, how many there are, and where patches begin in an image. */
function patchesOf({ from: [, width, channels], to: [outHeight, outWidth], kernelSize }) {
  const offsets = [];
  for (let i = 0; i < kernelSize; i++) {
    for (let j = 0; j < kernelSize * channels; j++) offsets.push(i * width * channels + j);
  }
  const starts = [];
  for (let i = 0; i < outHeight; i++) {
    for (let j = 0; j < outWidth; j++) starts.push((i * width + j) * channels);
  }
  return { offsets, starts, length: offsets.length, places: starts.length };
}

function gather(x, rows, { from }, { offsets, starts, length }) {
  const columns = new Float64Array(rows * starts.length * length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const start of starts) {
      for (const offset of offsets) columns[at++] = x[row * size(from) + start + offset];
    }
  }
  return columns;
}

function scatter(columns, rows, { from }, { offsets, starts }) {
  const x = new Float64Array(rows * size(from));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (const start of starts) {
      for (const offset of offsets) x[row * size(from) + start + offset] += columns[at++];
    }
  }
  return x;
}

/** Calls back with the place of every output of a pooling layer, and the places of the inputs in its window. */
function eachWindow(rows, { from: [height, width, channels], to: [outHeight, outWidth], poolSize }, call) {
  let out = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        for (let c = 0; c < channels; c++) {
          const window = [];
          for (let p = 0; p < poolSize * poolSize; p++) {
            const y = row * height + i * poolSize + Math.floor(p / poolSize);
            window.push((y * width + j * poolSize + (p % poolSize)) * channels + c);
          }
          call(out++, window);
        }
      }
    }
  }
}

/** c[m, n] = a[m, k] b[k, n]; rows of zeros in `a` cost nothing. */
function matmul(a, b, m, k, n) {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) c[i * n + j] += factor * b[p * n + j];
    }
  }
  return c;
}

/** Turns logits into probabilities, in place. */
export function softmax(values) {
  const max = values.reduce((a, b) => Math.max(a, b));
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.exp(values[i] - max);
    total += values[i];
  }
  for (let i = 0; i < values.length; i++) values[i] /= total;
}

/** Loss of the last outputs, the mean over rows (and outputs), and its gradient before the last activation. */
const losses = {
  sparseCategoricalCrossentropy(p, y, rows) {
    const classes = p.length / rows;
    let loss = 0;
    const gradient = p.map((value) => value / rows);
    for (let r = 0; r < rows; r++) {
      loss -= Math.log(p[r * classes + y[r]]) / rows;
      gradient[r * classes + y[r]] -= 1 / rows;
    }
    return { loss, gradient };
  },
  binaryCrossentropy(p, y) {
    let loss = 0;
    for (let i = 0; i < p.length; i++) loss -= y[i] * Math.log(p[i]) + (1 - y[i]) * Math.log(1 - p[i]);
    return { loss: loss / p.length, gradient: p.map((value, i) => (value - y[i]) / p.length) };
  },
  meanSquaredError(p, y) {
    let loss = 0;
    for (let i = 0; i < p.length; i++) loss += (p[i] - y[i]) ** 2;
    return { loss: loss / p.length, gradient: p.map((value, i) => (2 * (value - y[i])) / p.length) };
  },
};

const LEARNING_RATE = 0.001;
const EPSILON = 1e-7;

/**
 * Optimizers with Keras's defaults. Libraries agree on the moments and differ in where epsilon stands: each peer names
 * the formula it uses, so that it is checked as strictly as the others.
 */
export const optimizers = {
  adam: {
    /** w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon) */
    keras: (w, g, state, t) => adam(w, g, state, t, EPSILON / Math.sqrt(1 - 0.999 ** t)),
    /** w -= lr m' / (sqrt(v') + epsilon) with m' and v' corrected for their start at 0 */
    torch: (w, g, state, t) => adam(w, g, state, t, EPSILON),
  },
  rmsprop: {
    /** w -= lr g / sqrt(v + epsilon) */
    keras: (w, g, state) => rmsprop(w, g, state, (v) => Math.sqrt(v + EPSILON)),
    /** w -= lr g / (sqrt(v) + epsilon) */
    torch: (w, g, state) => rmsprop(w, g, state, (v) => Math.sqrt(v) + EPSILON),
  },
};

function adam(w, g, state, t, epsilon) {
  state.m ??= new Float64Array(w.length);
  state.v ??= new Float64Array(w.length);
  const { m, v } = state;
  for (let i = 0; i < w.length; i++) {
    m[i] += (g[i] - m[i]) * 0.1;
    v[i] += (g[i] ** 2 - v[i]) * 0.001;
    w[i] -= (LEARNING_RATE * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + epsilon);
  }
}

function rmsprop(w, g, state, root) {
  state.v ??= new Float64Array(w.length);
  const { v } = state;
  for (let i = 0; i < w.length; i++) {
    v[i] += (g[i] ** 2 - v[i]) * 0.1;
    w[i] -= (LEARNING_RATE * g[i]) / root(v[i]);
  }
}

/**
 * The losses before each of `steps` training steps on the same batch, without dropout.
 *
 * @param {{ rows: number, x: ArrayLike<number>, y: ArrayLike<number> }} samples the batch.
 * @param {'keras' | 'torch'} formula of the model's optimizer.
 */
export function trainingLosses(model, weights, { rows, x, y }, steps, formula) {
  const layers = plainLayers(model);
  const w = weights.map((values) => Float64Array.from(values));
  const states = weights.map(() => ({}));
  const update = optimizers[model.optimizer][formula];
  const found = [];
  for (let t = 1; t <= steps; t++) {
    const outputs = forward(model, w, x, rows);
    const { loss, gradient } = losses[model.loss](outputs.at(-1), y, rows);
    found.push(loss);
    const gradients = [];
    let dz = gradient;
    for (let i = layers.length - 1; i >= 0; i--) {
      const layer = layers[i];
      const [kernel, bias] = kernelsOf(layer, w);
      // The loss has gone back through the last activation.
      if (kernel && i < layers.length - 1) throughRelu(dz, outputs[i], layer);
      const back = kinds[layer.kind].backward(dz, i > 0 ? outputs[i - 1] : x, rows, layer, kernel);
      if (kernel) {
        gradients[layer.weight] = back.kernel;
        gradients[layer.weight + 1] = columnSums(dz, dz.length / bias.length, bias.length);
      }
      dz = back.input;
    }
    w.forEach((values, i) => {
      update(values, gradients[i], states[i], t);
    });
  }
  return found;
}

/** The gradient before a relu, in place. */
function throughRelu(dz, y, { kind, activation }) {
  if (activation !== 'relu')
    throw new Error(`There is no way back through ${activation} in a ${kind} layer.`);
  for (let i = 0; i < dz.length; i++) if (y[i] === 0) dz[i] = 0;
}

/** c[k, n] = a[m, k] transposed, times b[m, n]. */
function matmulTransposed(a, b, m, k, n) {
  const c = new Float64Array(k * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p];
      if (factor === 0) continue;
      for (let j = 0; j < n; j++) c[p * n + j] += factor * b[i * n + j];
    }
  }
  return c;
}

function columnSums(values, rows, columns) {
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i++) sums[i % columns] += values[i];
  return sums;
}

/** c[m, k] = a[m, n] times b[k, n] transposed; zeros in `a` cost nothing. */
function timesTransposed(a, b, m, k, n) {
  const c = new Float64Array(m * k);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const factor = a[i * n + j];
      if (factor === 0) continue;
      for (let p = 0; p < k; p++) c[i * k + p] += factor * b[p * n + j];
    }
  }
  return c;
}
