import { readFileSync } from 'node:fs';
import * as fl from 'fourlane';
import type { LoadOptions } from 'fourlane/infer';
import * as infer from 'fourlane/infer';
import { describe, expect, test, vi } from 'vitest';
import { encodeTensors } from '../../src/file/safetensors.js';
import { uniformArray } from '../support/random.js';

const x = fl.tensor(uniformArray(20 * 6, 1), [20, 6]);
const ACTIVATIONS = Object.keys(fl.activations) as (keyof typeof fl.activations)[];

/** Every layer and activation of the library in one graph. */
function everything(): fl.Model {
  const a = fl.input({ shape: [6], name: 'a' });
  const b = fl.input({ shape: [2, 3], name: 'b' });
  const flat = fl.layers.flatten()(b);
  const scaled = fl.layers.rescaling({ scale: 0.5, offset: 0.1 })(a);
  const shared = fl.layers.dense({ units: 6, activation: 'tanh', kernelRegularizer: 'l2' });
  const both = [shared(scaled), shared(flat)];
  const merged = [
    fl.layers.add()(both),
    fl.layers.multiply()(both),
    fl.layers.average()(both),
    fl.layers.relu()(both[0]),
    fl.layers.leakyRelu({ negativeSlope: 0.1 })(both[1]),
    fl.layers.elu({ alpha: 0.5 })(both[1]),
    fl.layers.softmax()(both[0]),
    ...ACTIVATIONS.map((activation) => fl.layers.activation({ activation })(both[0])),
  ];
  const joined = fl.layers.dropout({ rate: 0.3 })(fl.layers.concatenate({ axis: -1 })(merged));
  const inner = fl.sequential({
    name: 'inner',
    layers: [
      fl.layers.dense({
        units: 4,
        activation: fl.activations.gelu({ approximate: true }),
        kernelInitializer: fl.initializers.heNormal({ seed: 3 }),
        inputShape: joined.sampleShape,
      }),
      fl.layers.reshape({ targetShape: [2, 2] }),
    ],
  });
  const grid = inner(joined);
  const head = fl.layers.dense({ units: 3, activation: 'softmax', useBias: false, name: 'head' });
  return fl.model({ inputs: [a, b], outputs: [head(fl.layers.flatten()(grid)), grid], name: 'all' });
}

const grid = fl.tensor(uniformArray(20 * 6, 2), [20, 2, 3]);
const outputs = (model: { predict: typeof fl.Model.prototype.predict }) =>
  model.predict<[fl.Tensor, fl.Tensor]>([x, grid]).map(({ shape, data }) => ({ shape, data: [...data] }));

