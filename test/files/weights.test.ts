import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { decodeTensors } from '../../src/file/safetensors.js';
import { bytesOf, make, options, x, y } from './support.js';

/** Models of the same layers under other names. */
function pair(names: readonly string[], units = 3): fl.Sequential {
  const [first, second] = names;
  return fl.sequential([
    fl.layers.dense({ units: 4, name: first, inputShape: [6] }),
    fl.layers.dense({ units, name: second }),
  ]);
}

describe('saveWeights and loadWeights', () => {
  test('all weights by their order, whatever the layers are called', () => {
    const model = pair(['a', 'b']);
    const other = pair(['c', 'd']);
    expect(other.loadWeights(model.saveWeights())).toEqual([]);
    expect(bytesOf(other)).toBe(bytesOf(model));
    // A whole model file holds them as well, also as a Buffer with something before and behind it.
    const third = pair(['e', 'f']);
    const file = model.save();
    const buffer = Buffer.concat([Buffer.alloc(3), file, Buffer.alloc(5)]).subarray(3, 3 + file.length);
    third.loadWeights(buffer);
    expect(bytesOf(third)).toBe(bytesOf(model));
    expect(bytesOf(fl.load(file.buffer))).toBe(bytesOf(model));
  });

  test('another number of weights, other shapes: nothing changes', () => {
    const file = pair(['a', 'b']).saveWeights();
    for (const other of [
      pair(['a', 'b'], 5),
      fl.sequential([fl.layers.dense({ units: 4, inputShape: [6] })]),
    ]) {
      const before = bytesOf(other);
      expect(() => other.loadWeights(file)).toThrow(expect.objectContaining({ code: 'file-weights' }));
      expect(bytesOf(other)).toBe(before);
    }
    expect(() => pair(['a', 'b'], 5).loadWeights(file)).toThrow(
      /weight 'b\/kernel' in the shape \[4,3\], the model needs \[4,5\]/,
    );
    expect(() => pair(['a', 'b']).loadWeights(file.slice(0, -4))).toThrow(fl.FormatError);
  });

  test('skipMismatch leaves out what does not fit, and says what', () => {
    const model = pair(['a', 'b']);
    const other = pair(['a', 'b'], 5);
    const [kernel, bias, ...head] = other.getWeights();
    expect(other.loadWeights(model.saveWeights(), { skipMismatch: true })).toEqual(['b/kernel', 'b/bias']);
    const [newKernel, newBias, ...newHead] = other.getWeights();
    expect([newKernel, newBias]).toEqual(model.getWeights().slice(0, 2));
    expect(newKernel).not.toEqual(kernel);
    expect(bias).toEqual(newBias);
    expect(newHead).toEqual(head);
  });

  test('byName takes those of the same name', () => {
    const model = pair(['shared', 'old']);
    const other = pair(['new', 'shared'], 4);
    const before = other.getWeights();
    // The kernel of the same name has another shape.
    expect(() => other.loadWeights(model.saveWeights(), { byName: true })).toThrow(/'shared\/kernel'/);
    const left = other.loadWeights(model.saveWeights(), { byName: true, skipMismatch: true });
    expect(left).toEqual(['new/kernel', 'new/bias', 'shared/kernel']);
    expect(other.getWeights().slice(0, 3)).toEqual(before.slice(0, 3));
    expect(other.getWeights()[3]).toEqual(model.getWeights()[1]);
  });

  test('the state of training goes along where it is asked for on both sides', async () => {
    const model = make();
    await model.fit(x, y, options);
    const other = make('adam', 9);
    other.loadWeights(model.saveWeights({ includeOptimizer: true }));
    expect(other.training).toBeUndefined();
    other.loadWeights(model.saveWeights({ includeOptimizer: true }), { includeOptimizer: true });
    for (const one of [model, other]) await one.fit(x, y, { ...options, resume: true, epochs: 2 });
    expect(bytesOf(other)).toBe(bytesOf(model));
    const before = bytesOf(make('sgd', 9));
    const sgd = make('sgd', 9);
    expect(() => sgd.loadWeights(model.save({ includeOptimizer: true }), { includeOptimizer: true })).toThrow(
      /holds 192 numbers of an optimizer, but 'sgd' keeps 0/,
    );
    expect(bytesOf(sgd)).toBe(before);
    expect(() => other.loadWeights(model.save(), { includeOptimizer: true })).toThrow(
      /The state of training in the file is missing/,
    );
  });

  test('options, and files of weights where a model is wanted', () => {
    const model = pair(['a', 'b']);
    expect(() => model.loadWeights(model.saveWeights(), { byname: true } as object)).toThrow(/'byName'/);
    expect(() => model.saveWeights({ optimizer: true } as object)).toThrow(/no option 'optimizer'/);
    expect(() => fl.load(model.saveWeights())).toThrow(/make the model, then loadWeights/);
    expect(() => fl.load('model.bin' as never)).toThrow(/expected bytes .* but got model\.bin/);
  });
});

describe('names in a file', () => {
  const namesIn = (model: fl.Model) => [...decodeTensors(model.saveWeights()).tensors.keys()];

  test('are paths, and every weight has one of its own', () => {
    class Twins extends fl.Layer {
      left!: fl.Parameter;
      right!: fl.Parameter;
      override build(b: { parameter(options: object): fl.Parameter }): void {
        this.left = b.parameter({ name: 'scale', shape: [3], initializer: 'ones' });
        this.right = b.parameter({ name: 'scale', shape: [3], initializer: 'zeros' });
      }
      override call(b: fl.Builder, value: fl.Value): fl.Value {
        return b.add(b.multiply(value, this.left), this.right);
      }
    }
    const inner = fl.sequential({
      name: 'inner',
      layers: [fl.layers.dense({ units: 3, name: 'dense', inputShape: [3] }), new Twins({ name: 'twins' })],
    });
    // A layer whose name looks like the path of another.
    const model = fl.sequential([inner, fl.layers.dense({ units: 3, name: 'inner/dense' })]);
    const names = [
      ...['inner/dense/kernel', 'inner/dense/bias', 'inner/twins/scale', 'inner/twins/scale_1'],
      ...['inner/dense/kernel_1', 'inner/dense/bias_1'],
    ];
    expect(namesIn(model)).toEqual(names);
    const loaded = fl.load(model.save(), { layers: [Twins] });
    expect(namesIn(loaded)).toEqual(names);
    expect(bytesOf(loaded)).toBe(bytesOf(model));
    expect(loaded.predict([[1, 2, 3]])).toEqual(model.predict([[1, 2, 3]]));
  });

  test('may be anything, __proto__ too', () => {
    const model = pair(['__proto__', 'constructor']);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const loaded = fl.load(model.save({ includeOptimizer: true }));
    expect(namesIn(loaded)[0]).toBe('__proto__/kernel');
    expect(bytesOf(loaded)).toBe(bytesOf(model));
  });
});
