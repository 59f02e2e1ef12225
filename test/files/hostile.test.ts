import fc from 'fast-check';
import * as fl from 'fourlane';
import * as inference from 'fourlane/infer';
import { beforeAll, describe, expect, test } from 'vitest';
import { checksum } from '../../src/file/checksum.js';
import { encodeTensors } from '../../src/file/safetensors.js';
import { runtime } from '../../src/wasm/runtime.js';
import { edited, headerOf, replaced, rewritten, withHeader } from './edit.js';
import { bytesOf, make, options, x, y } from './support.js';

let file: Uint8Array<ArrayBuffer>;
let weights: string;
/** A model of the same layers, into which weights are read. */
let target: fl.Model;
beforeAll(async () => {
  // Room for everything that is opened here, so that nothing but what a file claims could make the memory grow.
  const { heap } = runtime();
  heap.release(heap.allocate(ROOM, 'test'));
  const model = make(
    fl.optimizers.adam({
      learningRate: fl.schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }),
    }),
  );
  const stop = fl.callbacks.lambdaCallback({
    onTrainBatchEnd: (batch) => {
      if (batch === 1) file = model.save({ includeOptimizer: true });
    },
  });
  await model.fit(x, y, { ...options, callbacks: [stop] });
  const loaded = fl.load(file);
  weights = bytesOf(loaded);
  target = make('adam', 9);
  target.loadWeights(file, { includeOptimizer: true });
});

/** What comes of bytes: what they hold, or a FormatError that has cost no memory. */
function opened<T>(open: () => T): T | fl.FormatError {
  const { memoryBytes, usedBytes } = fl.runtime();
  try {
    return open();
  } catch (error) {
    if (!(error instanceof fl.FormatError)) throw error;
    expect(fl.runtime().memoryBytes).toBe(memoryBytes);
    expect(fl.runtime().usedBytes).toBeLessThanOrEqual(usedBytes);
    return error;
  }
}

/** What everybody who reads files says of these bytes. */
function readAll(bytes: Uint8Array) {
  return {
    load: opened(() => fl.load(bytes)),
    loadWeights: opened(() => target.loadWeights(bytes, { includeOptimizer: true })),
    infer: opened(() => inference.load(bytes)),
  };
}

function refused(bytes: Uint8Array, readers: readonly (keyof ReturnType<typeof readAll>)[]): void {
  const all = readAll(bytes);
  for (const reader of readers) expect(all[reader], reader).toBeInstanceOf(fl.FormatError);
}

const RUNS = 200;
const ROOM = 16 << 20;
const everybody = ['load', 'loadWeights', 'infer'] as const;

test('the checksum is XXH32', () => {
  const of = (text: string) => checksum(new TextEncoder().encode(text));
  expect(of('')).toBe(0x02cc5d05);
  expect(of('a')).toBe(0x550d7456);
  expect(of('abc')).toBe(0x32d153ff);
  expect(of('Nobody inspects the spammish repetition')).toBe(0xe2293b2f);
  expect(checksum(Uint8Array.of(9, 9, 1, 2, 3).subarray(2))).toBe(checksum(Uint8Array.of(1, 2, 3)));
});

describe('a file that is damaged', () => {
  test('cut short: at every byte', () => {
    for (let length = 0; length < file.length; length++) {
      const cut = file.slice(0, length);
      expect(
        opened(() => fl.load(cut)),
        String(length),
      ).toBeInstanceOf(fl.FormatError);
      if (length % 16 === 0) refused(cut, everybody);
    }
  });

  test('longer than it was, or begun anew behind its end', () => {
    refused(Uint8Array.from([...file, 0]), everybody);
    refused(Uint8Array.from([...file, ...file]), everybody);
  });

  test('one bit of each byte: refused, or the same', () => {
    let same = 0;
    for (let at = 0; at < file.length; at++) {
      const flipped = file.slice();
      flipped[at] ^= 1 << ((at * 5) % 8);
      const model = opened(() => fl.load(flipped));
      if (model instanceof fl.FormatError) continue;
      expect(bytesOf(model)).toBe(weights);
      same++;
    }
    // Nothing but a letter of the word `checksum`.
    expect(same).toBeLessThanOrEqual('checksum'.length);
  });

  test('bytes that are anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => refused(bytes, everybody)),
      { numRuns: 300, seed: 1 },
    );
  });

  test('several bytes at once', () => {
    const change = fc.tuple(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const bytes = file.slice();
        for (const [at, by] of changes) bytes[at] ^= by;
        const model = opened(() => fl.load(bytes));
        if (!(model instanceof fl.FormatError)) expect(bytesOf(model)).toBe(weights);
      }),
      { numRuns: 500, seed: 2 },
    );
  });
});

