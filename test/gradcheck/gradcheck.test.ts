import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';

/** 2 x, whose gradient is said to be `slope` times that of the output. */
function doubled(b: fl.Builder, x: fl.Value, slope: number): fl.Value {
  const y = b.temporary(x.shape, x, { needsGradient: x.needsGradient });
  b.emit(fl.core, 'affine', y, x, 2, 0, y.count);
  b.onBackward(y, (dy) => {
    b.gradient(x, (dx) => b.emit(fl.core, 'affine', dx, dy, slope, 0, y.count));
  });
  return y;
}

class Doubled extends fl.Layer {
  slope = 2;
  override call(b: fl.Builder, x: fl.Value): fl.Value {
    return doubled(b, x, this.slope);
  }
}

/** x * factor + shift, where only element 1 of three is wrong. */
class Scaled extends fl.Layer {
  factor!: fl.Parameter;
  shift!: fl.Parameter;
  override build(b: fl.WeightBuilder, shape: readonly number[]): void {
    this.factor = b.parameter({ name: 'factor', shape, initializer: 'ones' });
    this.shift = b.parameter({ name: 'shift', shape });
  }
  override call(b: fl.Builder, x: fl.Value): fl.Value {
    const y = b.add(b.multiply(x, this.factor), this.shift);
    const part = (i: number) => b.slice(y, 0, i, 1);
    return b.concatenate([doubled(b, part(0), 2), doubled(b, part(1), 2.1), doubled(b, part(2), 2)], 0);
  }
}

