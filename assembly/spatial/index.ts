/**
 * The kernels of the spatial module: those of layers that slide windows over axes of space or time. The calling rules
 * stand in ../index.ts. Samples are [depth, height, width, channels]; with fewer axes the first sizes are 1.
 */
export { windows } from './windows';
export * from './convolution';
export * from './depthwise';
export * from './narrow';
export * from './pooling';
export * from './affine';
export * from './resample';
export * from './winograd';
export { WINDOWS, winogradPoolOne } from './winogradPoolOne';
export { poolEntries, pooledBiasGradient } from './entries';
export { entryInputGradient, entryWeightGradient } from './entryGradients';
