import type { Activation } from '../activations.js';
import type { Constraint } from '../constraints.js';
import { ConfigError, ShapeError } from '../errors.js';
import type { Initializer } from '../initializers.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Operand } from '../plan/tape.js';
import type { Value } from '../plan/value.js';
import type { Regularizer } from '../regularizers.js';
import {
  type ActivationLike,
  type ConstraintLike,
  describe,
  type InitializerLike,
  type RegularizerLike,
  resolveActivation,
  resolveConstraint,
  resolveInitializer,
  resolveRegularizer,
} from '../resolve.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';
import { COMMON, Layer, type LayerOptions, optional, type WeightBuilder } from './layer.js';

export interface EinsumDenseOptions extends LayerOptions {
  /**
   * A letter for each axis of the input, the kernel and the output, the first the batch: 'abc,cd->abd'. '...' stands for
   * axes that stay, all before ('...x,xy->...y') or all behind the others ('ab...,bc->ac...').
   */
  equation: string;
  /** The axes of the output without the batch and those of '...'; null for one that the input has as well. */
  outputShape: number | readonly (number | null)[];
  /** Default 'linear'. */
  activation?: ActivationLike;
  /** The letters of the output along which there is a bias. Default: no bias. */
  biasAxes?: string | null;
  /** Default 'glorotUniform'. */
  kernelInitializer?: InitializerLike;
  /** Default 'zeros'. */
  biasInitializer?: InitializerLike;
  /** Adds a penalty on the kernel to the loss. Default: none. */
  kernelRegularizer?: RegularizerLike;
  /** Adds a penalty on the bias to the loss. Default: none. */
  biasRegularizer?: RegularizerLike;
  /** What is done to the kernel after every step. Default: nothing. */
  kernelConstraint?: ConstraintLike;
  /** What is done to the bias after every step. Default: nothing. */
  biasConstraint?: ConstraintLike;
}

const OPTIONS = [
  ...['equation', 'outputShape', 'activation', 'biasAxes', 'kernelInitializer', 'biasInitializer'],
  ...['kernelRegularizer', 'biasRegularizer', 'kernelConstraint', 'biasConstraint', ...COMMON],
];

/** An equation for inputs of one shape: a name for every axis behind the batch, and their sizes. */
interface Axes {
  readonly input: readonly string[];
  readonly kernel: readonly string[];
  readonly output: readonly string[];
  readonly sizes: ReadonlyMap<string, number>;
  /** The shape of the bias, which fits the last axes of the output. */
  readonly bias: Shape | undefined;
}

/**
 * A product of input and kernel that is summed over the letters that the output lacks, then bias and activation. Weights:
 * kernel, of the axes that its letters say, and bias. Letters of the kernel are in the input or in the output, not in
 * both: a kernel that differs along an axis of the input is not made here.
 */
export class EinsumDense extends Layer {
  static override className = 'EinsumDense';
  readonly equation: string;
  readonly outputShape: readonly (number | null)[];
  readonly activation: Activation;
  readonly biasAxes: string | undefined;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | undefined;
  readonly biasRegularizer: Regularizer | undefined;
  readonly kernelConstraint: Constraint | undefined;
  readonly biasConstraint: Constraint | undefined;
  kernel!: Parameter;
  bias: Parameter | undefined;

  /** @throws ConfigError for an equation of another form, unknown options and identifiers. */
  constructor(options: EinsumDenseOptions) {
    super(options);
    checkOptions(options, OPTIONS, 'layers.einsumDense');
    this.equation = String(options.equation).replaceAll(' ', '');
    partsOf(this.equation);
    this.outputShape = [options.outputShape ?? []].flat();
    this.activation = resolveActivation(options.activation ?? 'linear');
    this.biasAxes = options.biasAxes ?? undefined;
    this.kernelInitializer = resolveInitializer(options.kernelInitializer ?? 'glorotUniform');
    this.biasInitializer = resolveInitializer(options.biasInitializer ?? 'zeros');
    this.kernelRegularizer = optional(options.kernelRegularizer, resolveRegularizer);
    this.biasRegularizer = optional(options.biasRegularizer, resolveRegularizer);
    this.kernelConstraint = optional(options.kernelConstraint, resolveConstraint);
    this.biasConstraint = optional(options.biasConstraint, resolveConstraint);
  }

