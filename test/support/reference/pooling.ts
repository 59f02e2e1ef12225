/** The half-open range of entries that each window of an axis has. */
export type Ranges = readonly (readonly [start: number, end: number])[];

/** The windows of one axis as TensorFlow defines 'valid' and 'same': clipped to its n entries. */
export function slidingRanges(n: number, size: number, stride: number, padding: 'valid' | 'same'): Ranges {
  const same = padding === 'same';
  const count = same ? Math.ceil(n / stride) : Math.ceil((n - size + 1) / stride);
  const zeros = same ? Math.max((count - 1) * stride + size - n, 0) : 0;
  return Array.from({ length: count }, (_, o) => {
    const start = o * stride - Math.floor(zeros / 2);
    return [Math.max(start, 0), Math.min(start + size, n)] as const;
  });
}

/** The windows of one axis as PyTorch's adaptive pooling defines them. */
export function adaptiveRanges(n: number, count: number): Ranges {
  return Array.from(
    { length: count },
    (_, o) => [Math.floor((o * n) / count), Math.ceil(((o + 1) * n) / count)] as const,
  );
}

/** What `fold` makes of the entries of each window of a sample [...axes, channels]. */
export function pool(
  x: ArrayLike<number>,
  shape: readonly number[],
  ranges: readonly Ranges[],
  fold: (entries: number[]) => number,
): number[] {
  const channels = shape[shape.length - 1];
  const visit = (axis: number, offset: number, bounds: readonly (readonly [number, number])[]): number[] => {
    if (axis === bounds.length) return [offset * channels];
    const [start, end] = bounds[axis];
    return Array.from({ length: end - start }, (_, i) =>
      visit(axis + 1, offset * shape[axis] + start + i, bounds),
    ).flat();
  };
  const windows = ranges.reduce<(readonly [number, number])[][]>(
    (all, axis) => all.flatMap((bounds) => axis.map((one) => [...bounds, one])),
    [[]],
  );
  return windows.flatMap((bounds) => {
    const at = visit(0, 0, bounds);
    return Array.from({ length: channels }, (_, c) => fold(at.map((offset) => x[offset + c])));
  });
}

export const largest = (entries: number[]) => Math.max(...entries);
export const mean = (entries: number[]) => entries.reduce((sum, x) => sum + x, 0) / entries.length;
