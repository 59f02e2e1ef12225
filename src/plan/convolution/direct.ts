import { spatial } from '../../wasm/spatial.js';
import { type Method, samplesOf, scratchOf } from './method.js';

/** Floats of scratch for a tile of results and a table of four windows. */
const TILE = 48;

/** For all shapes: the runs of every window times the kernel, packed into panels of 8 filters. */
export const direct: Method = {
  fits: () => true,
  forward(b, convolution, y, x, kernel, bias) {
    const { filters, groups } = convolution;
    const { tables, paddedFloats, runs, run } = convolution.tables(b);
    const panels = groups * Math.ceil(filters / groups / 8);
    const scratch = scratchOf(TILE + panels * runs * run * 8 + paddedFloats);
    b.emit(spatial, 'convolve', y, x, kernel, bias, tables, scratch, filters, samplesOf(x));
  },
};
