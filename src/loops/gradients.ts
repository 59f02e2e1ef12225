import { Tensor } from '../data/tensor.js';
import { checkOptions } from '../names.js';
import { sgd } from '../optimizers.js';
import { nextLoopKey } from '../random.js';
import { type Shape, sizeOf } from '../shape.js';
import type { Logs } from '../train/scoreboard.js';
import { TrainingState } from '../train/state.js';
import { runtime } from '../wasm/runtime.js';
import type { Batch, InputShapes } from './inputs.js';
import { COMMON, type ObjectiveOptions, objectiveOf, type Weights } from './objective.js';
import { objectivePrograms } from './program.js';

export interface GradientsOptions<Inputs extends InputShapes> extends ObjectiveOptions<Inputs> {
  /** The weights by which the loss is differentiated: layers, models or weights. Default: none. */
  parameters?: Weights;
  /** The names of the inputs by which the loss is differentiated. Default: none. */
  inputGradients?: readonly (keyof Inputs & string)[];
  /**
   * Whether layers behave as in training, with the dropout of a first step; moving statistics stay as they are in any
   * case. Default false.
   */
  training?: boolean;
}

export interface Gradients {
  /** The loss and its terms. */
  readonly logs: Logs;
  /** One for each of the parameters, in their order and shapes. */
  readonly parameters: readonly Tensor[];
  /** By name, [samples, ...]. The loss is a mean over the batch, so each sample has its share of it. */
  readonly inputs: Readonly<Record<string, Tensor>>;
}

/**
 * Compiles the gradients of a loss by weights and inputs, to look at: nothing is trained. As in `trainStep` the loss is
 * composed with a builder; the function that is returned takes a batch.
 *
 *     const saliency = gradients({
 *       inputs: { image: [64], label: { classes: 10 } },
 *       loss: (b, { image, label }) => b.loss('sparseCategoricalCrossentropy', b.call(model, image), label),
 *       inputGradients: ['image'],
 *     });
 *     saliency({ image, label }).inputs.image; // [samples, 64]
 *
 * @throws ConfigError, ShapeError for what does not fit; `no-gradient` where the loss does not depend on something.
 */
export function gradients<const Inputs extends InputShapes>(
  options: GradientsOptions<Inputs>,
): (batch: Batch<Inputs>) => Gradients {
  const where = options.name ?? 'gradients';
  checkOptions(options, ['inputs', 'inputGradients', 'training', ...COMMON], where);
  const { parameters, inputGradients = [], training = false } = options;
  const own = options as unknown as ObjectiveOptions<InputShapes>;
  const objective = objectiveOf(own, parameters, { training, where, inputGradients });
  // Its optimizer never steps: the state is there for the gradients, and for what dropout draws from.
  const state = new TrainingState(runtime(), sgd(), objective.parameters, nextLoopKey());
  const run = objectivePrograms(objective, state, () => {});
  return (batch) => {
    const { feed, length } = run(batch);
    const { program, scores, outputs } = feed;
    const { f32 } = runtime().heap;
    const read = (address: number, shape: Shape) =>
      new Tensor(f32.slice(address / 4, address / 4 + sizeOf(shape)), shape);
    const ofInputs = outputs.map((value) => read(program.addressOf(value), [length, ...value.shape]));
    return {
      logs: scores.logs(),
      parameters: objective.parameters.map((weight) =>
        read(state.gradientPlace(weight)!.address, weight.shape),
      ),
      inputs: Object.fromEntries(inputGradients.map((name, i) => [name, ofInputs[i]])),
    };
  };
}
