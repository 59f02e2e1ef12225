import type { Step } from './step.js';
import { Value } from './value.js';

/** The steps without those whose result is a temporary that no later step reads and that is no output. */
export function withoutUnread(steps: readonly Step[], outputs: readonly Value[]): Step[] {
  const read = new Set(outputs.map(({ storage }) => storage));
  const kept: Step[] = [];
  // From the end, so that what only a dropped step reads is dropped as well.
  for (const step of [...steps].reverse()) {
    const { result, args } = step;
    if (result && !result.storage.place && !read.has(result.storage)) continue;
    kept.push(step);
    for (const argument of args) if (argument instanceof Value) read.add(argument.storage);
  }
  return kept.reverse();
}
