const parts = new WeakSet<object>();

/** Marks what a table of the package has made, and makes it unchangeable: name and options say everything about it. */
export function shipped<T extends object>(part: T): T {
  parts.add(part);
  return Object.freeze(part);
}

/** Whether that is what a table has made, not a copy of it with another method or name. */
export function isShipped(part: object): boolean {
  return parts.has(part);
}
