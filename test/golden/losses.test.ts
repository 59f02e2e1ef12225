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
  config: { reduction?: string; ignoreClass?: number };
  activation?: 'sigmoid' | 'softmax';
  prediction: GoldenTensor;
  target: GoldenTensor;
  sampleWeight?: GoldenTensor;
  value: number;
  perSample: GoldenTensor;
  gradient: GoldenTensor;
}

const cases = golden<LossCase>('losses');

/** Runs a loss, with operations behind it if so wanted, on a prediction or on what stands before an activation. */
function run(
  { loss: name, config, activation, prediction, target, sampleWeight }: LossCase,
  behind: (b: Builder, perRow: Value) => Value = (_, perRow) => perRow,
) {
  const { heap } = runtime();
  const loss = (fl.losses[name] as (options: object) => fl.Loss)(config);
  const [batch, ...shape] = prediction.shape;
  const labels = loss.target === 'labels';
  const rows = shape.slice(0, -1);
  const b = new Builder();
  const x = new Value(shape, { batched: true, needsGradient: true });
  const y = new Value(labels ? rows : shape, { batched: true, type: labels ? 'int32' : 'float32' });
  const weights = sampleWeight && new Value(rows, { batched: true });
  const output = activation ? fl.activations[activation]().apply(b, x) : x;
  const perRow = loss.build(b, { prediction: output, target: y, weights });
  b.minimize(behind(b, perRow));
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
    // With these the rows of ours have the factors already by which Keras makes one number of its own.
    const { reduction, ignoreClass } = one.config;
    const plain = reduction === undefined && ignoreClass === undefined;
    // A loss of the whole batch is one number there, and the same one for every row here.
    const { data } = one.perSample;
    const expected = data.length === 1 ? Array.from(perRow, () => data[0]) : data;
    if (plain) expectKeras(perRow, expected, 'loss of each row');
    expectKeras([mean], [one.value], 'loss');
    expectKeras(gradient, one.gradient.data, 'gradient');
  });

  test.each(cases)('$name, with an operation behind it', (one) => {
    const { gradient } = run(one, (b, perRow) => b.affine(perRow, -0.5, 3));
    expectKeras(
      gradient,
      one.gradient.data.map((value) => -0.5 * value),
      'gradient',
    );
  });
});
