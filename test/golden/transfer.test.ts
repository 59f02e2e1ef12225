import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { expectKeras, type GoldenTensor, goldenFile, toTensor } from '../support/golden.js';

interface FrozenCase {
  name: string;
  flags: [path: string, trainable: boolean][];
  trainable: number;
  losses: number[];
  weights: GoldenTensor[];
}

const file = goldenFile<{ weights: GoldenTensor[]; x: GoldenTensor; y: GoldenTensor; cases: FrozenCase[] }>(
  'transfer',
);

function build(): fl.Model {
  const base = fl.sequential({
    name: 'base',
    layers: [
      fl.layers.dense({ units: 5, activation: 'tanh', name: 'hidden', inputShape: [6] }),
      fl.layers.batchNormalization({ momentum: 0.75, name: 'normal' }),
      fl.layers.dense({ units: 4, activation: 'tanh', name: 'code' }),
    ],
  });
  const x = fl.input({ shape: [6] });
  return fl.model({ inputs: x, outputs: fl.layers.dense({ units: 2, name: 'head' })(base(x)) });
}

function layerAt(model: fl.Model, path: string): fl.Layer {
  const [name, ...rest] = path.split('/').filter(Boolean);
  if (!name) return model;
  const layer = model.getLayer(name);
  return rest.length ? layerAt(layer as fl.Model, rest.join('/')) : layer;
}

describe('what is frozen stays, as in Keras', () => {
  test.each(file.cases)('$name', ({ flags, trainable, losses, weights }) => {
    const model = build();
    model.setWeights(file.weights.map(toTensor));
    for (const [path, value] of flags) layerAt(model, path).trainable = value;
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.125 }), loss: 'mse' });
    // Set after compile, it counts for the next one only.
    model.trainable = trainable === 0;
    const [x, y] = [file.x, file.y].map(({ data }) => Float32Array.from(data));
    const rows = (data: Float32Array, width: number, step: number) =>
      fl.tensor(data.slice(step * 8 * width, (step + 1) * 8 * width), [8, width]);
    const ours = losses.map((_, step) => model.trainOnBatch(rows(x, 6, step), rows(y, 2, step)).loss);
    expectKeras(ours, losses, 'losses');
    model.getWeights().forEach(({ data }, i) => {
      expectKeras(data, weights[i].data, `weight ${i}`);
    });
  });

  test.each(file.cases)('the number of trained weights: $name', ({ flags, trainable }) => {
    const model = build();
    for (const [path, value] of flags) layerAt(model, path).trainable = value;
    const sizes = model
      .trainableParameters()
      .map(({ shape }) => shape.reduce((size, axis) => size * axis, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(trainable);
  });
});
