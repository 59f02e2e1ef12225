import type { Program } from '../plan/program.js';
import type { Value } from '../plan/value.js';
import { sizeOf } from '../shape.js';
import { runtime } from '../wasm/runtime.js';
import { checkLengths } from './adapt.js';
import type { BatchRows, Column, Port } from './column.js';
import { Tensor } from './tensor.js';

/**
 * The columns of a data set: what goes into a model and what should come out. Behind the targets, where samples have
 * weights, there is a column of those for each target.
 */
export interface Samples {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly length: number;
}

/** A program with the ports through which its batches come in. */
export interface FedProgram {
  readonly program: Program;
  readonly ports: readonly Port[];
}

/** A program whose outputs are read after each batch. */
export interface PredictingProgram extends FedProgram {
  readonly outputs: readonly Value[];
}

/** Samples from columns, all of the same length; `nameOf` says whose length is wrong. */
export function makeSamples(
  inputs: readonly Column[],
  targets: readonly Column[],
  nameOf: (column: number) => string,
): Samples {
  const columns = targets.length ? [...inputs, ...targets] : inputs;
  return { inputs, targets, length: checkLengths(columns, nameOf) };
}

/** The samples from `start` to before `end`. */
export function sliceSamples({ inputs, targets }: Samples, start: number, end: number): Samples {
  const cut = (column: Column) => column.slice(start, end);
  return { inputs: inputs.map(cut), targets: targets.map(cut), length: end - start };
}

/** The samples for reading them many times; `readsSparse` says which inputs may come as sparse rows. */
export function settleSamples(
  { inputs, targets, length }: Samples,
  readsSparse: (input: number) => boolean,
): Samples {
  const { heap } = runtime();
  return {
    inputs: inputs.map((column, i) => column.settle(heap, readsSparse(i))),
    targets: targets.map((column) => column.settle(heap, false)),
    length,
  };
}

/** Gives back at once what `settleSamples` took. */
export function releaseSamples({ inputs, targets }: Samples): void {
  for (const column of [...inputs, ...targets]) column.release(runtime().heap);
}

/** One iteration on this thread alone: the rows into the program, then all its steps. */
export function stepAlone(
  { program, ports }: FedProgram,
  { inputs, targets }: Samples,
): (rows: BatchRows) => void {
  const columns = [...inputs, ...targets];
  const { heap } = runtime();
  return (rows) => {
    program.prepare(rows.count);
    for (let i = 0; i < columns.length; i++) columns[i].fill(ports[i], program, heap, rows);
    program.run();
  };
}

/** Who is told of every batch of a prediction. */
export interface PredictionHooks {
  onPredictBatchBegin(batch: number, logs: Record<string, number>): void;
  onPredictBatchEnd(batch: number, logs: Record<string, number>): void;
}

/** The outputs for all samples: a tensor [samples, ...] for each. */
export function predictSamples(
  feed: PredictingProgram,
  samples: Samples,
  batchSize: number,
  hooks: readonly PredictionHooks[] = [],
): Tensor[] {
  const { length } = samples;
  const { program, outputs } = feed;
  const results = outputs.map(({ shape }) => new Float32Array(length * sizeOf(shape)));
  const step = stepAlone(feed, samples);
  const { heap } = runtime();
  const rows: BatchRows = { order: undefined, start: 0, count: 0 };
  for (let batch = 0; rows.start < length; batch++, rows.start += rows.count) {
    for (const hook of hooks) hook.onPredictBatchBegin(batch, {});
    rows.count = Math.min(batchSize, length - rows.start);
    step(rows);
    for (let i = 0; i < outputs.length; i++) {
      const at = program.addressOf(outputs[i]) / 4;
      const width = sizeOf(outputs[i].shape);
      results[i].set(heap.f32.subarray(at, at + rows.count * width), rows.start * width);
    }
    for (const hook of hooks) hook.onPredictBatchEnd(batch, {});
  }
  return results.map((data, i) => new Tensor(data, [length, ...outputs[i].shape]));
}
