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
  /** In training: what the weights that are not trained have become. */
  moved?: GoldenTensor[];
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

describe('layers equal Keras', () => {
  test.each(golden<LayerCase>('layers'))('$name', (one) => {
    const make = fl.layers[one.layer] as (options: Record<string, unknown>) => fl.Layer;
    const layer = make(one.config);
    const inputs = one.inputs.map(({ shape }) => fl.input({ shape: shape.slice(1) }));
    const outputs = layer(inputs);
    const model = fl.model({ inputs, outputs });
    model.setWeights(one.weights.map(toTensor));
    if (!one.moved) {
      expectKeras(model.predict(one.inputs.map(toTensor)).data, one.output.data, 'prediction');
    }
    const result = differentiate(
      (b, values) => layer.call(b, ...values) as ReturnType<typeof b.value>,
      one.inputs,
      one.upstream,
      layer.trainableParameters(),
      one.moved !== undefined,
    );
    expectKeras(result.output, one.output.data, 'output');
    one.inputGradients.forEach(({ data }, i) => {
      expectKeras(result.inputGradients[i], data, `gradient of input ${i}`);
    });
    one.weightGradients.forEach(({ data }, i) => {
      expectKeras(result.weightGradients[i], data, `gradient of weight ${i}`);
    });
    const kept = model.getWeights().filter((_, i) => !layer.parameters[i].trainable);
    one.moved?.forEach(({ data }, i) => {
      expectKeras(kept[i].data, data, `moved weight ${i}`);
    });
  });
});

describe('activations equal Keras', () => {
  test.each(golden<ActivationCase>('activations'))(
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
