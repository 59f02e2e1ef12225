import brain from 'brain.js';
import { weightedLayers } from '../work/models.js';
import { versionOf } from './packages.js';

/**
 * brain.js: one activation for a whole network, one sample a step, mean squared error, Adam or plain gradient descent,
 * weights of its own. The nearest to each model that it can express, on the same data.
 */
export async function open() {
  return {
    version: versionOf('brain.js'),
    otherWork:
      'one sample a step with Adam and mean squared error, sigmoid in every layer, weights of its own',
    predict,
    train,
  };
}

function denseOnly(form) {
  if (form !== 'dense') throw new Error('takes rows as arrays or objects');
}

function network(model) {
  const layers = weightedLayers(model);
  const other = layers.find(({ kind }) => kind !== 'dense');
  if (other) throw new Error(`has no ${other.kind}`);
  const units = layers.map((layer) => layer.units);
  const options = { inputSize: model.inputs, hiddenLayers: units.slice(0, -1), outputSize: units.at(-1) };
  return { net: new brain.NeuralNetwork({ ...options, activation: 'sigmoid' }), outputs: units.at(-1) };
}

function predict(model, _weights, { form, rows }) {
  denseOnly(form);
  const { net, outputs } = network(model);
  net.initialize();
  return {
    call({ x }) {
      const y = new Float32Array(rows * outputs);
      for (let row = 0; row < rows; row++) {
        y.set(net.run(x.subarray(row * model.inputs, (row + 1) * model.inputs)), row * outputs);
      }
      return y;
    },
  };
}

/** A target as an output of a sigmoid: the row itself, a class as one of many, a number scaled to [0, 1]. */
function target(model, { x, y }, row, outputs, largest) {
  if (model.targets === 'inputs') return x.subarray(row * outputs, (row + 1) * outputs);
  if (model.targets === 'labels')
    return Float32Array.from({ length: outputs }, (_, i) => Number(i === y[row]));
  return Float32Array.of(y[row] / largest);
}

function train(model, _weights, samples, { form }) {
  denseOnly(form);
  const { net, outputs } = network(model);
  const largest = samples.y.reduce((a, b) => Math.max(a, b));
  const data = Array.from({ length: samples.rows }, (_, row) => ({
    input: samples.x.subarray(row * model.inputs, (row + 1) * model.inputs),
    output: target(model, samples, row, outputs, largest),
  }));
  return {
    async train(epochs) {
      const ended = [];
      const callback = ({ error }) => {
        ended.push({ end: performance.now(), loss: error });
      };
      // 0 is refused as the error to stop at.
      net.train(data, {
        iterations: epochs,
        praxis: 'adam',
        errorThresh: 1e-30,
        callback,
        callbackPeriod: 1,
      });
      return ended;
    },
    close() {},
  };
}
