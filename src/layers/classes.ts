export { Activation, ELU, LeakyReLU, ReLU, Softmax } from './activation.js';
export { Dense, type DenseOptions } from './dense.js';
export { InputLayer } from './input.js';
export { Layer, type LayerOptions, type WeightBuilder, type WeightOptions } from './layer.js';
export { Add, Average, Concatenate, Multiply } from './merge.js';
export { Rescaling } from './preprocessing.js';
export { Dropout } from './regularization.js';
export { Flatten, Reshape } from './reshape.js';
