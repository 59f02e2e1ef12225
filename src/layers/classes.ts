export { Activation, ELU, LeakyReLU, PReLU, ReLU, Softmax } from './activation.js';
export {
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
} from './augmentation.js';
export { Conv1D, Conv2D, Conv3D } from './convolution.js';
export { Conv1DTranspose, Conv2DTranspose, Conv3DTranspose } from './convolutionTranspose.js';
export { Dense, type DenseOptions } from './dense.js';
export {
  DepthwiseConv1D,
  DepthwiseConv2D,
  SeparableConv1D,
  SeparableConv2D,
} from './depthwiseConvolution.js';
export { Identity } from './identity.js';
export { CenterCrop, Resizing } from './images.js';
export { InputLayer } from './input.js';
export { Layer, type LayerOptions, type WeightBuilder, type WeightOptions } from './layer.js';
export { Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract } from './merge.js';
export {
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  UnitNormalization,
} from './normalization.js';
export {
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
} from './pooling.js';
export { Normalization, Rescaling } from './preprocessing.js';
export {
  ActivityRegularization,
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} from './regularization.js';
export { Flatten, Permute, RepeatVector, Reshape } from './reshape.js';
export {
  Cropping1D,
  Cropping2D,
  Cropping3D,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
} from './resize.js';
