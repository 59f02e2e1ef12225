/** Tensors of random numbers, such as the noise that a generator begins with: the same on every engine. */
import { checkOptions } from '../names.js';
import { checkSeed, drawn } from '../random.js';
import { type Shape, sizeOf } from '../shape.js';
import { Tensor } from './tensor.js';

interface SeedOption {
  /** Draws with the same seed give the same numbers. Default: the next of the numbers that follow from `setSeed`. */
  seed?: number;
}

export interface NormalOptions extends SeedOption {
  /** Default 0. */
  mean?: number;
  /** Default 1. */
  stddev?: number;
}

export interface UniformOptions extends SeedOption {
  /** The least value. Default 0. */
  minval?: number;
  /** What all values are below. Default 1. */
  maxval?: number;
}

/** A float32 tensor of this shape, normally distributed. */
export function randomNormal(shape: Shape, options: NormalOptions = {}): Tensor {
  checkOptions(options, ['mean', 'stddev', 'seed'], 'randomNormal');
  const { mean = 0, stddev = 1 } = options;
  return draw(shape, options, 'randomNormal', 'randomNormal', mean, stddev);
}

/** A float32 tensor of this shape, uniform in [minval, maxval). */
export function randomUniform(shape: Shape, options: UniformOptions = {}): Tensor {
  checkOptions(options, ['minval', 'maxval', 'seed'], 'randomUniform');
  const { minval = 0, maxval = 1 } = options;
  return draw(shape, options, 'randomUniform', 'randomUniform', minval, maxval);
}

function draw(
  shape: Shape,
  { seed }: SeedOption,
  where: string,
  kernel: 'randomNormal' | 'randomUniform',
  a: number,
  b: number,
): Tensor {
  if (seed !== undefined) checkSeed(seed, where);
  return new Tensor(drawn(kernel, sizeOf(shape), seed, a, b), shape);
}
