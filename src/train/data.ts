/** From what was handed to `fit` to what epochs consist of. */
import { releaseSamples, type Samples, settleSamples, sliceSamples } from '../data/feed.js';
import { type BatchSource, BatchStream, isBatchSource, refuseBatchOptions } from '../data/stream.js';
import { type SampleWeight, withClassWeights } from '../data/weights.js';
import { ConfigError, ValueError } from '../errors.js';
import type { BatchData } from './batches.js';
import type { Dataloader } from './dataModule.js';
import type { Trainable } from './trainable.js';
import type { TrainerOptions } from './trainer.js';

/** What was handed over. */
export interface Loaders<Data> {
  readonly training: Dataloader<Data>;
  readonly validation: Dataloader<Data> | undefined;
}

export interface TrainingData {
  readonly training: BatchData;
  readonly validation: BatchData | undefined;
}

/** Data in memory are checked whole, batches one by one when they come. */
export function openData<Data>(
  model: Trainable<Data>,
  loaders: Loaders<Data>,
  options: TrainerOptions<Data>,
): TrainingData {
  const { classWeight, validationSplit = 0 } = options;
  const loader = checkLoader(loaders.training, 'trainDataloader');
  const weighted = (samples: Samples) =>
    classWeight ? withClassWeights(samples, classWeight, 'fit') : samples;
  const validation = loaders.validation && validationOf(model, loaders.validation, options);
  if (isBatchSource<readonly Data[]>(loader)) {
    const { batchSize, sampleWeight } = options;
    refuseBatchOptions({ batchSize, sampleWeight, validationSplit: validation ? 0 : validationSplit }, 'fit');
    return { training: streamOf(model, loader, 'fit', ['x', 'y', 'sampleWeight'], weighted), validation };
  }
  const [x, y, sampleWeight = options.sampleWeight] = loader;
  const samples = model.samples(x, y, sampleWeight);
  if (validation || !validationSplit) return { training: weighted(samples), validation };
  const at = Math.floor(samples.length * (1 - validationSplit));
  if (at === 0 || at === samples.length) {
    throw new ValueError(
      'option-value',
      `fit: validationSplit ${validationSplit} of ${samples.length} samples leaves ${at} for training and ` +
        `${samples.length - at} for validation; both need at least one.`,
    );
  }
  return {
    training: weighted(sliceSamples(samples, 0, at)),
    validation: sliceSamples(samples, at, samples.length),
  };
}

/** The data for reading them many times; batches are read once. */
export function settleData<Data>(
  model: Trainable<Data>,
  { training, validation }: TrainingData,
): TrainingData {
  const settle = (data: BatchData) =>
    data instanceof BatchStream ? data : settleSamples(data, (input) => model.inputReadsSparse(input));
  return { training: settle(training), validation: validation && settle(validation) };
}

/** Gives back at once what `settleData` took. */
export function releaseData({ training, validation }: TrainingData): void {
  for (const data of [training, validation]) if (data && !(data instanceof BatchStream)) releaseSamples(data);
}

/** @throws ConfigError `option-value` where this is neither data in memory nor batches. */
function checkLoader<L>(loader: L, name: string): L {
  if (Array.isArray(loader) || isBatchSource(loader)) return loader;
  throw new ConfigError(
    'option-value',
    `fit: ${name} must be [x, y], [x, y, sampleWeight] or batches, but got ${String(loader)}.`,
  );
}

const VALIDATION: [string, string, string] = ['validation x', 'validation y', 'validation sampleWeight'];

function validationOf<Data>(
  model: Trainable<Data>,
  data: Dataloader<Data>,
  { validationBatchSize }: TrainerOptions<Data>,
): BatchData {
  if (!isBatchSource<readonly Data[]>(data)) {
    const [x, y, sampleWeight] = checkLoader(data, 'validationData');
    return model.samples(x, y, sampleWeight, VALIDATION);
  }
  refuseBatchOptions({ validationBatchSize }, 'fit');
  return streamOf(model, data, 'validationData', VALIDATION);
}

/** Batches as a model takes them; `names` are those of the arguments in errors. */
export function streamOf<Data>(
  model: Trainable<Data>,
  source: BatchSource<Data>,
  name: string,
  names: readonly [string, string, string],
  weighted = (samples: Samples) => samples,
): BatchStream {
  return new BatchStream(source, name, (batch, where) => {
    const [x, y, sampleWeight] = batch as readonly Data[];
    const [xName, yName, weightName] = names.map((part) => `${part} ${where}`);
    return weighted(model.samples(x, y, sampleWeight as SampleWeight, [xName, yName, weightName]));
  });
}
