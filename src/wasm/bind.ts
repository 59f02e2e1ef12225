export type Kernel = (...args: number[]) => unknown;

/**
 * A closure that calls `kernel` with what `a` holds at that moment. One row per arity: reading the elements one by
 * one takes about 5 ns a call, spreading the array takes 13.
 */
const byArity: readonly ((k: Kernel, a: readonly number[]) => () => unknown)[] = [
  (k) => () => k(),
  (k, a) => () => k(a[0]),
  (k, a) => () => k(a[0], a[1]),
  (k, a) => () => k(a[0], a[1], a[2]),
  (k, a) => () => k(a[0], a[1], a[2], a[3]),
  (k, a) => () => k(a[0], a[1], a[2], a[3], a[4]),
  (k, a) => () => k(a[0], a[1], a[2], a[3], a[4], a[5]),
  (k, a) => () => k(a[0], a[1], a[2], a[3], a[4], a[5], a[6]),
  (k, a) => () => k(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]),
  (k, a) => () => k(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]),
];

export function bindCall(kernel: Kernel, args: readonly number[]): () => unknown {
  const bind = byArity[args.length];
  return bind ? bind(kernel, args) : () => kernel(...args);
}
