import { spatial } from '../../wasm/spatial.js';
import { type Method, samplesOf, scratchOf } from './method.js';
import { directBackScratch, directScratch, TILE } from './scratch.js';

/** Windows whose gradients are packed at once, 8 filters wide. */
const SLICE = 128;

/** For all shapes: the runs of every window times the kernel, packed into panels of 8 columns. */
export const direct: Required<Method> = {
  fits: () => true,

  forward(b, convolution, y, x, kernel, bias) {
    const { filters } = convolution;
    const { tables, ...layout } = convolution.tables(b);
    const scratch = scratchOf(directScratch(layout, filters));
    b.emitFor(y, spatial, 'convolve', y, x, kernel, bias, tables, scratch, filters, samplesOf(x));
  },

  inputGradient(b, convolution, dx, dy, kernel) {
    const { filters } = convolution;
    const { tables, ...layout } = convolution.tables(b);
    const scratch = scratchOf(directBackScratch(layout, filters));
    b.emit(spatial, 'convolveInputGradient', dx, dy, kernel, tables, scratch, filters, samplesOf(dy));
  },

  weightGradient(b, convolution, dw, x, dy, start) {
    const { filters } = convolution;
    const { tables, paddedFloats } = convolution.tables(b);
    const scratch = scratchOf(TILE + SLICE * 8 + paddedFloats);
    b.emit(spatial, 'convolveWeightGradient', dw, x, dy, start, tables, scratch, filters, samplesOf(x));
  },
};
