import { FormatError } from '../errors.js';
import { readModelFile, SLOTS } from '../file/metadata.js';
import type { LoadWeightsOptions } from '../file/options.js';
import type { NamedTensor, TensorFile } from '../file/safetensors.js';
import { checkOptions } from '../names.js';
import type { Parameter } from '../plan/parameter.js';
import { sameShape } from '../shape.js';
import { runtime } from '../wasm/runtime.js';
import type { Model } from './model.js';
import { weightNames } from './save.js';
import { restoreTraining } from './trainingFile.js';

/** Gives every weight the values of its name in a file. @throws FormatError `file-weights` where one does not fit. */
export function fillWeights(model: Model, tensors: Tensors): void {
  const pairs = pairsByName(model, tensors);
  for (const pair of pairs) if (!fits(pair)) throw misfit(pair);
  fill(pairs);
}

/** Puts the weights of a file into a model: what `Model.loadWeights` does. Nothing has changed where it throws. */
export function loadWeights(
  model: Model,
  bytes: Uint8Array | ArrayBuffer,
  options: LoadWeightsOptions = {},
): readonly string[] {
  checkOptions(options, ['byName', 'skipMismatch', 'includeOptimizer'], 'loadWeights');
  const { byName = false, skipMismatch = false, includeOptimizer = false } = options;
  const file = readModelFile(bytes);
  const pairs = (byName ? namesakes : inOrder)(model, file, skipMismatch);
  if (includeOptimizer) restoreTraining(model, file);
  fill(pairs.filter(fits));
  return pairs.filter((pair) => !fits(pair)).map(({ name }) => name);
}

/** A weight, and what a file has for it. */
interface Pair {
  readonly name: string;
  readonly parameter: Parameter;
  readonly tensor: NamedTensor | undefined;
}

type Tensors = TensorFile['tensors'];

/** Every weight with the tensor of its name. */
function pairsByName(model: Model, tensors: Tensors): Pair[] {
  return [...weightNames(model.graph)].map(([parameter, name]) => ({
    parameter,
    name,
    tensor: tensors.get(name),
  }));
}

function namesakes(model: Model, { tensors }: TensorFile, skipMismatch: boolean): Pair[] {
  const pairs = pairsByName(model, tensors);
  for (const pair of pairs) if (pair.tensor && !fits(pair) && !skipMismatch) throw misfit(pair);
  return pairs;
}

/** The weights in their order, as names of layers may differ from one program to the next. */
function inOrder(model: Model, { tensors }: TensorFile, skipMismatch: boolean): Pair[] {
  const saved = [...tensors].filter(([name]) => name !== SLOTS).map(([, tensor]) => tensor);
  const names = [...weightNames(model.graph)];
  if (saved.length !== names.length && !skipMismatch) {
    throw new FormatError(
      'file-weights',
      `The file has ${saved.length} weights, model '${model.name}' has ${names.length}. With byName: true those of the ` +
        'same name are taken.',
    );
  }
  const pairs = names.map(([parameter, name], i) => ({ parameter, name, tensor: saved[i] }));
  for (const pair of pairs) if (!fits(pair) && !skipMismatch) throw misfit(pair);
  return pairs;
}

function fits({ parameter, tensor }: Pair): boolean {
  return tensor !== undefined && sameShape(tensor.shape, parameter.shape);
}

function fill(pairs: readonly Pair[]): void {
  const { f32 } = runtime().heap;
  for (const { parameter, tensor } of pairs) f32.set(tensor!.data, parameter.address / 4);
}

function misfit({ name, parameter, tensor }: Pair): FormatError {
  return new FormatError(
    'file-weights',
    tensor
      ? `The model file has weight '${name}' in the shape [${tensor.shape}], the model needs [${parameter.shape}].`
      : `The model file lacks the weight '${name}' that the model needs.`,
  );
}
