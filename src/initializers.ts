import { ShapeError, ValueError } from './errors.js';
import type { SnakeCase } from './identifiers.js';
import { checkOptions, lookUp, toCamelCase, withDefaults } from './names.js';
import { checkSeed, type RandomKey, streams } from './random.js';
import { formatShape, type Shape, sizeOf } from './shape.js';
import { core } from './wasm/core.js';
import { runtime } from './wasm/runtime.js';

/** Fills a new weight. */
export interface Initializer {
  readonly name: string;
  /** The options that make an equal one. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Writes the values of a weight of this shape at `address`, drawn from the stream where they are random. */
  fill(address: number, shape: Shape, key: RandomKey, stream: number): void;
}

export interface SeedOptions {
  /** A seed of its own: the values then do not depend on `setSeed` or on the model. Default: none. */
  seed?: number;
}

export interface ConstantOptions {
  /** What every weight is. Default 0. */
  value?: number;
}

export interface NormalOptions extends SeedOptions {
  /** Default 0. */
  mean?: number;
  /** The standard deviation, before anything is cut off. Default 0.05. */
  stddev?: number;
}

export interface UniformOptions extends SeedOptions {
  /** The smallest value. Default -0.05. */
  minval?: number;
  /** What all values are below. Default 0.05. */
  maxval?: number;
}

export interface GainOptions {
  /** What the matrix is multiplied by. Default 1. */
  gain?: number;
}

type Distribution = 'uniform' | 'truncatedNormal' | 'untruncatedNormal';
type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';

/** What a normal distribution cut at two standard deviations has left of its own (Keras's constant). */
const TRUNCATED_STDDEV = 0.8796256610342398;

/** All weights 0. */
export function zeros(): Initializer {
  return constantOf('zeros', 0, {});
}

/** All weights 1. */
export function ones(): Initializer {
  return constantOf('ones', 1, {});
}

/** All weights `value` (default 0). */
export function constant(options: ConstantOptions = {}): Initializer {
  const { value } = withDefaults('initializers.constant', options, { value: 0 });
  return constantOf('constant', value, { value });
}

/** Normal with the given mean (default 0) and standard deviation (default 0.05). */
export function randomNormal(options: NormalOptions = {}): Initializer {
  checkOptions(options, ['mean', 'stddev', 'seed'], 'initializers.randomNormal');
  const { mean = 0, stddev = 0.05, seed } = options;
  return drawn('randomNormal', { mean, stddev, seed }, seed, () => ['untruncatedNormal', mean, stddev]);
}

/** Uniform in [minval, maxval) (default -0.05 to 0.05). */
export function randomUniform(options: UniformOptions = {}): Initializer {
  checkOptions(options, ['minval', 'maxval', 'seed'], 'initializers.randomUniform');
  const { minval = -0.05, maxval = 0.05, seed } = options;
  return drawn('randomUniform', { minval, maxval, seed }, seed, () => ['uniform', minval, maxval]);
}

/** Normal, drawn again beyond two standard deviations (default mean 0, stddev 0.05 before the cut). */
export function truncatedNormal(options: NormalOptions = {}): Initializer {
  checkOptions(options, ['mean', 'stddev', 'seed'], 'initializers.truncatedNormal');
  const { mean = 0, stddev = 0.05, seed } = options;
  return drawn('truncatedNormal', { mean, stddev, seed }, seed, () => ['truncatedNormal', mean, stddev]);
}

export interface VarianceScalingOptions extends SeedOptions {
  /** Default 1. */
  scale?: number;
  /** What the variance is divided by. Default 'fanIn'. */
  mode?: FanMode | SnakeCase<FanMode>;
  /** Default 'truncatedNormal'. */
  distribution?: Distribution | SnakeCase<Distribution>;
}

/** Variance `scale / fan`, as Keras's VarianceScaling. */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  checkOptions(options, ['scale', 'mode', 'distribution', 'seed'], 'initializers.varianceScaling');
  const { scale = 1, seed } = options;
  const mode = toCamelCase(options.mode ?? 'fanIn') as FanMode;
  const distribution = toCamelCase(options.distribution ?? 'truncatedNormal') as Distribution;
  return scaled('varianceScaling', { scale, mode, distribution, seed }, scale, mode, distribution, seed);
}

/** Uniform with limit sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). Keras's default for kernels. */
export function glorotUniform(options: SeedOptions = {}): Initializer {
  checkOptions(options, ['seed'], 'initializers.glorotUniform');
  return scaled('glorotUniform', { seed: options.seed }, 1, 'fanAvg', 'uniform', options.seed);
}

/** Truncated normal with stddev sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function glorotNormal(options: SeedOptions = {}): Initializer {
  checkOptions(options, ['seed'], 'initializers.glorotNormal');
  return scaled('glorotNormal', { seed: options.seed }, 1, 'fanAvg', 'truncatedNormal', options.seed);
}

/** Uniform with limit sqrt(6 / fanIn) (He et al. 2015): for relu. */
export function heUniform(options: SeedOptions = {}): Initializer {
  checkOptions(options, ['seed'], 'initializers.heUniform');
  return scaled('heUniform', { seed: options.seed }, 2, 'fanIn', 'uniform', options.seed);
}

