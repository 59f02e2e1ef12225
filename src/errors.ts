/**
 * Every error that Fourlane raises on purpose. `code` is stable and meant for programs; `message` is meant for
 * people: it names the layer or argument, what was expected, what came, and what to do.
 */
export class FourlaneError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Shapes that do not fit together. */
export class ShapeError extends FourlaneError {}

/** A value that is out of range, not finite, or of the wrong kind. */
export class ValueError extends FourlaneError {}

/** An option, identifier or combination of them that cannot be served. */
export class ConfigError extends FourlaneError {}

/** Bytes that are not the file they are said to be. */
export class FormatError extends FourlaneError {}

/** The platform lacks something that is needed, or a limit of it was reached. */
export class RuntimeUnsupportedError extends FourlaneError {}
