/** @param {readonly number[]} values at least one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How far values lie apart, as a share of their median: half of the distance between the extremes. */
export function halfRange(values) {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

/**
 * One result from several of the same thing: the median of every number, and a spread that covers how they differ.
 *
 * @param {readonly Record<string, unknown>[]} results at least one, each with a `cost`.
 */
export function combine(results) {
  const merged = { ...results[0] };
  for (const [key, value] of Object.entries(merged)) {
    if (typeof value === 'number') merged[key] = median(results.map((result) => result[key]));
  }
  if (results.length > 1) {
    merged.spread = Math.max(merged.spread ?? 0, halfRange(results.map(({ cost }) => cost)));
  }
  return merged;
}
