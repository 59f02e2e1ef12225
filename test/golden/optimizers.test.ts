import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { zeros } from '../../src/initializers.js';
import { Builder } from '../../src/plan/builder.js';
import { Parameter } from '../../src/plan/parameter.js';
import { Program } from '../../src/plan/program.js';
import { sizeOf } from '../../src/shape.js';
import { TrainingState } from '../../src/train/state.js';
import { runtime } from '../../src/wasm/runtime.js';
import { expectKeras, type GoldenTensor, goldenFile } from '../support/golden.js';

interface OptimizerCase {
  name: string;
  optimizer: keyof typeof optimizers;
  config: Record<string, unknown>;
  steps: GoldenTensor[][];
}

const optimizers = { sgd: fl.SGD, rmsprop: fl.RMSprop, adam: fl.Adam, adagrad: fl.Adagrad };
const file = goldenFile<{ weights: GoldenTensor[]; gradients: GoldenTensor[][]; cases: OptimizerCase[] }>(
  'optimizers',
);

/** Options of Keras that ours do not have yet. */
const missing = ['amsgrad', 'centered'];
const cases = file.cases.filter(
  ({ optimizer, config }) =>
    optimizer in optimizers &&
    !missing.some((option) => option in config) &&
    !(optimizer === 'rmsprop' && 'momentum' in config),
);

/** Takes a step for every recorded set of gradients and returns the weights after each. */
function run({ optimizer, config }: OptimizerCase): Float32Array[][] {
  const { heap } = runtime();
  const parameters = file.weights.map(
    ({ shape }, i) => new Parameter({ name: `weight ${i}`, shape, initializer: zeros() }),
  );
  const storage = heap.allocate(256, 'test');
  parameters.forEach((parameter, i) => {
    parameter.place(storage, i * 128);
    heap.f32.set(file.weights[i].data, parameter.address / 4);
  });
  const made = new optimizers[optimizer](config);
  const state = new TrainingState(runtime(), made, parameters, { seed: 0, ordinal: 0 });
  const b = new Builder();
  state.emitUpdate(b);
  const program = new Program(runtime(), { steps: b.steps, capacity: 1, purpose: 'test' });
  return file.gradients.map((gradients) => {
    gradients.forEach(({ data }, i) => {
      heap.f32.set(data, state.gradientPlace(parameters[i])!.address / 4);
    });
    state.beginStep();
    program.prepare(1);
    program.run();
    state.endStep();
    return parameters.map(({ address, shape }) => heap.f32.slice(address / 4, address / 4 + sizeOf(shape)));
  });
}

describe('optimizers equal Keras', () => {
  test('every optimizer has its cases', () => {
    expect([...new Set(cases.map(({ optimizer }) => optimizer))].sort()).toEqual(
      Object.keys(optimizers).sort(),
    );
  });

  test.each(cases)('$name', (one) => {
    const steps = run(one);
    one.steps.forEach((weights, step) => {
      weights.forEach(({ data }, i) => {
        expectKeras(steps[step][i], data, `weight ${i} after step ${step + 1}`);
      });
    });
  });
});
