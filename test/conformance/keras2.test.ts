/**
 * Outputs that Keras 2 computed (with TensorFlow), for single layers, pipelines and graphs: the files of
 * `keras2-layer-fixtures`, in which samples have no batch axis.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { dataFolder, hasData } from '../support/data.js';
import { expectKeras, type GoldenTensor, toTensor } from '../support/golden.js';
import { reasons, report, running, type Verdict } from './report.js';

interface LayerParameters {
  layerClass: string;
  attrs: Record<string, unknown>;
  inbound: string[];
}

interface Fixture {
  input?: GoldenTensor;
  inputs?: GoldenTensor[];
  weights?: GoldenTensor[];
  expected: GoldenTensor;
}

/** What it takes to compute a fixture: a model, and its layers in the order of the fixture's weights. */
interface Setting {
  model: fl.Model;
  layers: fl.Layer[];
  fixture: Fixture;
}

interface Parameters {
  label?: string;
  attrs?: Record<string, unknown>;
  layers?: LayerParameters[];
}

const FOLDER = 'keras2-layer-fixtures';
const available = hasData(FOLDER);
const read = <T>(...path: string[]): T =>
  JSON.parse(readFileSync(join(dataFolder, FOLDER, ...path), 'utf8')) as T;

/** Families of layers that these tests are about. */
const FAMILIES = ['convolutional', 'core', 'merge', 'noise', 'pooling'];

class NotServed extends Error {}

/** Keras's name of a class or an option in ours. */
const camel = (name: string) =>
  name
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^[A-Z]/, (first) => first.toLowerCase());

function layerOf(layerClass: string, attrs: Record<string, unknown> = {}): fl.Layer {
  const make = (fl.layers as unknown as Record<string, ((options: object) => fl.Layer) | undefined>)[
    camel(layerClass)
  ];
  if (!make) throw new NotServed(`there is no layer ${layerClass}`);
  const left = ['name', 'data_format'];
  const options = Object.entries(attrs).filter(([key, value]) => !left.includes(key) && value !== null);
  return make(Object.fromEntries(options.map(([key, value]) => [camel(key), value])));
}

/** The layer behind an input, with the channels first if that is what the options say. */
function applied(
  layer: fl.Layer,
  input: fl.SymbolicTensor,
  attrs: Record<string, unknown>,
): fl.SymbolicTensor {
  if (attrs.data_format !== 'channels_first') return layer(input);
  const axes = input.sampleShape.map((_, i) => i + 1);
  const output = layer(fl.layers.permute({ dims: [...axes.slice(1), 1] })(input));
  const rank = output.sampleShape.length;
  if (rank === 1) return output;
  return fl.layers.permute({ dims: [rank, ...axes.slice(0, rank - 1)] })(output);
}

function single(
  name: string,
  layer: fl.Layer,
  fixture: Fixture,
  attrs: Record<string, unknown> = {},
): Verdict<Setting> {
  const input = fl.input({ shape: fixture.input!.shape });
  const model = fl.model({ inputs: input, outputs: applied(layer, input, attrs) });
  return { name, run: { model, layers: [layer], fixture } };
}

const ACTIVATIONS: Record<string, (label: string) => fl.Layer> = {
  relu: (label) =>
    fl.layers.relu({ maxValue: numberOf(label, 'max_value'), negativeSlope: numberOf(label, 'alpha') }),
  elu: (label) => fl.layers.elu({ alpha: numberOf(label, 'alpha') }),
  hard_sigmoid: () => {
    throw new NotServed('hard_sigmoid is another function since Keras 3');
  },
};

function numberOf(label: string, option: string): number | undefined {
  const found = label.match(new RegExp(`${option}=([\\d.]+)`));
  return found ? Number(found[1]) : undefined;
}

