import { sizeOf } from '../../shape.js';
import { core, GEMM_SCRATCH_BYTES } from '../../wasm/core.js';
import { type Method, scratchOf } from './method.js';

const scratch = () => scratchOf(GEMM_SCRATCH_BYTES / 4);

/** Windows of one entry, all of them: a matrix product over the channels. */
export const pointwise: Method = {
  fits: ({ windows: { size, strides }, groups }) => groups === 1 && sizeOf(size) * sizeOf(strides) === 1,

  forward(b, { filters }, y, x, kernel, bias) {
    b.emitFor(y, core, 'gemmNN', y, x, kernel, bias, scratch(), y.rows, filters, x.cols);
  },

  inputGradient(b, { filters }, dx, dy, kernel) {
    b.emit(core, 'gemmNT', dx, dy, kernel, 0, scratch(), dy.rows, dx.cols, filters);
  },

  weightGradient(b, { filters }, dw, x, dy, start) {
    b.emit(core, 'gemmTN', dw, x, dy, start, scratch(), x.cols, filters, dy.rows);
  },
};
