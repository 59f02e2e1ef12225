// biome-ignore lint/suspicious/noExplicitAny: losses and layers take functions of several kinds
type AnyFunction = (...args: any[]) => unknown;

const functions = new Map<string, AnyFunction>();

/**
 * Gives a function a name under which files and workers know it: a loss of one's own, or what a lambda layer does. Whoever
 * loads the file registers the same function under the same name before.
 *
 *     const double = fl.register('double', (b, x) => b.affine(x, 2, 0));
 *
 * A later function takes the name over.
 *
 * @returns the function.
 */
export function register<T extends AnyFunction>(name: string, fn: T): T {
  functions.set(name, fn);
  return fn;
}

/** The function of that name. */
export function registered(name: string): AnyFunction | undefined {
  return functions.get(name);
}

/** The name under which a function is registered. */
export function nameOf(fn: AnyFunction): string | undefined {
  for (const [name, known] of functions) if (known === fn) return name;
  return undefined;
}
