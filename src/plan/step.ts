import type { KernelModule } from '../wasm/module.js';
import type { PerBatch, Value } from './value.js';

/** What a step passes to its kernel: the address of a value, a number, or a size that follows the batch. */
export type Argument = Value | number | PerBatch;

/** One kernel call with all its arguments: outputs, inputs, parameters, sizes. */
export interface Step {
  // biome-ignore lint/suspicious/noExplicitAny: a list of steps mixes modules; `emit` has checked each of them
  readonly module: KernelModule<any>;
  readonly kernel: string;
  readonly args: readonly Argument[];
  /** The only value that it writes, where that is known: the step is left out of a program in which nobody reads it. */
  readonly result?: Value;
  /** What it is for, as `model.plan()` says it. */
  readonly purpose?: Purpose;
}

/** Whom a step is emitted for, such as 'encoder/dense' or 'loss', and in which part of a plan. */
export interface Purpose {
  readonly owner: string;
  readonly phase: 'forward' | 'backward' | 'update';
}

/** The arguments of a kernel, as a step may give them. */
export type StepArguments<F> = F extends (...args: infer A) => unknown ? { [I in keyof A]: Argument } : never;
