import { spatial } from '../../wasm/spatial.js';
import { type Method, samplesOf, scratchOf } from './method.js';

/** Floats of scratch for a tile and a table of four windows. */
const TILE = 48;

/** Every channel is a group, with one filter: products by vectors of channels. */
export const depthwise: Method = {
  fits: ({ windows: { channels }, groups, filters }) =>
    groups === channels && filters === channels && groups > 1,

  forward(b, convolution, y, x, kernel, bias) {
    const { tables, paddedFloats } = convolution.tables(b);
    const scratch = scratchOf(TILE + paddedFloats);
    b.emit(spatial, 'convolveDepthwise', y, x, kernel, bias, tables, scratch, samplesOf(x));
  },

  inputGradient(b, convolution, dx, dy, kernel) {
    const { tables, paddedFloats } = convolution.tables(b);
    const scratch = scratchOf(TILE + paddedFloats);
    b.emit(spatial, 'convolveDepthwiseInputGradient', dx, dy, kernel, tables, scratch, samplesOf(dy));
  },

  weightGradient(b, convolution, dw, x, dy, start) {
    const { tables, paddedFloats } = convolution.tables(b);
    const scratch = scratchOf(TILE + paddedFloats);
    b.emit(spatial, 'convolveDepthwiseWeightGradient', dw, x, dy, start, tables, scratch, samplesOf(x));
  },
};
