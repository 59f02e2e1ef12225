/** Functions of two values. */
export const binary = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  maximum: (a: number, b: number) => Math.max(a, b),
  minimum: (a: number, b: number) => Math.min(a, b),
};

/** `combine` of every row of x [rows, cols] with `row` [cols]. */
export function withRow(
  combine: (a: number, b: number) => number,
  x: ArrayLike<number>,
  row: ArrayLike<number>,
): number[] {
  return Array.from(x, (value, i) => combine(value, row[i % row.length]));
}
