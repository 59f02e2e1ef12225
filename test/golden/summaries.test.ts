import * as fl from 'fourlane';
import { expect, test } from 'vitest';
import { golden } from '../support/golden.js';

interface SummaryCase {
  name: string;
  model: 'digits';
  options: fl.SummaryOptions;
  lines: string[];
}

const { dense } = fl.layers;

const build: Record<'digits' | 'branches' | 'chain' | 'unbuilt' | 'trained', () => fl.Model> = {
  digits: () =>
    fl.sequential({
      name: 'digits',
      layers: [
        dense({ units: 128, activation: 'relu', name: 'hidden', inputShape: [784] }),
        fl.layers.dropout({ rate: 0.2, name: 'dropout' }),
        fl.layers.batchNormalization({ name: 'batch_normalization_of_the_hidden_layer' }),
        dense({ units: 10, activation: 'softmax', name: 'head' }),
      ],
    }),
  branches: () => {
    const [a, b] = [fl.input({ shape: [32], name: 'a' }), fl.input({ shape: [16], name: 'b' })];
    const joined = fl.layers.concatenate({ name: 'joined' })([dense({ units: 8, name: 'first' })(a), b]);
    const shared = dense({ units: 24, name: 'shared' });
    const once = shared(joined);
    const twice = shared(once);
    const inner = fl.sequential({
      name: 'inner',
      layers: [dense({ units: 5, name: 'narrow', inputShape: [24] }), dense({ units: 24, name: 'wide' })],
    });
    const total = fl.layers.add({ name: 'total' })([twice, joined, inner(once)]);
    return fl.model({ inputs: [a, b], outputs: [total, once], name: 'branches' });
  },
  chain: () => {
    const x = fl.input({ shape: [6], name: 'x' });
    return fl.model({ inputs: x, outputs: dense({ units: 3, name: 'only' })(x), name: 'chain' });
  },
  unbuilt: () =>
    fl.sequential({
      name: 'unbuilt',
      layers: [dense({ units: 3, name: 'only' }), fl.layers.flatten({ name: 'flat' })],
    }),
  trained: () => {
    const model = build.digits();
    model.layers[0].trainable = false;
    model.compile({ optimizer: 'adam', loss: 'mse' });
    model.trainOnBatch(new Float32Array(4 * 784), new Float32Array(40));
    return model;
  },
};

test.each(golden<SummaryCase>('summaries'))('the summary of $name is that of Keras', (one) => {
  let printed = '';
  build[one.model]().summary({
    ...one.options,
    memory: false,
    printFn: (text) => {
      printed = text;
    },
  });
  expect(printed.split('\n')).toEqual(one.lines);
});
