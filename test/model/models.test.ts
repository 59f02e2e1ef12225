import * as fl from 'fourlane';
import { beforeEach, describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const x = fl.tensor(uniformArray(20 * 6, 1), [20, 6]);
const y = uniformArray(20, 2);

beforeEach(() => fl.setSeed(4));

/** Learns a scale and a shift for every feature. */
class Scale extends fl.Layer {
  factor!: fl.Parameter;
  shift!: fl.Parameter;

  override build(b: fl.WeightBuilder, shape: readonly number[]): void {
    const features = [shape[shape.length - 1]];
    this.factor = b.parameter({ name: 'factor', shape: features, initializer: 'ones' });
    this.shift = b.parameter({ name: 'shift', shape: features });
  }

  override call(b: fl.Builder, input: fl.Value): fl.Value {
    return b.add(b.multiply(input, this.factor), this.shift);
  }
}

describe('layers of one’s own', () => {
  test('are trained: the gradient follows from the operations', async () => {
    const model = fl.sequential([
      new Scale({ inputShape: [6], name: 'scale' }),
      fl.layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.05 }), loss: 'mse' });
    const { history } = await model.fit(x, y, { epochs: 30, verbose: 0 });
    expect(history.loss[29]).toBeLessThan(0.7 * history.loss[0]);
    const [factor, shift] = model.getLayer('scale').parameters;
    expect([factor.name, shift.name]).toEqual(['factor', 'shift']);
    expect([...model.getWeights()[0].data]).not.toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('their gradients equal central differences of the loss', () => {
    const model = fl.sequential([
      new Scale({ inputShape: [6] }),
      fl.layers.dense({ units: 1, activation: 'tanh' }),
    ]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 1 }), loss: 'mse' });
    const weights = model.getWeights();
    model.trainOnBatch(x, y);
    const after = model.getWeights();
    weights.forEach(({ data, shape }, w) => {
      for (let i = 0; i < data.length; i++) {
        const gradient = data[i] - after[w].data[i];
        const moved = (by: number) => {
          const copies = weights.map((weight) => fl.tensor(weight.data.slice(), weight.shape));
          copies[w].data[i] += by;
          model.setWeights(copies);
          return model.testOnBatch(x, y).loss;
        };
        const difference = (moved(0.01) - moved(-0.01)) / 0.02;
        expect(Math.abs(gradient - difference), `weight ${w} ${shape} element ${i}`).toBeLessThan(2e-4);
      }
    });
  });

  test('their errors name them', () => {
    class Broken extends fl.Layer {
      override call(b: fl.Builder, input: fl.Value): fl.Value {
        return b.reshape(input, [5]);
      }
    }
    const broken = new Broken({ name: 'mine' });
    expect(() => broken(fl.input({ shape: [6] }))).toThrow(/^Layer 'mine': reshape: /);
  });
});

