import type { Data } from '../data/adapt.js';
import { Tensor, tensor } from '../data/tensor.js';
import { FormatError, ShapeError } from '../errors.js';
import type { Parameter } from '../plan/parameter.js';
import { type RandomKey, streams } from '../random.js';
import { formatShape, sameShape, sizeOf } from '../shape.js';
import { paddedLength } from '../train/state.js';
import type { Allocation } from '../wasm/heap.js';
import { runtime } from '../wasm/runtime.js';

/** While a model is made from a file: how many bytes its weights may still have, and what they were given. */
let file: { bytes: number; readonly storages: Allocation[] } | undefined;

/**
 * Runs `make` with weights that begin with zeros and take no more than so many bytes together: those of a file, which may
 * claim what it does not have. What was placed is given back if `make` throws.
 */
export function placeForFile<T>(bytes: number, make: () => T): T {
  const storages: Allocation[] = [];
  const outer = file;
  file = { bytes, storages };
  try {
    return make();
  } catch (error) {
    for (const storage of storages) runtime().heap.release(storage);
    throw error;
  } finally {
    file = outer;
  }
}

/** Gives every weight that has no place yet one in a common block, in order, and its initial values. */
export function placeWeights(parameters: readonly Parameter[], key: RandomKey, name: string): void {
  const missing = new Set(parameters.filter(({ placed }) => !placed));
  if (!missing.size) return;
  let [bytes, total] = [0, 0];
  for (const { shape } of missing) {
    bytes += sizeOf(shape) * 4;
    total += paddedLength(sizeOf(shape));
  }
  if (file && !(bytes <= file.bytes)) {
    throw new FormatError(
      'file-weights',
      `The layers in the model file need weights of ${bytes} bytes, more than the file has.`,
    );
  }
  const storage = runtime().heap.allocate(total * 4, `Model '${name}' (weights)`);
  let offset = 0;
  for (const parameter of missing) {
    parameter.place(storage, offset);
    offset += paddedLength(sizeOf(parameter.shape)) * 4;
  }
  if (file) {
    file.bytes -= bytes;
    file.storages.push(storage);
    return;
  }
  parameters.forEach((parameter, i) => {
    if (!missing.has(parameter)) return;
    parameter.initializer.fill(parameter.address, parameter.shape, key, (streams.weights + i) >>> 0);
  });
}

/** A copy of every weight. */
export function readWeights(parameters: readonly Parameter[]): Tensor[] {
  const { f32 } = runtime().heap;
  return parameters.map(({ address, shape }) => {
    const at = address / 4;
    return new Tensor(f32.slice(at, at + sizeOf(shape)), shape);
  });
}

/** Puts other values into the weights. @throws ShapeError where they do not fit; nothing has changed then. */
export function writeWeights(parameters: readonly Parameter[], weights: readonly Data[], name: string): void {
  if (weights.length !== parameters.length) {
    throw new ShapeError(
      'weights',
      `Model '${name}' has ${parameters.length} weights, but setWeights got ${weights.length}.`,
    );
  }
  const tensors = weights.map((weight) => tensor(weight as Tensor));
  tensors.forEach(({ shape, data }, i) => {
    const { name: weight, shape: expected } = parameters[i];
    if (data.length === sizeOf(expected) && (shape.length === 1 || sameShape(shape, expected))) return;
    throw new ShapeError(
      'weights',
      `Model '${name}': weight ${i} ('${weight}') has the shape ${formatShape(expected)}, but got ${formatShape(shape)}.`,
    );
  });
  const { f32 } = runtime().heap;
  tensors.forEach(({ data }, i) => {
    f32.set(data, parameters[i].address / 4);
  });
}
