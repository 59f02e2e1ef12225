import { ConfigError } from '../errors.js';
import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { nameOf, registered } from '../registry.js';
import { COMMON, Layer, type LayerOptions } from './layer.js';

/** What a lambda layer does: builder operations on its inputs. */
export type LambdaFunction = (b: Builder, ...inputs: Value[]) => Value | readonly Value[];

export interface LambdaOptions extends LayerOptions {
  /** Composes the output of builder operations; or the name under which such a function is registered. */
  function: LambdaFunction | string;
  /** Whether the mask of the (first) input is that of the output as well. Default false: it ends here. */
  mask?: boolean;
}

/**
 * A function as a layer: `lambda({ function: (b, x) => b.apply('square', x) })`. It has no weights; a layer with weights is
 * a class that extends `Layer`. Files know it by the name that `fl.register` has given the function.
 */
export class Lambda extends Layer {
  static override className = 'Lambda';
  readonly function: LambdaFunction;
  readonly mask: boolean;

  /** @throws ConfigError where that is no function, and no name of a registered one. */
  constructor(options: LambdaOptions) {
    super(options);
    checkOptions(options, ['function', 'mask', ...COMMON], 'layers.lambda');
    const { function: given, mask = false } = options;
    const found = typeof given === 'string' ? registered(given) : given;
    if (typeof found !== 'function') {
      throw new ConfigError(
        'option-value',
        typeof given === 'string'
          ? `layers.lambda: no function is registered as '${given}'; call fl.register('${given}', fn) before.`
          : `layers.lambda: function must be a function (b, x) => value, but got ${String(given)}.`,
      );
    }
    this.function = found as LambdaFunction;
    this.mask = mask;
  }

  override call(b: Builder, ...inputs: Value[]): Value | readonly Value[] {
    return this.function(b, ...inputs);
  }

  override get supportsMasking(): boolean {
    return this.mask;
  }

  /** @throws ConfigError `lambda-function` where the function has no name that a file could have. */
  override getConfig(): Record<string, unknown> {
    const name = nameOf(this.function);
    if (name !== undefined) return { ...super.getConfig(), function: name, mask: this.mask };
    throw new ConfigError(
      'lambda-function',
      `Layer '${this.name}': a function cannot be written down. Register it before saving and before loading, ` +
        "fl.register('name', fn), or make a class that extends Layer.",
    );
  }
}
