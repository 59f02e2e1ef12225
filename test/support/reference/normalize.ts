function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

/** Each row of x [rows, cols] by its own statistics. */
export function normalizeRows(
  kind: 'layer' | 'rms' | 'unit',
  x: ArrayLike<number>,
  cols: number,
  epsilon: number,
): number[] {
  const values = Array.from(x);
  const result: number[] = [];
  for (let start = 0; start < values.length; start += cols) {
    const row = values.slice(start, start + cols);
    const { mean, variance } = moments(row);
    const squares = row.reduce((sum, value) => sum + value * value, 0);
    const divisor = {
      layer: Math.sqrt(variance + epsilon),
      rms: Math.sqrt(squares / cols + epsilon),
      unit: Math.max(Math.sqrt(squares), epsilon),
    }[kind];
    result.push(...row.map((value) => (value - (kind === 'layer' ? mean : 0)) / divisor));
  }
  return result;
}

/** Mean and biased variance of every column of x [rows, cols]. */
export function columnMoments(x: ArrayLike<number>, cols: number): { mean: number[]; variance: number[] } {
  const values = Array.from(x);
  const columns = Array.from({ length: cols }, (_, c) => moments(values.filter((_, i) => i % cols === c)));
  return { mean: columns.map(({ mean }) => mean), variance: columns.map(({ variance }) => variance) };
}

/** Every column of x [rows, cols] by its own statistics. */
export function normalizeColumns(x: ArrayLike<number>, cols: number, epsilon: number): number[] {
  const { mean, variance } = columnMoments(x, cols);
  return Array.from(x, (value, i) => (value - mean[i % cols]) / Math.sqrt(variance[i % cols] + epsilon));
}

/** The gradient of sum(f(x) * dy) by central differences. */
export function gradient(
  f: (x: ArrayLike<number>) => number[],
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
): number[] {
  const at = Array.from(x);
  const total = () => f(at).reduce((sum, y, i) => sum + y * dy[i], 0);
  return at.map((value, i) => {
    at[i] = value + 1e-5;
    const above = total();
    at[i] = value - 1e-5;
    const below = total();
    at[i] = value;
    return (above - below) / 2e-5;
  });
}
