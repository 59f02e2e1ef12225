/** A learning rate that follows the iteration. One of one's own extends this class, or is just a function. */
export abstract class LearningRateSchedule {
  /** The name under which it is known. */
  readonly name: string;
  /** The options that make an equal one, as plain data. */
  readonly config: Readonly<Record<string, unknown>>;

  constructor(name: string, options: object = {}) {
    this.name = name;
    this.config = describedSchedules(options);
  }

  /** The learning rate of a step. @param iteration how many steps were taken before it. */
  abstract at(iteration: number): number;
}

/** The options with every schedule among them described by its name and options. */
export function describedSchedules(options: object): Record<string, unknown> {
  const entries = Object.entries(options).map(([key, value]) =>
    value instanceof LearningRateSchedule ? [key, { name: value.name, config: value.config }] : [key, value],
  );
  return Object.fromEntries(entries);
}
