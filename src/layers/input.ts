import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import type { Shape } from '../shape.js';
import { checkCount, Layer, type LayerOptions } from './layer.js';
import type { SymbolicTensor } from './symbolic.js';
import { SymbolicTensor as Tensor } from './symbolic.js';

/** As many as NumPy knows. */
const MAX_AXES = 64;

export interface InputOptions {
  /** The shape of one sample, without the batch axis. */
  shape: Shape;
  /** The key of its data where a model has several inputs. Default: `input_layer` and a number. */
  name?: string;
}

/** Where data enter a model. */
export class InputLayer extends Layer {
  static override className = 'InputLayer';
  constructor(options: InputOptions & LayerOptions) {
    super({ ...options, inputShape: options.shape });
    checkOptions(options, ['shape', 'name'], 'layers.input');
    checkShape(options.shape, 'input');
    const output = new Tensor([...options.shape], this.name);
    output.node = { layer: this, inputs: [], outputs: [output] };
    this.nodes.push(output.node);
  }

  override get built(): boolean {
    return true;
  }

  override call(_b: Builder, x: Value): Value {
    return x;
  }

  override getConfig(): Record<string, unknown> {
    return { name: this.name, shape: this.output.sampleShape };
  }
}

/**
 * A symbolic input for the functional API.
 *
 * @throws ConfigError where the shape is no list of positive whole numbers.
 */
export function input(options: InputOptions): SymbolicTensor {
  return new InputLayer(options).output;
}

export function checkShape(shape: Shape, argument: string): void {
  if (!Array.isArray(shape)) {
    throw new ConfigError(
      'option-value',
      `${argument}: expected a shape such as [28, 28], but got ${String(shape)}.`,
    );
  }
  if (shape.length > MAX_AXES) {
    throw new ConfigError(
      'option-value',
      `${argument}: a shape has at most ${MAX_AXES} axes, but got ${shape.length}.`,
    );
  }
  for (const axis of shape) checkCount(axis, `${argument}: every axis of the shape`);
}
