/** How kernels read windows: by tables of where each window of a few samples begins, and each run of its entries. */
import { sizeOf } from '../../shape.js';
import type { Windows } from '../windows.js';

/** Windows that kernels take at once. */
const BLOCK = 128;

export interface WindowLayout {
  readonly groups: number;
  /** Windows of a sample. */
  readonly count: number;
  /** Entries of a window that are not neighbours: it consists of so many runs, each of so many floats (of a group). */
  readonly runs: number;
  readonly run: number;
  /** Samples that kernels take at once. */
  readonly block: number;
  /** Bytes of the sizes and the two tables. */
  readonly tableBytes: number;
  /** Floats of the padded copies of all samples that kernels take at once; 0 where there are none. */
  readonly paddedFloats: number;
}

/** What follows each other in memory without a gap is one run. */
export function layoutOf(windows: Windows, groups: number): WindowLayout {
  const { input, output, size, dilation, channels } = windows;
  const padded = arePadded(windows);
  const read = padded ? reachOf(windows) : input;
  let run = channels / groups;
  let pitch = channels;
  for (const axis of [2, 1, 0]) {
    // Entries are neighbours where nothing lies between them, and so are rows that are read from end to end.
    if (run !== pitch || (dilation[axis] > 1 && size[axis] > 1)) break;
    run *= size[axis];
    pitch *= read[axis];
  }
  const runs = (sizeOf(size) * channels) / groups / run;
  const count = sizeOf(output);
  const block = Math.max(1, Math.floor(BLOCK / count));
  const tableBytes = 128 + 4 * (block * count + runs);
  const paddedFloats = padded ? block * sizeOf(read) * channels : 0;
  return { groups, count, runs, run, block, tableBytes, paddedFloats };
}

/** What the windows reach over along each axis, zeros included. */
export function reachOf({ output, size, strides, dilation }: Windows): number[] {
  return output.map((count, i) => (count - 1) * strides[i] + (size[i] - 1) * dilation[i] + 1);
}

/** Whether they reach over the edges, so that samples are read in a padded copy. */
export function arePadded(windows: Windows): boolean {
  const { input, front } = windows;
  return reachOf(windows).some((reach, i) => front[i] > 0 || reach > input[i]);
}
