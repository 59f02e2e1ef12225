import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';

const N = 400;
const STEPS = 6;
const CHANNELS = 8;
const SIZE = STEPS * CHANNELS;

/** What a layer makes of a constant input in training: the weights that a step of rate 1 subtracts from zeros. */
function inTraining(
  layer: (x: fl.SymbolicTensor) => fl.SymbolicTensor,
  value: number,
  seed = 5,
): Float32Array {
  fl.setSeed(seed);
  const input = fl.input({ shape: [STEPS, CHANNELS] });
  class Show extends fl.Layer {
    shown!: fl.Parameter;
    override build(b: fl.WeightBuilder): void {
      this.shown = b.parameter({ name: 'shown', shape: [SIZE] });
    }
    override call(b: fl.Builder, x: fl.Value): fl.Value {
      return b.sum(b.multiply(b.reshape(x, [SIZE]), this.shown));
    }
  }
  const outputs = fl.layers.reshape({ targetShape: [1] })(new Show()(layer(input)));
  const model = fl.model({ inputs: input, outputs });
  // The derivative of (shown . y - target)^2 at 0 is -2 target y.
  model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 1 }), loss: 'mse' });
  const x = fl.tensor(new Float32Array(SIZE).fill(value), [1, STEPS, CHANNELS]);
  const all = new Float32Array(N * SIZE);
  for (let i = 0; i < N; i++) {
    const before = model.getWeights();
    model.setWeights([new Float32Array(SIZE)]);
    model.trainOnBatch(x, [[0.5]]);
    all.set(model.getWeights()[0].data, i * SIZE);
    model.setWeights(before);
  }
  return all;
}

function moments(values: ArrayLike<number>): [mean: number, variance: number] {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return [mean, list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length];
}

describe('in training', () => {
  test('gaussianNoise adds noise of its deviation', () => {
    const [mean, variance] = moments(inTraining(fl.layers.gaussianNoise({ stddev: 0.5 }), 3));
    expect(Math.abs(mean - 3)).toBeLessThan(0.02);
    expect(Math.abs(variance - 0.25)).toBeLessThan(0.02);
  });

  test('gaussianDropout multiplies by noise around 1', () => {
    const [mean, variance] = moments(inTraining(fl.layers.gaussianDropout({ rate: 0.2 }), 3));
    expect(Math.abs(mean - 3)).toBeLessThan(0.05);
    expect(Math.abs(variance - 9 * 0.25)).toBeLessThan(0.1);
  });

  test('alphaDropout sets to the left end of selu, then scales and shifts', () => {
    const rate = 0.25;
    const left = -1.6732632423543772 * 1.0507009873554805;
    const scale = ((1 - rate) * (1 + rate * left ** 2)) ** -0.5;
    const [dropped, kept] = [left, 2].map((value) => scale * value - scale * left * rate);
    const values = inTraining(fl.layers.alphaDropout({ rate }), 2);
    const isKept = Array.from(values, (value) => Math.abs(value - kept) < 1e-5);
    expect(Array.from(values).every((value, i) => isKept[i] || Math.abs(value - dropped) < 1e-5)).toBe(true);
    expect(Math.abs(moments(isKept.map(Number))[0] - 0.75)).toBeLessThan(0.02);
  });

  const shared = [
    ['spatialDropout1D', () => fl.layers.spatialDropout1D({ rate: 0.5 })],
    ['dropout with a noise shape', () => fl.layers.dropout({ rate: 0.5, noiseShape: [null, 1, CHANNELS] })],
    [
      'dropout with a noise shape for all samples',
      () => fl.layers.dropout({ rate: 0.5, noiseShape: [1, 1, null] }),
    ],
  ] as const;
  test.each(shared)('%s drops whole channels', (_, layer) => {
    const values = inTraining(layer(), 1);
    let dropped = 0;
    for (let sample = 0; sample < N; sample++) {
      for (let c = 0; c < CHANNELS; c++) {
        const channel = Array.from({ length: STEPS }, (_, s) => values[sample * SIZE + s * CHANNELS + c]);
        expect([0, 2]).toContain(channel[0]);
        expect(new Set(channel).size).toBe(1);
        if (channel[0] === 0) dropped++;
      }
    }
    expect(Math.abs(dropped / (N * CHANNELS) - 0.5)).toBeLessThan(0.04);
  });

  test('the same seed draws the same, another one something else', () => {
    const draw = (seed: number) => inTraining(fl.layers.gaussianNoise({ stddev: 1 }), 0, seed);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

test.each([
  [() => fl.layers.gaussianNoise({ stddev: -1 }), /stddev must be 0 or above/],
  [() => fl.layers.alphaDropout({ rate: 1 }), /layers.alphaDropout: rate must be at least 0 and below 1/],
  [
    () => fl.sequential([fl.layers.spatialDropout1D({ rate: 0.5, inputShape: [4] })]),
    /noise shape \[null,1,null\] does not fit an input of shape \[batch, 4\]/,
  ],
  [() => fl.layers.permute({ dims: [1, 3] }), /dims must name every axis/],
  [() => fl.sequential([fl.layers.cropping1D({ inputShape: [2, 3] })]), /leaves nothing of \[batch, 2, 3\]/],
  [() => fl.layers.zeroPadding1D({ padding: -1 }), /padding must be a whole number of 0 or more/],
  [
    () => fl.sequential([fl.layers.repeatVector({ n: 2, inputShape: [2, 3] })]),
    /expected an input with 1 axes/,
  ],
  [() => fl.layers.relu({ maxValue: -1 }), /maxValue must be 0 or above/],
  [() => fl.activations.celu({ alpha: 0 }), /alpha must be above 0/],
  [
    () => fl.sequential([fl.layers.dense({ units: 3, activation: 'glu', inputShape: [2] })]),
    /whose length 3 is odd/,
  ],
])('options that do not fit are refused: %s', (make, message) => {
  expect(make).toThrow(message);
});
