import { ConfigError } from '../errors.js';
import { checkFit } from '../model/compile.js';
import { Model } from '../model/model.js';
import { emitUpdate } from '../model/programs.js';
import { checkOptions } from '../names.js';
import type { Optimizer } from '../optimizer.js';
import { nextLoopKey } from '../random.js';
import { type LossLike, type OptimizerLike, resolveLoss, resolveOptimizer } from '../resolve.js';
import type { Shape } from '../shape.js';
import type { Logs } from '../train/scoreboard.js';
import { TrainingState } from '../train/state.js';
import { runtime } from '../wasm/runtime.js';
import type { Batch, InputShapes } from './inputs.js';
import { COMMON, type ObjectiveOptions, objectiveOf, type Weights } from './objective.js';
import { objectivePrograms } from './program.js';

interface OptimizerOptions {
  /** Default 'rmsprop'. Its slots and iterations belong to this step alone. */
  optimizer?: OptimizerLike;
}

export interface TrainStepOptions<Inputs extends InputShapes>
  extends ObjectiveOptions<Inputs>,
    OptimizerOptions {
  /** What is trained: layers, models (as far as they are trainable) or weights. Gradients flow through all else. */
  parameters: Weights;
}

export interface ModelStepOptions
  extends OptimizerOptions,
    Pick<ObjectiveOptions<InputShapes>, 'regularization' | 'name'> {
  /** A model with one input and one output. */
  model: Model;
  loss: LossLike;
  /** Default: the model. */
  parameters?: Weights;
}

/** One iteration of a loop of one's own. */
export interface TrainStep<Inputs> {
  /**
   * Trains on one batch, at once.
   *
   * @returns the loss and its terms, those from before the step.
   * @throws ShapeError, ValueError for data that do not fit; FourlaneError `fit-pending` while a fit trains one of
   *   the models. Nothing has changed then.
   */
  (batch: Batch<Inputs>): Logs;
  /** Its `learningRate` may be set between steps. */
  readonly optimizer: Optimizer;
  /** What the training keeps from step to step. */
  readonly training: TrainingState;
}

/**
 * Compiles a loss over chosen weights, with an optimizer, into one program: a loop of one's own calls it batch by batch.
 * Layers behave as in training: dropout drops, and moving statistics move wherever a layer is `trainable`, whether its
 * weights are among the parameters or not. Which layers are trainable is read now.
 *
 *     const step = trainStep({
 *       inputs: { image: [64] },
 *       loss: (b, { image }) => b.loss('meanSquaredError', b.call(autoencoder, image), image),
 *       parameters: autoencoder,
 *       optimizer: 'adam',
 *     });
 *     for (const image of batches) console.log(step({ image }).loss);
 *
 * `{ model, loss, optimizer }` is short for the loss of a model with one input and one output, for step({ x, y }).
 *
 * @throws ConfigError, ShapeError for what does not fit, also within the loss, which is gone through once.
 */
export function trainStep<const Inputs extends InputShapes>(
  options: TrainStepOptions<Inputs>,
): TrainStep<Inputs>;
export function trainStep(options: ModelStepOptions): TrainStep<{ x: Shape; y: Shape }>;
export function trainStep(options: TrainStepOptions<InputShapes> | ModelStepOptions): TrainStep<InputShapes> {
  const where = options.name ?? 'trainStep';
  checkOptions(options, ['model' in options ? 'model' : 'inputs', 'optimizer', ...COMMON], where);
  const { parameters, ...own } = 'model' in options ? lossOfModel(options, where) : options;
  const objective = objectiveOf(own, parameters, { training: true, where });
  const optimizer = resolveOptimizer(options.optimizer ?? 'rmsprop');
  const key = 'model' in options ? options.model.key : nextLoopKey();
  const training = new TrainingState(runtime(), optimizer, objective.parameters, key);
  const run = objectivePrograms(objective, training, (b) => emitUpdate(b, training));
  const trained = [parameters].flat();
  const step = (batch: Batch<InputShapes>): Logs => {
    for (const one of trained) if (one instanceof Model) one.refuseWhileFitting(where);
    const { feed } = run(batch);
    training.endStep();
    return feed.scores.logs();
  };
  return Object.assign(step, { optimizer, training });
}

/** The short form as the long one. */
function lossOfModel(options: ModelStepOptions, where: string): TrainStepOptions<InputShapes> {
  const { model, loss: like, parameters = model, regularization } = options;
  const { inputs, outputs } = model;
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new ConfigError(
      'option-value',
      `${where}: model '${model.name}' has ${inputs.length} inputs and ${outputs.length} outputs; for other than one ` +
        'of each give inputs, and loss as a function.',
    );
  }
  const loss = resolveLoss(like);
  const [output] = outputs;
  checkFit(loss, output, output.name);
  const { sampleShape: shape } = output;
  const { target, ignoreClass } = loss;
  const labels = { classes: shape.at(-1) ?? 1, shape: shape.slice(0, -1), ignoreClass };
  return {
    inputs: { x: inputs[0].sampleShape, y: target === 'labels' ? labels : shape },
    loss: (b, { x, y }) => b.loss(loss, b.call(model, x), y),
    parameters,
    regularization,
  };
}
