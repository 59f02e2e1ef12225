import type { ModelData } from '../data/adapt.js';
import type { BatchSource } from '../data/stream.js';
import type { SampleWeight } from '../data/weights.js';

/** Data in memory, [x, y] or [x, y, sampleWeight], or batches. */
export type Dataloader<Data = ModelData> =
  | readonly [x: Data, y: Data]
  | readonly [x: Data, y: Data, sampleWeight: SampleWeight]
  | BatchSource<Data>;

/**
 * The data of a task: those to train on and those to validate on. `new Trainer(options).fit(model, dataModule)` asks for
 * both once. Method names are those of d2l and Lightning.
 *
 *     class Houses extends DataModule {
 *       trainDataloader() { return Dataset.from(x, y).shuffle(500).batch(32); }
 *       valDataloader() { return [xVal, yVal]; }
 *     }
 */
export abstract class DataModule<Data = ModelData> {
  /** What a model is trained on; data in memory are cut into batches, and shuffled, as the Trainer is told. */
  abstract trainDataloader(): Dataloader<Data> | Promise<Dataloader<Data>>;

  /** What it is validated on after each epoch. Default: nothing. */
  valDataloader(): Dataloader<Data> | undefined | Promise<Dataloader<Data> | undefined> {
    return undefined;
  }
}
