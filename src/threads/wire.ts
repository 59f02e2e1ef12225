import type { Call } from '../wasm/calls.js';
import type { Heap } from '../wasm/heap.js';
import type { Replicable } from '../wasm/team.js';

/** The first message: the memory, and the address of the replica's own words in it. */
export interface OpenMessage {
  readonly memory: Heap['memory'];
  readonly control: number;
}

/** A program under a number, and the numbers of those that nobody needs any more. */
export interface LoadMessage {
  readonly program: number;
  readonly modules: Replicable['modules'];
  readonly calls: readonly Call[];
  readonly dropped: readonly number[];
}

export type Mail = OpenMessage | LoadMessage;
