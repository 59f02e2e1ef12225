import type { Tensor } from '../../src/data/tensor.js';

export interface Outcome {
  readonly hash: string;
  readonly parts: Readonly<Record<string, string>>;
}

export const goldenHash: string;
export const threadHashes: Readonly<Record<number, string>>;
export function hashOf(weights: readonly Tensor[]): string;
export function scenario(
  fl: typeof import('../../src/index.js'),
  datasets: typeof import('../../src/datasets/index.js'),
  infer?: typeof import('../../src/infer/index.js'),
): Promise<Outcome>;
export const threadScenario: typeof scenario;
