import { ConfigError } from '../errors.js';
import { Layer } from '../layers/layer.js';
import type { BuilderOptions } from '../plan/builder.js';
import { Parameter } from '../plan/parameter.js';
import { Value } from '../plan/value.js';
import { checkInputs, type InputShapes, type InputValues, isClassNumbers, rehearsed } from './inputs.js';
import { LossBuilder } from './lossBuilder.js';

/** Whose weights are meant: layers, models, or single weights. */
export type Weights = Layer | Parameter | readonly (Layer | Parameter)[];

/**
 * A loss as a function of a batch: a value, or several by name whose sum is the loss. Each counts as the mean of all of its
 * elements. It is called when the loop is made and once for each program that is built, so it must do the same each time.
 */
export type LossFunction<Inputs> = (
  b: LossBuilder,
  inputs: InputValues<Inputs>,
) => Value | Readonly<Record<string, Value>>;

export interface ObjectiveOptions<Inputs extends InputShapes> {
  /** The parts of a batch: the shape of one sample of each, or `{ classes }` for class numbers. */
  inputs: Inputs;
  /** What is minimised: a value, or several by name whose sum it is. */
  loss: LossFunction<Inputs>;
  /** Whether the regularizers of the parameters, and of what layers in the loss put out, count. Default true. */
  regularization?: boolean;
  /** For messages. Default: the name of the function. */
  name?: string;
}

/** The options that all loops have. */
export const COMMON = ['loss', 'parameters', 'regularization', 'name'];

/** A loss over a batch, and what it is differentiated by. */
export interface Objective {
  readonly inputs: InputShapes;
  readonly loss: LossFunction<InputShapes>;
  readonly parameters: readonly Parameter[];
  /** Names of inputs. */
  readonly inputGradients: readonly string[];
  readonly training: boolean;
  readonly regularization: boolean;
  /** Of how many terms the loss is the sum. */
  readonly terms: number;
  /** What to name in messages. */
  readonly where: string;
}

/** A part of a loss. */
export interface Term {
  readonly name: string;
  readonly value: Value;
}

/** Steps that compute a loss and its gradients. */
interface EmittedObjective {
  readonly b: LossBuilder;
  readonly terms: readonly Term[];
  /** The inputs whose gradients are wanted. */
  readonly differentiable: readonly Value[];
}

/** @throws ConfigError for what is no loss of such inputs; ShapeError for what does not fit in it. */
export function objectiveOf(
  options: ObjectiveOptions<InputShapes>,
  parameters: Weights | undefined,
  { training, where, inputGradients = [] }: Pick<Objective, 'training' | 'where'> & Partial<Objective>,
): Objective {
  const { inputs, loss, regularization = true } = options;
  checkInputs(inputs, where);
  if (typeof loss !== 'function') {
    throw new ConfigError(
      'option-value',
      `${where}: loss must be a function of a builder and the inputs, such as (b, { x, y }) => b.loss('mse', ` +
        `b.call(model, x), y), but got ${String(loss)}.`,
    );
  }
  for (const name of inputGradients) {
    if (Object.hasOwn(inputs, name) && !isClassNumbers(inputs[name])) continue;
    throw new ConfigError(
      'option-value',
      `${where}: inputGradients names '${name}', but the inputs of numbers are ` +
        `${Object.keys(inputs)
          .filter((one) => !isClassNumbers(inputs[one]))
          .join(', ')}.`,
    );
  }
  const weights = parameters === undefined ? [] : resolveWeights(parameters, where);
  const objective = { inputs, loss, parameters: weights, inputGradients, training, regularization, where };
  return { ...objective, terms: rehearse(objective) };
}

/** The trainable weights that are meant, each once. @throws ConfigError where there are none. */
function resolveWeights(weights: Weights, where: string): Parameter[] {
  const list = [weights].flat();
  const found = list.flatMap((one) => {
    if (one instanceof Parameter) return [one];
    if (one instanceof Layer) return one.trainableParameters();
    throw new ConfigError(
      'option-value',
      `${where}: parameters must be layers, models or weights, but got ${String(one)}.`,
    );
  });
  const unplaced = found.find(({ placed }) => !placed);
  if (unplaced) {
    throw new ConfigError(
      'layer-weights',
      `${where}: the weight '${unplaced.name}' has no place yet: make its layer part of a model first.`,
    );
  }
  if (found.length > 0) return [...new Set(found)];
  const names = list.map((one) => `'${one.name}'`).join(', ');
  throw new ConfigError(
    'no-parameters',
    `${where}: there are no weights to train among the parameters (${names}); are they frozen, or not built yet?`,
  );
}

/** Emits a loss and its gradients; `open` gives the values that stand for the parts of a batch. */
export function emitObjective(
  { inputs, inputGradients, loss, training, where }: Omit<Objective, 'terms'>,
  options: BuilderOptions,
  open: (b: LossBuilder) => readonly Value[],
): EmittedObjective {
  const classes = new Map<Value, number>();
  const b = new LossBuilder({ ...options, training }, classes);
  const values = open(b);
  const parts = Object.entries(inputs).map(([name, input], i): [string, Value] => {
    const value = inputGradients.includes(name) ? differentiableOf(values[i]) : values[i];
    if (isClassNumbers(input)) classes.set(value, input.classes);
    return [name, value];
  });
  const named = Object.fromEntries(parts);
  const terms = termsOf(loss(b, named), where);
  for (const { value } of terms) b.minimize(value);
  b.backward();
  return { b, terms, differentiable: inputGradients.map((name) => named[name]) };
}

/** Goes through the loss once, so that what is wrong with it is said at once. Returns how many terms it has. */
function rehearse(objective: Omit<Objective, 'terms'>): number {
  const { inputs, parameters, inputGradients, where } = objective;
  const nowhere = { address: 0 };
  const trained = new Set(parameters);
  const { b, terms, differentiable } = emitObjective(
    objective,
    { scalars: nowhere, gradientPlace: (parameter) => (trained.has(parameter) ? nowhere : undefined) },
    () => Object.values(inputs).map(rehearsed),
  );
  const missing = [
    ...parameters.filter((parameter) => !b.gradientOf(parameter)).map(({ name }) => `the weight '${name}'`),
    ...inputGradients.filter((_, i) => !b.gradientOf(differentiable[i])).map((name) => `the input '${name}'`),
  ];
  if (missing.length === 0) return terms.length;
  throw new ConfigError(
    'no-gradient',
    `${where}: the loss does not depend on ${missing.join(', ')}. Call the model that it belongs to in the loss, or ` +
      'leave it out.',
  );
}

function differentiableOf({ shape, sparse, storage, offset }: Value): Value {
  return new Value(shape, { batched: true, needsGradient: true, sparse }, storage, offset);
}

function termsOf(result: ReturnType<LossFunction<InputShapes>>, where: string): Term[] {
  if (isTerm(result)) return [{ name: 'loss', value: result }];
  const entries = typeof result === 'object' && result !== null ? Object.entries(result) : [];
  const named = !Array.isArray(result) && entries.every(([name, value]) => name !== 'loss' && isTerm(value));
  if (entries.length && named) return entries.map(([name, value]) => ({ name, value }));
  const got = entries.map(
    ([name, value]) => `${name}: ${value instanceof Value ? 'a value' : String(value)}`,
  );
  throw new ConfigError(
    'loss-value',
    `${where}: loss must return a value that b made, or an object of several under names other than 'loss', but got ` +
      `${got.length ? got.join(', ') : String(result)}.`,
  );
}

function isTerm(value: unknown): value is Value {
  return value instanceof Value && value.type === 'float32';
}