describe('a file that was made to be read', () => {
  /** What may stand anywhere in JSON. */
  const anything = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      '',
      'x',
      '__proto__',
      'constructor',
      'length',
      [],
      {},
      [[]],
      [null],
    ),
    fc.constantFrom(0, -0, 1, -1, 2, 3, 7, 0.5, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -1e308),
    fc.constantFrom({ value: 0 }, { value: 1, offset: 3 }, { perBatch: 2 }, { name: 'adam', config: {} }),
    fc.integer({ min: -50, max: 50 }),
    fc.jsonValue({ maxDepth: 2 }),
  );

  /** Every place in a JSON value. */
  function placesIn(value: unknown, path: (string | number)[] = []): (string | number)[][] {
    if (typeof value !== 'object' || value === null) return [path];
    const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
    const inner = keys.flatMap((key) =>
      placesIn((value as Record<string, unknown>)[key as string], [...path, key]),
    );
    return path.length ? [path, ...inner] : inner;
  }

  function put(
    content: unknown,
    path: (string | number)[],
    given: unknown,
    way: 'set' | 'drop' | 'add',
  ): void {
    const key = path.at(-1)!;
    // Later changes may lie within this one.
    const value = structuredClone(given);
    const holder = path.slice(0, -1).reduce((one, step) => (one as never)[step], content) as Record<
      string,
      unknown
    >;
    if (typeof holder !== 'object' || holder === null) return;
    if (Array.isArray(holder) && way !== 'set') holder.splice(key as number, way === 'drop' ? 1 : 0, value);
    else if (way === 'drop') delete holder[key];
    else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
  }

  const edits = (content: unknown) => {
    const places = placesIn(content);
    return fc.array(
      fc.tuple(fc.nat({ max: places.length - 1 }), anything, fc.constantFrom('set', 'set', 'drop', 'add')),
      { minLength: 1, maxLength: 3 },
    );
  };

  const apply = (content: unknown, changes: [number, unknown, string][]) => {
    const places = placesIn(content);
    for (const [at, value, way] of changes) {
      try {
        put(content, places[at], value, way as 'set');
      } catch {
        // An earlier change has taken the place away.
      }
    }
  };

  test.each(['architecture', 'compile', 'training', 'program', 'header'])(
    '%s with other things in it loads, or is refused',
    (part) => {
      const { header } = headerOf(file);
      const content = part === 'header' ? header : JSON.parse(header.__metadata__[part] as string);
      let loaded = 0;
      fc.assert(
        fc.property(edits(content), (changes) => {
          const bytes =
            part === 'header'
              ? edited(file, (content) => apply(content, changes as never))
              : rewritten(file, part, (content) => apply(content, changes as never));
          const { load, infer: small } = readAll(bytes);
          if (load instanceof fl.Model) loaded++;
          if (!(small instanceof fl.FormatError)) predictable(small);
        }),
        { numRuns: RUNS, seed: 3 },
      );
      // Some changes make another model; what was changed in the program is nobody's business here.
      if (part === 'program') expect(loaded).toBe(RUNS);
      else expect(loaded).toBeLessThan(RUNS);
    },
  );

  /** A program that was let in predicts, or has too much to do for this memory; nothing else moves. */
  function predictable(model: inference.InferenceModel): void {
    try {
      model.predict(x, { batchSize: 3 });
    } catch (error) {
      if (!(error instanceof fl.FourlaneError)) throw error;
    }
    expect(bytesOf(witness)).toBe(weights);
  }

  /** Lies in the same memory. */
  let witness: fl.Model;
  beforeAll(() => {
    witness = fl.load(file);
  });

  const deep = (levels: number, [open, close] = ['[', ']']) => open.repeat(levels) + close.repeat(levels);
  const nested = (levels: number) => deep(levels, ['{"className":"Sequential","config":{"layers":[', ']}}']);

  test.each(['architecture', 'compile', 'training', 'program'])('nesting without end in %s', (part) => {
    for (const text of [deep(1e6), '['.repeat(1e6), '{"a":'.repeat(1e6), nested(1e5), nested(200)]) {
      const bytes = replaced(file, part, text);
      const { load, infer: small } = readAll(bytes);
      expect(part === 'program' ? small : load).toBeInstanceOf(fl.FormatError);
    }
  });

  test('nesting without end in the header', () => {
    for (const text of [deep(1e6), `{"a":${deep(1e6)}}`, '{"a":'.repeat(1e6)])
      refused(withHeader(text), everybody);
  });

  test('brackets in texts are not nesting', () => {
    const layers = [fl.layers.dense({ units: 1, name: `${'[{"'.repeat(500)}\\`, inputShape: [1] })];
    const model = fl.sequential(layers);
    expect(bytesOf(fl.load(model.save()))).toBe(bytesOf(model));
  });

  const texts = (text: string) => replaced(file, 'architecture', text);
  const architecture = (change: (config: { layers: unknown[]; [key: string]: unknown }) => unknown) =>
    rewritten(file, 'architecture', change);
  const flatten = { className: 'Flatten', config: {} };

  test.each<[string, () => Uint8Array]>([
    [
      'a million layers',
      () =>
        texts(
          `{"className":"Sequential","inputShape":[6],"layers":[${`${JSON.stringify(flatten)},`.repeat(1e6)}{}]}`,
        ),
    ],
    [
      'as many layers as are let in',
      () => architecture((config) => (config.layers = new Array(9_999).fill(flatten))),
    ],
    [
      'a layer of a billion units',
      () => architecture((config) => (config.layers[0] = { className: 'Dense', config: { units: 1e9 } })),
    ],
    [
      'a layer of 2^40 units',
      () => architecture((config) => (config.layers[0] = { className: 'Dense', config: { units: 2 ** 40 } })),
    ],
    [
      'a shape that overflows',
      () => architecture((config) => (config.inputShape = [2 ** 40, 2 ** 40, 2 ** 40])),
    ],
    [
      'a shape of a million axes',
      () => architecture((config) => (config.inputShape = new Array(1e6).fill(1))),
    ],
    [
      '2^50 repetitions',
      () =>
        architecture((config) =>
          config.layers.unshift({ className: 'RepeatVector', config: { n: 2 ** 50 } }, flatten),
        ),
    ],
    [
      'a name of a million letters',
      () =>
        architecture(
          (config) =>
            (config.layers[0] = { className: 'Activation', config: { activation: 'a'.repeat(1e6) } }),
        ),
    ],
    [
      'an option of a million letters',
      () =>
        architecture(
          (config) => (config.layers[0] = { className: 'Activation', config: { ['a'.repeat(1e6)]: 1 } }),
        ),
    ],
    [
      'a class called __proto__',
      () => architecture((config) => (config.layers[0] = { className: '__proto__', config: {} })),
    ],
    [
      'an activation called constructor',
      () =>
        architecture(
          (config) => (config.layers[0] = { className: 'Activation', config: { activation: 'constructor' } }),
        ),
    ],
    ['a layer twice', () => architecture((config) => config.layers.push(config.layers[0]))],
    ['models of models', () => texts(JSON.stringify(bomb(9)))],
    [
      'a graph that refers to itself',
      () =>
        texts(
          JSON.stringify({
            className: 'Model',
            layers: [flatten],
            nodes: [[0, [[0, 0]]]],
            inputs: [[0, 0]],
            outputs: [[0, 0]],
          }),
        ),
    ],
    [
      'a graph without end',
      () =>
        texts(
          JSON.stringify({
            className: 'Model',
            layers: [{ className: 'InputLayer', config: { shape: [1] } }, flatten],
            nodes: [[0, []], ...Array.from({ length: 9_000 }, (_, i) => [1, [[i, 0]]])],
            inputs: [[0, 0]],
            outputs: [[9_000, 0]],
          }),
        ),
    ],
    ['no architecture', () => edited(file, (header) => delete header.__metadata__.architecture)],
    [
      'an optimizer that is none',
      () => rewritten(file, 'compile', (config) => (config.optimizer.name = '__proto__')),
    ],
    [
      'a loss with functions',
      () => rewritten(file, 'compile', (config) => (config.loss = { build: 1, name: 'x' })),
    ],
    [
      'a learning rate below 0',
      () => rewritten(file, 'compile', (config) => (config.optimizer.config.learningRate = -1)),
    ],
    ['slots of another optimizer', () => rewritten(file, 'compile', (config) => (config.optimizer = 'sgd'))],
    ['half an iteration', () => rewritten(file, 'training', (config) => (config.state.iterations = 0.5))],
    ['epochs below 0', () => rewritten(file, 'training', (config) => (config.state.epochs = -1))],
    ['a key that is none', () => rewritten(file, 'training', (config) => (config.key.seed = 2 ** 32))],
    ['no key', () => rewritten(file, 'training', (config) => delete config.key)],
    ['no slots', () => edited(file, (header) => delete header.slots)],
  ])('%s', (_, bytes) => {
    const made = bytes();
    expect(opened(() => fl.load(made))).toBeInstanceOf(fl.FormatError);
  });

  /** Each of its models uses the one below ten times: 10^levels layers in a few lines. */
  function bomb(levels: number): object {
    const input = { className: 'InputLayer', config: { shape: [1], name: `in${levels}` } };
    const inner = levels
      ? { className: 'Model', config: bomb(levels - 1) }
      : { ...flatten, config: { name: 'leaf' } };
    const nodes = [[0, []], ...Array.from({ length: 10 }, (_, i) => [1, [[i, 0]]])];
    const name = `level${levels}`;
    return { className: 'Model', name, layers: [input, inner], nodes, inputs: [[0, 0]], outputs: [[10, 0]] };
  }

  test('tensors that lie over each other', () => {
    const shared: Record<string, unknown> = {
      __metadata__: { format: 'fourlane', version: '1', architecture: '{}' },
    };
    for (let i = 0; i < 500; i++)
      shared[`t${i}/w`] = { dtype: 'F32', shape: [250_000], data_offsets: [0, 1e6] };
    const bytes = withHeader(JSON.stringify(shared), new Uint8Array(1e6));
    const before = process.memoryUsage().arrayBuffers;
    refused(bytes, everybody);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5e7);
  });

  test.each<[string, object]>([
    ['a huge shape', { shape: [1e9, 1e9], data_offsets: [0, 4e18] }],
    ['a shape that overflows', { shape: [2 ** 31, 2 ** 31, 2 ** 31], data_offsets: [0, 0] }],
    ['a shape whose size wraps', { shape: [2 ** 32, 2 ** 32], data_offsets: [0, 0] }],
    ['half a row', { shape: [1.5], data_offsets: [0, 6] }],
    ['offsets backwards', { shape: [], data_offsets: [8, 4] }],
    ['offsets behind the end', { shape: [1], data_offsets: [1e15, 1e15 + 4] }],
    ['three offsets', { shape: [1], data_offsets: [0, 4, 8] }],
    ['a text for a shape', { shape: '11', data_offsets: [0, 4] }],
    ['doubles', { dtype: 'F64', shape: [1], data_offsets: [0, 8] }],
  ])('a tensor with %s', (_, entry) => {
    const bytes = edited(file, (header) => {
      header['extra/weight'] = { dtype: 'F32', ...entry };
    });
    refused(bytes, everybody);
  });

  test('a tensor and metadata called __proto__ change nothing', () => {
    const tensor = { shape: [1], data: Float32Array.of(1) };
    const bytes = encodeTensors({
      tensors: new Map([['__proto__', tensor]]),
      metadata: { ['__proto__']: 'x' },
    });
    refused(bytes, everybody);
    refused(
      withHeader('{"__proto__":{"dtype":"F32"},"__metadata__":{"__proto__":{"format":"fourlane"}}}'),
      everybody,
    );
    expect({}).not.toHaveProperty('format');
  });

  test('a later version is refused before anything else is looked at', () => {
    const later = edited(file, (header) => {
      header.__metadata__.version = '2';
      header.__metadata__.checksum = 'in another way';
    });
    for (const error of Object.values(readAll(later))) expect(error).toMatchObject({ code: 'file-version' });
  });

  test('another checksum, and one that is damaged', () => {
    const wrong = edited(file, (header) => {
      header.__metadata__.checksum = '00000000';
    });
    for (const error of Object.values(readAll(wrong))) expect(error).toMatchObject({ code: 'file-damaged' });
  });
});

