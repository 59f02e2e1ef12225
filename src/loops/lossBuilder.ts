import { ConfigError, ShapeError } from '../errors.js';
import { type Layer, within } from '../layers/layer.js';
import { checkOptions } from '../names.js';
import { Builder, type BuilderOptions } from '../plan/builder.js';
import type { Operand } from '../plan/tape.js';
import { Value } from '../plan/value.js';
import { type LossLike, resolveLoss } from '../resolve.js';
import { formatShape, sameShape } from '../shape.js';

export interface CallOptions {
  /** Whether dropout drops, batches are normalised by their own statistics and so on. Default: as the loop does. */
  training?: boolean;
}

export interface RowWeights {
  /** What each row of the prediction counts, [...rows]: without gradient. Default: all of them once. */
  weights?: Value;
}

/** What a loss of one's own is composed with: all operations, and layers, models and losses as operations. */
export class LossBuilder extends Builder {
  /** Inputs that are class numbers, and of how many classes. */
  readonly #classes: ReadonlyMap<Value, number>;

  constructor(options: BuilderOptions, classes: ReadonlyMap<Value, number>) {
    super(options);
    this.#classes = classes;
  }

  /**
   * The (first) output of a layer or model for one input or a list of them. It shares the weights with every other use.
   *
   * @throws ShapeError that names the layer; ConfigError `layer-weights` where it is part of no model yet.
   */
  call(layer: Layer, inputs: Value | readonly Value[], options: CallOptions = {}): Value {
    return this.callAll(layer, inputs, options)[0];
  }

  /** As `call`, with all outputs. */
  callAll(layer: Layer, inputs: Value | readonly Value[], options: CallOptions = {}): readonly Value[] {
    checkOptions(options, ['training'], 'call');
    const values = [inputs].flat().map((input) => this.value(input));
    const { training } = this;
    this.training = options.training ?? training;
    try {
      return within(layer, () => {
        layer.buildFor(values.map(({ shape }) => shape));
        const results = layer.call(this, ...values);
        checkPlaced(layer);
        const outputs = results instanceof Value ? [results] : results;
        for (const output of outputs) layer.activityRegularizer?.emitActivity(this, output);
        return outputs;
      });
    } finally {
      this.training = training;
    }
  }

  /**
   * The loss of every row of a prediction, whose mean is the loss of the batch. Operations may stand behind it.
   *
   * @param loss its name, or what `fl.losses` make.
   * @param prediction [..., n].
   * @param target of the shape of the prediction, or one number for all of it; for a sparse loss an input of classes.
   * @throws ShapeError, ConfigError where these do not fit.
   */
  loss(loss: LossLike, prediction: Value, target: Value | number, { weights }: RowWeights = {}): Value {
    const resolved = resolveLoss(loss);
    const { name } = resolved;
    const x = this.value(prediction);
    const rows = x.shape.slice(0, -1);
    const y = typeof target === 'number' ? this.full(x, target) : target;
    if (resolved.target === 'labels') this.#checkLabels(name, x, y);
    else checkPart(name, 'target', this.value(y), x, x.shape);
    if (weights) checkPart(name, 'weights', this.value(weights), x, rows);
    return resolved.build(this, { prediction: x, target: y, weights });
  }

  /** @throws ConfigError `class-numbers`: they are for losses alone. */
  override value(operand: Operand): Value {
    if (!(operand instanceof Value) || !this.#classes.has(operand)) return super.value(operand);
    throw new ConfigError(
      'class-numbers',
      'An input of class numbers can only be the target of a sparse loss. For operations hand in one-hot rows.',
    );
  }

  #checkLabels(loss: string, x: Value, y: Value): void {
    const classes = this.#classes.get(y);
    if (classes === undefined) {
      throw new ConfigError(
        'loss-target',
        `loss '${loss}' reads class numbers: its target must be an input such as { classes: ${x.cols} }.`,
      );
    }
    checkPart(loss, 'target', y, x, x.shape.slice(0, -1));
    if (classes === x.cols) return;
    throw new ShapeError(
      'operand-shape',
      `loss '${loss}': the target has ${classes} classes, but the prediction ${formatShape(x.shape, x.batched)}.`,
    );
  }
}

function checkPart(loss: string, part: string, value: Value, x: Value, shape: readonly number[]): void {
  if (value.batched !== x.batched || !sameShape(value.shape, shape)) {
    throw new ShapeError(
      'operand-shape',
      `loss '${loss}': the ${part} for a prediction ${formatShape(x.shape, x.batched)} must have the shape ` +
        `${formatShape(shape, x.batched)}, but got ${formatShape(value.shape, value.batched)}.`,
    );
  }
  if (!value.needsGradient) return;
  throw new ConfigError(
    'loss-target',
    `loss '${loss}' gives no gradient to its ${part}, but that depends on what is trained. Where it shall not be ` +
      'trained through, pass b.stopGradient(it); else compose the loss of operations.',
  );
}

function checkPlaced({ parameters }: Layer): void {
  if (parameters.every(({ placed }) => placed)) return;
  throw new ConfigError(
    'layer-weights',
    'its weights have no place yet: make it part of a model, and call that or the layer.',
  );
}
