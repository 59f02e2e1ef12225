import type { Tensor } from '../../src/data/tensor.js';

export const goldenHash: string;
export function hashOf(weights: readonly Tensor[]): string;
export function scenario(
  fl: typeof import('../../src/index.js'),
  datasets: typeof import('../../src/datasets/index.js'),
): Promise<string>;
