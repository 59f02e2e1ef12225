import { spatial } from '../../wasm/spatial.js';
import type { Builder } from '../builder.js';
import type { PoolingWindows } from '../pooling.js';
import { Value } from '../value.js';
import { imageConvolution, sizesOf } from './image.js';
import { type Convolution, scratchOf } from './method.js';
import { entryScratch, winogradPoolOneScratch, winogradScratch } from './scratch.js';

/** What a convolution was called with. */
export interface ConvolutionCall {
  readonly convolution: Convolution;
  readonly input: Value;
  readonly kernel: Value;
  readonly bias: Value | undefined;
}

/**
 * The convolution `call`, a relu and a max-pooling over 2x2 as one step, which never stores what the convolution gives;
 * undefined where the shapes are others. At most a quarter of the convolution's results have a gradient then, so the
 * gradients of kernel and input are sums over a list of these.
 */
export function convolvePooled(
  b: Builder,
  { convolution, input, kernel, bias }: ConvolutionCall,
  windows: PoolingWindows,
): Value | undefined {
  const image = imageConvolution(convolution);
  if (!image || !areSquares(windows)) return undefined;
  const { height, width, channels, filters, padding } = image;
  const sizes = sizesOf(input, image);
  const { batched } = input;
  const needsGradient = input.needsGradient || kernel.needsGradient || bias?.needsGradient;
  const y = b.temporary([...windows.counts, filters], input, { needsGradient });
  const choice = needsGradient ? new Value(y.shape, { batched, type: 'uint8' }) : 0;
  if (channels === 1) {
    const scratch = scratchOf(winogradPoolOneScratch(image));
    b.emit(
      ...([spatial, 'winogradPoolOne', y, choice, input, kernel, bias ?? 0, scratch] as const),
      ...([sizes[0], height, width, filters, padding] as const),
    );
  } else {
    const scratch = scratchOf(winogradScratch(image));
    b.emit(spatial, 'winogradPool', y, choice, input, kernel, bias ?? 0, scratch, ...sizes);
  }
  b.markRectified(y);

  b.onBackward(y, (dy) => {
    if (bias) {
      b.gradientFrom(bias, (db, start) =>
        b.emit(spatial, 'pooledBiasGradient', db, dy, choice, start, y.rows, filters),
      );
    }
    const [, down, across] = windows.output;
    const entries = new Value([filters, down * across, 2], { batched });
    const lengths = new Value([filters], { batched, type: 'int32' });
    // A result reads from its first pixel on, in an image with the padding.
    const line = 4 * (width + 2 * padding) * channels;
    b.emitFor(
      ...([entries, spatial, 'poolEntries', entries, lengths, dy, choice] as const),
      ...([sizes[0], down, across, filters, line, 4 * channels] as const),
    );
    b.gradientFrom(kernel, (dw, start) =>
      b.emit(
        ...([spatial, 'entryWeightGradient', dw, input, entries, lengths, start] as const),
        ...([scratchOf(entryScratch(image)), ...sizes] as const),
      ),
    );
    b.gradient(input, (dx) =>
      b.emit(
        spatial,
        'entryInputGradient',
        dx,
        entries,
        lengths,
        kernel,
        scratchOf(entryScratch(image)),
        ...sizes,
      ),
    );
  });
  return y;
}

/** Whether they are 2x2, side by side, within the image. */
function areSquares({ size, strides, divisors, input, output }: PoolingWindows): boolean {
  return [1, 2, 2].every(
    (n, i) =>
      size[i] === n && strides[i] === n && divisors[i] === 1 && output[i] === Math.floor(input[i] / n),
  );
}
