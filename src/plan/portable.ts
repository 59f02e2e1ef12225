/**
 * Forward steps as plain JSON, and back: what a model file carries so that it can be run without the classes of its
 * layers. Values are numbered; sizes that follow the batch stay symbolic.
 */
import { FormatError } from '../errors.js';
import type { Shape } from '../shape.js';
import type { KernelModule } from '../wasm/module.js';
import type { Parameter } from './parameter.js';
import type { Argument, Step } from './step.js';
import { PerBatch, type Place, Value, type ValueType } from './value.js';

/** A value: its shape, whether it is batched, and its type or the name of the weight that it is. */
type PortableValue = { shape: Shape; batched?: true; type?: ValueType; weight?: string };
/** An argument: a number, a value with an offset in elements, or a size per sample. */
type PortableArgument = number | { value: number; offset?: number } | { perBatch: number };
type PortableStep = [string, ...PortableArgument[]];

export interface PortableProgram {
  readonly values: readonly PortableValue[];
  readonly inputs: readonly number[];
  readonly outputs: readonly { value: number; shape: Shape }[];
  readonly steps: readonly PortableStep[];
}

export interface ForwardProgram {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly steps: readonly Step[];
}

/** Writes down forward steps; weights are referred to by the names that `nameOf` gives them. */
export function toPortable(
  { inputs, outputs, steps }: ForwardProgram,
  nameOf: (weight: Parameter) => string,
): PortableProgram {
  const numbers = new Map<Value, number>();
  const values: PortableValue[] = [];
  const number = (value: Value): number => {
    const { storage } = value;
    let known = numbers.get(storage);
    if (known === undefined) {
      known = values.length;
      numbers.set(storage, known);
      const { shape, batched, type, place } = storage;
      values.push({
        shape,
        batched: batched || undefined,
        type: type === 'float32' ? undefined : type,
        weight: place && nameOf(place as Parameter),
      });
    }
    return known;
  };
  const argument = (one: Argument): PortableArgument => {
    if (typeof one === 'number') return one;
    if (one instanceof PerBatch) return { perBatch: one.factor };
    return { value: number(one), offset: one.offset || undefined };
  };
  return {
    inputs: inputs.map(number),
    steps: steps.map(({ kernel, args }): PortableStep => [kernel, ...args.map(argument)]),
    outputs: outputs.map((output) => ({ value: number(output), shape: output.shape })),
    values,
  };
}

/** Where a kernel is, and how many arguments it takes. */
export interface FoundKernel {
  readonly module: KernelModule<object>;
  readonly arity: number;
}

/**
 * Reads steps for the kernels that `find` knows, with weights at the places that `placeOf` names.
 *
 * @throws FormatError `bad-program` where the text is not such a program, and what `find` throws.
 */
export function fromPortable(
  program: PortableProgram,
  find: (kernel: string) => FoundKernel,
  placeOf: (weight: string) => Place | undefined,
): ForwardProgram {
  const values = list(program?.values).map((portable) => {
    const { shape, batched, type, weight } = portable;
    if (!list(shape).every((axis) => Number.isSafeInteger(axis) && axis > 0))
      throw broken('a value has no shape');
    const place = weight === undefined ? undefined : placeOf(weight);
    if (weight !== undefined && !place) throw broken(`the weight '${weight}' is missing`);
    return new Value(shape, { batched: batched === true, type, place });
  });
  const value = (index: number): Value => values[index] ?? fail(`there is no value ${index}`);
  const argument = (one: PortableArgument): Argument => {
    if (typeof one === 'number') return one;
    if ('perBatch' in one) return new PerBatch(one.perBatch);
    return one.offset ? value(one.value).at(one.offset) : value(one.value);
  };
  return {
    inputs: list(program.inputs).map(value),
    outputs: list(program.outputs).map((output) => value(output.value).view(output.shape)),
    steps: list(program.steps).map(([kernel, ...args]) => {
      const { module, arity } = find(kernel);
      if (arity === args.length) return { module, kernel, args: args.map(argument) };
      throw broken(`kernel '${kernel}' takes ${arity} arguments, not ${args.length}`);
    }),
  };
}

function list<T>(value: readonly T[] | undefined): readonly T[] {
  if (Array.isArray(value)) return value;
  throw broken('a list is missing');
}

function fail(fault: string): never {
  throw broken(fault);
}

function broken(fault: string): FormatError {
  return new FormatError(
    'bad-program',
    `The program of the model file cannot be run: ${fault}. Save the model again.`,
  );
}