describe('model files', () => {
  test('load gives the same model: every layer, the same bits', () => {
    const model = everything();
    const loaded = fl.load(model.save());
    expect(outputs(loaded)).toEqual(outputs(model));
    expect(loaded.getConfig()).toEqual(JSON.parse(JSON.stringify(model.getConfig())));
    expect(String(loaded)).toBe(String(model));
  });

  test('infer runs the program of the file: the same bits, without layers', () => {
    const model = everything();
    expect(outputs(infer.load(model.save()) as unknown as fl.Model)).toEqual(outputs(model));
  });

  test('fromConfig makes an equal model with new weights', () => {
    const model = everything();
    const other = fl.fromConfig(model.getConfig());
    expect(other.getConfig()).toEqual(model.getConfig());
    expect(other.countParams()).toBe(model.countParams());
  });

  test('a loaded model trains on', async () => {
    fl.setSeed(1);
    const model = fl.sequential([
      fl.layers.dense({ units: 4, activation: 'relu', inputShape: [6] }),
      fl.layers.dense({ units: 1 }),
    ]);
    const compiled = { optimizer: 'sgd', loss: 'mse' } as const;
    model.compile(compiled);
    const y = uniformArray(20, 3);
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    const loaded = fl.load(model.save());
    loaded.compile(compiled);
    for (const one of [model, loaded]) await one.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 });
    expect(loaded.getWeights()).toEqual(model.getWeights());
  });

  test('infer reads bytes, and a sparse matrix without making it dense', () => {
    const model = fl.sequential([
      fl.layers.dense({ units: 16, activation: 'relu', inputShape: [50] }),
      fl.layers.dense({ units: 1, activation: 'sigmoid' }),
    ]);
    const rows = Array.from({ length: 30 }, (_, r) =>
      [r, (r * 7) % 50, 49].filter((c, i, all) => all.indexOf(c) === i),
    );
    const sparse = fl.SparseMatrix.fromRows(rows, 50);
    const small = infer.load(model.save());
    expect(small.predict(sparse).data).toEqual(model.predict(sparse).data);
    const bytes = fl.tensor(
      Uint8Array.from({ length: 100 }, (_, i) => i),
      [2, 50],
      { scale: 1 / 255 },
    );
    expect(small.predict(bytes).data).toEqual(model.predict(bytes).data);
    expect(() => small.predict([[1, 2]])).toThrow(/must have the shape \[batch, 50\]/);
  });

  test('layers of one’s own are handed in', () => {
    class Twice extends fl.Layer {
      override call(b: fl.Builder, value: fl.Value): fl.Value {
        return b.affine(value, 2, 0);
      }
    }
    const file = fl.sequential([new Twice({ inputShape: [6] }), fl.layers.dense({ units: 1 })]).save();
    expect(() => fl.load(file)).toThrow(/no layer class 'Twice'.*\{ layers: \[MyLayer\] \}/);
    const loaded = fl.load(file, { layers: [Twice] });
    // Inference needs no class at all.
    expect(infer.load(file).predict(x).data).toEqual(loaded.predict(x).data);
  });
});

describe('kernels beside those of inference', () => {
  /** Emits a kernel of the core that no forward step of the library uses. */
  class Difference extends fl.Layer {
    override call(b: fl.Builder, left: fl.Value, right: fl.Value): fl.Value {
      const y = b.temporary(left.shape, left);
      b.emit(fl.core, 'subtract', y, left, right, y.count);
      return y;
    }
  }
  const [a, b] = [fl.input({ shape: [3] }), fl.input({ shape: [3] })];
  const file = fl.model({ inputs: [a, b], outputs: new Difference()([a, b]) }).save();

  test('are asked for by name', () => {
    const refused =
      /needs a kernel 'subtract', which is not in 'forward'.*load\(file, \{ kernels: \[core\] \}\)/;
    expect(() => infer.load(file)).toThrow(refused);
    expect(() => infer.load(file)).toThrow(expect.objectContaining({ code: 'unknown-kernel' }));
  });

  test('are handed in', () => {
    const loaded = infer.load(file, { kernels: [fl.core] });
    expect(loaded.predict([[[1, 2, 3]], [[3, 5, 7]]]).toArray()).toEqual([[-2, -3, -4]]);
  });

  test.each([
    ['a misspelt option', { kernel: [fl.core] }, /no option 'kernel'. Did you mean 'kernels'/],
    ['no list', { kernels: fl.core }, /must be a list of kernel modules/],
    [
      'bytes',
      { kernels: [Uint8Array.of(0)] },
      /must be a list of kernel modules such as \[core\], but got 0/,
    ],
  ])('%s is refused', (_, options, message) => {
    expect(() => infer.load(file, options as LoadOptions)).toThrow(message);
    expect(() => infer.load(file, options as LoadOptions)).toThrow(fl.ConfigError);
  });
});

test('kernels can be handed in before the first load', async () => {
  vi.resetModules();
  const fresh = await import('../../src/infer/index.js');
  const bytes = readFileSync(new URL('../../build/forward.wasm', import.meta.url));
  const html = new TextEncoder().encode('<html>');
  await expect(fresh.init({ wasm: html })).rejects.toMatchObject({ code: 'wasm-html' });
  await fresh.init({ wasm: new WebAssembly.Module(bytes) });
  const model = fl.sequential([fl.layers.dense({ units: 2, inputShape: [6] })]);
  expect(fresh.load(model.save()).predict(x).data).toEqual(model.predict(x).data);
  await expect(fresh.init({ wasm: bytes })).rejects.toMatchObject({ code: 'init-late' });
});

