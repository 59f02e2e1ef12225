import { core } from '../wasm/core.js';
import { ShapeOperations } from './shaping.js';
import type { Operand } from './tape.js';
import { Value } from './value.js';

/** Float32 holds every whole number up to here. */
export const MOST_INDICES = 2 ** 24;

/**
 * Rows picked by index, and masks. The mask of a value says which of its rows count: a value of its shape without the last
 * axis, 1 for those and 0 for the others. It lies beside the value, for whoever asks.
 */
export class MaskOperations extends ShapeOperations {
  readonly #masks = new WeakMap<Value, Value>();

  /** The mask of `x`, if it has one. */
  maskOf(x: Value): Value | undefined {
    return this.#masks.get(x);
  }

  /** `y` with that mask, or without one. Where `y` has another already it is a view of `y`, so that both are there. */
  withMask(y: Value, mask: Value | undefined): Value {
    const known = this.#masks.get(y);
    if (known === mask) return y;
    let masked = y;
    if (known) {
      masked = y.view(y.shape);
      this.onBackward(masked, (dy) => this.passGradient(y, dy));
    }
    if (mask) this.#masks.set(masked, mask);
    return masked;
  }

  /** Numbers as indices from 0 to limit - 1, and -1 for others. Data that come from outside are checked before. */
  indices(x: Value, limit: number): Value {
    const indices = new Value(x.shape, { batched: x.batched, type: 'int32' });
    this.emitFor(indices, core, 'toIndices', indices, x, limit, x.count);
    return indices;
  }

  /** Rows of `table` [., n] at what `indices` has made [...]: [..., n], with NaN where there is no such row. */
  gather(table: Operand, indices: Value): Value {
    const weights = this.value(table);
    const { rows: limit, cols, needsGradient } = weights;
    const y = this.temporary([...indices.shape, cols], indices, { needsGradient });
    this.emitFor(y, core, 'gatherRows', y, weights, indices, limit, cols, indices.count);
    this.onBackward(y, (dy) => {
      this.gradientFrom(weights, (dw, start) => {
        if (!start) this.emit(core, 'fill', dw, 0, dw.count);
        this.emit(core, 'scatterRows', dw, dy, indices, cols, indices.count);
      });
    });
    return y;
  }

  /** 1 where an index that `indices` has made is not 0. */
  indexMask(indices: Value): Value {
    const mask = this.temporary(indices.shape, indices);
    this.emitFor(mask, core, 'indexMask', mask, indices, indices.count);
    return mask;
  }

  /** 1 for each row of `x` in which something is not `value`. */
  rowMask(x: Value, value: number): Value {
    const mask = this.temporary(x.shape.slice(0, -1), x);
    this.emitFor(mask, core, 'rowMask', mask, x, value, x.rows, x.cols);
    return mask;
  }

  /** Rows of `x` where the mask is 1, zeros elsewhere. */
  maskRows(x: Value, mask: Value): Value {
    const y = this.temporary(x.shape, x, { needsGradient: x.needsGradient });
    this.emitFor(y, core, 'maskRows', y, x, mask, x.rows, x.cols);
    this.onBackward(y, (dy) => {
      this.gradient(x, (dx) => this.emit(core, 'maskRows', dx, dy, mask, x.rows, x.cols));
    });
    return y;
  }
}
