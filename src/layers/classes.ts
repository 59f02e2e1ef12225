export { Activation, ELU, LeakyReLU, PReLU, ReLU, Softmax } from './activation.js';
export { Conv1D, Conv2D, Conv3D } from './convolution.js';
export { Conv1DTranspose, Conv2DTranspose, Conv3DTranspose } from './convolutionTranspose.js';
export { Dense, type DenseOptions } from './dense.js';
export {
  DepthwiseConv1D,
  DepthwiseConv2D,
  SeparableConv1D,
  SeparableConv2D,
} from './depthwiseConvolution.js';
export { EinsumDense, type EinsumDenseOptions } from './einsum.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { Identity } from './identity.js';
export { InputLayer } from './input.js';
export { Lambda, type LambdaFunction, type LambdaOptions } from './lambda.js';
export { Layer, type LayerOptions, type WeightBuilder, type WeightOptions } from './layer.js';
export { Masking } from './masking.js';
export { Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract } from './merge.js';
export {
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  UnitNormalization,
} from './normalization.js';
export { Rescaling } from './preprocessing.js';
export {
  ActivityRegularization,
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
} from './regularization.js';
export { Flatten, Permute, RepeatVector, Reshape } from './reshape.js';
export {
  Cropping1D,
  Cropping2D,
  UpSampling1D,
  UpSampling2D,
  ZeroPadding1D,
  ZeroPadding2D,
} from './resize.js';
export { Wrapper, type WrapperOptions } from './wrapper.js';
