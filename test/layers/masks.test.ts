import * as fl from 'fourlane';
import * as infer from 'fourlane/infer';
import { expect, test, vi } from 'vitest';

const x = fl.tensor([1, 2, 0, 0, 3, 6, 5, 5, 7, 1, 9, 3], [2, 3, 2]);

test.each([false, true])('the mean over time leaves masked steps out (keepdims %s)', (keepdims) => {
  const layers = [fl.layers.masking({ inputShape: [3, 2] }), fl.layers.globalAveragePooling1D({ keepdims })];
  const model = fl.sequential(layers);
  const means = [
    [2, 4],
    [7, 3],
  ];
  expect(model.predict(x).toArray()).toEqual(keepdims ? means.map((row) => [row]) : means);
  expect(infer.load(model.save()).predict(x).data).toEqual(model.predict(x).data);
});

test('masks pass a normalization, and end with a warning at images that are moved', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const passes = (layer: fl.Layer) => {
    const seen: (fl.Value | undefined)[] = [];
    const look = fl.layers.lambda({
      function: (b, value) => {
        seen.push(b.maskOf(value));
        return value;
      },
    });
    const input = fl.input({ shape: [3, 2, 1] });
    const masked = fl.layers.masking()(input);
    fl.model({ inputs: input, outputs: look(layer(masked)) }).predict(fl.tensor([...x.data], [2, 3, 2, 1]));
    const warnings = warn.mock.calls.filter(([text]) => text.includes(`'${layer.name}'`));
    return [seen.at(-1) !== undefined, warnings.length > 0];
  };
  expect(passes(fl.layers.normalization({ mean: 1, variance: 4 }))).toEqual([true, false]);
  expect(passes(fl.layers.randomCrop({ height: 2, width: 2 }))).toEqual([false, true]);
  warn.mockRestore();
});
