import type { Activation } from '../activations.js';
import { ConfigError, ShapeError } from '../errors.js';
import { checkChoice, checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Parameter } from '../plan/parameter.js';
import type { Value } from '../plan/value.js';
import type { Padding } from '../plan/windows.js';
import { type ActivationLike, describe, resolveActivation } from '../resolve.js';
import { formatShape, type Shape } from '../shape.js';
import { COMMON, checkCount, Layer, type LayerOptions, type WeightBuilder } from './layer.js';
import { describeRecipe, type RecipeOptions, recipeNames, recipeOf, type WeightRecipe } from './recipe.js';

/** A whole number for every spatial axis, or one for all of them. */
export type PerAxis = number | readonly number[];

/** What all layers with a sliding kernel know. The initializer of the bias is 'zeros' by default. */
export interface WindowedOptions extends LayerOptions, RecipeOptions<'bias'> {
  /** How many entries of each axis the kernel reaches over. */
  kernelSize: PerAxis;
  /** Steps between windows. Default 1. */
  strides?: PerAxis;
  /** 'same' adds zeros around the input, so that a stride of 1 keeps its size. Default 'valid': no zeros. */
  padding?: Padding;
  /** Steps between the entries that a window reads. Default 1. */
  dilationRate?: PerAxis;
  /** Default 'linear'. */
  activation?: ActivationLike;
  /** Default true. */
  useBias?: boolean;
}

const OPTIONS = [
  ...['kernelSize', 'strides', 'padding', 'dilationRate', 'activation', 'useBias'],
  ...[...recipeNames('bias'), ...COMMON],
];

/** What a class adds to the options that all have. */
interface Kind {
  /** How many spatial axes there are. */
  readonly rank: number;
  /** The layer's factory, for messages. */
  readonly where: string;
  /** The names of the weights beside the bias, each with its recipe. */
  readonly weights: readonly string[];
  /** Other options. */
  readonly options: readonly string[];
  /** Default 'valid' and 'same'. */
  readonly paddings?: readonly Padding[];
}

/** A layer that slides a kernel over the spatial axes of [batch, ...axes, channels], adds a bias and activates. */
export abstract class Windowed extends Layer {
  readonly rank: number;
  readonly kernelSize: Shape;
  readonly strides: Shape;
  readonly padding: Padding;
  readonly dilationRate: Shape;
  readonly activation: Activation;
  readonly useBias: boolean;
  /** How each of its weights is made, by its name. */
  readonly recipes: Readonly<Record<string, WeightRecipe>>;
  bias: Parameter | undefined;

  /** @throws ConfigError for sizes that are no positive whole numbers, unknown options and identifiers. */
  constructor(options: WindowedOptions, { rank, where, weights, options: own, paddings }: Kind) {
    super(options);
    checkOptions(options, [...own, ...recipeNames(...weights), ...OPTIONS], where);
    this.rank = rank;
    this.kernelSize = perAxis(options.kernelSize, rank, `${where}: kernelSize`);
    this.strides = perAxis(options.strides ?? 1, rank, `${where}: strides`);
    this.dilationRate = perAxis(options.dilationRate ?? 1, rank, `${where}: dilationRate`);
    this.padding = options.padding ?? 'valid';
    checkChoice(this.padding, `${where}: padding`, paddings ?? ['valid', 'same']);
    this.activation = resolveActivation(options.activation ?? 'linear');
    this.useBias = options.useBias ?? true;
    const recipes = weights.map((weight) => [weight, recipeOf(options, weight)] as const);
    this.recipes = { ...Object.fromEntries(recipes), bias: recipeOf(options, 'bias', 'zeros') };
  }

  /** The sum for every window, with the bias. */
  protected abstract convolve(b: Builder, x: Value): Value;

  override call(b: Builder, x: Value): Value {
    this.checkInput(x.shape);
    // Nothing but the activation reads the sum, so it may be overwritten.
    return this.activation.apply(b, this.convolve(b, x), true);
  }

  /** @throws ShapeError where the input has another number of axes. */
  protected checkInput(shape: Shape): void {
    if (shape.length === this.rank + 1) return;
    throw new ShapeError(
      'layer-shape',
      `expected an input with ${this.rank + 1} axes behind the batch, the last of them the channels, but got ` +
        `${formatShape(shape, true)}.`,
    );
  }

  /** Makes a weight by its recipe: the one of that name, if it differs from that of the weight. */
  protected weight(b: WeightBuilder, name: string, shape: Shape, recipe = name): Parameter {
    return b.parameter({ name, shape, ...this.recipes[recipe] });
  }

  /** Makes the bias, if there is one. */
  protected buildBias(b: WeightBuilder, filters: number): void {
    if (this.useBias) this.bias = this.weight(b, 'bias', [filters]);
  }

  /** The options of the windows, as the plan's operations take them. */
  protected get spacing() {
    const { strides, padding, dilationRate: dilation } = this;
    return { strides, padding, dilation };
  }

  override getConfig(): Record<string, unknown> {
    const { kernelSize, strides, padding, dilationRate, useBias } = this;
    const recipes = Object.entries(this.recipes).map(([name, recipe]) => describeRecipe(name, recipe));
    return {
      ...super.getConfig(),
      ...{ kernelSize, strides, padding, dilationRate, activation: describe(this.activation), useBias },
      ...Object.assign({}, ...recipes),
    };
  }
}

/** A number for each axis. @throws ConfigError where there are others than whole numbers of at least `low`. */
export function perAxis(value: PerAxis, rank: number, argument: string, low = 1): number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : value;
  if (Array.isArray(list) && list.length === rank) return list.map((one) => checkCount(one, argument, low));
  throw new ConfigError(
    'option-value',
    `${argument} must be a number${rank > 1 ? ` or a list of ${rank} numbers` : ''}, but got ${JSON.stringify(value)}.`,
  );
}
