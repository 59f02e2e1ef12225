import type { ModelData } from '../data/adapt.js';
import type { Model } from '../model/model.js';
import { checkNumber, checkOptions } from '../names.js';
import { Callback } from '../train/callback.js';
import type { Logs } from '../train/scoreboard.js';
import { trial } from './trial.js';

/** Options of `lrFinder`. */
export interface LRFinderOptions {
  /** The rate of the first iteration. Default 1e-6. */
  minLearningRate?: number;
  /** The rate of the last iteration. Default 1. */
  maxLearningRate?: number;
  /** How many iterations there are. Default 100. */
  steps?: number;
  /** Samples an iteration. Default 32. */
  batchSize?: number;
  /** The share that the smoothed loss keeps at each iteration, 0 to below 1. Default 0.9. */
  smoothing?: number;
  /** The test ends where the smoothed loss is so many times its lowest. Default 4. */
  divergence?: number;
}

/** What a learning-rate range test has found. */
export interface LearningRates {
  /** The rate of every iteration, growing by the same factor. */
  readonly learningRates: number[];
  /** The smoothed loss after it. */
  readonly losses: number[];
  /** The rate at which the loss fell fastest: one to train with, or the peak of a schedule. */
  readonly suggestion: number;
  toString(): string;
}

const OPTIONS = ['minLearningRate', 'maxLearningRate', 'steps', 'batchSize', 'smoothing', 'divergence'];

/**
 * The learning-rate range test (Smith 2015, Cyclical Learning Rates for Training Neural Networks): trains with a rate that
 * grows from step to step until the loss explodes. The model is afterwards as it was.
 *
 * @param model a compiled model whose learning rate is a number.
 * @throws ConfigError for unknown options and values out of range, `learning-rate-schedule` where the optimizer follows a
 *   schedule; what `fit` raises.
 */
export async function lrFinder(
  model: Model,
  x: ModelData,
  y: ModelData,
  options: LRFinderOptions = {},
): Promise<LearningRates> {
  checkOptions(options, OPTIONS, 'lrFinder');
  const { minLearningRate = 1e-6, maxLearningRate = 1, steps = 100, batchSize = 32 } = options;
  const { smoothing = 0.9, divergence = 4 } = options;
  checkNumber(minLearningRate, 'lrFinder: minLearningRate', { above: 0 });
  checkNumber(maxLearningRate, 'lrFinder: maxLearningRate', { above: minLearningRate });
  checkNumber(steps, 'lrFinder: steps', { from: 10, whole: true });
  checkNumber(smoothing, 'lrFinder: smoothing', { from: 0, below: 1 });
  checkNumber(divergence, 'lrFinder: divergence', { above: 1 });
  const growth = (maxLearningRate / minLearningRate) ** (1 / (steps - 1));
  const test = new RangeTest((step) => minLearningRate * growth ** step, steps, smoothing, divergence);
  // As many epochs as it takes: the callback ends the run.
  const fit = { epochs: steps, batchSize, callbacks: [test], verbose: 0 };
  await trial(model, () => model.fit(x, y, fit));
  const { learningRates, losses } = test;
  const suggestion = learningRates[steepest(losses)];
  const text =
    `The loss falls fastest at a learning rate of ${suggestion.toPrecision(2)} ` +
    `(${losses.length} iterations, from ${minLearningRate} to ${learningRates.at(-1)!.toPrecision(2)}).`;
  return { learningRates, losses, suggestion, toString: () => text };
}

class RangeTest extends Callback {
  readonly learningRates: number[] = [];
  readonly losses: number[] = [];
  #average = 0;
  #lowest = Infinity;
  /** Sum of the losses of the samples of the running epoch so far, and how many there were. */
  #sum = 0;
  #samples = 0;

  constructor(
    readonly rateOf: (step: number) => number,
    readonly steps: number,
    readonly smoothing: number,
    readonly divergence: number,
  ) {
    super();
  }

  override onEpochBegin(): void {
    this.#sum = 0;
    this.#samples = 0;
  }

  override onTrainBatchBegin(): void {
    this.model.optimizer!.learningRate = this.rateOf(this.losses.length);
  }

  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    const { samples = Infinity, batchSize } = this.params;
    const seen = Math.min((batch + 1) * batchSize, samples);
    // The logs have the mean of the epoch; the difference of two sums is what this batch has added.
    const own = (loss * seen - this.#sum) / (seen - this.#samples);
    [this.#sum, this.#samples] = [loss * seen, seen];
    if (Number.isFinite(own)) this.#add(own);
    const exploded = !Number.isFinite(own) || this.losses.at(-1)! > this.divergence * this.#lowest;
    if (exploded || this.losses.length >= this.steps) this.model.stopTraining = true;
  }

  #add(loss: number): void {
    const step = this.losses.length;
    this.#average = this.#average * this.smoothing + loss * (1 - this.smoothing);
    // Without the division the first averages would be drawn to 0 (Kingma and Ba 2015, section 3).
    const smoothed = this.#average / (1 - this.smoothing ** (step + 1));
    this.learningRates.push(this.rateOf(step));
    this.losses.push(smoothed);
    this.#lowest = Math.min(this.#lowest, smoothed);
  }
}

/** Where the series falls fastest before its lowest value; equal steps mean equal factors of the rate. */
function steepest(losses: readonly number[]): number {
  const last = losses.indexOf(Math.min(...losses));
  let best = 0;
  let slope = Infinity;
  for (let i = 1; i < last; i++) {
    const change = losses[i + 1] - losses[i - 1];
    if (change < slope) [best, slope] = [i, change];
  }
  return best;
}
