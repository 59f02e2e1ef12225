/** A buffer to be placed: alive from step `first` to step `last`, both included. */
export interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface MemoryPlan {
  /** The byte offset of each buffer, in the order they were given. */
  readonly offsets: readonly number[];
  /** Bytes that all of them need together. */
  readonly bytes: number;
}

/** A cache line: keeps rows of vectors aligned and neighbours apart. */
export const ALIGNMENT = 64;

/**
 * Gives every buffer a byte offset so that no two that are alive at the same step overlap. Largest first, each to the
 * lowest offset that is free throughout its life ("greedy by size", Pisarchyk and Lee 2020).
 */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const order = lifetimes.map((_, i) => i);
  order.sort(
    (a, b) => lifetimes[b].bytes - lifetimes[a].bytes || lifetimes[a].first - lifetimes[b].first || a - b,
  );
  const offsets: number[] = new Array(lifetimes.length).fill(0);
  const placed: number[] = [];
  let total = 0;
  for (const i of order) {
    const { bytes, first, last } = lifetimes[i];
    const size = align(bytes);
    let offset = 0;
    for (const other of placed) {
      // `placed` is ordered by offset, so the first gap that is large enough is the lowest one.
      if (lifetimes[other].first > last || lifetimes[other].last < first) continue;
      if (offset + size <= offsets[other]) break;
      offset = Math.max(offset, offsets[other] + align(lifetimes[other].bytes));
    }
    offsets[i] = offset;
    const at = placed.findIndex((other) => offsets[other] > offset);
    placed.splice(at < 0 ? placed.length : at, 0, i);
    total = Math.max(total, offset + size);
  }
  return { offsets, bytes: total };
}

function align(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
}
