import type { Program } from '../plan/program.js';
import type { Purpose, Step } from '../plan/step.js';
import { type Place, Value, type ValueType } from '../plan/value.js';
import { formatShape } from '../shape.js';
import { size } from './summary.js';

export interface PlanOptions {
  /** The largest batch that the program can run. Default 32. */
  batchSize?: number;
  /** Whether it is the program of training; otherwise that of predictions. Default: whether the model is compiled. */
  training?: boolean;
  /** Gets the text. Default `console.log`. */
  printFn?: (text: string) => void;
}

/** What a kernel call reads or writes: what it is called in the plan, its shape (with the batch) and type. */
export interface PlannedValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ValueType;
}

/** One kernel call of a plan. */
export interface PlannedStep extends Purpose {
  readonly kernel: string;
  readonly writes: readonly PlannedValue[];
  readonly reads: readonly PlannedValue[];
}

/** A temporary of a plan. Steps are numbered from 0; -1 is before the first, and their number after the last. */
export interface PlannedBuffer {
  readonly name: string;
  /** What stands in it, in words. */
  readonly holds: string;
  /** Bytes from the beginning of the memory that all programs share. */
  readonly offset: number;
  readonly bytes: number;
  /** The step from which it lives, */
  readonly first: number;
  /** and the one until which it does, itself included. */
  readonly last: number;
}

/** What is known of the values of a program. */
export interface PlanSource {
  readonly title: string;
  readonly program: Program;
  readonly inputs: readonly (readonly [Value, string])[];
  readonly outputs: readonly (readonly [Value, string])[];
  /** The names of what lies outside of the plan: weights, gradients, state. */
  readonly places: ReadonlyMap<Place, string>;
  /** Those of the places that are written wherever they are mentioned. */
  readonly gradients: ReadonlySet<Place>;
}

/** A program in words: what `model.plan()` returns. `String(plan)` is its text. */
export class ModelPlan {
  readonly steps: readonly PlannedStep[];
  readonly buffers: readonly PlannedBuffer[];
  /** The largest batch that it can run. */
  readonly batchSize: number;
  /** Bytes that the temporaries take, laid over each other. */
  readonly bytes: number;
  /** Bytes that they would take side by side. */
  readonly bytesApart: number;
  readonly #title: string;

  constructor({ title, program, inputs, outputs, places, gradients }: PlanSource) {
    this.#title = title;
    this.batchSize = program.capacity;
    this.bytes = program.bytes;
    const holds = new Map<Value, string>(inputs.map(([value, name]) => [value.storage, `input '${name}'`]));
    const names = new Map<Value, string>();
    // What the optimizer walks begins where a weight does, or its gradient.
    const byAddress = new Map([...places].reverse().map(([{ address }, name]) => [address, name]));
    const nameOf = ({ storage }: Value): string => {
      const { place } = storage;
      if (place) return places.get(place) ?? byAddress.get(place.address) ?? 'optimizer state';
      if (!names.has(storage)) names.set(storage, `t${names.size}`);
      return names.get(storage)!;
    };
    for (const [value] of inputs) nameOf(value);
    this.steps = program.steps.map((step): PlannedStep => {
      // Kernels have their outputs in front, and a temporary that nobody has mentioned before can only be written.
      const values = step.args.filter((argument): argument is Value => argument instanceof Value);
      const isWritten = ({ storage: { place }, storage }: Value, i: number) =>
        i === 0 || (place ? gradients.has(place) : !names.has(storage));
      const written = new Set(values.filter(isWritten));
      const writes = values.filter((value) => written.has(value));
      const reads = values.filter((value) => !written.has(value));
      for (const value of values) nameOf(value);
      for (const value of writes)
        if (!holds.has(value.storage)) holds.set(value.storage, contentOf(value, step));
      const planned = (value: Value) => ({
        name: nameOf(value),
        shape: value.batched ? [this.batchSize, ...value.shape] : value.shape,
        type: value.type,
      });
      const { owner, phase } = step.purpose!;
      return { kernel: step.kernel, owner, phase, writes: writes.map(planned), reads: reads.map(planned) };
    });
    for (const [{ storage }, name] of outputs) {
      if (!storage.place) holds.set(storage, `output '${name}', ${holds.get(storage)}`);
    }
    this.buffers = [...program.temporaries].map(([value, { offset, bytes, first, last }]) => {
      return { name: nameOf(value), holds: holds.get(value) ?? '', offset, bytes, first, last };
    });
    this.bytesApart = this.buffers.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  toString(): string {
    const { steps, buffers } = this;
    const list = (values: readonly PlannedValue[]) =>
      values
        .map(
          ({ name, shape, type }) => `${name} ${type === 'float32' ? '' : `${type} `}${formatShape(shape)}`,
        )
        .join(', ');
    const calls = steps.map(({ kernel, owner, phase, writes, reads }, i) => [
      String(i),
      phase,
      owner,
      kernel,
      `${list(writes)}${reads.length ? ` from ${list(reads)}` : ''}`,
    ]);
    const map = buffers.map(({ name, holds, offset, bytes, first, last }) => [
      name,
      String(offset),
      String(bytes),
      first < 0 ? 'start' : String(first),
      last === steps.length ? 'end' : String(last),
      holds,
    ]);
    return [
      `${this.#title}, batch size ${this.batchSize}: ${steps.length} kernel calls, ${buffers.length} buffers in ` +
        `${size(this.bytes)} (side by side they would take ${size(this.bytesApart)}).`,
      '',
      ...inColumns([['step', 'phase', 'for', 'kernel', 'writes … from …'], ...calls], [0]),
      '',
      ...inColumns([['buffer', 'offset', 'bytes', 'from step', 'to step', 'holds'], ...map], [1, 2, 3, 4]),
    ].join('\n');
  }
}

function contentOf({ type, batched }: Value, { kernel, purpose }: Step): string {
  const { owner, phase } = purpose!;
  if (type === 'uint8' && !batched) return `scratch for ${kernel} of ${owner}`;
  return phase === 'backward' ? `a gradient of ${owner}, by ${kernel}` : `${kernel} of ${owner}`;
}

/** Rows of cells, each column as wide as it has to be; those in `right` are aligned to the right. */
function inColumns(rows: readonly string[][], right: readonly number[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((cells) => cells[i].length)));
  const pad = (text: string, i: number) =>
    right.includes(i) ? text.padStart(widths[i]) : text.padEnd(widths[i]);
  return rows.map((cells) => cells.map(pad).join('  ').trimEnd());
}
