import * as fl from 'fourlane';
import { digits } from 'fourlane/datasets';
import { beforeEach, describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const x = fl.tensor(uniformArray(20 * 6, 1), [20, 6]);
const { dense } = fl.layers;

beforeEach(() => fl.setSeed(4));

function build(name = 'net'): fl.Sequential {
  return fl.sequential({
    name,
    layers: [
      dense({ units: 5, activation: 'tanh', name: 'first', inputShape: [6] }),
      dense({ units: 4, activation: 'tanh', name: 'second' }),
      dense({ units: 2, name: 'head' }),
    ],
  });
}

const bytes = (weights: readonly fl.Tensor[]) => weights.map(({ data }) => [...data]);

test('what was learned on some digits is kept and gets a new head for others', async () => {
  const { x: images, y: labels } = digits();
  const of = (kept: (label: number) => boolean) => {
    const rows = [...labels.data.keys()].filter((row) => kept(labels.data[row]));
    const pixels = new Float32Array(rows.flatMap((row) => [...images.data.slice(row * 64, row * 64 + 64)]));
    return [fl.tensor(pixels, [rows.length, 64]), Int32Array.from(rows, (row) => labels.data[row])] as const;
  };
  const [lowX, lowY] = of((label) => label < 5);
  const base = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    dense({ units: 32, activation: 'relu' }),
    fl.layers.batchNormalization(),
    dense({ units: 5, activation: 'softmax' }),
  ]);
  base.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  await base.fit(lowX, lowY, { epochs: 5, verbose: 0 });

  base.pop();
  base.trainable = false;
  const frozen = bytes(base.getWeights());
  const model = fl.sequential([base, dense({ units: 5, activation: 'softmax', name: 'new_head' })]);
  const [highX, highY] = of((label) => label >= 5);
  const classes = highY.map((label) => label - 5);
  model.compile({
    optimizer: fl.optimizers.adam({ learningRate: 0.01 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  const head = bytes(model.getLayer('new_head').getWeights());
  await model.fit(highX, classes, { epochs: 5, verbose: 0 });
  expect(bytes(base.getWeights())).toEqual(frozen);
  expect(bytes(model.getLayer('new_head').getWeights())).not.toEqual(head);
  expect((await model.evaluate(highX, classes)).accuracy).toBeGreaterThan(0.9);

  // Fine-tuned: all of it again, in small steps.
  base.trainable = true;
  model.compile({
    optimizer: fl.optimizers.sgd({ learningRate: 1e-3 }),
    loss: 'sparse_categorical_crossentropy',
  });
  await model.fit(highX, classes, { verbose: 0 });
  for (const [i, weights] of bytes(base.getWeights()).entries()) expect(weights).not.toEqual(frozen[i]);
});

describe('layers within a model', () => {
  test('are found by name and place', () => {
    const model = build();
    expect(model.getLayer('second')).toBe(model.layers[1]);
    expect(model.getLayer(0).name).toBe('first');
    expect(model.getLayer(-1).name).toBe('head');
    expect(() => model.getLayer('secnod')).toThrow(/'net' has no layer "secnod"; it has first, second, head/);
    expect(() => model.getLayer(3)).toThrow(/has no layer 3/);
  });

  test('read and write their own weights', () => {
    const model = build();
    const [kernel, bias] = model.getLayer('second').getWeights();
    expect([kernel.shape, bias.shape]).toEqual([[5, 4], [4]]);
    expect(bytes(model.getWeights()).slice(2, 4)).toEqual(bytes([kernel, bias]));
    model.getLayer('second').setWeights([new Float32Array(20).fill(0.5), [1, 2, 3, 4]]);
    expect([...model.getWeights()[3].data]).toEqual([1, 2, 3, 4]);
    expect(() => model.getLayer('second').setWeights([[1], [1]])).toThrow(
      /^Layer 'second': weight 0 \('kernel'\) has the shape \[5, 4\], but got \[1\]/,
    );
    expect(() => dense({ units: 1, name: 'new' }).getWeights()).toThrow(/^Layer 'new' has no weights yet/);
    const used = dense({ units: 1, name: 'used' });
    used(fl.input({ shape: [2] }));
    expect(() => used.getWeights()).toThrow(/'used' has no weights yet: they get their values when/);
  });

  test('say what they put out, which makes a model of its own', () => {
    const model = build();
    const codes = fl.model({ inputs: model.inputs, outputs: model.getLayer('second').output });
    const [first, second] = fl
      .model({ inputs: model.input, outputs: [model.getLayer(0).output, model.getLayer(1).output] })
      .predict<[fl.Tensor, fl.Tensor]>(x);
    expect(codes.predict(x)).toEqual(second);
    expect(first.shape).toEqual([20, 5]);
    expect(model.getLayer('second').input).toBe(model.getLayer('first').output);
    // The weights are those of the model.
    model.getLayer('second').setWeights([new Float32Array(20), [0.5, 0, 0, 0]]);
    expect(codes.predict(x).toArray()).toEqual(
      Array.from({ length: 20 }, () => [expect.closeTo(Math.tanh(0.5), 6), 0, 0, 0]),
    );
  });

  test('can be where a model begins', () => {
    const model = build();
    const rest = fl.model({ inputs: model.getLayer('first').output, outputs: model.output });
    expect(rest.countParams()).toBe(5 * 4 + 4 + 4 * 2 + 2);
    const begin = fl.model({ inputs: model.inputs, outputs: model.getLayer('first').output });
    expect(rest.predict(begin.predict(x)).data).toEqual(model.predict(x).data);
    expect(fl.load(rest.save()).predict(begin.predict(x)).data).toEqual(model.predict(x).data);
    expect(model.getLayer('second').nodes.length).toBe(1);
  });

  test('of which there is no single output say so', () => {
    const shared = dense({ units: 6, name: 'shared' });
    expect(() => shared.output).toThrow("Layer 'shared' is used 0 times, so it has no single output yet.");
    const input = fl.input({ shape: [6] });
    const twice = shared(shared(input));
    expect(() => shared.output).toThrow(/'shared' is used 2 times.*layer\.nodes\[0\]\.outputs\[0\]/);
    const sum = fl.layers.add({ name: 'sum' });
    const model = fl.model({ inputs: input, outputs: [sum([input, twice]), twice] });
    expect(() => sum.input).toThrow(/'sum' has 2 inputs/);
    expect(sum.output.sampleShape).toEqual([6]);
    expect(() => model.output).toThrow(/has 2 outputs: choose one of model\.outputs/);
    expect(shared.nodes[0].outputs[0]).toBe(shared.nodes[1].inputs[0]);
  });
});

describe('weights of another model', () => {
  test('are taken over by the names of the layers', () => {
    const source = build('source');
    const target = fl.sequential([
      dense({ units: 5, name: 'first', inputShape: [6] }),
      dense({ units: 4, name: 'second' }),
      dense({ units: 7, name: 'new_head' }),
    ]);
    const head = bytes(target.getLayer('new_head').getWeights());
    expect(target.copyWeights(source)).toEqual(['first', 'second']);
    expect(bytes(target.getWeights()).slice(0, 4)).toEqual(bytes(source.getWeights()).slice(0, 4));
    expect(bytes(target.getLayer('new_head').getWeights())).toEqual(head);
    // A copy: the source may go on.
    source.getLayer('first').setWeights([new Float32Array(30), new Float32Array(5)]);
    expect(bytes(target.getWeights())[0]).not.toEqual([...new Float32Array(30)]);
  });

  test('only of some layers, and also of those within models', () => {
    const wrap = (name: string) => {
      const input = fl.input({ shape: [6] });
      return fl.model({
        inputs: input,
        outputs: dense({ units: 1, name: 'out' })(build('base')(input)),
        name,
      });
    };
    const [source, target] = [wrap('source'), wrap('target')];
    const out = bytes(target.getLayer('out').getWeights());
    expect(target.copyWeights(source, { layers: ['base'] })).toEqual([
      'base/first',
      'base/second',
      'base/head',
    ]);
    expect(bytes(target.getLayer('base').getWeights())).toEqual(bytes(source.getLayer('base').getWeights()));
    expect(bytes(target.getLayer('out').getWeights())).toEqual(out);
  });

  test('that do not fit are refused, or skipped, and nothing is half done', () => {
    const source = build('source');
    const target = fl.sequential([
      dense({ units: 5, name: 'first', inputShape: [6] }),
      dense({ units: 3, name: 'second' }),
    ]);
    const before = bytes(target.getWeights());
    expect(() => target.copyWeights(source)).toThrow(
      /layer 'second' has the weights kernel \[5, 3\], bias \[3\], but in the source kernel \[5, 4\], bias \[4\]/,
    );
    expect(bytes(target.getWeights())).toEqual(before);
    expect(target.copyWeights(source, { skipMismatch: true })).toEqual(['first']);
    expect(() => target.copyWeights(source, { layers: ['third'] })).toThrow(/no layer "third"/);
    const other = fl.sequential([dense({ units: 1, name: 'stranger', inputShape: [6] })]);
    expect(() => other.copyWeights(source)).toThrow(
      /'source' has no weights for any layer of .*with weights are first, second, head/,
    );
    // @ts-expect-error a misspelt option
    expect(() => target.copyWeights(source, { layer: ['first'] })).toThrow(/no option 'layer'/);
  });
});

describe('cloneModel', () => {
  class Double extends fl.Layer {
    static override className = 'Double';
    override call(b: fl.Builder, input: fl.Value): fl.Value {
      return b.affine(input, 2, 0);
    }
  }

  test('has the same architecture and weights of its own', () => {
    const inner = build('inner');
    const input = fl.input({ shape: [6] });
    const model = fl.model({ inputs: input, outputs: new Double({ name: 'double' })(inner(input)) });
    const clone = fl.cloneModel(model);
    expect(clone.getConfig()).toEqual(model.getConfig());
    expect(bytes(clone.getWeights())[0]).not.toEqual(bytes(model.getWeights())[0]);
    clone.copyWeights(model);
    expect(clone.predict(x)).toEqual(model.predict(x));
    clone.setWeights(
      clone.getWeights().map(({ data, shape }) =>
        fl.tensor(
          data.map(() => 0),
          shape,
        ),
      ),
    );
    expect(clone.predict(x)).not.toEqual(model.predict(x));
  });

  test('and a model as text', () => {
    const model = build();
    const again = fl.fromConfig(JSON.parse(JSON.stringify(model)));
    expect(again.getConfig()).toEqual(model.getConfig());
    expect(again.name).toBe('net');
  });
});

describe('sequential models that change', () => {
  test('a head that does not fit the loss may come off, and another take its place', () => {
    const model = build();
    model.add(fl.layers.softmax());
    model.compile({ optimizer: 'sgd', loss: 'categorical_crossentropy' });
    model.trainOnBatch(x, uniformArray(40, 2).map(Math.abs));
    model.pop();
    expect(() => model.trainOnBatch(x, new Float32Array(40))).toThrow(/does not fit output 'head'/);
    model.add(fl.layers.softmax());
    expect(model.trainOnBatch(x, new Float32Array(40).fill(0.5)).loss).toBeGreaterThan(0);
  });

  test('a layer that does not fit is not added', () => {
    const model = build();
    expect(() => model.add(dense({ units: 1, name: 'first' }))).toThrow(/two layers named 'first'/);
    expect(() => model.add(fl.layers.reshape({ targetShape: [5] }))).toThrow(/Layer 'reshape/);
    expect(model.layers.length).toBe(3);
    expect(model.predict(x).shape).toEqual([20, 2]);
    expect(() => model.add(fl.layers.input({ shape: [6] }))).toThrow(/can only be the first/);
    expect(() => model.add('dense' as never)).toThrow(/consists of layers/);
  });

  test('layers that are popped until none is left can be built upon again', () => {
    const model = build();
    expect([model.pop(), model.pop(), model.pop(), model.pop()].map((layer) => layer?.name)).toEqual([
      'head',
      'second',
      'first',
      undefined,
    ]);
    expect(model.built).toBe(false);
    expect(() => model.predict(x)).toThrow(/does not know the shape/);
    model.add(dense({ units: 3 }));
    expect(model.predict(x).shape).toEqual([20, 3]);
  });

  test('layers that were popped can be used elsewhere', () => {
    const model = build();
    const head = model.pop()!;
    expect(head.nodes).toEqual([]);
    head(model.getLayer('second').output);
    expect(head.output.sampleShape).toEqual([2]);
  });

  test('not while they are trained', async () => {
    const model = build();
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const running = model.fit(x, new Float32Array(40), { verbose: 0 });
    expect(() => model.pop()).toThrow(/await that fit before pop/);
    await running;
    expect(model.layers.length).toBe(3);
  });
});
