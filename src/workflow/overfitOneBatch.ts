import { type Data, type Expected, type ModelData, splitData } from '../data/adapt.js';
import type { Rows } from '../data/prepare/arrays.js';
import { take } from '../data/prepare/take.js';
import { isTensorData, tensor } from '../data/tensor.js';
import type { Model } from '../model/model.js';
import { checkNumber, checkOptions } from '../names.js';
import { sizeOf } from '../shape.js';
import { Pacer } from '../train/pacer.js';
import { trial } from './trial.js';

/** Options of `overfitOneBatch`. */
export interface OverfitOneBatchOptions {
  /** How many samples, the first, are learned by heart. Default 32. */
  batchSize?: number;
  /** Iterations on them. Default 200. */
  steps?: number;
  /** The share of the first loss that the last one must fall below. Default 0.1. */
  tolerance?: number;
}

/** What came of the attempt. */
export interface OverfitResult {
  /** Whether the model has learned the batch by heart. */
  readonly learned: boolean;
  /** The loss of every iteration, in training: with dropout and regularizers. */
  readonly losses: number[];
  /** The loss of the batch afterwards, as `evaluate` gives it. */
  readonly loss: number;
  /** Both in a sentence, and what to look at where it failed. */
  toString(): string;
}

/**
 * A check before any long training: a model whose data, loss and layers fit together can learn one small batch by heart.
 * The model is afterwards as it was.
 *
 * @param model a compiled model.
 * @throws ConfigError for unknown options and values out of range; what `trainOnBatch` raises.
 */
export async function overfitOneBatch(
  model: Model,
  x: ModelData,
  y: ModelData,
  options: OverfitOneBatchOptions = {},
): Promise<OverfitResult> {
  checkOptions(options, ['batchSize', 'steps', 'tolerance'], 'overfitOneBatch');
  const { batchSize = 32, steps = 200, tolerance = 0.1 } = options;
  checkNumber(batchSize, 'overfitOneBatch: batchSize', { from: 1, whole: true });
  checkNumber(steps, 'overfitOneBatch: steps', { from: 2, whole: true });
  checkNumber(tolerance, 'overfitOneBatch: tolerance', { above: 0, below: 1 });
  const { length } = model.samples(x, y);
  const count = Math.min(batchSize, length);
  const xBatch = firstRows(x, model.inputs, 'x', length, count);
  const yBatch = firstRows(y, model.outputs, 'y', length, count);
  const losses: number[] = [];
  const pacer = new Pacer();
  const loss = await trial(model, async () => {
    const before = model.testOnBatch(xBatch, yBatch).loss;
    for (let step = 0; step < steps; step++) {
      losses.push(model.trainOnBatch(xBatch, yBatch).loss);
      if (pacer.due()) await pacer.pause();
    }
    return { before, after: model.testOnBatch(xBatch, yBatch).loss };
  });
  const learned = loss.after <= tolerance * loss.before;
  const text =
    `${steps} iterations on ${count} samples took the loss from ${loss.before.toPrecision(4)} to ` +
    `${loss.after.toPrecision(4)}: ` +
    (learned
      ? 'the model can learn them by heart.'
      : 'the model cannot learn them by heart. Look at whether targets belong to their inputs, the loss fits the last ' +
        'activation, inputs are scaled; then try another learning rate (lrFinder), more units, less regularization.');
  return { learned, losses, loss: loss.after, toString: () => text };
}

/** The first `count` of `samples` samples of data for each input or output. */
function firstRows(
  data: ModelData,
  expected: readonly Expected[],
  name: string,
  samples: number,
  count: number,
): ModelData {
  const first = Int32Array.from({ length: count }, (_, row) => row);
  const parts = splitData(data, expected, name).map((part, i) => {
    if (!isTensorData(part) || part.length === samples) return take(part as Rows, first) as Data;
    // A flat array has no rows of its own: it holds whole samples, or class numbers for rows of the output.
    const { sampleShape } = expected[i];
    const width = part.length / samples;
    return take(tensor(part, [samples, ...(width === sizeOf(sampleShape) ? sampleShape : [width])]), first);
  });
  return parts.length === 1 ? parts[0] : parts;
}
