import { spatial } from '../../wasm/spatial.js';
import { emitWindows, type Windows } from '../windows.js';
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
    b.emitFor(y, spatial, 'convolveDepthwise', y, x, kernel, bias, tables, scratch, 0, samplesOf(x));
  },

  inputGradient(b, convolution, dx, dy, kernel) {
    const { windows, groups } = convolution;
    if (windows.strides.every((stride) => stride === 1)) {
      // Every entry of dx is then the sum over a window of dy: half as much again as fast as adding up windows of dx.
      const { tables, paddedFloats } = emitWindows(b, mirror(windows), { groups });
      const scratch = scratchOf(TILE + paddedFloats);
      b.emit(spatial, 'convolveDepthwise', dx, dy, kernel, 0, tables, scratch, 1, samplesOf(dy));
      return;
    }
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

/** The windows over the output that contain what an entry of the input was part of, with strides of 1. */
function mirror({ input, output, size, strides, dilation, front, channels }: Windows): Windows {
  const ahead = size.map((entries, axis) => (entries - 1) * dilation[axis] - front[axis]);
  return { input: output, output: input, size, strides, dilation, front: ahead, channels };
}
