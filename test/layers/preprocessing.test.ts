import * as fl from 'fourlane';
import * as infer from 'fourlane/infer';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/compare.js';

const data = [
  [1, 10, -4],
  [3, 10, 0],
  [5, 10, 1],
];
const columns = [
  { mean: 3, variance: 8 / 3 },
  { mean: 10, variance: 0 },
  { mean: -1, variance: 14 / 3 },
];
const normalized = data.flatMap((row) =>
  row.map((x, c) => (x - columns[c].mean) / Math.max(Math.sqrt(columns[c].variance), 1e-7)),
);

describe('normalization', () => {
  const model = (layer: fl.Layer) => fl.sequential([fl.layers.input({ shape: [3] }), layer]);

  test.each(['before', 'after'])('adapts %s it is used, and keeps what it found in a file', (when) => {
    const layer = fl.layers.normalization();
    if (when === 'before') layer.adapt(data);
    const used = model(layer);
    if (when === 'after') layer.adapt(fl.tensor(data));
    expectClose(used.predict(data).data, normalized, { ulp: 2 });
    expect(used.getWeights().map(({ shape }) => shape)).toEqual([[3], [3], []]);
    const file = used.save();
    expectClose(fl.load(file).predict(data).data, normalized, { ulp: 2 });
    expectClose(infer.load(file).predict(data).data, normalized, { ulp: 2 });
  });

  test('is not changed by training', async () => {
    const layer = fl.layers.normalization();
    layer.adapt(data);
    const used = fl.sequential([fl.layers.input({ shape: [3] }), layer, fl.layers.dense({ units: 1 })]);
    used.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const before = used.getWeights().map(({ data }) => [...data]);
    await used.fit(data, [[1], [2], [3]], { epochs: 2, verbose: 0 });
    const after = used.getWeights().map(({ data }) => [...data]);
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3));
    expect(after[3]).not.toEqual(before[3]);
  });

  test('reads bytes that mean something else', () => {
    const layer = fl.layers.normalization({ axis: null });
    layer.adapt(fl.tensor(Uint8Array.of(0, 255, 51, 0), [4, 1], { scale: 1 / 255 }));
    expectClose(model3(layer).getWeights()[0].data, [0.3], { ulp: 1 });
  });

  const model3 = (layer: fl.Layer) => fl.sequential([fl.layers.input({ shape: [1] }), layer]);

  test.each<[() => unknown, RegExp]>([
    [() => fl.layers.normalization({ mean: [1, 2], variance: [1] }), /go together.*2 and 1/],
    [() => fl.layers.normalization({ mean: 1 }), /go together/],
    [() => fl.layers.normalization({ mean: 1, variance: 1 }).adapt(data), /cannot adapt/],
    [() => model(fl.layers.normalization({ mean: [1, 2], variance: [1, 2] })), /has 2 entries.*needs 3/],
    [() => fl.layers.normalization().adapt([]), /at least one sample/],
    [() => fl.layers.normalization().adapt([[1, 2], [3]]), /same length/],
    [() => fl.layers.normalization().adapt([[1], [Number.NaN]]), /finite numbers.*NaN/],
    [
      () => {
        const layer = fl.layers.normalization();
        model(layer);
        layer.adapt([[1, 2]]);
      },
      /mean of shape \[3\].*\[1, 2\].*\[2\]/,
    ],
    [
      () => {
        const layer = fl.layers.normalization();
        layer.adapt([[1, 2]]);
        model(layer);
      },
      /has 2 entries.*needs 3/,
    ],
    [() => model(fl.layers.normalization({ axis: 3 })), /axis 3/],
  ])('%s', (make, message) => {
    expect(make).toThrow(message);
  });
});
