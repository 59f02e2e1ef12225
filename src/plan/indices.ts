import type { Step } from './step.js';
import { Value } from './value.js';

/**
 * For each of the inputs of a program the number of rows that it picks from: its values must be whole numbers below. None
 * for inputs that are not read as indices.
 */
export function indexLimits(steps: readonly Step[], inputs: readonly Value[]): (number | undefined)[] {
  const limits = new Map<Value, number>();
  for (const { kernel, args } of steps) {
    if (kernel !== 'toIndices') continue;
    const [, x, limit] = args;
    if (!(x instanceof Value) || typeof limit !== 'number') continue;
    limits.set(x.storage, Math.min(limit, limits.get(x.storage) ?? limit));
  }
  return inputs.map(({ storage }) => limits.get(storage));
}
