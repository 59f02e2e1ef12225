import { uniformArray } from './random.js';

/** The most values that a kernel reads from one of these. */
const LENGTH = 2 ** 20;

/** What kernels compute with: two operands in [-1, 1), and arguments of functions in [-8, 8). */
export const noises = {
  a: () => uniformArray(LENGTH, 1),
  b: () => uniformArray(LENGTH, 2),
  x: () => uniformArray(LENGTH, 3, 8),
};
