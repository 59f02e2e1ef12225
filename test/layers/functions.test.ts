import * as fl from 'fourlane';
import * as infer from 'fourlane/infer';
import { describe, expect, test } from 'vitest';

const square = (b: fl.Builder, x: fl.Value) => b.apply('square', x);

describe('lambda', () => {
  const make = (options: fl.LambdaOptions) => {
    const input = fl.input({ shape: [2] });
    return fl.model({ inputs: input, outputs: fl.layers.lambda(options)(input) });
  };

  test('applies a function, which can have several inputs', () => {
    expect([...make({ function: square }).predict([[2, -3]]).data]).toEqual([4, 9]);
    const inputs = [fl.input({ shape: [2] }), fl.input({ shape: [2] })];
    const outputs = fl.layers.lambda({ function: (b, x, y) => b.multiply(x, y) })(inputs);
    expect([...fl.model({ inputs, outputs }).predict([[[2, 3]], [[4, 5]]]).data]).toEqual([8, 15]);
  });

  test('trains what stands before it', () => {
    const model = fl.sequential([
      fl.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones', inputShape: [1] }),
      fl.layers.lambda({ function: square }),
    ]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.01 }), loss: 'mse' });
    // (w^2 x^2 - y)^2 with w = 1, x = 2, y = 3: the derivative is 2 (4 - 3) 2 w x^2 = 16.
    model.trainOnBatch([[2]], [[3]]);
    expect(model.getWeights()[0].data[0]).toBeCloseTo(1 - 0.16, 6);
  });

  test('is saved by the name of its function, and not without one', () => {
    const negate = (b: fl.Builder, x: fl.Value) => b.affine(x, -1, 0);
    const model = make({ function: negate, name: 'turned' });
    expect(() => model.save()).toThrow(/Layer 'turned': a function cannot be written down/);
    fl.register('negate', negate);
    const file = model.save();
    expect([...fl.load(file).predict([[1, 2]]).data]).toEqual([-1, -2]);
    expect([...infer.load(file).predict([[1, 2]]).data]).toEqual([-1, -2]);
    expect(() => make({ function: 'nobody' })).toThrow(/no function is registered as 'nobody'/);
    expect(() => make({} as fl.LambdaOptions)).toThrow(/must be a function/);
  });

  test('passes a mask on where it is told to', () => {
    const loss = (mask: boolean) => {
      const model = fl.sequential([
        fl.layers.masking({ inputShape: [2, 1] }),
        fl.layers.lambda({ name: `squares_${mask}`, function: square, mask }),
      ]);
      model.compile({ loss: 'mae' });
      return model.testOnBatch([[[3], [0]]], [[[0], [1]]]).loss;
    };
    expect(loss(true)).toBe(9);
    expect(loss(false)).toBe(5);
  });
});

describe('a wrapper', () => {
  class Twice extends fl.Wrapper {
    static override className = 'Twice';
    override call(b: fl.Builder, x: fl.Value): fl.Value {
      const [once] = this.layer.emit(b, [x]);
      return this.layer.emit(b, [once])[0];
    }
  }
  const make = () =>
    fl.sequential([
      new Twice({ layer: fl.layers.dense({ units: 2, name: 'inner' }), name: 'twice', inputShape: [2] }),
    ]);

  test('has the weights of its layer, in a file too', () => {
    const model = make();
    model.setWeights([
      [
        [0, 2],
        [1, 0],
      ],
      [1, 0],
    ]);
    // (x, y) to (y + 1, 2 x), twice
    expect([...model.predict([[3, 5]]).data]).toEqual([7, 12]);
    const loaded = fl.load(model.save(), { layers: [Twice] });
    expect([...loaded.predict([[3, 5]]).data]).toEqual([7, 12]);
    expect(loaded.getConfig()).toEqual(model.getConfig());
  });

  test('is frozen with its layer, and its layer with it', () => {
    const model = make();
    expect(model.trainableParameters()).toHaveLength(2);
    const twice = model.layers[0] as Twice;
    twice.layer.trainable = false;
    expect(model.trainableParameters()).toHaveLength(0);
    twice.trainable = true;
    expect(model.trainableParameters()).toHaveLength(2);
    twice.trainable = false;
    expect(twice.layer.trainable).toBe(false);
  });

  test('has the moving statistics of its layer, which stand still where it is frozen', () => {
    const inner = fl.layers.batchNormalization({ momentum: 0.5 });
    const model = fl.sequential([
      new fl.Wrapper({ layer: inner, inputShape: [2] }),
      fl.layers.dense({ units: 1 }),
    ]);
    const moved = () => {
      model.compile({ loss: 'mse' });
      model.trainOnBatch([[1, 2], [3, 5]], [1, 2]); // biome-ignore format: rows
      return [...model.getWeights()[2].data];
    };
    expect(moved()).toEqual([1, 1.75]);
    inner.trainable = false;
    expect(moved()).toEqual([1, 1.75]);
    const classes = { layers: [fl.Wrapper] };
    expect(fl.cloneModel(model).getConfig().layers).toEqual(
      fl.load(model.save(), classes).getConfig().layers,
    );
  });

  test('wraps a layer', () => {
    expect(() => new fl.Wrapper({} as fl.WrapperOptions)).toThrow(/needs a layer to wrap/);
  });
});

describe('einsumDense refuses', () => {
  const build = (equation: string, outputShape: number | (number | null)[], biasAxes?: string) => () =>
    fl.layers.einsumDense({ equation, outputShape, biasAxes })(fl.input({ shape: [4, 3] }));
  test.each([
    ['what is no equation', build('abc,cd', 4), /must look like/],
    ['dots on both sides', build('...abc...,cd->...abd...', 4), /must look like/],
    ['dots that move', build('...bc,cd->bd...', 4), /must look like/],
    ['a letter twice', build('abb,bc->ac', 4), /must look like/],
    ['another rank', build('ab,bc->ac', 4), /other axes than an input of shape \[batch, 4, 3\]/],
    ['a batch that goes', build('abc,ad->bcd', [4, 3, 5]), /begin the input and the output with the batch/],
    [
      'a letter from nowhere',
      build('abc,cd->abe', [null, 5]),
      /axis 'e' of no entries|'e' in the output alone/,
    ],
    ['a size that is another', build('abc,cd->abd', [5, 6]), /axis 'b' of 4 entries/],
    ['too few sizes', build('abc,cd->abd', 6), /outputShape of 2 axes, but got 1/],
    ['a kernel along an axis that stays', build('abc,bcd->abd', [null, 6]), /'b' in the kernel and in both/],
    ['a bias along no axis', build('abc,cd->abd', [null, 6], 'x'), /biasAxes 'x'/],
  ])('%s', (_, work, message) => {
    expect(work).toThrow(message);
  });
});