describe('functional models', () => {
  test('several inputs and outputs, by order and by name', async () => {
    const left = fl.input({ shape: [6], name: 'left' });
    const right = fl.input({ shape: [2], name: 'right' });
    const joined = fl.layers.concatenate()([left, right]);
    const hidden = fl.layers.dense({ units: 8, activation: 'relu' })(joined);
    const value = fl.layers.dense({ units: 1, name: 'value' })(hidden);
    const kind = fl.layers.dense({ units: 3, activation: 'softmax', name: 'kind' })(hidden);
    const model = fl.model({ inputs: [left, right], outputs: [value, kind] });
    model.compile({
      optimizer: 'adam',
      loss: { value: 'mse', kind: 'sparse_categorical_crossentropy' },
      lossWeights: { value: 0.5, kind: 2 },
      metrics: { value: ['mae'], kind: ['accuracy'] },
    });
    const r = fl.tensor(uniformArray(40, 3), [20, 2]);
    const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
    const { history } = await model.fit([x, r], [y, labels], { epochs: 40, verbose: 0 });
    const keys = ['loss', 'value_loss', 'kind_loss', 'value_mae', 'kind_accuracy'];
    expect(Object.keys(history)).toEqual(keys);
    expect(history.loss[39]).toBeLessThan(history.loss[0]);
    const logs = await model.evaluate({ left: x, right: r }, { value: y, kind: labels });
    expect(logs.loss).toBeCloseTo(0.5 * logs.value_loss + 2 * logs.kind_loss, 6);
    const [values, kinds] = model.predict<[fl.Tensor, fl.Tensor]>({ right: r, left: x });
    expect([values.shape, kinds.shape]).toEqual([
      [20, 1],
      [20, 3],
    ]);
    await expect(model.fit([x], [y, labels])).rejects.toMatchObject({ code: 'data-parts' });
    await expect(model.fit({ left: x, rihgt: r }, [y, labels])).rejects.toThrow(/no part 'right'/);
  });

  test('a layer that is used twice has one set of weights and the sum of the gradients', () => {
    const shared = fl.layers.dense({ units: 1, useBias: false, name: 'shared' });
    const a = fl.input({ shape: [3] });
    const b = fl.input({ shape: [3] });
    const model = fl.model({ inputs: [a, b], outputs: fl.layers.add()([shared(a), shared(b)]) });
    expect(model.countParams()).toBe(3);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 1 }), loss: 'mse' });
    model.setWeights([fl.tensor([0, 0, 0], [3, 1])]);
    // The output is 0, the target 1: the gradient of (w.a + w.b - 1)^2 is -2 (a + b).
    model.trainOnBatch([[[1, 2, 3]], [[10, 20, 30]]], [1]);
    expect([...model.getWeights()[0].data]).toEqual([22, 44, 66]);
  });

  test('models are layers, and share their weights', async () => {
    const encoder = fl.sequential({
      name: 'encoder',
      layers: [fl.layers.dense({ units: 2, activation: 'tanh', inputShape: [6] })],
    });
    const decoder = fl.sequential({
      name: 'decoder',
      layers: [fl.layers.dense({ units: 6, inputShape: [2] })],
    });
    const input = fl.input({ shape: [6] });
    const autoencoder = fl.model({ inputs: input, outputs: decoder(encoder(input)) });
    autoencoder.compile({ optimizer: 'adam', loss: 'mse' });
    const before = encoder.predict(x).data;
    const { history } = await autoencoder.fit(x, x, { epochs: 60, verbose: 0 });
    expect(history.loss[59]).toBeLessThan(history.loss[0]);
    const codes = encoder.predict(x);
    expect(codes.data).not.toEqual(before);
    expect(decoder.predict(codes).data).toEqual(autoencoder.predict(x).data);
    // Frozen, the inner model stays while the outer one is trained.
    decoder.trainable = false;
    autoencoder.compile({ optimizer: 'adam', loss: 'mse' });
    const kept = decoder.getWeights().map(({ data }) => data);
    await autoencoder.fit(x, x, { epochs: 2, verbose: 0 });
    expect(decoder.getWeights().map(({ data }) => data)).toEqual(kept);
    expect(encoder.predict(x).data).not.toEqual(codes.data);
  });

  test('outputs that are inputs of other layers', () => {
    const input = fl.input({ shape: [6] });
    const hidden = fl.layers.dense({ units: 4, activation: 'relu' })(input);
    const model = fl.model({ inputs: input, outputs: [hidden, fl.layers.dense({ units: 1 })(hidden)] });
    const [first, second] = model.predict<[fl.Tensor, fl.Tensor]>(x);
    const alone = fl.model({ inputs: input, outputs: hidden });
    expect(alone.predict(x).data).toEqual(first.data);
    expect(second.shape).toEqual([20, 1]);
  });

  test('in-place activations leave values alone that others read', () => {
    const input = fl.input({ shape: [6] });
    const sum = fl.layers.dense({ units: 4 })(input);
    const positive = fl.layers.activation({ activation: 'relu' })(sum);
    const model = fl.model({ inputs: input, outputs: [sum, positive] });
    const [before, after] = model.predict<[fl.Tensor, fl.Tensor]>(x);
    expect(Math.min(...before.data)).toBeLessThan(0);
    expect([...after.data]).toEqual([...before.data].map((value) => Math.max(value, 0)));
  });
});

