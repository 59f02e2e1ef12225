import * as fl from 'fourlane';
import { describe, test } from 'vitest';
import { expectKeras, type GoldenTensor, goldenFile, toTensor } from '../support/golden.js';

interface GanCase {
  name: string;
  kind: 'gan';
  optimizer: 'sgd';
  config: Record<string, number>;
  logs: Record<'discriminator' | 'generator', fl.Logs>[];
  discriminator: GoldenTensor[];
  generator: GoldenTensor[];
}

interface HeadsCase {
  name: string;
  kind: 'heads';
  optimizer: 'sgd';
  config: Record<string, number>;
  logs: fl.Logs[];
  weights: GoldenTensor[];
}

const file = goldenFile<{
  gan: { generator: GoldenTensor[]; discriminator: GoldenTensor[]; real: GoldenTensor; noise: GoldenTensor };
  heads: {
    weights: GoldenTensor[];
    input: GoldenTensor;
    value: GoldenTensor;
    kind: GoldenTensor;
    lossWeights: number[];
  };
  cases: (GanCase | HeadsCase)[];
}>('loops');

/** The i-th batch of several. */
function batch({ shape: [, ...shape], data }: GoldenTensor, i: number): fl.Tensor {
  const size = shape.reduce((a, b) => a * b);
  return toTensor({ shape, data: data.slice(i * size, (i + 1) * size) });
}

function expectLogs(logs: fl.Logs, keras: fl.Logs, what: string): void {
  for (const [key, value] of Object.entries(keras)) expectKeras([logs[key]], [value], `${what} ${key}`);
}

function expectWeights(model: fl.Model, keras: GoldenTensor[]): void {
  model.getWeights().forEach(({ data }, i) => {
    expectKeras(data, keras[i].data, `weight ${i} of ${model.name}`);
  });
}

describe('two models trained in turns equal Keras', () => {
  test.each(file.cases.filter((one): one is GanCase => one.kind === 'gan'))('$name', (one) => {
    const { dense } = fl.layers;
    const generator = fl.sequential({
      name: 'generator',
      layers: [dense({ units: 8, activation: 'tanh', inputShape: [3] }), dense({ units: 5 })],
    });
    const kernelRegularizer = fl.regularizers.l2({ l2: 0.01 });
    const discriminator = fl.sequential({
      name: 'discriminator',
      layers: [
        dense({ units: 7, activation: 'leakyRelu', kernelRegularizer, inputShape: [5] }),
        dense({ units: 1 }),
      ],
    });
    generator.setWeights(file.gan.generator.map(toTensor));
    discriminator.setWeights(file.gan.discriminator.map(toTensor));

    const crossentropy = fl.losses.binaryCrossentropy({ fromLogits: true });
    const optimizer = () => fl.optimizers[one.optimizer](one.config);
    const ofDiscriminator = fl.trainStep({
      inputs: { real: [5], noise: [3] },
      loss: (b, { real, noise }) => ({
        real: b.loss(crossentropy, b.call(discriminator, real), 1),
        made: b.loss(crossentropy, b.call(discriminator, b.call(generator, noise)), 0),
      }),
      parameters: discriminator,
      optimizer: optimizer(),
    });
    const ofGenerator = fl.trainStep({
      inputs: { noise: [3] },
      loss: (b, { noise }) => b.loss(crossentropy, b.call(discriminator, b.call(generator, noise)), 1),
      parameters: generator,
      optimizer: optimizer(),
    });
    one.logs.forEach((logs, i) => {
      const noise = (which: number) => batch(file.gan.noise, 2 * i + which);
      const real = batch(file.gan.real, i);
      expectLogs(ofDiscriminator({ real, noise: noise(0) }), logs.discriminator, `round ${i}`);
      expectLogs(ofGenerator({ noise: noise(1) }), logs.generator, `round ${i}`);
    });
    expectWeights(generator, one.generator);
    expectWeights(discriminator, one.discriminator);
  });
});

describe('losses of several outputs, with their weights, equal Keras', () => {
  test.each(file.cases.filter((one): one is HeadsCase => one.kind === 'heads'))('$name', (one) => {
    const { weights, input, value, kind, lossWeights } = file.heads;
    const x = fl.input({ shape: [6] });
    const trunk = fl.layers.dense({ units: 8, activation: 'tanh' })(x);
    const outputs = [
      fl.layers.dense({ units: 2, name: 'value' })(trunk),
      fl.layers.dense({ units: 3, activation: 'softmax', name: 'kind' })(trunk),
    ];
    const model = fl.model({ inputs: x, outputs });
    model.setWeights(weights.map(toTensor));
    const loss = ['meanSquaredError', 'sparseCategoricalCrossentropy'] as const;
    model.compile({ optimizer: fl.optimizers[one.optimizer](one.config), loss, lossWeights });
    one.logs.forEach((logs, i) => {
      expectLogs(model.trainOnBatch(batch(input, i), [batch(value, i), batch(kind, i)]), logs, `step ${i}`);
    });
    expectWeights(model, one.weights);
  });
});
