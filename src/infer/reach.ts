/** What keeps the program of a file within its own values. */
import { FormatError } from '../errors.js';
import type { Argument, Step } from '../plan/step.js';
import { PerBatch, Value } from '../plan/value.js';
import { forward } from '../wasm/forward.js';
import type { ForwardKernels } from '../wasm/generated/forward.js';
import { MOST, plainReaches, type Reach } from './extents.js';
import { spatialReaches, type TabledReach, type TableWriter, tableWriters } from './spatialExtents.js';

/**
 * One row for each kernel that a file may name, beside those that write tables. `csrMatmul` reads through addresses in
 * memory, which no file may give.
 */
export const reaches: Readonly<
  Record<Exclude<keyof ForwardKernels, 'csrMatmul' | keyof typeof tableWriters>, Reach | TabledReach>
> = { ...plainReaches, ...spatialReaches };

/** What the steps so far have written into a storage for kernels to go by. */
interface Table {
  readonly writer: string;
  readonly parts: { readonly bytes: number }[];
}

/**
 * Refuses steps that reach beyond the values that they name, whatever the size of the batch. Tables are written by numbers
 * alone and before they are read, and nobody else touches their storage. Kernels beside those of inference, which were
 * handed in, are not known here; whoever hands them in trusts the file.
 *
 * @throws FormatError `bad-program`.
 */
export function checkReach(steps: readonly Step[]): void {
  const tables = new Map<Value, Table>();
  for (const step of steps) {
    const { module, kernel, args } = step;
    if (Object.hasOwn(tableWriters, kernel)) writeTable(step, tables);
    else if (Object.hasOwn(reaches, kernel)) {
      const reach = reaches[kernel as keyof typeof reaches];
      const table = 'writer' in reach ? reach.table : undefined;
      if (args.some((one, i) => i !== table && one instanceof Value && tables.has(one.storage))) {
        throw beyond(kernel, 'one of its arguments lies in a table');
      }
      if ('writer' in reach) checkTabled(step, reach, tables);
      else checkStep(step, reach, reach.bytes);
    } else if (module === forward) throw beyond(kernel, 'no file may call it');
  }
}

/** Notes the table, or the part of it, that the step writes. */
function writeTable({ kernel, args: [place, ...numbers] }: Step, tables: Map<Value, Table>): void {
  const { parts, read }: TableWriter = tableWriters[kernel as keyof typeof tableWriters];
  if (numbers.some((one) => one instanceof PerBatch))
    throw beyond(kernel, 'a size of a table follows the batch');
  const part = read(...numbers.map((one) => sizeOf(one, 1, kernel, 0)));
  if (!part) throw beyond(kernel, 'its sizes do not fit each other');
  if (!isOwn(place)) throw beyond(kernel, 'its argument 1 is no value for tables');
  const { storage, byteOffset } = place;
  const table = tables.get(storage) ?? { writer: kernel, parts: [] };
  const written = table.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  if (table.writer !== kernel || table.parts.length === parts || byteOffset !== written) {
    throw beyond(kernel, 'it writes a table where another one is, or not from its beginning');
  }
  if (written + part.bytes > storage.bytes(1)) throw beyond(kernel, `its table has ${part.bytes} bytes`);
  tables.set(storage, { writer: kernel, parts: [...table.parts, part] });
}

function checkTabled(step: Step, reach: TabledReach, tables: ReadonlyMap<Value, Table>): void {
  const { kernel, args } = step;
  const [place, ...rest] = args.slice(reach.table);
  const table = place instanceof Value && place.offset === 0 ? tables.get(place.storage) : undefined;
  if (table?.writer !== reach.writer || table.parts.length < tableWriters[reach.writer].parts) {
    throw beyond(kernel, `its argument ${reach.table + 1} is no table for it`);
  }
  const [scratch] = rest;
  if (scratch instanceof Value) {
    const others = args.filter((one) => one instanceof Value && one.storage === scratch.storage);
    if (!isOwn(scratch) || others.length > 1) throw beyond(kernel, 'its scratch is not its own');
  }
  checkStep(step, reach, (...sizes) => reach.bytes(table.parts as never[], ...sizes), reach.bytes.length - 1);
}

/** Whether nothing but what names this value can reach its memory: it is no weight, input or output. */
function isOwn(argument: Argument): argument is Value {
  return argument instanceof Value && !argument.storage.place && !argument.storage.batched;
}

function checkStep(
  { kernel, args }: Step,
  { parameters = 0, optional = [], samples, zeros }: Omit<Reach, 'bytes'>,
  bytes: Reach['bytes'],
  count = bytes.length,
): void {
  const places = args.length - parameters - count;
  const sizes = args.slice(places + parameters);
  const following = sizes.flatMap((size, i) => (size instanceof PerBatch ? [i] : []));
  if (following.length > 1) throw beyond(kernel, 'two of its sizes follow the batch');
  if (samples !== undefined && following.some((i) => i !== samples)) {
    throw beyond(kernel, 'a size other than its samples follows the batch');
  }
  // Everything is a straight line over the batch: it stays below another one if it begins there and is no steeper.
  const [one, two] = [1, 2].map((batch) =>
    bytes(...sizes.map((size) => sizeOf(size, batch, kernel, zeros ? 0 : 1))),
  );
  if (!one || !two) throw beyond(kernel, 'its sizes do not fit each other');
  args.slice(0, places).forEach((argument, i) => {
    if (argument === 0 && optional.includes(i)) return;
    if (!(argument instanceof Value)) throw beyond(kernel, `its argument ${i + 1} is no value`);
    const { storage, byteOffset } = argument;
    const [first, second] = [storage.bytes(1), storage.bytes(2)];
    if (one[i] + byteOffset <= first && two[i] - one[i] <= second - first) return;
    throw beyond(
      kernel,
      `its argument ${i + 1} has ${first - byteOffset} bytes, but it reaches over ${one[i]}`,
    );
  });
  for (const parameter of args.slice(places, places + parameters)) {
    if (typeof parameter !== 'number') throw beyond(kernel, 'one of its parameters is no number');
  }
}

function sizeOf(size: Argument, batch: number, kernel: string, least: number): number {
  const value = size instanceof PerBatch ? size.factor * batch : size;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MOST) return value;
  throw beyond(kernel, `one of its sizes is no whole number of ${least} or more`);
}

function beyond(kernel: string, fault: string): FormatError {
  return new FormatError(
    'bad-program',
    `The program of the model file cannot be run: it calls kernel '${kernel}' with what it must not touch: ${fault}. ` +
      'Save the model again.',
  );
}
