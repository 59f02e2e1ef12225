/**
 * Forward steps as plain JSON, and back: what a model file carries so that it can be run without the classes of its
 * layers. Values are numbered; sizes that follow the batch stay symbolic.
 */
import { FormatError } from '../errors.js';
import { type Shape, sizeOf } from '../shape.js';
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

/** What a file has under the name of a weight. */
export interface FoundWeight extends Place {
  /** How many numbers it has. */
  readonly elements: number;
}

/** Values and steps of a program at the most. */
const MOST = 50_000;
/** Numbers of a value at the most, for one sample: more than any memory holds. */
const MOST_ELEMENTS = 2 ** 30;
const TYPES: readonly unknown[] = [undefined, 'float32', 'int32', 'uint8'];

/**
 * Reads steps for the kernels that `find` knows, with the weights that `weightOf` knows. What the program says of its
 * values is checked here; whether its steps stay within them, the caller has to see.
 *
 * @throws FormatError `bad-program` where that is no such program, and what `find` throws.
 */
export function fromPortable(
  program: PortableProgram,
  find: (kernel: string) => FoundKernel,
  weightOf: (weight: string) => FoundWeight | undefined,
): ForwardProgram {
  const values = list(program?.values).map((portable) => readValue(portable, weightOf));
  const value = (index: number): Value => {
    if (Number.isInteger(index) && index >= 0 && index < values.length) return values[index];
    throw broken(`there is no value ${String(index)}`);
  };
  const argument = (one: PortableArgument): Argument => {
    if (typeof one === 'number') return one;
    if (typeof one !== 'object' || one === null) throw broken(`${String(one)} is no argument`);
    if ('perBatch' in one) return new PerBatch(whole(one.perBatch, 1));
    return one.offset === undefined ? value(one.value) : value(one.value).at(whole(one.offset, 0));
  };
  const port = (index: number): Value => {
    const { batched, type } = value(index);
    if (batched && type === 'float32') return value(index);
    throw broken('an input or output is none of a batch');
  };
  const inputs = list(program.inputs).map(port);
  if (!inputs.length || new Set(inputs).size < inputs.length) throw broken('its inputs are not one for each');
  return {
    inputs,
    outputs: list(program.outputs).map((output) => {
      const made = port(output?.value);
      if (sizeOf(shapeOf(output.shape)) === sizeOf(made.shape)) return made.view(output.shape);
      throw broken('an output has another shape than its value');
    }),
    steps: list(program.steps).map((step) => {
      const [kernel, ...args] = list(step) as PortableStep;
      const { module, arity } = find(kernel);
      if (arity === args.length) return { module, kernel, args: args.map(argument) };
      throw broken(`kernel '${kernel}' takes ${arity} arguments, not ${args.length}`);
    }),
  };
}

function readValue(portable: PortableValue, weightOf: (weight: string) => FoundWeight | undefined): Value {
  const { shape, batched = false, type, weight } = portable ?? {};
  const elements = sizeOf(shapeOf(shape));
  if (!TYPES.includes(type) || typeof batched !== 'boolean') throw broken('a value is of no known kind');
  if (weight === undefined) return new Value(shape, { batched, type });
  const place = weightOf(weight);
  if (!place) throw broken(`the weight '${String(weight)}' is missing`);
  if (place.elements === elements && !batched && !type) return new Value(shape, { place });
  throw broken(`the weight '${weight}' is another than the file has`);
}

function shapeOf(shape: Shape | undefined): Shape {
  const sizes = list(shape);
  for (const axis of sizes) whole(axis, 1);
  if (sizeOf(sizes) <= MOST_ELEMENTS) return sizes;
  throw broken('a value is larger than any memory');
}

function whole(number: number, low: number): number {
  if (Number.isSafeInteger(number) && number >= low) return number;
  throw broken(`${String(number)} is no size`);
}

function list<T>(value: readonly T[] | undefined): readonly T[] {
  if (!Array.isArray(value)) throw broken('a list is missing');
  if (value.length <= MOST) return value;
  throw broken(`a list of it has more than ${MOST} entries`);
}

function broken(fault: string): FormatError {
  return new FormatError(
    'bad-program',
    `The program of the model file cannot be run: ${fault}. Save the model again.`,
  );
}
