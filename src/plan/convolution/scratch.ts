/** Floats of scratch that the kernels for images need, in the order in which they divide it. */
import { WINDOWS, WINOGRAD_TILES } from '../../wasm/spatial.js';
import type { ImageConvolution } from './image.js';

/** A cache line: keeps frequencies apart, and takes what whole vectors write too much. */
const LINE = 16;

/** `winogradForward`, `winogradPool`, `winogradWeightGradient`: two blocks of tiles, 16 frequencies of the kernel, a patch. */
export function winogradScratch({ channels, filters }: ImageConvolution): number {
  const [c, o] = [whole(channels), whole(filters)];
  const block = (row: number) => 16 * (WINOGRAD_TILES * row + LINE);
  return block(c) + block(o) + 16 * (c * o + LINE) + 16 * Math.max(c, o) + LINE;
}

/** `winogradInputGradient`: the same with the kernel transposed, which is where the patch is before there is one. */
export function winogradBackScratch(image: ImageConvolution): number {
  return winogradScratch(image) + 9 * whole(image.channels) * whole(image.filters);
}

/** `winogradPoolOne`: the frequencies of windows and kernel, eight sums, a patch. */
export function winogradPoolOneScratch({ filters }: ImageConvolution): number {
  return 16 * (WINDOWS + whole(filters)) + 32 + 16 + LINE;
}

/** `entryWeightGradient`, `entryInputGradient`: three runs for each filter, and an image with its padding. */
export function entryScratch({ height, width, channels, filters, padding }: ImageConvolution): number {
  const run = Math.ceil((3 * channels) / 4) * 4;
  return 3 * run * filters + (height + 2 * padding) * (width + 2 * padding) * channels + LINE;
}

/** So many channels in whole panels of eight. */
function whole(channels: number): number {
  return Math.ceil(channels / 8) * 8;
}