describe('sequential models', () => {
  test('add, pop and layers', () => {
    const model = fl.sequential();
    model.add(fl.layers.input({ shape: [6] }));
    model.add(fl.layers.dense({ units: 4 }));
    model.add(fl.layers.dense({ units: 2 }));
    expect(model.predict(x).shape).toEqual([20, 2]);
    const weights = model.getWeights()[0].data;
    expect(model.pop()!.name).toMatch(/^dense/);
    expect(model.predict(x).shape).toEqual([20, 4]);
    expect(model.getWeights()[0].data).toEqual(weights);
    expect(model.layers.length).toBe(1);
  });

  test('learns the shape of its input from the first data', async () => {
    const model = fl.sequential([
      fl.layers.dense({ units: 3, activation: 'relu' }),
      fl.layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    expect(() => model.getWeights()).toThrow(/does not know the shape of its input yet/);
    expect(String(model)).toMatch(/dense\w* \(Dense\) +│ \? +│ 0 \(unbuilt\)/);
    await model.fit(x, y, { verbose: 0 });
    expect(model.getWeights().map(({ shape }) => shape)).toEqual([[6, 3], [3], [3, 1], [1]]);
  });

  test('summary is a table with the totals', () => {
    const model = fl.sequential({
      name: 'net',
      layers: [
        fl.layers.dense({ units: 4, inputShape: [6], name: 'first' }),
        fl.layers.dense({ units: 2, name: 'last' }),
      ],
    });
    model.layers[0].trainable = false;
    let printed = '';
    model.summary({
      printFn: (text) => {
        printed += text;
      },
    });
    expect(printed).toBe(String(model));
    const lines = printed.split('\n');
    expect(lines[0]).toBe('Model: "net"');
    // Beside Keras's columns: 28 weights of 4 bytes, and 4 outputs of 4 bytes for each of 32 samples.
    expect(lines[2]).toMatch(/Param # ┃ +Weights ┃ +Outputs ┃$/);
    expect(lines[4]).toMatch(/first \(Dense\) +│ \(None, 4\) +│ +28 │ +112 B │ +512 B │$/);
    expect(lines[6]).toMatch(/last \(Dense\) +│ \(None, 2\) +│ +10 │ +40 B │ +256 B │$/);
    expect(lines.slice(-4)).toEqual([
      ' Total params: 38 (152.00 B)',
      ' Trainable params: 10 (40.00 B)',
      ' Non-trainable params: 28 (112.00 B)',
      ' Memory of the outputs at a batch size of 32: 768.00 B',
    ]);
  });

  test('setWeights takes what getWeights gives, and refuses what does not fit', () => {
    const model = fl.sequential([fl.layers.dense({ units: 2, inputShape: [3] })]);
    const weights = model.getWeights();
    expect(weights.map(({ shape }) => shape)).toEqual([[3, 2], [2]]);
    model.setWeights([
      fl.tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      [7, 8],
    ]);
    expect(model.predict([[1, 1, 1]]).toArray()).toEqual([[16, 20]]);
    expect(() => model.setWeights([weights[0]])).toThrow(/has 2 weights, but setWeights got 1/);
    expect(() => model.setWeights([weights[0], [1, 2, 3]])).toThrow(
      /weight 1 \('bias'\).*\[2\], but got \[3\]/,
    );
    expect(model.predict([[1, 1, 1]]).toArray()).toEqual([[16, 20]]);
  });

  test('names of layers are unique in a model', () => {
    const twins = [
      fl.layers.dense({ units: 1, name: 'a', inputShape: [2] }),
      fl.layers.dense({ units: 1, name: 'a' }),
    ];
    expect(() => fl.sequential(twins)).toThrow(/two layers named 'a'/);
  });
});

describe('dropout', () => {
  const ones = new Float32Array(1000 * 6).fill(1);

  test('does nothing outside of training, and keeps the mean in it', async () => {
    const model = fl.sequential([fl.layers.dropout({ rate: 0.3, inputShape: [6] })]);
    expect(model.predict(ones).data).toEqual(ones);
    model.compile({ loss: 'mae' });
    // Of ones 70 % become 1 / 0.7 and the others 0: the mean distance from 0 stays 1.
    const { history } = await model.fit(ones, new Float32Array(6000), { verbose: 0 });
    expect(Math.abs(history.loss[0] - 1)).toBeLessThan(0.03);
  });

  test('a rate outside 0 to below 1 is refused', () => {
    for (const rate of [-0.1, 1, Number.NaN])
      expect(() => fl.layers.dropout({ rate })).toThrow(/rate must be/);
  });
});
