import { checkOptions } from '../names.js';
import type { Builder } from '../plan/builder.js';
import type { Value } from '../plan/value.js';
import { COMMON, Layer, type LayerOptions } from './layer.js';

/** Its input. */
export class Identity extends Layer {
  static override className = 'Identity';

  constructor(options: LayerOptions = {}) {
    super(options);
    checkOptions(options, COMMON, 'layers.identity');
  }

  override call(_b: Builder, x: Value): Value {
    return x;
  }

  override get supportsMasking(): boolean {
    return true;
  }
}
