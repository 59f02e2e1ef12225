import { spatial } from '../../wasm/spatial.js';
import { imageConvolution, sizesOf } from './image.js';
import { type Method, scratchOf } from './method.js';
import { winogradBackScratch, winogradScratch } from './scratch.js';

/** From here on the products that are saved are worth the transforms. */
const LEAST_CHANNELS = 8;

/**
 * Kernels of 3x3 with stride 1 by Winograd's F(2x2, 3x3): 16 multiplications for four results in place of 36. Unlike
 * larger tiles it keeps zeros exact, so that what stands behind a relu has a gradient where it should.
 */
export const winograd: Method = {
  fits(convolution) {
    const image = imageConvolution(convolution);
    return image !== undefined && Math.min(image.channels, image.filters) >= LEAST_CHANNELS;
  },

  forward(b, convolution, y, x, kernel, bias) {
    const image = imageConvolution(convolution)!;
    const scratch = scratchOf(winogradScratch(image));
    b.emitFor(y, spatial, 'winogradForward', y, x, kernel, bias, scratch, ...sizesOf(x, image));
  },

  inputGradient(b, convolution, dx, dy, kernel) {
    const image = imageConvolution(convolution)!;
    const scratch = scratchOf(winogradBackScratch(image));
    b.emit(spatial, 'winogradInputGradient', dx, dy, kernel, scratch, ...sizesOf(dy, image));
  },

  weightGradient(b, convolution, dw, x, dy, start) {
    const image = imageConvolution(convolution)!;
    const scratch = scratchOf(winogradScratch(image));
    b.emit(spatial, 'winogradWeightGradient', dw, x, dy, start, scratch, ...sizesOf(x, image));
  },
};
