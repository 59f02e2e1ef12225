import type { ModelData } from '../data/adapt.js';
import { SparseMatrix } from '../data/sparse.js';
import { isTensorData, tensor } from '../data/tensor.js';
import type { Shape } from '../shape.js';

/** The shape of a sample, for a model that learns it from its first data; undefined where these do not tell. */
export function sampleShape(x: ModelData): Shape | undefined {
  if (isTensorData(x) || (Array.isArray(x) && x.length === 0)) return undefined;
  if (x instanceof SparseMatrix) return [x.shape[1]];
  return tensor(x as number[][]).shape.slice(1);
}
