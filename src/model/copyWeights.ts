import { ConfigError, ShapeError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Parameter } from '../plan/parameter.js';
import { formatShape, sameShape, sizeOf } from '../shape.js';
import { runtime } from '../wasm/runtime.js';
import type { Network } from './network.js';
import { weightNames } from './save.js';

export interface CopyWeightsOptions {
  /** Only these layers of the model, by their names. Default: all that have a counterpart. */
  layers?: readonly string[];
  /** Whether layers whose weights have other shapes stay as they are instead of being an error. Default false. */
  skipMismatch?: boolean;
}

/** What `Model.copyWeights` does. */
export function copyWeights(source: Network, target: Network, options: CopyWeightsOptions): string[] {
  checkOptions(options, ['layers', 'skipMismatch'], 'copyWeights');
  const { layers, skipMismatch = false } = options;
  for (const name of layers ?? []) target.getLayer(name);
  const theirs = byLayer(source);
  const ours = [...byLayer(target)].filter(([path]) => !layers || layers.includes(path.split('/')[0]));
  const pairs = ours.filter(([path]) => theirs.has(path));
  for (const name of layers ?? []) {
    if (!ours.some(([path]) => path.split('/')[0] === name && theirs.has(path)))
      throw unmatched(source, name);
  }
  if (!pairs.length) throw unmatched(source, `any layer of model '${target.name}'`);
  const fitting = pairs.filter(([path, weights]) => {
    const mismatch = mismatchOf(path, theirs.get(path)!, weights);
    if (mismatch && !skipMismatch) throw mismatch;
    return !mismatch;
  });
  const { f32 } = runtime().heap;
  for (const [path, weights] of fitting) {
    theirs.get(path)!.forEach(({ address, shape }, i) => {
      f32.copyWithin(weights[i].address / 4, address / 4, address / 4 + sizeOf(shape));
    });
  }
  return fitting.map(([path]) => path);
}

/** The weights of every layer that has any, by the path of its name. */
function byLayer(model: Network): Map<string, Parameter[]> {
  const layers = new Map<string, Parameter[]>();
  for (const [parameter, name] of weightNames(model.graph)) {
    const path = name.slice(0, name.lastIndexOf('/'));
    layers.set(path, [...(layers.get(path) ?? []), parameter]);
  }
  return layers;
}

function mismatchOf(
  layer: string,
  from: readonly Parameter[],
  to: readonly Parameter[],
): ShapeError | undefined {
  if (from.length === to.length && from.every(({ shape }, i) => sameShape(shape, to[i].shape)))
    return undefined;
  const shapes = (weights: readonly Parameter[]) =>
    weights.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ');
  return new ShapeError(
    'weights',
    `copyWeights: layer '${layer}' has the weights ${shapes(to)}, but in the source ${shapes(from)}. Rename it, or ` +
      'pass skipMismatch: true.',
  );
}

function unmatched(source: Network, what: string): ConfigError {
  const names = [...byLayer(source).keys()].join(', ') || 'none';
  return new ConfigError(
    'copy-weights',
    `copyWeights: model '${source.name}' has no weights for ${what}; its layers with weights are ${names}.`,
  );
}