  override build(b: WeightBuilder, shape: Shape): void {
    const { kernel, sizes, bias } = this.#axesFor(shape);
    this.kernel = b.parameter({
      name: 'kernel',
      shape: kernel.map((axis) => sizes.get(axis)!),
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (!bias) return;
    this.bias = b.parameter({
      name: 'bias',
      shape: bias,
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  override call(b: Builder, x: Value): Value {
    const axes = this.#axesFor(x.shape);
    const { input, kernel, output, sizes } = axes;
    const kept = input.filter((axis) => output.includes(axis));
    const summed = input.filter((axis) => kernel.includes(axis));
    const alone = input.filter((axis) => !output.includes(axis) && !kernel.includes(axis));
    const made = kernel.filter((axis) => output.includes(axis));
    const shapeOf = (names: readonly string[]) => names.map((axis) => sizes.get(axis)!);
    const inner = sizeOf(shapeOf(summed));

    const moved = reorder(b, x, input, [...kept, ...summed, ...alone]);
    const total = alone.length
      ? b.sum(b.reshape(moved, [...shapeOf([...kept, ...summed]), sizeOf(shapeOf(alone))]))
      : moved;
    const rows = b.reshape(total, [...shapeOf(kept), inner]);
    const matrix = b.reshape(reorder(b, this.kernel, kernel, [...summed, ...made]), [
      inner,
      sizeOf(shapeOf(made)),
    ]);
    const product = b.reshape(b.dense(rows, matrix), shapeOf([...kept, ...made]));
    const y = reorder(b, product, [...kept, ...made], output);
    return this.activation.apply(b, this.bias ? addTail(b, y, this.bias) : y);
  }

  override getConfig(): Record<string, unknown> {
    const { equation, outputShape, biasAxes } = this;
    return {
      ...super.getConfig(),
      equation,
      outputShape,
      activation: describe(this.activation),
      biasAxes,
      kernelInitializer: describe(this.kernelInitializer),
      biasInitializer: describe(this.biasInitializer),
      kernelRegularizer: optional(this.kernelRegularizer, describe),
      biasRegularizer: optional(this.biasRegularizer, describe),
      kernelConstraint: optional(this.kernelConstraint, describe),
      biasConstraint: optional(this.biasConstraint, describe),
    };
  }

  #axesFor(shape: Shape): Axes {
    const { input: x, kernel, output: z, left, right } = partsOf(this.equation);
    const elided = shape.length + 1 - x.length;
    if (elided < 0 || (elided > 0 && !left && !right) || (elided === 0 && left)) {
      throw new ShapeError(
        'layer-shape',
        `the equation '${this.equation}' has other axes than an input of shape ${formatShape(shape, true)}.`,
      );
    }
    const dots = Array.from({ length: elided }, (_, i) => `.${i}`);
    const whole = (letters: readonly string[]) =>
      left ? [...dots, ...letters] : [...letters, ...(right ? dots : [])];
    const [batch, ...input] = whole(x);
    const [first, ...output] = whole(z);
    if (batch !== first || kernel.includes(batch)) {
      throw this.#wrong('must begin the input and the output with the batch, which the kernel does not have');
    }
    const sizes = new Map(input.map((axis, i) => [axis, shape[i]]));
    const given = left ? z : z.slice(1);
    if (this.outputShape.length !== given.length) {
      throw this.#wrong(`needs an outputShape of ${given.length} axes, but got ${this.outputShape.length}`);
    }
    given.forEach((axis, i) => {
      const size = this.outputShape[i];
      const known = sizes.get(axis);
      if (size === null ? known === undefined : known !== undefined && known !== size) {
        throw this.#wrong(
          `has an axis '${axis}' of ${known ?? 'no'} entries in the input, but outputShape says ${size}`,
        );
      }
      if (size !== null) sizes.set(axis, size);
    });
    for (const axis of output) {
      if (!input.includes(axis) && !kernel.includes(axis)) {
        throw this.#wrong(`has '${axis}' in the output alone`);
      }
    }
    for (const axis of kernel) {
      if (input.includes(axis) !== output.includes(axis)) continue;
      throw this.#wrong(`has '${axis}' in the kernel and in both or none of input and output`);
    }
    return { input, kernel, output, sizes, bias: this.#biasShape(output, sizes) };
  }

  #biasShape(output: readonly string[], sizes: ReadonlyMap<string, number>): Shape | undefined {
    if (!this.biasAxes) return undefined;
    const letters = [...this.biasAxes];
    const first = output.findIndex((axis) => letters.includes(axis));
    if (!letters.every((axis) => output.includes(axis))) {
      throw this.#wrong(`has not all of biasAxes '${this.biasAxes}' behind the batch of the output`);
    }
    return output.slice(first).map((axis) => (letters.includes(axis) ? sizes.get(axis)! : 1));
  }

  #wrong(fault: string): ConfigError {
    return new ConfigError(
      'einsum-equation',
      `layers.einsumDense: the equation '${this.equation}' ${fault}.`,
    );
  }
}

/** The letters of an equation, and where the dots stand. @throws ConfigError `einsum-equation`. */
function partsOf(equation: string) {
  const [, before, input, after, kernel, , output] =
    /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/.exec(equation) ?? [];
  const dots = [before ?? '', after ?? ''];
  const same = equation.endsWith(`->${dots[0]}${output}${dots[1]}`);
  const letters = [input, kernel, output].map((part) => [...(part ?? '')]);
  const once = letters.every((part) => new Set(part).size === part.length);
  if (!input || !same || (before && after) || !once) {
    throw new ConfigError(
      'einsum-equation',
      `layers.einsumDense: equation must look like 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...', but got ` +
        `'${equation}'.`,
    );
  }
  return {
    input: letters[0],
    kernel: letters[1],
    output: letters[2],
    left: before !== undefined,
    right: after !== undefined,
  };
}

function reorder(b: Builder, x: Operand, from: readonly string[], to: readonly string[]): Value {
  return b.permute(
    x,
    to.map((axis) => from.indexOf(axis)),
  );
}

/** `y` plus a bias for its last axes. */
function addTail(b: Builder, y: Value, bias: Parameter): Value {
  const kept = y.shape.length - bias.shape.length;
  const tail = y.shape.slice(kept);
  const row = b.reshape(b.broadcast(bias, tail), [sizeOf(tail)]);
  const rows = b.reshape(y, [...y.shape.slice(0, kept), sizeOf(tail)]);
  return b.reshape(b.add(rows, row), y.shape);
}