/** Dense layers on one input, each repeated three times where the merge is one of two axes, merged. */
function merge(name: string, kind: string, label: string, fixture: Fixture): Verdict<Setting> {
  const input = fl.input({ shape: fixture.input!.shape });
  const layers = Array.from({ length: fixture.weights!.length / 2 }, () => fl.layers.dense({ units: 2 }));
  const flat = layers.map((layer) => layer(input));
  const branches = label.includes('2D') ? flat.map((one) => fl.layers.repeatVector({ n: 3 })(one)) : flat;
  const axis = label.match(/axis=(-?\d)/);
  const axes = label.match(/axes=\(?(\d)/);
  const options = {
    ...(axis && { axis: Number(axis[1]) }),
    ...(axes && { axes: Number(axes[1]), normalize: label.includes('normalize=True') }),
  };
  const outputs = layerOf(kind, options)(branches);
  return { name, run: { model: fl.model({ inputs: input, outputs }), layers, fixture } };
}

/** Layers one behind the other, or in a graph whose inputs belong to its first layers in the order of their branches. */
function graph(name: string, parameters: readonly LayerParameters[], fixture: Fixture): Verdict<Setting> {
  const inputs = (fixture.inputs ?? [fixture.input!]).map(({ shape }) => fl.input({ shape }));
  const made = new Map<string, fl.SymbolicTensor>();
  const layers = parameters.map(({ layerClass, attrs, inbound }) => {
    const layer = layerOf(layerClass, attrs);
    const branch = Number((attrs.name as string).match(/_(\d)_\d$/)?.[1] ?? 0);
    const sources = inbound.length ? inbound.map((source) => made.get(source)!) : [inputs[branch]];
    made.set(attrs.name as string, sources.length > 1 ? layer(sources) : applied(layer, sources[0], attrs));
    return layer;
  });
  const outputs = made.get(parameters.at(-1)!.attrs.name as string)!;
  return { name, run: { model: fl.model({ inputs, outputs }), layers, fixture } };
}

function verdict(name: string, parameters: Parameters, fixture: Fixture): Verdict<Setting> {
  const [family, kind] = name.split('.');
  const { label = '', attrs = {}, layers } = parameters;
  try {
    if (layers) return graph(name, layers, fixture);
    if (family === 'merge') return merge(name, kind, label, fixture);
    if (family === 'activations') {
      return single(
        name,
        ACTIVATIONS[kind]?.(label) ?? fl.layers.activation({ activation: kind as 'relu' }),
        fixture,
      );
    }
    if (kind === 'Dense') {
      const activation = (label.match(/with (\w+) activation/)?.[1] ?? 'linear') as 'relu';
      return single(
        name,
        fl.layers.dense({ units: 2, activation, useBias: !label.includes('no bias') }),
        fixture,
      );
    }
    if (kind === 'RepeatVector') return single(name, fl.layers.repeatVector({ n: 7 }), fixture);
    if (/Dropout|Noise/.test(kind)) {
      // Behind a dense layer; they pass everything through.
      const dense = fl.layers.dense({ units: 2 });
      const input = fl.input({ shape: fixture.input!.shape });
      const outputs = layerOf(kind, kind === 'GaussianNoise' ? { stddev: 0.4 } : { rate: 0.4 })(dense(input));
      return { name, run: { model: fl.model({ inputs: input, outputs }), layers: [dense], fixture } };
    }
    return single(name, layerOf(kind, attrs), fixture, attrs);
  } catch (error) {
    if (error instanceof NotServed) return { name, reason: error.message };
    throw error;
  }
}

/** Every case whose fixture is there, by the parts of its name. */
function fixtures(): Verdict<Setting>[] {
  const all = read<Record<string, Parameters>>('params.json');
  const files = [
    'activations.json',
    ...FAMILIES.flatMap((family) =>
      readdirSync(join(dataFolder, FOLDER, 'layers', family)).map((file) => `layers/${family}/${file}`),
    ),
    ...['graph', 'pipeline'].flatMap((kind) =>
      readdirSync(join(dataFolder, FOLDER, kind)).map((file) => `${kind}/${file}`),
    ),
  ].filter((file) => existsSync(join(dataFolder, FOLDER, file)));
  return files.flatMap((file) =>
    Object.entries(read<Record<string, Fixture>>(file)).map(([name, fixture]) =>
      verdict(name, all[name], fixture),
    ),
  );
}

const verdicts = available ? fixtures() : [];
const why = available ? '' : ` (skipped: no ${FOLDER} in FOURLANE_DATA)`;

describe.skipIf(!available)(`Keras 2${why}`, () => {
  test.each(running(verdicts))('$name', ({ run: { model, layers, fixture } }) => {
    const weights = new Map<fl.Parameter, GoldenTensor>();
    const given = [...(fixture.weights ?? [])];
    for (const parameter of layers.flatMap((layer) => layer.parameters))
      weights.set(parameter, given.shift()!);
    expect(given).toEqual([]);
    model.setWeights(model.parameters.map((parameter) => toTensor(weights.get(parameter)!)));
    const data = (fixture.inputs ?? [fixture.input!]).map(({ shape, data }) =>
      toTensor({ shape: [1, ...shape], data }),
    );
    const output = model.predict(data.length > 1 ? data : data[0]);
    expect(output.shape.slice(1)).toEqual(fixture.expected.shape);
    // The fixtures have six decimals.
    const largest = Math.max(...fixture.expected.data.map(Math.abs));
    expectKeras(output.data, fixture.expected.data, 'output', 1e-5 + 1e-6 / largest);
  });

  test('the share that runs', () => {
    report('keras2-layer-fixtures', verdicts);
    expect(reasons(verdicts)).toEqual({ 'hard_sigmoid is another function since Keras 3': 3 });
  });
});
