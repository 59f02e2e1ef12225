import { checkLengths } from '../data/adapt.js';
import type { BatchRows, Column, Port } from '../data/column.js';
import type { Program } from '../plan/program.js';
import { runtime } from '../wasm/runtime.js';
import type { Scoreboard } from './scoreboard.js';

/** The columns of a data set: what goes into a model and what should come out. */
export interface Samples {
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly length: number;
}

/** A program with the ports through which its batches come in. */
export interface FedProgram {
  readonly program: Program;
  readonly ports: readonly Port[];
}

/** A program that counts losses and metrics. */
export interface ScoringProgram extends FedProgram {
  readonly scores: Scoreboard;
}

/** One iteration: the rows into the program, then all its steps. */
export function stepper(
  { program, ports }: FedProgram,
  { inputs, targets }: Samples,
): (rows: BatchRows) => void {
  const columns = [...inputs, ...targets];
  const { heap } = runtime();
  return (rows) => {
    program.prepare(rows.count);
    for (let i = 0; i < columns.length; i++) columns[i].fill(ports[i], program, heap, rows);
    program.run();
  };
}

/** Samples from columns, all of the same length. */
export function makeSamples(
  inputs: readonly Column[],
  targets: readonly Column[],
  labels: readonly string[],
): Samples {
  return { inputs, targets, length: checkLengths([...inputs, ...targets], labels) };
}

/** The samples from `start` to before `end`. */
export function sliceSamples({ inputs, targets }: Samples, start: number, end: number): Samples {
  const cut = (column: Column) => column.slice(start, end);
  return { inputs: inputs.map(cut), targets: targets.map(cut), length: end - start };
}