/** Truncated normal with stddev sqrt(2 / fanIn) (He et al. 2015): for relu. */
export function heNormal(options: SeedOptions = {}): Initializer {
  checkOptions(options, ['seed'], 'initializers.heNormal');
  return scaled('heNormal', { seed: options.seed }, 2, 'fanIn', 'truncatedNormal', options.seed);
}

/** Uniform with limit sqrt(3 / fanIn) (LeCun et al. 1998): for selu. */
export function lecunUniform(options: SeedOptions = {}): Initializer {
  checkOptions(options, ['seed'], 'initializers.lecunUniform');
  return scaled('lecunUniform', { seed: options.seed }, 1, 'fanIn', 'uniform', options.seed);
}

/** Truncated normal with stddev sqrt(1 / fanIn) (LeCun et al. 1998): for selu. */
export function lecunNormal(options: SeedOptions = {}): Initializer {
  checkOptions(options, ['seed'], 'initializers.lecunNormal');
  return scaled('lecunNormal', { seed: options.seed }, 1, 'fanIn', 'truncatedNormal', options.seed);
}

/** A matrix with `gain` (default 1) on its diagonal, else 0. @throws ShapeError for weights of other ranks. */
export function identity(options: GainOptions = {}): Initializer {
  const { gain } = withDefaults('initializers.identity', options, { gain: 1 });
  return {
    name: 'identity',
    config: { gain },
    fill(address, shape) {
      checkRank('identity', shape, shape.length === 2);
      const { heap } = runtime();
      const [rows, cols] = shape;
      const at = address / 4;
      heap.f32.fill(0, at, at + rows * cols);
      for (let i = 0; i < Math.min(rows, cols); i++) heap.f32[at + i * (cols + 1)] = gain;
    },
  };
}

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain` (default 1; Saxe et al. 2014). All
 * axes but the last count as one. @throws ShapeError for weights with fewer than two axes.
 */
export function orthogonal(options: GainOptions & SeedOptions = {}): Initializer {
  checkOptions(options, ['gain', 'seed'], 'initializers.orthogonal');
  const { gain = 1, seed } = options;
  const normal = drawn('orthogonal', {}, seed, () => ['untruncatedNormal', 0, 1]);
  return {
    name: 'orthogonal',
    config: { gain, seed },
    fill(address, shape, key, stream) {
      checkRank('orthogonal', shape, shape.length >= 2);
      const size = sizeOf(shape);
      const cols = shape[shape.length - 1];
      const rows = size / cols;
      const shared = runtime();
      const { orthonormalize, transpose } = shared.kernels(core);
      if (rows <= cols) {
        normal.fill(address, shape, key, stream);
        orthonormalize(address, gain, rows, cols);
        return;
      }
      shared.reserveRegion(size * 4, 'Initial weights');
      normal.fill(shared.regionAddress, shape, key, stream);
      orthonormalize(shared.regionAddress, gain, cols, rows);
      transpose(address, shared.regionAddress, cols, rows, 1, 1);
    },
  };
}

function checkRank(name: string, shape: Shape, fits: boolean): void {
  if (fits) return;
  throw new ShapeError(
    'layer-shape',
    `initializers.${name} is for matrices, but got a weight of shape ${formatShape(shape)}.`,
  );
}

function constantOf(name: string, value: number, config: Record<string, unknown>): Initializer {
  return {
    name,
    config,
    fill: (address, shape) => runtime().kernels(core).fill(address, value, sizeOf(shape)),
  };
}

/** Keras's fans: of a matrix its two axes; of a convolution kernel times the receptive field. */
function fansOf(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * shape[shape.length - 2], fanOut: field * shape[shape.length - 1] };
}

const FANS: Record<FanMode, (fans: { fanIn: number; fanOut: number }) => number> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAvg: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
};

function scaled(
  name: string,
  config: Record<string, unknown>,
  scale: number,
  mode: FanMode,
  distribution: Distribution,
  seed: number | undefined,
): Initializer {
  lookUp(KERNELS, distribution, 'distribution');
  lookUp(FANS, mode, 'fan mode');
  if (!(scale > 0))
    throw new ValueError('initializer', `initializers.${name}: scale must be above 0, got ${scale}.`);
  return drawn(name, config, seed, (shape) => {
    const fan = FANS[mode](fansOf(shape));
    const variance = scale / Math.max(1, fan);
    if (distribution === 'uniform') return ['uniform', -Math.sqrt(3 * variance), Math.sqrt(3 * variance)];
    const cut = distribution === 'truncatedNormal' ? TRUNCATED_STDDEV : 1;
    return [distribution, 0, Math.sqrt(variance) / cut];
  });
}

const KERNELS = {
  uniform: 'randomUniform',
  truncatedNormal: 'truncatedNormal',
  untruncatedNormal: 'randomNormal',
} as const;

/** An initializer that draws: `law` says the distribution and its two parameters for a shape. */
function drawn(
  name: string,
  config: Record<string, unknown>,
  seed: number | undefined,
  law: (shape: Shape) => [Distribution, number, number],
): Initializer {
  if (seed !== undefined) checkSeed(seed, `initializers.${name}`);
  return {
    name,
    config,
    fill(address, shape, key, stream) {
      const [distribution, a, b] = law(shape);
      const kernel = runtime().kernels(core)[KERNELS[distribution]];
      const own = seed !== undefined;
      const from = own ? streams.own : stream;
      kernel(address, own ? seed : key.seed, own ? 0 : key.ordinal, 0, from, a, b, sizeOf(shape));
    },
  };
}
