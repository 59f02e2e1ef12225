import type { ModelData } from '../data/adapt.js';
import { ConfigError } from '../errors.js';
import { input } from '../layers/input.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import type { OptimizerLike } from '../resolve.js';
import type { Shape } from '../shape.js';
import type { CompileOptions } from './compile.js';
import { Model } from './model.js';
import { sampleShape } from './sampleShape.js';

/**
 * A model in one class: its layers, its loss and how it is optimised, as d2l's and Lightning's modules. `forward` is
 * called once, when the model meets its first data or, for several inputs, by `build(shape, shape)`.
 *
 *     class Regression extends Module {
 *       net = layers.dense({ units: 1 });
 *       forward(x) { return this.net(x); }
 *       loss() { return 'meanSquaredError'; }
 *       configureOptimizers() { return optimizers.sgd({ learningRate: 0.03 }); }
 *     }
 *
 * A file has its layers, so that `load` gives a plain `Model`.
 */
export class Module extends Model {
  #own: CompileOptions | undefined;

  /** Puts the layers behind the inputs. */
  forward(..._inputs: SymbolicTensor[]): SymbolicTensor | readonly SymbolicTensor[] {
    throw this.#missing('forward(x) { return this.net(x); }');
  }

  /** What is minimised, as `compile` takes it: a name, an object, or a function's row of builder operations. */
  loss(): CompileOptions['loss'] {
    throw this.#missing("loss() { return 'meanSquaredError'; }");
  }

  /** Default 'rmsprop', as that of `compile`. */
  configureOptimizers(): OptimizerLike {
    return 'rmsprop';
  }

  /** What is measured beside the loss. Default: nothing. */
  metrics(): CompileOptions['metrics'] {
    return [];
  }

  /** What `compile` was told, or else what the methods say. */
  override get compileArguments(): CompileOptions {
    const told = super.compileArguments;
    if (told) return told;
    this.#own ??= { loss: this.loss(), optimizer: this.configureOptimizers(), metrics: this.metrics() };
    return this.#own;
  }

  /** Builds the model for samples of these shapes, one for each argument of `forward`. */
  override build(...shapes: unknown[]): void {
    const inputs = (shapes as Shape[]).map((shape) => input({ shape }));
    this.setGraph(inputs, [this.forward(...inputs)].flat());
  }

  protected override prepareFor(x: ModelData): void {
    const shape = this.built ? undefined : sampleShape(x);
    if (shape) this.build(shape);
  }

  #missing(example: string): ConfigError {
    return new ConfigError('module-method', `Module '${this.name}' needs a method ${example}.`);
  }
}
