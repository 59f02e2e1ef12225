function rows(x: ArrayLike<number>, cols: number, ofRow: (row: number[]) => number[]): number[] {
  const values = Array.from(x);
  const result: number[] = [];
  for (let start = 0; start < values.length; start += cols)
    result.push(...ofRow(values.slice(start, start + cols)));
  return result;
}

/** log softmax of each row of x [rows, cols]. */
export function logSoftmax(x: ArrayLike<number>, cols: number): number[] {
  return rows(x, cols, (row) => {
    const max = Math.max(...row);
    const logSum = Math.log(row.reduce((sum, value) => sum + Math.exp(value - max), 0));
    return row.map((value) => value - max - logSum);
  });
}

/** Softmax of each row of x [rows, cols]. */
export function softmax(x: ArrayLike<number>, cols: number): number[] {
  return logSoftmax(x, cols).map(Math.exp);
}
