import type { Constraint } from '../constraints.js';
import type { Initializer } from '../initializers.js';
import type { Regularizer } from '../regularizers.js';
import {
  type ConstraintLike,
  describe,
  type InitializerLike,
  type RegularizerLike,
  resolveConstraint,
  resolveInitializer,
  resolveRegularizer,
} from '../resolve.js';
import { optional } from './layer.js';

/** How a weight begins, what it costs, and what is done to it after every step. */
export interface WeightRecipe {
  readonly initializer: Initializer;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
}

/** The options of a layer that say so: `kernelInitializer`, `kernelRegularizer` and `kernelConstraint` of 'kernel'. */
export type RecipeOptions<Name extends string> = { [Option in `${Name}Initializer`]?: InitializerLike } & {
  [Option in `${Name}Regularizer`]?: RegularizerLike;
} & { [Option in `${Name}Constraint`]?: ConstraintLike };

/** The names of these options. */
export function recipeNames(...weights: readonly string[]): string[] {
  return weights.flatMap((weight) => [`${weight}Initializer`, `${weight}Regularizer`, `${weight}Constraint`]);
}

/** What the options say of that weight. @throws ConfigError for unknown identifiers. */
export function recipeOf(
  options: object,
  weight: string,
  initializer: InitializerLike = 'glorotUniform',
): WeightRecipe {
  const named = options as RecipeOptions<string>;
  return {
    initializer: resolveInitializer(named[`${weight}Initializer`] ?? initializer),
    regularizer: optional(named[`${weight}Regularizer`], resolveRegularizer),
    constraint: optional(named[`${weight}Constraint`], resolveConstraint),
  };
}

/** The options that make an equal recipe. */
export function describeRecipe(weight: string, recipe: WeightRecipe): Record<string, unknown> {
  return {
    [`${weight}Initializer`]: describe(recipe.initializer),
    [`${weight}Regularizer`]: optional(recipe.regularizer, describe),
    [`${weight}Constraint`]: optional(recipe.constraint, describe),
  };
}
