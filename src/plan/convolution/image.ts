import type { PerBatch, Value } from '../value.js';
import { type Convolution, samplesOf } from './method.js';

/** The sizes of a convolution of images that Winograd's tiles, or those of a pooling over 2x2, can take. */
export interface ImageConvolution {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  /** Zeros around each image: 0 for 'valid', 1 for 'same'. */
  readonly padding: 0 | 1;
}

/** These sizes where the kernel is 3x3, with stride 1, without dilation and groups; else undefined. */
export function imageConvolution({ windows, filters, groups }: Convolution): ImageConvolution | undefined {
  const { input, output, size, strides, dilation, front, channels } = windows;
  const [depth, height, width] = input;
  const plain = [...strides, ...dilation, groups, depth, size[0]].every((one) => one === 1);
  if (!plain || size[1] !== 3 || size[2] !== 3) return undefined;
  const sizes = { height, width, channels, filters };
  const shrinks = (by: number) => output[1] === height - by && output[2] === width - by;
  if (front[1] === 0 && front[2] === 0 && shrinks(2)) return { ...sizes, padding: 0 };
  if (front[1] === 1 && front[2] === 1 && shrinks(0)) return { ...sizes, padding: 1 };
  return undefined;
}

/** The last arguments of the kernels. */
export function sizesOf(
  x: Value,
  { height, width, channels, filters, padding }: ImageConvolution,
): [n: PerBatch | number, height: number, width: number, c: number, o: number, padding: number] {
  return [samplesOf(x), height, width, channels, filters, padding];
}
