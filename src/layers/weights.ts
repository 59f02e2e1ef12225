import { type DenseData, Tensor, tensor } from '../data/tensor.js';
import { ConfigError, ShapeError } from '../errors.js';
import type { Parameter } from '../plan/parameter.js';
import { formatShape, sameShape, sizeOf } from '../shape.js';
import { runtime } from '../wasm/runtime.js';

/** A copy of every weight. @throws ConfigError `not-built` where they have no place yet. */
export function readWeights(parameters: readonly Parameter[], owner: string): Tensor[] {
  checkPlaced(parameters, owner);
  const { f32 } = runtime().heap;
  return parameters.map(({ address, shape }) => {
    const at = address / 4;
    return new Tensor(f32.slice(at, at + sizeOf(shape)), shape);
  });
}

/** Puts other values into the weights. @throws ShapeError where they do not fit; nothing has changed then. */
export function writeWeights(
  parameters: readonly Parameter[],
  weights: readonly DenseData[],
  owner: string,
): void {
  checkPlaced(parameters, owner);
  if (weights.length !== parameters.length) {
    throw new ShapeError(
      'weights',
      `${owner} has ${parameters.length} weights, but setWeights got ${weights.length}.`,
    );
  }
  const tensors = weights.map((weight) => tensor(weight));
  tensors.forEach(({ shape, data }, i) => {
    const { name: weight, shape: expected } = parameters[i];
    if (data.length === sizeOf(expected) && (shape.length === 1 || sameShape(shape, expected))) return;
    throw new ShapeError(
      'weights',
      `${owner}: weight ${i} ('${weight}') has the shape ${formatShape(expected)}, but got ${formatShape(shape)}.`,
    );
  });
  const { f32 } = runtime().heap;
  tensors.forEach(({ data }, i) => {
    f32.set(data, parameters[i].address / 4);
  });
}

function checkPlaced(parameters: readonly Parameter[], owner: string): void {
  if (parameters.every(({ placed }) => placed)) return;
  throw new ConfigError(
    'not-built',
    `${owner} has no weights yet: they get their values when the first model that contains the layer is made.`,
  );
}
