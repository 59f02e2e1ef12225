import type { Builder } from '../../src/plan/builder.js';
import type { Value } from '../../src/plan/value.js';
import { sizeOf } from '../../src/shape.js';
import { expectKeras, type GoldenTensor } from './golden.js';
import { differentiate } from './gradients.js';
import { uniformArray } from './random.js';

/** An operation of a plan beside a naive version of it in double precision, which works on one sample at a time. */
export interface Operation {
  name: string;
  shapes: number[][];
  call: (b: Builder, inputs: Value[]) => Value;
  /** From the flat samples of all inputs to the flat sample of the output. */
  reference: (...inputs: number[][]) => number[];
  /** Where the values are drawn from. */
  range?: [number, number];
}

const BATCH = 3;
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

function sampleOf(data: ArrayLike<number>, size: number, sample: number): number[] {
  return Array.from({ length: size }, (_, i) => data[sample * size + i]);
}

/** Asserts that the output is that of the naive version, and the gradients are its central differences. */
export function checkOperation({ shapes, call, reference, range = [-1, 1] }: Operation): void {
  const inputs = shapes.map((shape, i): GoldenTensor => {
    const data = [...uniformArray(BATCH * sizeOf(shape), 40 + 7 * i, ...range)];
    return { shape: [BATCH, ...shape], data };
  });
  const perSample = (sample: number) =>
    inputs.map(({ data }, i) => sampleOf(data, sizeOf(shapes[i]), sample));
  const expected = Array.from({ length: BATCH }, (_, sample) => reference(...perSample(sample)));
  const width = expected[0].length;
  const upstream = { shape: [BATCH, width], data: [...uniformArray(BATCH * width, 3)] };
  const result = differentiate(call, inputs, upstream);
  expectKeras(result.output, expected.flat(), 'output', 1e-6);

  const step = 1e-5;
  inputs.forEach((_, which) => {
    const gradient: number[] = [];
    for (let sample = 0; sample < BATCH; sample++) {
      const at = perSample(sample);
      at[which].forEach((value, i) => {
        const moved = (by: number) => {
          at[which][i] = value + by;
          const output = reference(...at);
          at[which][i] = value;
          return sum(output.map((y, j) => y * upstream.data[sample * width + j]));
        };
        gradient.push((moved(step) - moved(-step)) / (2 * step));
      });
    }
    expectKeras(result.inputGradients[which], gradient, `gradient of input ${which}`, 2e-6);
  });
}
