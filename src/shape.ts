/** Sizes of the axes of an array, outermost first. Symbolic shapes leave out the batch axis. */
export type Shape = readonly number[];

/** The number of elements: the product of all axes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const axis of shape) size *= axis;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** `[batch, 28, 28]` for the batched shape [28, 28]: how shapes are written in every message. */
export function formatShape(shape: Shape, batched = false): string {
  return `[${[...(batched ? ['batch'] : []), ...shape].join(', ')}]`;
}
