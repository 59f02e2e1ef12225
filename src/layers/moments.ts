import { ShapeError, ValueError } from '../errors.js';
import { type Shape, sizeOf } from '../shape.js';

export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/** Numbers with a shape, whose values mean data * scale + offset, or nested arrays of numbers. */
export type Samples =
  | {
      readonly data: ArrayLike<number>;
      readonly shape: Shape;
      readonly scale?: number;
      readonly offset?: number;
    }
  | NestedNumbers;

export interface Moments {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

/** All numbers of nested arrays, in their order. */
export function flatten(nested: NestedNumbers): number[] {
  return typeof nested === 'number'
    ? [nested]
    : Array.from(nested as ArrayLike<NestedNumbers>).flatMap(flatten);
}

/**
 * The numbers and the shape of samples.
 *
 * @throws ShapeError for ragged arrays; ValueError where there are no samples, or something is no finite number.
 */
export function readSamples(samples: Samples): { values: ArrayLike<number>; shape: Shape } {
  if (typeof samples === 'object' && 'shape' in samples) {
    const { data, shape, scale = 1, offset = 0 } = samples;
    const plain = scale === 1 && offset === 0;
    return checked(plain ? data : Float64Array.from(data, (value) => value * scale + offset), shape);
  }
  const shape: number[] = [];
  for (let level: unknown = samples; typeof level === 'object' && level; level = (level as unknown[])[0]) {
    shape.push((level as unknown[]).length);
  }
  return checked(flatten(samples), shape);
}

function checked(values: ArrayLike<number>, shape: Shape): { values: ArrayLike<number>; shape: Shape } {
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError('ragged-array', 'adapt: nested arrays must all have the same length.');
  }
  if (!shape.length || !values.length) {
    throw new ValueError('data-empty', 'adapt: expected at least one sample.');
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new ValueError('not-finite', `adapt: expected finite numbers, but got ${String(values[i])}.`);
  }
  return { values, shape };
}

/** Mean and (biased) variance, in double precision, for every combination of entries of those axes of the sample. */
export function momentsOf(values: ArrayLike<number>, sample: Shape, axes: readonly number[]): Moments {
  const kept = sizeOf(axes.map((axis) => sample[axis]));
  const size = sizeOf(sample);
  // To which of them an element of a sample belongs.
  const owner = Int32Array.from({ length: size }, (_, at) =>
    axes.reduce(
      (index, axis) =>
        index * sample[axis] + (Math.floor(at / sizeOf(sample.slice(axis + 1))) % sample[axis]),
      0,
    ),
  );
  const mean = new Array<number>(kept).fill(0);
  const variance = new Array<number>(kept).fill(0);
  const share = kept / values.length;
  for (let i = 0; i < values.length; i++) mean[owner[i % size]] += values[i] * share;
  for (let i = 0; i < values.length; i++) {
    const which = owner[i % size];
    const off = values[i] - mean[which];
    variance[which] += off * off * share;
  }
  return { mean, variance };
}
