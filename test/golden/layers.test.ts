import * as fl from 'fourlane';
import { describe, test } from 'vitest';
import { expectKeras, type GoldenTensor, golden, toTensor } from '../support/golden.js';
import { differentiate } from '../support/gradients.js';

interface LayerCase {
  name: string;
  layer: keyof typeof fl.layers;
  config: Record<string, unknown>;
  inputs: GoldenTensor[];
  weights: GoldenTensor[];
  output: GoldenTensor;
  upstream: GoldenTensor;
  inputGradients: GoldenTensor[];
  weightGradients: GoldenTensor[];
}

interface ActivationCase {
  name: string;
  activation: string;
  config: Record<string, number>;
  x: GoldenTensor;
  y: GoldenTensor;
  dydx?: GoldenTensor;
  upstream?: GoldenTensor;
  gradient?: GoldenTensor;
}

/** Keras's relu with a slope, a ceiling or a threshold is not among our activations yet. */
const ours = ({ config }: { config: Record<string, unknown> }) => !('maxValue' in config);

describe('layers equal Keras', () => {
  test.each(golden<LayerCase>('layers').filter(ours))('$name', (one) => {
    const make = fl.layers[one.layer] as (options: Record<string, unknown>) => fl.Layer;
    const layer = make(one.config);
    const inputs = one.inputs.map(({ shape }) => fl.input({ shape: shape.slice(1) }));
    const outputs = layer(inputs);
    const model = fl.model({ inputs, outputs });
    model.setWeights(one.weights.map(toTensor));
    expectKeras(model.predict(one.inputs.map(toTensor)).data, one.output.data, 'prediction');
    const result = differentiate(
      (b, values) => layer.call(b, ...values) as ReturnType<typeof b.value>,
      one.inputs,
      one.upstream,
      layer.parameters,
    );
    expectKeras(result.output, one.output.data, 'output');
    one.inputGradients.forEach(({ data }, i) => {
      expectKeras(result.inputGradients[i], data, `gradient of input ${i}`);
    });
    one.weightGradients.forEach(({ data }, i) => {
      expectKeras(result.weightGradients[i], data, `gradient of weight ${i}`);
    });
  });
});

describe('activations equal Keras', () => {
  const names = Object.keys(fl.activations);
  const cases = golden<ActivationCase>('activations').filter(ours);
  test.each(cases.filter(({ activation }) => names.includes(activation)))(
    '$name',
    ({ activation, config, x, y, dydx, upstream, gradient }) => {
      const make = fl.activations[activation as keyof typeof fl.activations] as (
        options?: Record<string, number>,
      ) => fl.ActivationFunction;
      // Element by element every value is a sample of its own; the others work along the last axis.
      const rows = dydx ? { shape: [x.data.length, 1], data: x.data } : x;
      const dy = upstream ?? { shape: rows.shape, data: x.data.map(() => 1) };
      const result = differentiate((b, [value]) => make(config).apply(b, value), [rows], dy);
      expectKeras(result.output, y.data, 'value');
      expectKeras(result.inputGradients[0], (dydx ?? gradient)!.data, 'derivative');
    },
  );
});
