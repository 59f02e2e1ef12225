import { Builder } from '../../src/plan/builder.js';
import type { Parameter } from '../../src/plan/parameter.js';
import { Program } from '../../src/plan/program.js';
import { Value } from '../../src/plan/value.js';
import { sizeOf } from '../../src/shape.js';
import { runtime } from '../../src/wasm/runtime.js';
import type { GoldenTensor } from './golden.js';

export interface Differentiated {
  output: Float32Array;
  inputGradients: Float32Array[];
  weightGradients: Float32Array[];
}

/**
 * Runs `call` on inputs [batch, ...] and differentiates sum(output * upstream) by the inputs and the weights. What is
 * `given` has no gradient.
 */
export function differentiate(
  call: (b: Builder, inputs: Value[], given: Value[]) => Value,
  inputs: readonly GoldenTensor[],
  upstream: GoldenTensor,
  weights: readonly Parameter[] = [],
  training = false,
  given: readonly GoldenTensor[] = [],
): Differentiated {
  const { heap } = runtime();
  const places = new Map(
    weights.map((weight) => [weight, heap.allocate(sizeOf(weight.shape) * 4 + 16, 'test')]),
  );
  const b = new Builder({ training, gradientPlace: (weight) => places.get(weight) });
  const values = inputs.map(({ shape }) => new Value(shape.slice(1), { batched: true, needsGradient: true }));
  const constants = given.map(({ shape }) => new Value(shape.slice(1), { batched: true }));
  const output = call(b, values, constants);
  const dy = new Value(output.shape, { batched: true });
  b.passGradient(output, dy);
  b.backward();
  b.emitLast();
  const batch = inputs[0].shape[0];
  const gradients = values.map((value) => b.gradientOf(value)!);
  const program = new Program(runtime(), {
    steps: b.steps,
    capacity: batch,
    inputs: [...values, dy, ...constants],
    outputs: [output, ...gradients],
    purpose: 'test',
  });
  program.prepare(batch);
  [...values, dy, ...constants].forEach((value, i) => {
    heap.f32.set([...inputs, upstream, ...given][i].data, program.addressOf(value) / 4);
  });
  program.run();
  const read = (address: number, length: number) => heap.f32.slice(address / 4, address / 4 + length);
  return {
    output: read(program.addressOf(output), batch * sizeOf(output.shape)),
    inputGradients: gradients.map((value) => read(program.addressOf(value), batch * sizeOf(value.shape))),
    weightGradients: weights.map((weight) => read(places.get(weight)!.address, sizeOf(weight.shape))),
  };
}
