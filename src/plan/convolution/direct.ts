import { spatial } from '../../wasm/spatial.js';
import { type Method, samplesOf, scratchOf } from './method.js';

/** Floats of scratch for a tile of results and a table of four windows. */
const TILE = 48;

/** Windows whose gradients are packed at once, 8 filters wide. */
const SLICE = 128;

/** For all shapes: the runs of every window times the kernel, packed into panels of 8 columns. */
export const direct: Required<Method> = {
  fits: () => true,

  forward(b, convolution, y, x, kernel, bias) {
    const { filters, groups } = convolution;
    const { tables, paddedFloats, runs, run } = convolution.tables(b);
    const scratch = scratchOf(TILE + groups * runs * run * panels(filters / groups) + paddedFloats);
    b.emitFor(y, spatial, 'convolve', y, x, kernel, bias, tables, scratch, filters, samplesOf(x));
  },

  inputGradient(b, convolution, dx, dy, kernel) {
    const { filters } = convolution;
    const { tables, paddedFloats, runs, run } = convolution.tables(b);
    const scratch = scratchOf(TILE + filters * runs * panels(run) + paddedFloats);
    b.emit(spatial, 'convolveInputGradient', dx, dy, kernel, tables, scratch, filters, samplesOf(dy));
  },

  weightGradient(b, convolution, dw, x, dy, start) {
    const { filters } = convolution;
    const { tables, paddedFloats } = convolution.tables(b);
    const scratch = scratchOf(TILE + SLICE * 8 + paddedFloats);
    b.emit(spatial, 'convolveWeightGradient', dw, x, dy, start, tables, scratch, filters, samplesOf(x));
  },
};

/** So many columns in whole panels. */
function panels(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}
