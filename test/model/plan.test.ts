import * as fl from 'fourlane';
import { beforeEach, describe, expect, test } from 'vitest';
import { uniformArray } from '../support/random.js';

const x = fl.tensor(uniformArray(20 * 6, 1), [20, 6]);
const labels = Int32Array.from({ length: 20 }, (_, i) => i % 3);
const printFn = () => {};

beforeEach(() => fl.setSeed(4));

function build(): fl.Model {
  const inner = fl.sequential({
    name: 'inner',
    layers: [
      fl.layers.dense({
        units: 8,
        activation: 'relu',
        name: 'first',
        kernelRegularizer: 'l2',
        inputShape: [6],
      }),
      fl.layers.batchNormalization({ name: 'normal' }),
      fl.layers.dropout({ rate: 0.5, name: 'drop' }),
    ],
  });
  const input = fl.input({ shape: [6], name: 'features' });
  const head = fl.layers.dense({
    units: 3,
    activation: 'softmax',
    kernelConstraint: 'maxNorm',
    name: 'head',
  });
  const model = fl.model({ inputs: input, outputs: head(inner(input)), name: 'net' });
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

describe('model.plan()', () => {
  test('says of every kernel call what it is for, what it reads and what it writes', () => {
    const { steps } = build().plan({ batchSize: 20, printFn });
    const owners = ['inner/first', 'inner/normal', 'inner/drop', 'head', 'loss of head', 'metric accuracy'];
    const rest = ['regularization', 'optimizer', 'constraints'];
    expect(new Set(steps.map(({ owner }) => owner))).toEqual(new Set([...owners, ...rest]));

    const [first] = steps;
    expect(first).toMatchObject({ owner: 'inner/first', phase: 'forward', kernel: 'gemmNN' });
    expect(first.reads.map(({ name }) => name)).toEqual(['t0', 'inner/first/kernel', 'inner/first/bias']);
    expect(first.writes[0].shape).toEqual([20, 8]);
    // Each gradient is written by the backward steps of the layer whose weight it is of.
    for (const weight of ['inner/first/kernel', 'inner/normal/gamma', 'head/bias']) {
      const writing = steps.filter(({ writes }) =>
        writes.some(({ name }) => name === `gradient of ${weight}`),
      );
      const owner = weight.slice(0, weight.lastIndexOf('/'));
      expect(writing[0]).toMatchObject({ owner, phase: 'backward' });
    }
    const phases = steps.map(({ phase }) => phase);
    expect(phases).toEqual([...phases].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
    const moved = steps.filter(({ kernel }) => kernel === 'moveTowards');
    expect(moved.map(({ owner, phase }) => [owner, phase])).toEqual(
      new Array(2).fill(['inner/normal', 'update']),
    );
    // Nothing is read that was not written before.
    const known = new Set(['t0', 't1']);
    for (const { reads, writes } of steps) {
      for (const { name } of reads) if (/^t\d/.test(name)) expect(known).toContain(name);
      for (const { name } of writes) known.add(name);
    }
  });

  test('says where every temporary lies: those that live at the same time lie apart', () => {
    const { buffers, steps, bytes, bytesApart } = build().plan({ batchSize: 50, printFn });
    expect(buffers[0]).toMatchObject({ name: 't0', holds: "input 'features'", bytes: 50 * 6 * 4, first: -1 });
    expect(buffers[1]).toMatchObject({ holds: "input 'target of head'", bytes: 50 * 4 });
    for (const [i, a] of buffers.entries()) {
      expect(a.offset + a.bytes).toBeLessThanOrEqual(bytes);
      // It lives from the first step that mentions it to the last.
      const mentions = steps.flatMap(({ reads, writes }, at) =>
        [...reads, ...writes].some(({ name }) => name === a.name) ? [at] : [],
      );
      expect([Math.max(a.first, mentions[0]), a.last]).toEqual([mentions[0], mentions.at(-1)]);
      for (const b of buffers.slice(i + 1)) {
        if (a.last < b.first || b.last < a.first) continue;
        expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true);
      }
    }
    expect(bytesApart).toBe(buffers.reduce((sum, buffer) => sum + buffer.bytes, 0));
    expect(bytes).toBeLessThan(bytesApart / 2);
  });

  test('of a model that is not compiled is that of predictions', () => {
    const model = fl.sequential([
      fl.layers.dense({ units: 2, activation: 'tanh', inputShape: [6], name: 'only' }),
    ]);
    expect(() => model.plan({ training: true, printFn })).toThrow(/must be compiled/);
    const plan = model.plan({ printFn });
    expect(plan.steps.map(({ kernel }) => kernel)).toEqual(['gemmNN', 'tanh']);
    expect(plan.buffers[1]).toMatchObject({ holds: "output 'only', gemmNN of only", bytes: 256, last: 2 });
    expect(
      build()
        .plan({ training: false, printFn })
        .steps.every(({ phase }) => phase === 'forward'),
    ).toBe(true);
    expect(() => fl.sequential([fl.layers.dense({ units: 2 })]).plan()).toThrow(/does not know the shape/);
  });

  test('is printed, and is what its text says', () => {
    let printed = '';
    const plan = build().plan({
      printFn: (text) => {
        printed += text;
      },
    });
    expect(printed).toBe(String(plan));
    const lines = printed.split('\n');
    expect(lines[0]).toMatch(
      /^Model 'net', training, batch size 32: \d+ kernel calls, \d+ buffers in [\d.]+ KB/,
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        / 0 +forward +inner\/first +gemmNN +t2 \[32, 8\], t3 uint8 \[\d+\] from t0 \[32, 6\], inner/,
      ),
    );
    expect(lines.length).toBe(plan.steps.length + plan.buffers.length + 5);
  });

  test('changes nothing', async () => {
    const run = async (plan: boolean) => {
      fl.setSeed(4);
      const model = build();
      if (plan) model.plan({ printFn });
      expect(model.training).toBeUndefined();
      await model.fit(x, labels, { epochs: 2, verbose: 0 });
      if (plan) model.plan({ printFn });
      await model.fit(x, labels, { epochs: 2, verbose: 0 });
      return model.getWeights();
    };
    expect(await run(true)).toEqual(await run(false));
  });
});

const ORDER = ['forward', 'backward', 'update'];
