import { ConfigError } from '../errors.js';
import { core } from '../wasm/core.js';
import type { KernelModule } from '../wasm/module.js';
import type { Parameter } from './parameter.js';
import type { Argument, Step, StepArguments } from './step.js';
import { type Place, Value } from './value.js';

/** What the operations read: a value of the plan, or a weight. */
export type Operand = Value | Parameter;

export interface TapeOptions {
  /** Whether the plan is for training: layers such as dropout behave differently then. */
  training?: boolean;
  /** Where the gradient of a parameter belongs; undefined for those that are not trained. */
  gradientPlace?: (parameter: Parameter) => Place | undefined;
}

/**
 * Records the steps of a plan and how gradients flow back through them. An operation emits its forward steps and
 * leaves a closure that emits its backward steps, so that the two stand side by side.
 */
export class Tape {
  readonly steps: Step[] = [];
  /** May change from one layer to the next. */
  training: boolean;
  readonly #gradientPlace: (parameter: Parameter) => Place | undefined;
  readonly #weights = new Map<Parameter, Value>();
  readonly #gradients = new Map<Value, Value>();
  readonly #backward: (() => void)[] = [];
  readonly #last: (() => void)[] = [];
  readonly #fused = new Map<Value, (scale: number) => void>();

  constructor({ training = false, gradientPlace = () => undefined }: TapeOptions = {}) {
    this.training = training;
    this.#gradientPlace = gradientPlace;
  }

  /** Appends one kernel call. */
  emit<Kernels, Name extends keyof Kernels & string>(
    module: KernelModule<Kernels>,
    kernel: Name,
    ...args: StepArguments<Kernels[Name]>
  ): Step {
    return this.#append({ module, kernel, args });
  }

  /** Gives a step that stands in the plan already other arguments. */
  revise(step: Step, args: readonly Argument[]): void {
    this.steps[this.steps.indexOf(step)] = { ...step, args };
  }

  /** Appends a kernel call that does nothing but write `result`: it is left out where nobody reads that. */
  emitFor<Kernels, Name extends keyof Kernels & string>(
    result: Value,
    module: KernelModule<Kernels>,
    kernel: Name,
    ...args: StepArguments<Kernels[Name]>
  ): void {
    this.#append({ module, kernel, args, result });
  }

  #append(step: Step): Step {
    for (const argument of step.args) {
      if (argument instanceof Value && argument.sparse) throw sparseInput();
    }
    this.steps.push(step);
    return step;
  }

  /** A new temporary. */
  temporary(shape: readonly number[], like: Value, options: { needsGradient?: boolean } = {}): Value {
    return new Value(shape, { batched: like.batched, needsGradient: options.needsGradient });
  }

  /** The value that stands for an operand in this plan. */
  value(operand: Operand): Value {
    if (operand instanceof Value) return operand;
    let value = this.#weights.get(operand);
    if (!value) {
      const needsGradient = this.#gradientPlace(operand) !== undefined;
      value = new Value(operand.shape, { place: operand, needsGradient });
      this.#weights.set(operand, value);
      if (needsGradient) this.#destinations.set(value, operand);
    }
    return value;
  }

  /** The weights that the plan has read so far. */
  get weights(): Iterable<Parameter> {
    return this.#weights.keys();
  }

  /**
   * Leaves the backward half of an operation with the output `y`. It is called with the gradient of `y`, if there is
   * one, when the gradients of everything that reads `y` are known.
   */
  onBackward(y: Value, backward: (dy: Value) => void): void {
    if (!y.needsGradient) return;
    this.#backward.push(() => {
      const dy = this.#gradients.get(y);
      if (dy) backward(dy);
    });
  }

  /**
   * Makes the mean of all elements of `y`, times `scale`, a part of what is minimised: `backward` begins with the
   * gradients of all such parts.
   */
  minimize(y: Value, scale = 1): void {
    const fused = this.#fused.get(y);
    this.#fused.delete(y);
    if (fused) fused(scale);
    else this.gradient(y, (dy) => this.emit(core, 'fillShare', dy, scale, y.count));
  }

  /** Says that the step which computes `y` can compute the gradients of what it reads as well, where `y` is minimised. */
  onMinimize(y: Value, fused: (scale: number) => void): void {
    this.#fused.set(y, fused);
  }

  /** Lets `write` emit a step that writes a share of the gradient of `x` that no operation stands for. */
  addGradient(x: Value, write: (dx: Value) => void): void {
    if (x.needsGradient) this.#backward.push(() => this.gradient(x, write));
  }

  /**
   * Leaves what is emitted by `emitLast`: steps that follow the training step, such as those that move statistics. They
   * are run once, by the thread that has the model, and read what its replica computed.
   */
  afterwards(emit: () => void): void {
    this.#last.push(emit);
  }

  /** Emits what `afterwards` was given. */
  emitLast(): void {
    for (const emit of this.#last) emit();
  }

  /** Emits the backward steps of everything recorded, last first. */
  backward(): void {
    for (const backward of this.#backward.reverse()) backward();
    this.#backward.length = 0;
  }

  /** The gradient of a value, once something has contributed to it. */
  gradientOf(x: Operand): Value | undefined {
    return this.#gradients.get(this.value(x));
  }

  /** Lets `write` emit a step that writes a share of the gradient of `x` into a buffer. */
  gradient(x: Value, write: (dx: Value) => void): void {
    this.gradientFrom(x, (dx, start) => {
      if (start) {
        const share = this.temporary(x.shape, x);
        write(share);
        this.emit(core, 'add', dx, dx, share, dx.count);
      } else write(dx);
    });
  }

  /** As `gradient`, for kernels that can add to what is there: `start` is 0 to overwrite, or `dx` itself to add. */
  gradientFrom(x: Value, write: (dx: Value, start: Value | 0) => void): void {
    if (!x.needsGradient) return;
    const known = this.#gradients.get(x);
    const weight = this.#destinations.get(x);
    if (weight) {
      const dx = known ?? new Value(x.shape, { place: this.#gradientPlace(weight)! });
      write(dx, known ? dx : 0);
      this.#gradients.set(x, dx);
      return;
    }
    const share = this.temporary(x.shape, x);
    write(share, 0);
    this.#contribute(x, share);
  }

  /** Says that the gradient of `x` is `dx` as it stands. */
  passGradient(x: Value, dx: Value): void {
    if (!x.needsGradient) return;
    if (this.#destinations.has(x)) this.gradient(x, (dw) => this.emit(core, 'copy', dw, dx, dx.count));
    else this.#contribute(x, dx);
  }

  /** Weights among the values, whose gradients have a place of their own. */
  readonly #destinations = new Map<Value, Parameter>();

  /** Sums into a new buffer: `known` or `share` may be the gradient of another value as well. */
  #contribute(x: Value, share: Value): void {
    const known = this.#gradients.get(x);
    if (!known) {
      this.#gradients.set(x, share);
      return;
    }
    const sum = this.temporary(x.shape, x);
    this.emit(core, 'add', sum, known, share, sum.count);
    this.#gradients.set(x, sum);
  }
}

function sparseInput(): ConfigError {
  return new ConfigError(
    'sparse-input',
    'A SparseMatrix can only be read by a dense layer. Put layers.dense first, or pass dense data.',
  );
}
