import * as fl from 'fourlane';
import { describe, test } from 'vitest';
import { Builder } from '../../src/plan/builder.js';
import { Program } from '../../src/plan/program.js';
import { Value } from '../../src/plan/value.js';
import { sizeOf } from '../../src/shape.js';
import { runtime } from '../../src/wasm/runtime.js';
import { expectKeras, type GoldenTensor, golden } from '../support/golden.js';

interface LossCase {
  name: string;
  loss: keyof typeof fl.losses;
  config: fl.CrossentropyOptions & { labelSmoothing?: number };
  activation?: 'sigmoid' | 'softmax';
  prediction: GoldenTensor;
  target: GoldenTensor;
  sampleWeight?: GoldenTensor;
  value: number;
  perSample: GoldenTensor;
  gradient: GoldenTensor;
}

/** Label smoothing is not among our options yet. */
const cases = golden<LossCase>('losses').filter(({ config }) => config.labelSmoothing === undefined);

/** Runs a loss on a prediction, or on what stands before an activation. */
function run({ loss: name, config, activation, prediction, target, sampleWeight }: LossCase) {
  const { heap } = runtime();
  const loss = (fl.losses[name] as (options: fl.CrossentropyOptions) => fl.Loss)(config);
  const [batch, ...shape] = prediction.shape;
  const labels = loss.target === 'labels';
  const rows = shape.slice(0, -1);
  const b = new Builder();
  const x = new Value(shape, { batched: true, needsGradient: true });
  const y = new Value(labels ? rows : shape, { batched: true, type: labels ? 'int32' : 'float32' });
  const weights = sampleWeight && new Value(rows, { batched: true });
  const output = activation ? fl.activations[activation]().apply(b, x) : x;
  const perRow = loss.build(b, { prediction: output, target: y, weights });
  b.backward();
  const gradient = b.gradientOf(x)!;
  const inputs = weights ? [x, y, weights] : [x, y];
  const outputs = [perRow, gradient];
  const program = new Program(runtime(), {
    steps: b.steps,
    capacity: batch,
    inputs,
    outputs,
    purpose: 'test',
  });
  program.prepare(batch);
  const write = (value: Value, data: number[]) =>
    (value.type === 'int32' ? heap.i32 : heap.f32).set(data, program.addressOf(value) / 4);
  write(x, prediction.data);
  write(y, target.data);
  if (weights) write(weights, repeated(sampleWeight.data, batch * sizeOf(rows)));
  program.run();
  const read = (value: Value) => {
    const at = program.addressOf(value) / 4;
    return heap.f32.slice(at, at + batch * sizeOf(value.shape));
  };
  return { perRow: read(perRow), gradient: read(gradient) };
}

/** A weight for every sample counts for each of its rows. */
function repeated(weights: number[], length: number): number[] {
  return Array.from({ length }, (_, i) => weights[Math.floor((i * weights.length) / length)]);
}

describe('losses equal Keras', () => {
  test.each(cases)('$name', (one) => {
    const { perRow, gradient } = run(one);
    const mean = perRow.reduce((sum, value) => sum + value, 0) / perRow.length;
    expectKeras(perRow, one.perSample.data, 'loss of each row');
    expectKeras([mean], [one.value], 'loss');
    expectKeras(gradient, one.gradient.data, 'gradient');
  });
});