describe('a program that reaches for more than its own', () => {
  /** x [4] . w [4, 3] + b, then relu, beside x, then softmax. */
  let whole: Uint8Array;
  beforeAll(() => {
    const a = fl.input({ shape: [4] });
    const dense = fl.layers.dense({ units: 3, activation: 'relu' })(a);
    const joined = fl.layers.concatenate({ axis: -1 })([dense, a]);
    whole = fl.model({ inputs: a, outputs: fl.layers.softmax()(joined) }).save();
  });

  type Argument = number | { value?: number; offset?: number; perBatch?: number };
  interface Listing {
    values: { shape: number[]; batched?: boolean; weight?: string; type?: string }[];
    inputs: number[];
    outputs: { value: number; shape: number[] }[];
    steps: [string, ...Argument[]][];
  }
  const step = ({ steps }: Listing, kernel: string) => steps.find(([name]) => name === kernel)!;

  test('as it was saved it runs', () => {
    const { steps } = JSON.parse(headerOf(whole).header.__metadata__.program as string) as Listing;
    expect(steps.map(([kernel]) => kernel)).toEqual([
      'gemmNN',
      'relu',
      'copyColumns',
      'copyColumns',
      'softmax',
    ]);
    const sums = inference.load(whole).predict([[1, 2, 3, 4]]).data;
    expect(sums.length).toBe(7);
    expect([...sums].reduce((sum, one) => sum + one)).toBeCloseTo(1);
  });

  test.each<[string, (program: Listing) => unknown, RegExp]>([
    ['more columns than the weights have', (p) => (step(p, 'gemmNN')[7] = 300), /'gemmNN'.*its argument 1/],
    ['more rows than the weights have', (p) => (step(p, 'gemmNN')[8] = 5), /'gemmNN'.*its argument 2/],
    ['more rows than the batch', (p) => (step(p, 'gemmNN')[6] = { perBatch: 2 }), /its argument 1/],
    ['rows of another batch', (p) => (step(p, 'gemmNN')[6] = 2), /its argument 1/],
    ['one row, whatever the batch', (p) => (step(p, 'gemmNN')[6] = { perBatch: 0 }), /0 is no size/],
    ['two sizes that follow the batch', (p) => (step(p, 'gemmNN')[7] = { perBatch: 1 }), /two of its sizes/],
    ['half a size', (p) => (step(p, 'gemmNN')[8] = 0.5), /no whole number/],
    ['sizes below 0', (p) => step(p, 'gemmNN').splice(7, 2, -3, -4), /no whole number/],
    ['a size of 2^32 + 3', (p) => (step(p, 'gemmNN')[7] = 2 ** 32 + 3), /no whole number/],
    ['an address that is a number', (p) => (step(p, 'relu')[1] = 65536), /its argument 1 is no value/],
    ['no address where there must be one', (p) => (step(p, 'gemmNN')[2] = 0), /its argument 2 is no value/],
    ['no bias, which is fine', (p) => (step(p, 'gemmNN')[4] = 0), /^fine$/],
    ['an address for a size', (p) => (step(p, 'softmax')[4] = { value: 0 }), /no whole number/],
    ['an address for a parameter', (p) => (step(p, 'relu')[3] = { value: 0 }), /parameters is no number/],
    [
      'an offset behind the end',
      (p) => (step(p, 'softmax')[1] = { value: 0, offset: 1e6 }),
      /its argument 1 has -/,
    ],
    [
      'an offset before the beginning',
      (p) => (step(p, 'softmax')[2] = { value: 0, offset: -4 }),
      /-4 is no size/,
    ],
    ['rows that lie far apart', (p) => (step(p, 'copyColumns')[3] = 1e6), /'copyColumns'.*its argument 1/],
    [
      'a scratch that is none',
      (p) => (p.values.find(({ type }) => type === 'uint8')!.shape = [8]),
      /its argument 5/,
    ],
    [
      'a value that shrinks',
      (p) => (p.values[p.outputs[0].value].shape = [2]),
      /another shape than its value/,
    ],
    [
      'a value of a weight that grows',
      (p) => (p.values.find(({ weight }) => weight)!.shape = [4, 3, 100]),
      /is another than the file has/,
    ],
    [
      'a weight of a batch',
      (p) => (p.values.find(({ weight }) => weight)!.batched = true),
      /is another than the file has/,
    ],
    [
      'a weight of bytes',
      (p) => (p.values.find(({ weight }) => weight)!.type = 'uint8'),
      /is another than the file has/,
    ],
    [
      'a weight that is not there',
      (p) => (p.values.find(({ weight }) => weight)!.weight = '__proto__'),
      /'__proto__' is missing/,
    ],
    ['a value larger than memory', (p) => (p.values[0].shape = [2 ** 20, 2 ** 20]), /larger than any memory/],
    ['a value of doubles', (p) => (p.values[0].type = 'float64'), /no known kind/],
    [
      'a weight as its output',
      (p) => (p.outputs[0] = { value: p.values.findIndex(({ weight }) => weight), shape: [12] }),
      /none of a batch/,
    ],
    ['a longer output', (p) => (p.outputs[0].shape = [700]), /another shape/],
    ['no inputs', (p) => (p.inputs = []), /inputs are not one for each/],
    ['an input twice', (p) => p.inputs.push(p.inputs[0]), /inputs are not one for each/],
    ['values called length', (p) => (p.inputs = ['length' as never]), /no value length/],
    ['a million steps', (p) => (p.steps = new Array(1e6).fill(step(p, 'relu'))), /more than 50000/],
    [
      'addresses in memory',
      (p) => (p.steps[0] = ['csrMatmul', ...new Array(6).fill({ value: 0 }), 1, 1]),
      /'csrMatmul'.*no file may call it/,
    ],
    ['a kernel called __proto__', (p) => (p.steps[0][0] = '__proto__'), /needs a kernel '__proto__'/],
    ['a step that is none', (p) => (p.steps[0] = null as never), /a list is missing/],
    ['an argument that is none', (p) => (p.steps[0][1] = null as never), /null is no argument/],
  ])('%s', (_, change, message) => {
    const bytes = rewritten(whole, 'program', change);
    const model = opened(() => inference.load(bytes));
    if (message.source === '^fine$') {
      expect((model as inference.InferenceModel).predict([[1, 2, 3, 4]]).data.length).toBe(7);
      return;
    }
    expect(model).toMatchObject({ name: 'FormatError', message: expect.stringMatching(message) });
  });

  test('sparse rows are not read by a product of another width', () => {
    const dense = fl.sequential([fl.layers.dense({ units: 3, inputShape: [4] })]).save();
    // As dense data the first half of each row would do; indices of the second would lie outside of the weights.
    const wider = rewritten(dense, 'program', (program: Listing) => {
      program.values[program.inputs[0]].shape = [8];
    });
    const sparse = fl.SparseMatrix.fromRows([[7]], 8);
    expect(() => inference.load(wider).predict(sparse)).toThrow(/needs dense data/);
    expect(inference.load(dense).predict(fl.SparseMatrix.fromRows([[3]], 4)).data.length).toBe(3);
    // Nor by a kernel that takes them as its second operand.
    const pair = [fl.input({ shape: [4] }), fl.input({ shape: [4] })];
    const sum = fl.model({ inputs: pair, outputs: fl.layers.add()(pair) }).save();
    const rows = fl.SparseMatrix.fromRows([[3]], 4);
    expect(() => inference.load(sum).predict([[[1, 2, 3, 4]], rows])).toThrow(/needs dense data/);
  });
});
