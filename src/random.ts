import { ValueError } from './errors.js';
import { core } from './wasm/core.js';
import { runtime } from './wasm/runtime.js';

/**
 * Random numbers come from one counter-based generator (Philox4x32-10, Salmon et al. 2011, in Wasm). A stream is
 * named by a key of two words and by its number; its i-th value depends on nothing else, so that no stream ever moves
 * another, on any engine.
 */
export interface RandomKey {
  readonly seed: number;
  readonly ordinal: number;
}

/** Ranges of stream numbers, so that what draws for different purposes cannot meet. */
export const streams = {
  /** Dropout and its like: layer number * 256 + position within the layer. */
  layer: 0,
  /** Initial weights: plus the number of the parameter in its model. */
  weights: 0x80000000,
  /** The order of the samples; its step is the epoch. */
  shuffle: 0x40000000,
  /** The shuffles of data sets: plus the number of the pass; its steps are blocks of numbers. */
  dataset: 0x20000000,
  /** What a layer or initializer with a seed of its own draws. */
  own: 0xc0000000,
  /** Tensors of random numbers. */
  tensors: 0x30000000,
};

let currentSeed = 0;
let models = 0;
let datasets = 0;
/** How many loops of one's own there are; they have keys of their own, so that models made later keep theirs. */
let loops = 0;
/** How many tensors have been drawn without a seed of their own. */
let tensors = 0;

/**
 * Sets the one seed from which weights, shuffles and dropout of all models made from now on derive, and begins to
 * count models anew: the same program after the same `setSeed` gives the same bits. Without a call the seed is 0.
 *
 * @throws ValueError `seed` unless it is a whole number from 0 to 4294967295.
 */
export function setSeed(seed: number): void {
  currentSeed = checkSeed(seed, 'setSeed');
  models = 0;
  loops = 0;
  tensors = 0;
  datasets = 0;
}

export function checkSeed(seed: number, where: string): number {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new ValueError('seed', `${where}: a seed is a whole number from 0 to 4294967295, but got ${seed}.`);
  }
  return seed;
}

/** The key of a new model: the seed, and how many models came before it. */
export function nextModelKey(): RandomKey {
  return { seed: currentSeed, ordinal: models++ };
}

/** The key of a loop of one's own. */
export function nextLoopKey(): RandomKey {
  return { seed: currentSeed, ordinal: 0x80000000 + loops++ };
}

/** The key of a data set that is shuffled: the seed, and how many of those came before it. */
export function nextDatasetKey(): RandomKey {
  return { seed: currentSeed, ordinal: datasets++ };
}

/** Runs `fill` on memory for `n` words, which is anybody's again afterwards. */
function draw(n: number, fill: (address: number) => void): { at: number; end: number } {
  const shared = runtime();
  shared.reserveRegion(n * 4, 'Random numbers');
  fill(shared.regionAddress);
  const at = shared.regionAddress / 4;
  return { at, end: at + n };
}

/** A permutation of 0..n-1 from a stream. */
export function permutationOf(n: number, key: RandomKey, step: number, stream: number): Int32Array {
  const shared = runtime();
  const kernels = shared.kernels(core);
  const { seed, ordinal } = key;
  const { at, end } = draw(n, (address) => kernels.permutation(address, seed, ordinal, step, stream, n));
  return shared.heap.i32.slice(at, end);
}

/** A permutation of 0..n-1, the same everywhere for the same seed and stream. */
export function permutation(n: number, seed: number, stream = 0): Int32Array {
  return permutationOf(n, { seed: checkSeed(seed, 'permutation'), ordinal: 0 }, 0, stream);
}

/** `n` float32 numbers of a distribution: those of the seed, or the next of those that follow from `setSeed`. */
export function drawn(
  kernel: 'randomNormal' | 'randomUniform',
  n: number,
  seed: number | undefined,
  a: number,
  b: number,
): Float32Array<ArrayBuffer> {
  const shared = runtime();
  const fill = shared.kernels(core)[kernel];
  const step = seed === undefined ? ++tensors : 0;
  const key = seed ?? currentSeed;
  const { at, end } = draw(n, (address) => fill(address, key, 0, step, streams.tensors, a, b, n));
  return shared.heap.f32.slice(at, end);
}

/** Numbers drawn at a time. */
const BLOCK = 256;

/** One number after the other, uniform in [0, 1), for a pass over a data set. */
export function uniformSeries({ seed, ordinal }: RandomKey, pass: number): () => number {
  let numbers = new Float32Array(0);
  let next = 0;
  let blocks = 0;
  return () => {
    if (next === numbers.length) {
      // Memory of its own, not the shared region: a data set may be asked for elements while a step is on its way.
      const { heap } = runtime();
      const kernels = runtime().kernels(core);
      const memory = heap.allocate(BLOCK * 4, 'Random numbers');
      const { address } = memory;
      kernels.randomUniform(address, seed, ordinal, blocks++, streams.dataset + pass, 0, 1, BLOCK);
      numbers = heap.f32.slice(address / 4, address / 4 + BLOCK);
      heap.release(memory);
      next = 0;
    }
    return numbers[next++];
  };
}
