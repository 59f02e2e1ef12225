import { type Data, inputColumn, labelColumn } from '../data/adapt.js';
import type { Column } from '../data/column.js';
import { makeSamples, type Samples } from '../data/feed.js';
import { ConfigError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../names.js';
import { Value } from '../plan/value.js';
import type { Shape } from '../shape.js';

/** An input of class numbers. */
export interface ClassNumbers {
  /** How many classes there are. */
  classes: number;
  /** The shape of one sample; default [], one number. */
  shape?: Shape;
  /** A number that marks rows which do not count, for a loss with the same. */
  ignoreClass?: number;
}

/** What a batch consists of: the shape of one sample of each part, without the batch axis. */
export type InputShapes = Readonly<Record<string, Shape | ClassNumbers>>;
/** The parts of a batch, by name: what `fit` takes as data, all of the same length. */
export type Batch<Inputs> = { readonly [Name in keyof Inputs]: Data };
/** What stands for the parts of a batch in a loss. */
export type InputValues<Inputs> = { readonly [Name in keyof Inputs]: Value };

/** @throws ConfigError `option-value` where these are no shapes. */
export function checkInputs(inputs: InputShapes, where: string): void {
  const record = typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs);
  if (!record || Object.keys(inputs).length === 0) {
    throw new ConfigError(
      'option-value',
      `${where}: inputs must give the shape of each part of a batch, such as { image: [64], label: { classes: 10 } }.`,
    );
  }
  for (const [name, input] of Object.entries(inputs)) {
    const argument = `${where}: inputs.${name}`;
    const numbers = isClassNumbers(input);
    if (numbers) checkOptions(input, ['classes', 'shape', 'ignoreClass'], argument);
    const sizes = numbers ? [input.classes, ...(input.shape ?? [])] : input;
    if (Array.isArray(sizes) && sizes.every((size) => Number.isInteger(size) && size > 0)) continue;
    throw new ConfigError(
      'option-value',
      `${argument} must be the shape of one sample, such as [64], or { classes: 10 }, but got ${JSON.stringify(input)}.`,
    );
  }
}

export function isClassNumbers(input: Shape | ClassNumbers): input is ClassNumbers {
  return typeof input === 'object' && input !== null && 'classes' in input;
}

/** A value that stands for an input where nothing is computed. */
export function rehearsed(input: Shape | ClassNumbers): Value {
  return isClassNumbers(input)
    ? new Value(input.shape ?? [], { batched: true, type: 'int32' })
    : new Value(input, { batched: true });
}

/** Checks a batch whole. @throws ShapeError, ValueError that name the part. */
export function batchSamples(inputs: InputShapes, batch: Batch<InputShapes>, where: string): Samples {
  if (typeof batch !== 'object' || batch === null) {
    throw new ValueError('data-missing', `${where} takes a batch: { ${Object.keys(inputs).join(', ')} }.`);
  }
  const names = Object.keys(inputs);
  const unknown = Object.keys(batch).find((name) => !names.includes(name));
  const missing = names.find((name) => batch[name] === undefined);
  if (unknown !== undefined || missing !== undefined) {
    const fault = missing === undefined ? `has a part '${unknown}'` : `has no part '${missing}'`;
    throw new ShapeError('data-parts', `${where}: the batch ${fault}; expected ${names.join(', ')}.`);
  }
  const columns = names.map((name) => columnOf(name, inputs[name], batch[name], where));
  return makeSamples(columns, [], (column) => `${where}: '${names[column]}'`);
}

function columnOf(name: string, input: Shape | ClassNumbers, data: Data, where: string): Column {
  if (!isClassNumbers(input)) return inputColumn(data, { name, sampleShape: input }, where);
  const { classes, shape = [], ignoreClass } = input;
  return labelColumn(data, { name, sampleShape: [...shape, classes] }, where, ignoreClass);
}
