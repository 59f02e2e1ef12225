/** What a file keeps of the training of a model, beside its weights. */
import { ConfigError, FormatError } from '../errors.js';
import { parseJson } from '../file/json.js';
import { SLOTS } from '../file/metadata.js';
import type { TensorFile } from '../file/safetensors.js';
import type { RandomKey } from '../random.js';
import type { TrainingSnapshot } from '../train/state.js';
import type { CompileOptions } from './compile.js';
import { describeArguments } from './compileArguments.js';
import type { Model } from './model.js';

const CANNOT_DESCRIBE =
  'a file cannot hold its functions. Save without includeOptimizer and compile after loading; or keep the state alone ' +
  'with saveWeights({ includeOptimizer: true }), which a model that was made and compiled by the same code takes with ' +
  'loadWeights(file, { includeOptimizer: true }).';

/** A snapshot as a file has it, without the slots. */
interface SavedTraining {
  readonly key: RandomKey;
  /** Of a model that has not been trained there is none. */
  readonly state?: {
    readonly iterations: number;
    readonly epochs: number;
    readonly learningRate?: number;
    readonly epoch: number;
    readonly batch: number;
    readonly averaged: boolean;
    /** As texts, because JSON knows no NaN. */
    readonly sums?: readonly string[];
  };
}

/**
 * What `compile` was told, with the learning rate of now.
 *
 * @throws ConfigError `not-compiled`, `own-part`.
 */
export function compileText({ name, compileArguments, optimizer }: Model): string {
  if (compileArguments)
    return JSON.stringify(describeArguments({ ...compileArguments, optimizer }, CANNOT_DESCRIBE));
  throw new ConfigError(
    'not-compiled',
    `Model '${name}' is not compiled, so there is no optimizer to include: save() without includeOptimizer.`,
  );
}

export function trainingText({ key }: Model, snapshot: TrainingSnapshot | undefined): string {
  const { seed, ordinal } = snapshot?.key ?? key;
  const saved: SavedTraining = { key: { seed, ordinal }, state: snapshot && stateOf(snapshot) };
  return JSON.stringify(saved);
}

function stateOf({ position, slots: _, key: __, ...state }: TrainingSnapshot): SavedTraining['state'] {
  const { epoch, batch, sums } = position;
  return { ...state, epoch, batch, sums: sums && Array.from(sums, String) };
}

/** Compiles the model as the one in the file was. */
export function restoreCompile(model: Model, text: string): void {
  model.compile(parseJson(text, 'What compile was told, in the model file,') as CompileOptions);
}

/**
 * Gives the model the state of training in a file.
 *
 * @throws FormatError `file-training` where that is damaged, `training-slots` where it is that of another optimizer.
 */
export function restoreTraining(model: Model, { tensors, metadata }: TensorFile): void {
  const { key, state } = parseJson(metadata.training, 'The state of training in the file') as SavedTraining;
  const { seed, ordinal } = key ?? {};
  checkWhole(seed, 'seed', 0xffffffff);
  checkWhole(ordinal, 'ordinal', 0xffffffff);
  if (!state) {
    model.key = { seed, ordinal };
    return;
  }
  const { iterations, epochs, learningRate, epoch, batch, averaged, sums = [] } = state;
  for (const [name, value] of Object.entries({ iterations, epochs, epoch, batch })) checkWhole(value, name);
  if (learningRate !== undefined && !(learningRate >= 0 && learningRate < Infinity))
    throw damaged('learningRate');
  if (!Array.isArray(sums)) throw damaged('sums');
  if (typeof averaged !== 'boolean') throw damaged('averaged');
  const slots = tensors.get(SLOTS)?.data;
  if (!slots) throw damaged('slots');
  model.trainingState().restore({
    iterations,
    epochs,
    learningRate,
    averaged,
    key: { seed, ordinal },
    position: { epoch, batch, sums: sums.length ? Float64Array.from(sums, Number) : undefined },
    slots: slots as Float32Array<ArrayBuffer>,
  });
  model.key = { seed, ordinal };
}

function checkWhole(value: unknown, name: string, most = 2 ** 31 - 1): void {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most) return;
  throw damaged(name);
}

function damaged(part: string): FormatError {
  return new FormatError(
    'file-training',
    `The state of training in the file is damaged: its ${part} is wrong.`,
  );
}
