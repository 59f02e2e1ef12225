import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import type { Value } from '../../src/plan/value.js';
import { expectKeras, type GoldenTensor, golden, toTensor } from '../support/golden.js';
import { differentiate } from '../support/gradients.js';

interface PreprocessingCase {
  name: string;
  layer: keyof typeof fl.layers;
  config: Record<string, unknown>;
  x: GoldenTensor;
  output: GoldenTensor;
  upstream: GoldenTensor;
  gradient: GoldenTensor;
  /** What a layer was adapted to, and the mean and variance that it found. */
  adapt?: GoldenTensor;
  weights?: GoldenTensor[];
  /** Random numbers from 0 to 1, two for each sample, in the place of those that a layer draws. */
  draws?: GoldenTensor;
}

/** Columns of draws as a layer asks for them: [samples, 1] or [samples, 2]. */
function columnsOf({ shape: [samples, width], data }: GoldenTensor, count: number): GoldenTensor {
  return { shape: [samples, count], data: data.filter((_, i) => i % width < count) };
}

describe('preprocessing layers equal Keras', () => {
  test.each(golden<PreprocessingCase>('preprocessing'))('$name', (one) => {
    const make = fl.layers[one.layer] as unknown as (options: object) => fl.Layer;
    const layer = make(one.config);
    if (one.adapt) (layer as fl.Normalization).adapt(toTensor(one.adapt));
    const input = fl.input({ shape: one.x.shape.slice(1) });
    const model = fl.model({ inputs: input, outputs: layer(input) });
    if (!one.draws) expectKeras(model.predict(toTensor(one.x)).data, one.output.data, 'prediction');
    one.weights?.forEach(({ data }, i) => {
      expectKeras(model.getWeights()[i].data, data, `weight ${i}`, 1e-6);
    });
    const result = differentiate(
      (b, [x], given) => {
        b.uniform = (like, low, high) => b.affine(given[like.cols - 1], high - low, low);
        return layer.call(b, x) as Value;
      },
      [one.x],
      one.upstream,
      [],
      one.draws !== undefined,
      one.draws && [columnsOf(one.draws, 1), one.draws],
    );
    expectKeras(result.output, one.output.data, 'output');
    expectKeras(result.inputGradients[0], one.gradient.data, 'gradient');
  });

  test('every layer that draws is there', () => {
    const layers = golden<PreprocessingCase>('preprocessing').map(({ layer }) => layer);
    const drawing = Object.keys(fl.layers).filter((name) => /^random/.test(name));
    expect(drawing.filter((name) => !layers.includes(name as keyof typeof fl.layers))).toEqual([]);
  });
});
