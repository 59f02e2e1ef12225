/** Weights of samples and classes: columns that lie behind the targets. */
import { ConfigError, ShapeError, ValueError } from '../errors.js';
import { sizeOf } from '../shape.js';
import { type Data, type Expected, isRecord, type ModelData } from './adapt.js';
import { type Column, checkFinite, DenseColumn } from './column.js';
import type { Samples } from './feed.js';
import { SparseMatrix } from './sparse.js';
import { isTensorData, Tensor, tensor } from './tensor.js';

/**
 * A weight for every sample, or for every row of an output (each time step). For several outputs an array in their
 * order or an object by their names; those that it leaves out count once, and a flat array is for all of them.
 */
export type SampleWeight = ModelData;

/** What the samples of each class count: by class number, 1 for those left out. */
export type ClassWeight = Readonly<Record<number, number>> | readonly number[];

/** The samples with weights. @throws ShapeError, ValueError that name the argument and the output. */
export function withSampleWeights(
  samples: Samples,
  weights: SampleWeight,
  outputs: readonly Expected[],
  argument: string,
): Samples {
  const { length, targets } = samples;
  const columns = perOutput(weights, outputs, argument).map((data, i) =>
    weightColumn(data, outputs[i], length, argument),
  );
  return { ...samples, targets: [...targets, ...columns] };
}

/**
 * The samples with the weights of the classes that their targets stand for: class numbers, the largest of several
 * values, or one value rounded.
 *
 * @throws ConfigError where there are weights of samples or several outputs; ValueError for weights that are none.
 */
export function withClassWeights(samples: Samples, weights: ClassWeight, argument: string): Samples {
  const [target, other] = samples.targets;
  if (other || !(target instanceof DenseColumn)) {
    throw new ConfigError(
      'class-weight',
      `${argument}: classWeight is for models with one output, and not beside sampleWeight.`,
    );
  }
  const table = new Map<number, number>();
  for (const [label, weight] of Object.entries(weights)) {
    if (/^\d+$/.test(label) && Number.isFinite(weight)) table.set(Number(label), weight);
    else {
      throw new ValueError(
        'class-weight',
        `${argument}: classWeight must give a finite number for each class number, but got ${label}: ${weight}.`,
      );
    }
  }
  const { data, kind, scale, offset, shape } = target;
  const rowShape = kind === 'labels' ? shape : shape.slice(0, -1);
  const width = kind === 'labels' ? 1 : shape[shape.length - 1];
  const column = Float32Array.from({ length: data.length / width }, (_, row) => {
    const values = data.subarray(row * width, (row + 1) * width);
    const label = width > 1 ? largestOf(values) : Math.round(values[0] * scale + offset);
    return table.get(label) ?? 1;
  });
  return { ...samples, targets: [target, new DenseColumn('numbers', column, rowShape)] };
}

function perOutput(
  weights: SampleWeight,
  outputs: readonly Expected[],
  argument: string,
): (Data | undefined)[] {
  if (isRecord(weights)) {
    for (const name of Object.keys(weights)) {
      if (outputs.some((output) => output.name === name)) continue;
      throw new ShapeError(
        'data-parts',
        `${argument} has a part '${name}', but the outputs are ${outputs.map((output) => output.name).join(', ')}.`,
      );
    }
    return outputs.map(({ name }) => weights[name]);
  }
  const list = Array.isArray(weights) && weights.length === outputs.length && typeof weights[0] === 'object';
  if (list && outputs.length > 1) return [...(weights as readonly Data[])];
  return outputs.map(() => weights as Data);
}

function weightColumn(
  data: Data | undefined,
  { name, sampleShape }: Expected,
  samples: number,
  argument: string,
): Column {
  const rowShape = sampleShape.slice(0, -1);
  const rows = sizeOf(rowShape);
  const column = new Float32Array(samples * rows).fill(1);
  if (data !== undefined) {
    const what = `${argument} for '${name}'`;
    const given = numbersOf(data, what);
    if (given.length !== samples && given.length !== column.length) {
      const each = rows > 1 ? ` or ${column.length}, one for each of the ${rows} rows of a sample,` : '';
      throw new ShapeError(
        'data-length',
        `${what} must have ${samples} weights, one for each sample,${each} but has ${given.length}.`,
      );
    }
    checkFinite(given, given.length / samples, what);
    const each = column.length / given.length;
    for (let i = 0; i < column.length; i++) column[i] = given[Math.floor(i / each)];
  }
  return new DenseColumn('numbers', column, rowShape);
}

function numbersOf(data: Data, what: string): Float32Array {
  if (data instanceof SparseMatrix) {
    throw new ValueError('data-kind', `${what}: weights cannot be a SparseMatrix.`);
  }
  const { data: values, scale, offset } = isTensorData(data) ? new Tensor(data, [data.length]) : tensor(data);
  return Float32Array.from(values, (value) => value * scale + offset);
}

function largestOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
