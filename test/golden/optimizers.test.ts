import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { zeros } from '../../src/initializers.js';
import { Builder } from '../../src/plan/builder.js';
import { Parameter } from '../../src/plan/parameter.js';
import { Program } from '../../src/plan/program.js';
import { resolveOptimizer } from '../../src/resolve.js';
import { sizeOf } from '../../src/shape.js';
import { paddedLength, TrainingState } from '../../src/train/state.js';
import { runtime } from '../../src/wasm/runtime.js';
import { expectKeras, type GoldenTensor, goldenFile } from '../support/golden.js';

interface OptimizerCase {
  name: string;
  optimizer: string;
  config: Record<string, unknown>;
  /** The weights after the steps that `kept` counts. */
  steps: GoldenTensor[][];
  /** The weights once the averages have been put in their place. */
  final?: GoldenTensor[];
}

interface OptimizersFile {
  names: string[];
  kept: number[];
  weights: GoldenTensor[];
  gradients: GoldenTensor[][];
  cases: OptimizerCase[];
}

const file = goldenFile<OptimizersFile>('optimizers');

/** Takes a step for every recorded set of gradients; returns the weights after each, and those of `useAverages`. */
function run({ optimizer, config }: OptimizerCase): { steps: Float32Array[][]; final: Float32Array[] } {
  const { heap } = runtime();
  const parameters = file.weights.map(
    ({ shape }, i) => new Parameter({ name: file.names[i], shape, initializer: zeros() }),
  );
  const storage = heap.allocate(256, 'test');
  let offset = 0;
  parameters.forEach((parameter, i) => {
    parameter.place(storage, offset);
    heap.f32.set(file.weights[i].data, parameter.address / 4);
    offset += paddedLength(sizeOf(parameter.shape)) * 4;
  });
  const weights = () =>
    parameters.map(({ address, shape }) => heap.f32.slice(address / 4, address / 4 + sizeOf(shape)));
  const made = resolveOptimizer({ name: optimizer, config });
  const state = new TrainingState(runtime(), made, parameters, { seed: 0, ordinal: 0 });
  const b = new Builder();
  state.emitSum(b);
  state.emitUpdate(b);
  const program = new Program(runtime(), { steps: b.steps, capacity: 1, purpose: 'test' });
  const steps = file.gradients.map((gradients) => {
    gradients.forEach(({ data }, i) => {
      heap.f32.set(data, state.gradientPlace(parameters[i])!.address / 4);
    });
    state.beginStep();
    program.prepare(1);
    program.run();
    state.endStep();
    return weights();
  });
  state.useAverages();
  return { steps, final: weights() };
}

describe('optimizers equal Keras', () => {
  test('every optimizer has its cases', () => {
    const factories = Object.keys(fl.optimizers).filter((name) => /^[a-z]/.test(name));
    expect([...new Set(file.cases.map(({ optimizer }) => optimizer))].sort()).toEqual(factories.sort());
  });

  test.each(file.cases)('$name', (one) => {
    const { steps, final } = run(one);
    file.kept.forEach((step, kept) => {
      one.steps[kept].forEach(({ data }, i) => {
        expectKeras(steps[step - 1][i], data, `weight ${i} after step ${step}`);
      });
    });
    one.final?.forEach(({ data }, i) => {
      expectKeras(final[i], data, `average ${i}`);
    });
  });
});
