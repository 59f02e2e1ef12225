/**
 * `fourlane/layers`, and `fl.layers`: one factory for every layer, and the classes. `dense({ units: 16 })` is
 * `new Dense({ units: 16 })`.
 */
import {
  Activation,
  type ActivationOptions,
  ELU,
  type ELUOptions,
  LeakyReLU,
  type LeakyReLUOptions,
  ReLU,
  Softmax,
} from './activation.js';
import { Dense, type DenseOptions } from './dense.js';
import { InputLayer, type InputOptions } from './input.js';
import type { LayerOptions } from './layer.js';
import { Add, Average, Concatenate, type ConcatenateOptions, Multiply } from './merge.js';
import { Rescaling, type RescalingOptions } from './preprocessing.js';
import { Dropout, type DropoutOptions } from './regularization.js';
import { Flatten, Reshape, type ReshapeOptions } from './reshape.js';

export * from './classes.js';

export const input = (options: InputOptions) => new InputLayer(options);
export const dense = (options: DenseOptions) => new Dense(options);
export const activation = (options: ActivationOptions) => new Activation(options);
export const relu = (options?: LayerOptions) => new ReLU(options);
export const leakyRelu = (options?: LeakyReLUOptions) => new LeakyReLU(options);
export const elu = (options?: ELUOptions) => new ELU(options);
export const softmax = (options?: LayerOptions) => new Softmax(options);
export const dropout = (options: DropoutOptions) => new Dropout(options);
export const flatten = (options?: LayerOptions) => new Flatten(options);
export const reshape = (options: ReshapeOptions) => new Reshape(options);
export const concatenate = (options?: ConcatenateOptions) => new Concatenate(options);
export const add = (options?: LayerOptions) => new Add(options);
export const multiply = (options?: LayerOptions) => new Multiply(options);
export const average = (options?: LayerOptions) => new Average(options);
export const rescaling = (options: RescalingOptions) => new Rescaling(options);
