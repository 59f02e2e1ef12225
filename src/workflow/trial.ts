import { ConfigError } from '../errors.js';
import type { Model } from '../model/model.js';

/**
 * Runs a training that leaves no trace: weights, what the optimizer keeps, its learning rate and the random streams are
 * afterwards as they were, whatever happens.
 *
 * @throws ConfigError `not-compiled`.
 */
export async function trial<T>(model: Model, run: () => Promise<T>): Promise<T> {
  const { optimizer } = model;
  if (!optimizer) {
    throw new ConfigError('not-compiled', `Model '${model.name}' must be compiled before it is tried.`);
  }
  const weights = model.getWeights();
  const training = model.training?.snapshot();
  const { learningRate } = optimizer;
  try {
    return await run();
  } finally {
    model.setWeights(weights);
    if (optimizer.learningRate !== learningRate) optimizer.learningRate = learningRate;
    if (training) model.training!.restore(training);
    else {
      model.dispose();
      optimizer.iterations = 0;
    }
  }
}
