/** The sums over the rows of x [rows, cols]. */
export function columnSum(x: ArrayLike<number>, cols: number): number[] {
  const sums = new Array<number>(cols).fill(0);
  for (let i = 0; i < x.length; i++) sums[i % cols] += x[i];
  return sums;
}

/** The sums over the columns of x [rows, cols]. */
export function rowSum(x: ArrayLike<number>, rows: number, cols: number): number[] {
  const sums = new Array<number>(rows).fill(0);
  for (let i = 0; i < x.length; i++) sums[Math.floor(i / cols)] += x[i];
  return sums;
}
