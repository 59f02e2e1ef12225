import type { Parameter } from '../plan/parameter.js';
import { type RandomKey, streams } from '../random.js';
import { sizeOf } from '../shape.js';
import { paddedLength } from '../train/state.js';
import { runtime } from '../wasm/runtime.js';

/** Gives every weight that has no place yet one in a common block, in order, and its initial values. */
export function placeWeights(parameters: readonly Parameter[], key: RandomKey, name: string): void {
  const missing = parameters.filter(({ placed }) => !placed);
  if (!missing.length) return;
  const total = missing.reduce((sum, { shape }) => sum + paddedLength(sizeOf(shape)), 0);
  const storage = runtime().heap.allocate(total * 4, `Model '${name}' (weights)`);
  let offset = 0;
  for (const parameter of missing) {
    parameter.place(storage, offset);
    offset += paddedLength(sizeOf(parameter.shape)) * 4;
  }
  parameters.forEach((parameter, i) => {
    if (!missing.includes(parameter)) return;
    parameter.initializer.fill(parameter.address, parameter.shape, key, (streams.weights + i) >>> 0);
  });
}
