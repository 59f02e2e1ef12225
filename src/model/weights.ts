import { FormatError } from '../errors.js';
import type { Parameter } from '../plan/parameter.js';
import { type RandomKey, streams } from '../random.js';
import { sizeOf } from '../shape.js';
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
