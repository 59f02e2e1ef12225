import { denseLayers } from './models.js';

/** Plain loops in double precision: what the results of all peers are checked against. */

const activations = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  softmax: (z) => z,
};

/**
 * The outputs of every dense layer for some rows, the last ones being the predictions.
 *
 * @returns {Float64Array[]} [rows, units] of each layer.
 */
export function forward(model, weights, x, rows) {
  const outputs = [];
  let input = x;
  for (const [i, { inputs, units, activation }] of denseLayers(model).entries()) {
    const y = matmul(input, weights[2 * i], rows, inputs, units);
    for (let j = 0; j < y.length; j++) y[j] = activations[activation](y[j] + weights[2 * i + 1][j % units]);
    if (activation === 'softmax')
      for (let r = 0; r < rows; r++) softmax(y.subarray(r * units, (r + 1) * units));
    outputs.push(y);
    input = y;
  }
  return outputs;
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
  const layers = denseLayers(model);
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
      const { inputs, units } = layers[i];
      const input = i > 0 ? outputs[i - 1] : x;
      gradients[2 * i] = matmulTransposed(input, dz, rows, inputs, units);
      gradients[2 * i + 1] = columnSums(dz, rows, units);
      if (i > 0) dz = backward(dz, w[2 * i], outputs[i - 1], rows, inputs, units);
    }
    w.forEach((values, i) => {
      update(values, gradients[i], states[i], t);
    });
  }
  return found;
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

/** The gradient before the relu of the layer below, whose outputs are `y`. */
function backward(dz, kernel, y, rows, inputs, units) {
  const below = new Float64Array(rows * inputs);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < inputs; i++) {
      if (y[r * inputs + i] === 0) continue;
      let sum = 0;
      for (let j = 0; j < units; j++) sum += dz[r * units + j] * kernel[i * units + j];
      below[r * inputs + i] = sum;
    }
  }
  return below;
}
