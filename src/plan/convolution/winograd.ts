import { spatial, WINOGRAD_TILES } from '../../wasm/spatial.js';
import { type ImageConvolution, imageConvolution, sizesOf } from './image.js';
import { type Method, scratchOf } from './method.js';

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
    const scratch = scratchOf(winogradScratch(image) + 9 * whole(image.channels) * image.filters);
    b.emit(spatial, 'winogradInputGradient', dx, dy, kernel, scratch, ...sizesOf(dy, image));
  },

  weightGradient(b, convolution, dw, x, dy, start) {
    const image = imageConvolution(convolution)!;
    const scratch = scratchOf(winogradScratch(image));
    b.emit(spatial, 'winogradWeightGradient', dw, x, dy, start, scratch, ...sizesOf(x, image));
  },
};

/** Floats of scratch for any pass: two blocks of tiles, the frequencies of the weights, a patch. */
export function winogradScratch({ channels, filters }: ImageConvolution): number {
  const [c, o] = [whole(channels), whole(filters)];
  const block = (row: number) => 16 * (WINOGRAD_TILES * row + APART);
  return block(c) + block(o) + 16 * (c * o + APART) + 16 * Math.max(c, o) + APART;
}

/** Floats that keep frequencies out of each other's cache lines. */
const APART = 16;

/** So many channels in whole panels of eight. */
function whole(channels: number): number {
  return Math.ceil(channels / 8) * 8;
}
