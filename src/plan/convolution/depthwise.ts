import { spatial } from '../../wasm/spatial.js';
import { emitWindows, hasUnitStrides, mirrorWindows } from '../windows.js';
import { type Convolution, type Method, samplesOf, scratchOf } from './method.js';
import { depthwiseScratch } from './scratch.js';

const isDepthwise = ({ windows: { channels }, groups, filters }: Convolution) =>
  groups === channels && filters === channels && groups > 1;

/** Every channel is a group, with one filter: products by vectors of channels. */
export const depthwise: Method = {
  fits: isDepthwise,

  forward(b, convolution, y, x, kernel, bias) {
    const { tables, ...layout } = convolution.tables(b);
    const scratch = scratchOf(depthwiseScratch(layout));
    b.emitFor(y, spatial, 'convolveDepthwise', y, x, kernel, bias, tables, scratch, 0, samplesOf(x));
  },

  inputGradient(b, convolution, dx, dy, kernel) {
    const { tables, ...layout } = convolution.tables(b);
    const scratch = scratchOf(depthwiseScratch(layout));
    b.emit(spatial, 'convolveDepthwiseInputGradient', dx, dy, kernel, tables, scratch, samplesOf(dy));
  },

  weightGradient(b, convolution, dw, x, dy, start) {
    const { tables, ...layout } = convolution.tables(b);
    const scratch = scratchOf(depthwiseScratch(layout));
    b.emit(spatial, 'convolveDepthwiseWeightGradient', dw, x, dy, start, tables, scratch, samplesOf(x));
  },
};

/**
 * The same with strides of 1, where every entry of dx is a sum over a window of dy: half as much again as fast as adding
 * up windows of dx.
 */
export const depthwiseMirrored: Method = {
  fits: (convolution) => isDepthwise(convolution) && hasUnitStrides(convolution.windows),

  inputGradient(b, { windows, groups }, dx, dy, kernel) {
    const { tables, ...layout } = emitWindows(b, mirrorWindows(windows, groups), groups);
    const scratch = scratchOf(depthwiseScratch(layout));
    b.emit(spatial, 'convolveDepthwise', dx, dy, kernel, 0, tables, scratch, 1, samplesOf(dy));
  },
};
