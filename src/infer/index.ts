/** `fourlane/infer`: runs the forward program of a model file. No layers, no training. */
export type { Data, ModelData } from '../data/adapt.js';
export { SparseMatrix, type SparseMatrixOptions } from '../data/sparse.js';
export { Tensor, type TensorOptions, tensor } from '../data/tensor.js';
export * from '../errors.js';
export type { KernelModule } from '../wasm/module.js';
export type { WasmSource } from '../wasm/source.js';
export { type InitOptions, init } from './init.js';
export { type InferenceModel, type LoadOptions, load, type PredictOptions } from './load.js';
