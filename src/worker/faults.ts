import * as errors from '../errors.js';

/** An error on its way: a structured clone would lose its class and its code. */
export interface Fault {
  /** The name of its class among Fourlane's errors. It is not `error.name`, which minifiers change. */
  readonly kind: string | undefined;
  readonly code: string;
  /** Where it is not that of its class. */
  readonly name: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}

const CLASSES = new Map(Object.entries(errors));

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

const NATIVE: Readonly<Record<string, ErrorClass>> = { RangeError, ReferenceError, SyntaxError, TypeError };

export function toFault(thrown: unknown): Fault {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack } = error;
  if (!(error instanceof errors.FourlaneError)) return { kind: undefined, code: '', name, message, stack };
  const ownName = name === error.constructor.name ? undefined : name;
  return { kind: kindOf(error), code: error.code, name: ownName, message, stack };
}

/** The error again, of its own class, with the stack that it had in the worker. */
export function fromFault({ kind, code, name, message, stack }: Fault, options?: ErrorOptions): Error {
  const FourlaneClass = CLASSES.get(kind ?? '');
  const error = FourlaneClass
    ? new FourlaneClass(code, message, options)
    : new (NATIVE[name ?? ''] ?? Error)(message, options);
  if (name) error.name = name;
  if (stack) error.stack = stack;
  return error;
}

/** The nearest of Fourlane's own classes. */
function kindOf(error: errors.FourlaneError): string {
  for (let kind = error.constructor; kind; kind = Object.getPrototypeOf(kind)) {
    const known = [...CLASSES].find(([, own]) => own === kind);
    if (known) return known[0];
  }
  return 'FourlaneError';
}
