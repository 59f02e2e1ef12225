import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as nn from '@tensorflow/tfjs-layers';

tf.enableProdMode();

/** TensorFlow.js on one of its backends. */
export async function open(work, backend) {
  await tf.setBackend(backend);
  return {
    version: tf.version_core,
    formulas: { adam: 'torch', rmsprop: 'keras' },
    gemm,
    convolution,
    kernels: {
      softmax: ({ rows, columns }) => unary(work, [rows, columns], (x) => tf.softmax(x)),
      sigmoid: ({ length }) => unary(work, [length], (x) => tf.sigmoid(x)),
      tanh: ({ length }) => unary(work, [length], (x) => tf.tanh(x)),
      gelu: ({ length }) => unary(work, [length], gelu),
      adam: (row) => adam(row, work),
    },
    predict,
    train,
  };
}

/** Runs an operation that gives a tensor, keeping the last. */
function task(operation, inputs) {
  let last;
  return {
    run() {
      last?.dispose();
      last = tf.tidy(operation);
    },
    result: () => last.dataSync(),
    close: () => tf.dispose([last, inputs]),
  };
}

function gemm({ form, m, k, n }, aValues, bValues) {
  const [aTransposed, bTransposed] = [form[0] === 'T', form[1] === 'T'];
  const a = tf.tensor2d(aValues, aTransposed ? [k, m] : [m, k]);
  const b = tf.tensor2d(bValues, bTransposed ? [n, k] : [k, n]);
  return task(() => tf.matMul(a, b, aTransposed, bTransposed), [a, b]);
}

function convolution({ pass, size, side, channels, filters, images }, aValues, bValues) {
  if (pass === 'kernel') throw new Error('has no function for the gradient of the kernel');
  const shape = [images, side, side, channels];
  const a = tf.tensor4d(aValues, pass === 'forward' ? shape : [images, side, side, filters]);
  const kernel = tf.tensor4d(bValues, [size, size, channels, filters]);
  if (pass === 'forward') return task(() => tf.conv2d(a, kernel, 1, 'same'), [a, kernel]);
  return task(() => tf.conv2dTranspose(a, kernel, shape, 1, 'same'), [a, kernel]);
}

function unary(work, shape, operation) {
  const x = tf.tensor(work.noise('x', tf.util.sizeFromShape(shape)), shape);
  return task(() => operation(x), [x]);
}

/** TensorFlow.js has no gelu: composed of its erf. */
function gelu(x) {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

function adam({ length }, work) {
  const w = tf.variable(tf.tensor1d(work.noise('a', length)));
  let gradient = tf.tensor1d(work.noise('b', length));
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-7);
  return {
    run: () => optimizer.applyGradients({ [w.name]: gradient }),
    result: () => w.dataSync(),
    clearGradients() {
      gradient.dispose();
      gradient = tf.zeros([length]);
    },
    close() {
      tf.dispose([w, gradient]);
      optimizer.dispose();
    },
  };
}

function build(model, weights, plain) {
  const layers = model.layers
    .filter(({ kind }) => !(plain && kind === 'dropout'))
    .map(({ kind, ...options }, i) =>
      nn.layers[kind](i === 0 ? { ...options, inputShape: [model.inputs] } : options),
    );
  const built = nn.sequential({ layers });
  tf.tidy(() => {
    const shapes = built.getWeights().map(({ shape }) => shape);
    built.setWeights(weights.map((values, i) => tf.tensor(values, shapes[i])));
  });
  return built;
}

function denseOnly(form) {
  if (form !== 'dense') throw new Error('has no sparse input for dense layers');
}

function predict(model, weights, { form, rows }) {
  denseOnly(form);
  const built = build(model, weights, true);
  return {
    call({ x }) {
      const input = tf.tensor2d(x, [rows, model.inputs]);
      const output = built.predict(input, { batchSize: rows });
      const values = output.dataSync();
      tf.dispose([input, output]);
      return values;
    },
    close: () => built.dispose(),
  };
}

function train(model, weights, samples, { form, batchSize, plain }) {
  denseOnly(form);
  const { rows } = samples;
  const x = tf.tensor2d(samples.x, [rows, model.inputs]);
  const y = tf.tensor2d(samples.y, [rows, samples.y.length / rows]);
  const built = build(model, weights, plain);
  built.compile({ optimizer: model.optimizer, loss: model.loss });
  return {
    async train(epochs) {
      const ended = [];
      const onEpochEnd = (_epoch, { loss }) => {
        ended.push({ end: performance.now(), loss });
      };
      await built.fit(x, y, { epochs, batchSize, shuffle: !plain, callbacks: { onEpochEnd } });
      return ended;
    },
    close() {
      built.dispose();
      built.optimizer.dispose();
      tf.dispose([x, y]);
    },
  };
}