describe('files that are something else', () => {
  const file = fl.sequential([fl.layers.dense({ units: 2, inputShape: [3] })]).save();
  const text = new TextEncoder();
  const decode = (bytes: Uint8Array) => {
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    return { length, header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) };
  };
  /** The file with its header changed, by a program that knows of no checksum. */
  const edited = (change: (header: Record<string, { [key: string]: unknown }>) => void) => {
    const { length, header } = decode(file);
    delete header.__metadata__.checksum;
    change(header);
    const json = text.encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + file.length - 8 - length);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    bytes.set(file.subarray(8 + length), 8 + json.length);
    return bytes;
  };
  const kernel = Object.keys(decode(file).header).find((name) => name.endsWith('kernel'))!;

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /0 bytes, which is too short/],
    ['HTML', text.encode('<!doctype html><html></html>'), /looks like HTML/],
    ['a zip', text.encode('PK\u0003\u0004 and some more bytes'), /looks like a zip, perhaps a .keras/],
    ['cut short', file.slice(0, file.length - 5), /of \d+ bytes of data/],
    ['cut in the header', file.slice(0, 40), /header would be/],
    ['a huge header', Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 127, 0]), /header would be/],
    [
      'deep nesting',
      edited((header) => {
        let deep: Record<string, unknown> = {};
        for (let i = 0; i < 50; i++) deep = { deep };
        header[kernel] = deep;
      }),
      /is of type undefined/,
    ],
    ['another type', edited((header) => (header[kernel].dtype = 'F64')), /only F32/],
    ['a huge shape', edited((header) => (header[kernel].shape = [1e9, 1e9])), /is said to lie at/],
    [
      'offsets outside',
      edited((header) => (header[kernel].data_offsets = [1e6, 1e6 + 24])),
      /is said to lie at/,
    ],
    ['negative offsets', edited((header) => (header[kernel].data_offsets = [-24, 0])), /has no place/],
    ['a weight missing', edited((header) => delete header[kernel]), /lacks the weight/],
    [
      'another shape',
      edited((header) => (header[kernel].shape = [2, 3])),
      /in the shape \[2,3\].*needs \[3,2\]/,
    ],
    [
      'tensors of somebody else',
      encodeTensors({ tensors: new Map(), metadata: {} }),
      /no model saved by Fourlane/,
    ],
    ['a later version', edited((header) => (header.__metadata__.version = '9')), /format version 9/],
    [
      'a damaged architecture',
      edited((header) => (header.__metadata__.architecture = '{"layers":3}')),
      /is damaged/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => fl.load(bytes)).toThrow(message);
    expect(() => fl.load(bytes)).toThrow(fl.FormatError);
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      'other kernels',
      edited((header) => (header.__metadata__.abi = 'other')),
      /Load it with fl.load and save it again/,
    ],
    ['no program', edited((header) => (header.__metadata__.program = '{')), /is damaged/],
    [
      'a list missing',
      edited((header) => (header.__metadata__.program = '{"values":[]}')),
      /a list is missing/,
    ],
    [
      'a kernel that is not there',
      edited((header) => {
        header.__metadata__.program = (header.__metadata__.program as string).replace('gemmNN', 'gemmXX');
      }),
      /needs a kernel 'gemmXX'/,
    ],
    [
      'a kernel with other arguments',
      edited((header) => {
        header.__metadata__.program = (header.__metadata__.program as string).replace(
          '"gemmNN",',
          '"gemmNN",0,',
        );
      }),
      /kernel 'gemmNN' takes 8 arguments, not 9/,
    ],
  ])('infer: %s', (_, bytes, message) => {
    expect(() => infer.load(bytes)).toThrow(message);
    expect(() => infer.load(bytes)).toThrow(fl.FormatError);
  });
});