describe('gradcheck', () => {
  test.each<[string, fl.LossFunction]>([
    ['each element', (b, y, x) => b.apply('square', b.subtract(x, y))],
    ['each row', (b, y, x) => b.mean(b.apply('square', b.subtract(x, y)))],
    ['each sample', (b, y, x) => b.mean(b.mean(b.apply('square', b.subtract(x, y))))],
  ])('of a function as loss, with a value for %s', (_, loss) => {
    expect(fl.gradcheck(loss, { inputShape: [3, 4] }).passed).toBe(true);
  });

  test('accepts a right gradient and refuses a wrong one, by name', () => {
    const layer = new Doubled({ name: 'mine' });
    expect(fl.gradcheck(layer, { inputShape: [4] }).passed).toBe(true);
    layer.slope = 2.01;
    expect(() => fl.gradcheck(layer, { inputShape: [4] })).toThrow(
      /^Layer 'mine' \(Doubled\): .*\n {2}input \[3, 4\]: WRONG at \d+ of 12 elements; worst at/,
    );
    expect(() => fl.gradcheck(layer, { inputShape: [4] })).toThrow(
      expect.objectContaining({ code: 'gradient-wrong' }),
    );
    // Within what is allowed.
    expect(fl.gradcheck(layer, { inputShape: [4], tolerance: 0.02 }).passed).toBe(true);
  });

  test('names the weight and the element', () => {
    const layer = new Scaled({ name: 'scaled' });
    const report = fl.gradcheck(layer, { inputShape: [3], throws: false });
    expect(report.passed).toBe(false);
    for (const { name, wrong } of report.tensors) {
      expect([...new Set(wrong.map(({ index }) => index.at(-1)))], name).toEqual([1]);
      const [{ gradient, difference, uncertainty }] = wrong;
      expect(gradient / difference).toBeCloseTo(1.05, 3);
      expect(uncertainty).toBeLessThan(1e-3);
    }
    expect(report.tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ["weight 'factor'", [3]],
      ["weight 'shift'", [3]],
      ['input', [3, 3]],
    ]);
    expect(String(report)).toMatch(/weight 'shift' \[3\]: WRONG at 1 of 3 elements; worst at \[1\]/);
  });

  test('notices a weight that gets no gradient', () => {
    class Cut extends Scaled {
      override call(b: fl.Builder, x: fl.Value): fl.Value {
        const y = b.temporary(x.shape, x, { needsGradient: true });
        b.emit(fl.core, 'multiplyRow', y, x, b.value(this.factor), y.rows, y.cols);
        b.onBackward(y, (dy) => {
          b.gradient(x, (dx) => b.emit(fl.core, 'multiplyRow', dx, dy, b.value(this.factor), y.rows, y.cols));
        });
        return b.add(y, this.shift);
      }
    }
    const { tensors } = fl.gradcheck(new Cut(), { inputShape: [3], throws: false });
    expect(tensors.map(({ wrong }) => wrong.length)).toEqual([3, 0, 0]);
  });

  test('checks losses, by name or of one’s own', () => {
    expect(fl.gradcheck('huber').passed).toBe(true);
    const half: fl.Loss = {
      ...fl.losses.meanSquaredError(),
      name: 'half',
      build(b, { prediction, target }) {
        const error = b.subtract(prediction, target!);
        const y = b.temporary(error.shape, error, { needsGradient: true });
        b.emit(fl.core, 'multiply', y, error, error, y.count);
        // The factor of 2 is missing.
        b.onBackward(y, (dy) =>
          b.gradient(error, (dx) => b.emit(fl.core, 'multiply', dx, dy, error, y.count)),
        );
        return b.mean(y);
      },
    };
    expect(() => fl.gradcheck(half)).toThrow(/^Loss 'half': .*\n {2}prediction \[3, 5\]: WRONG at 15 of 15/);
    const data = { inputs: fl.tensor([0.2, 0.8, 0.5, 0.5], [2, 2]), target: [1, 0] };
    expect(fl.gradcheck('sparse_categorical_crossentropy', data).tensors[0].checked).toBe(4);
  });

  test('leaves out what lies at a kink, and says so', () => {
    const relu = fl.layers.relu();
    const inputs = fl.tensor([-1, 0, 1, 0.5], [2, 2]);
    const report = fl.gradcheck(relu, { inputs });
    expect(report.tensors[0]).toMatchObject({ checked: 3, undecided: 1 });
    expect(String(report)).toMatch(/right, 3 elements to .*, 1 at a kink or lost in rounding/);
    expect(() => fl.gradcheck(relu, { inputs: new Float32Array(3) })).toThrow(/no element can be compared/);
  });

  test('checks layers with several inputs and outputs, and whole models', () => {
    class Pair extends fl.Layer {
      override call(b: fl.Builder, x: fl.Value, y: fl.Value): fl.Value[] {
        return [b.multiply(x, y), b.apply('tanh', x)];
      }
    }
    const pair = fl.gradcheck(new Pair(), { inputShape: [[3], [3]] });
    expect(pair.tensors.map(({ name }) => name)).toEqual(['input 0', 'input 1']);
    const list = [new Float32Array(6).fill(0.5), new Float32Array(6).fill(2)].map((data) =>
      fl.tensor(data, [2, 3]),
    );
    expect(fl.gradcheck(new Pair(), { inputs: list }).tensors[1].checked).toBe(6);
    const model = fl.sequential([
      fl.layers.dense({ units: 4, activation: 'tanh', inputShape: [3] }),
      fl.layers.dropout({ rate: 0.5 }),
      fl.layers.batchNormalization(),
      fl.layers.dense({ units: 2 }),
    ]);
    const before = model.getWeights();
    expect(fl.gradcheck(model, { inputShape: [3], batchSize: 6 }).tensors.length).toBe(7);
    expect(model.getWeights()).toEqual(before);
  });

  test('leaves seeds and memory as they were', () => {
    const weights = (check: boolean) => {
      fl.setSeed(3);
      if (check) fl.gradcheck(fl.layers.dense({ units: 2 }), { inputShape: [3] });
      return fl.sequential([fl.layers.dense({ units: 2, inputShape: [3] })]).getWeights();
    };
    expect(weights(true)).toEqual(weights(false));
    const layer = fl.layers.dense({ units: 2 });
    fl.gradcheck(layer, { inputShape: [3] });
    const { usedBytes } = fl.runtime();
    for (let i = 0; i < 5; i++) fl.gradcheck(layer, { inputShape: [3] });
    expect(fl.runtime().usedBytes).toBe(usedBytes);
  });

  test('refuses what it cannot do', () => {
    expect(() => fl.gradcheck(fl.layers.flatten({ name: 'flat' }))).toThrow(
      /inputShape is missing: .*'flat'/,
    );
    // @ts-expect-error a misspelt option
    expect(() => fl.gradcheck(fl.layers.flatten(), { shape: [3] })).toThrow(/no option 'shape'/);
    expect(() => fl.gradcheck(fl.layers.flatten(), { inputShape: [3], target: [1] })).toThrow(/only a loss/);
    // @ts-expect-error a misspelt loss
    expect(() => fl.gradcheck('hubr')).toThrow(/Unknown loss 'hubr'. Did you mean 'huber'/);
  });
});
