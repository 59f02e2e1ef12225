/** Losses and metrics of data that no model has made. */
import { Builder } from '../plan/builder.js';
import { Program } from '../plan/program.js';
import type { Value } from '../plan/value.js';
import { sizeOf } from '../shape.js';
import { core } from '../wasm/core.js';
import { runtime } from '../wasm/runtime.js';
import { type Data, inputColumn, labelColumn, valueColumn } from './adapt.js';
import { makeSamples, stepAlone } from './feed.js';
import { SparseMatrix } from './sparse.js';
import { Tensor, tensor } from './tensor.js';
import { withSampleWeights } from './weights.js';

export interface StandaloneData {
  readonly yTrue: Data;
  readonly yPred: Data;
  readonly sampleWeight?: Data;
}

export interface StandaloneValues {
  readonly prediction: Value;
  readonly target: Value;
  readonly weights?: Value;
}

export interface StandaloneOptions {
  /** Whether targets look like predictions, or are one class number a row. */
  readonly target: 'values' | 'labels';
  /** A class number that marks rows which do not count. Default: none. */
  readonly ignoreClass?: number;
  /** Whom errors name. */
  readonly where: string;
}

/** The shape of one prediction; numbers without an axis of their own have one of length 1. */
export function predictionShape(yPred: Data): readonly number[] {
  const [, ...shape] = yPred instanceof SparseMatrix ? yPred.shape : tensor(yPred).shape;
  return shape.length ? shape : [1];
}

/** Runs what `emit` emits for the data once, and returns its output, if it has one: [samples, ...]. */
export function runStandalone(
  { yTrue, yPred, sampleWeight }: StandaloneData,
  { target, ignoreClass, where }: StandaloneOptions,
  emit: (b: Builder, values: StandaloneValues) => Value | undefined,
): Tensor | undefined {
  const expected = { name: 'yPred', sampleShape: predictionShape(yPred) };
  const wanted = { ...expected, name: 'yTrue' };
  const inputs = [inputColumn(yPred, expected, where)];
  const targets = [
    target === 'labels' ? labelColumn(yTrue, wanted, where, ignoreClass) : valueColumn(yTrue, wanted, where),
  ];
  const plain = makeSamples(inputs, targets, (column) => (column ? 'yTrue' : 'yPred'));
  const weighted = { ...expected, name: 'sampleWeight' };
  const samples =
    sampleWeight === undefined ? plain : withSampleWeights(plain, sampleWeight, [weighted], where);
  const b = new Builder();
  const ports = [...samples.inputs, ...samples.targets].map((column) => column.open());
  for (const { convert } of ports) if (convert) b.emit(core, convert.kernel, ...convert.args);
  const [prediction, given, weights] = ports.map(({ value }) => value);
  const output = emit(b, { prediction, target: given, weights });
  const program = new Program(runtime(), {
    steps: b.steps,
    capacity: samples.length,
    inputs: ports.flatMap((port) => port.inputs),
    outputs: output ? [output] : [],
    purpose: where,
  });
  stepAlone({ program, ports }, samples)({ order: undefined, start: 0, count: samples.length });
  if (!output) return undefined;
  const at = program.addressOf(output) / 4;
  const length = samples.length * sizeOf(output.shape);
  return new Tensor(runtime().heap.f32.slice(at, at + length), [samples.length, ...output.shape]);
}
