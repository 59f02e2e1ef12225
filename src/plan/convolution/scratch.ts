/** Floats of scratch that kernels need, in the order in which they divide it. */
import { WINDOWS, WINOGRAD_TILES } from '../../wasm/generated/spatial.js';
import type { ImageConvolution } from './image.js';
import type { WindowLayout } from './layout.js';

/** A tile of results and a table of four windows. */
export const TILE = 48;

/** `convolve`: a tile, the weights in panels of 8 filters, and samples with their padding. */
export function directScratch({ groups, runs, run, paddedFloats }: WindowLayout, filters: number): number {
  return TILE + groups * runs * run * whole(filters / groups) + paddedFloats;
}

/** `convolveInputGradient`: the same with panels of 8 floats of a run. */
export function directBackScratch({ runs, run, paddedFloats }: WindowLayout, filters: number): number {
  return TILE + filters * runs * whole(run) + paddedFloats;
}

/** `convolveNarrow` and its gradient of the weights: weights in whole vectors along the runs. */
export function narrowScratch({ runs, run, paddedFloats }: WindowLayout, filters: number): number {
  return TILE + filters * runs * Math.ceil(run / 4) * 4 + paddedFloats;
}

/** All passes of depthwise convolutions. */
export function depthwiseScratch({ paddedFloats }: WindowLayout): number {
  return TILE + paddedFloats;
}

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

/** So many columns in whole panels of eight. */
function whole(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}
