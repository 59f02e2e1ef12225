import { ShapeError } from '../errors.js';
import { type Shape, sizeOf } from '../shape.js';
import type { ShapeOperations } from './shaping.js';
import type { Value } from './value.js';

/**
 * From an axis as Keras counts them (0 is the batch, -1 the last) to an axis of the sample (0 is the first after the
 * batch). @throws ShapeError where a sample of that shape has no such axis.
 */
export function sampleAxis(axis: number, shape: Shape): number {
  const rank = shape.length;
  const found = axis < 0 ? axis + rank : axis - 1;
  if (Number.isInteger(found) && found >= 0 && found < rank) return found;
  throw new ShapeError(
    'layer-shape',
    `axis ${axis} is none of an input with ${rank} axes behind the batch; use -1 or 1 to ${rank}.`,
  );
}

/** The same for a list, in ascending order. */
export function sampleAxes(axis: number | readonly number[], shape: Shape): number[] {
  return [axis]
    .flat()
    .map((one) => sampleAxis(one, shape))
    .sort((a, b) => a - b);
}

/** Applies `work`, which keeps shapes, to `x` with those axes of the sample as one, the last. */
export function overAxes<B extends ShapeOperations>(
  b: B,
  x: Value,
  axes: readonly number[],
  work: (rows: Value) => Value,
): Value {
  const all = x.shape.map((_, axis) => axis);
  const order = [...all.filter((axis) => !axes.includes(axis)), ...axes];
  const moved = b.permute(x, order);
  const kept = moved.shape.slice(0, moved.shape.length - axes.length);
  const rows =
    axes.length === 1 ? moved : b.reshape(moved, [...kept, sizeOf(moved.shape.slice(kept.length))]);
  const y = work(rows);
  const back = axes.length === 1 ? y : b.reshape(y, moved.shape);
  return b.permute(
    back,
    all.map((axis) => order.indexOf(axis)),
  );
}
