import type { FedProgram, Samples } from '../data/feed.js';
import type { SampleWeight } from '../data/weights.js';
import type { RandomKey } from '../random.js';
import type { CallbackModel } from './callback.js';
import type { Scoreboard } from './scoreboard.js';
import type { TrainingState } from './state.js';

/** A program that counts losses and metrics. */
export interface ScoringProgram extends FedProgram {
  readonly scores: Scoreboard;
}

/** What a trainer needs of a model. `Data` is whatever the model takes as inputs and targets. */
export interface Trainable<Data> extends CallbackModel {
  readonly key: RandomKey;
  /** Checks data whole and turns them into columns. */
  samples(
    x: Data,
    y: Data,
    sampleWeight?: SampleWeight,
    arguments_?: [x: string, y: string, sampleWeight: string],
  ): Samples;
  /** Whether that input may come as sparse rows. */
  inputReadsSparse(input: number): boolean;
  trainingState(): TrainingState;
  trainingProgram(samples: Samples, batchSize: number): ScoringProgram;
  evaluationProgram(samples: Samples, batchSize: number): ScoringProgram;
  /** Whether a fit of this model is running. */
  fitting: boolean;
}
