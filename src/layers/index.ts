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
  PReLU,
  type PReLUOptions,
  ReLU,
  type ReLUOptions,
  Softmax,
  type SoftmaxOptions,
} from './activation.js';
import {
  RandomBrightness,
  type RandomBrightnessOptions,
  RandomContrast,
  type RandomContrastOptions,
  RandomCrop,
  type RandomCropOptions,
  RandomFlip,
  type RandomFlipOptions,
  RandomRotation,
  type RandomRotationOptions,
  RandomTranslation,
  type RandomTranslationOptions,
  RandomZoom,
  type RandomZoomOptions,
} from './augmentation.js';
import { Conv1D, Conv2D, Conv3D, type ConvolutionOptions } from './convolution.js';
import {
  Conv1DTranspose,
  Conv2DTranspose,
  Conv3DTranspose,
  type ConvolutionTransposeOptions,
} from './convolutionTranspose.js';
import { Dense, type DenseOptions } from './dense.js';
import {
  DepthwiseConv1D,
  DepthwiseConv2D,
  type DepthwiseOptions,
  SeparableConv1D,
  SeparableConv2D,
  type SeparableOptions,
} from './depthwiseConvolution.js';
import { Identity } from './identity.js';
import { CenterCrop, Resizing, type ResizingOptions, type SizeOptions } from './images.js';
import { InputLayer, type InputOptions } from './input.js';
import type { LayerOptions } from './layer.js';
import {
  Add,
  Average,
  Concatenate,
  type ConcatenateOptions,
  Dot,
  type DotOptions,
  Maximum,
  Minimum,
  Multiply,
  Subtract,
} from './merge.js';
import {
  BatchNormalization,
  type BatchNormalizationOptions,
  GroupNormalization,
  type GroupNormalizationOptions,
  LayerNormalization,
  type LayerNormalizationOptions,
  RMSNormalization,
  type RMSNormalizationOptions,
  UnitNormalization,
  type UnitNormalizationOptions,
} from './normalization.js';
import {
  AdaptiveAveragePooling1D,
  AdaptiveAveragePooling2D,
  AdaptiveAveragePooling3D,
  AdaptiveMaxPooling1D,
  AdaptiveMaxPooling2D,
  AdaptiveMaxPooling3D,
  type AdaptivePoolingOptions,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  type GlobalPoolingOptions,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  type MaxPoolingOptions,
  type PoolingOptions,
} from './pooling.js';
import {
  Normalization,
  type NormalizationOptions,
  Rescaling,
  type RescalingOptions,
} from './preprocessing.js';
import {
  ActivityRegularization,
  type ActivityRegularizationOptions,
  AlphaDropout,
  Dropout,
  type DropoutOptions,
  GaussianDropout,
  GaussianNoise,
  type GaussianNoiseOptions,
  type RateOptions,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} from './regularization.js';
import {
  Flatten,
  Permute,
  type PermuteOptions,
  RepeatVector,
  type RepeatVectorOptions,
  Reshape,
  type ReshapeOptions,
} from './reshape.js';
import {
  Cropping1D,
  type Cropping1DOptions,
  Cropping2D,
  type Cropping2DOptions,
  Cropping3D,
  type Cropping3DOptions,
  UpSampling1D,
  type UpSampling1DOptions,
  UpSampling2D,
  type UpSampling2DOptions,
  UpSampling3D,
  type UpSampling3DOptions,
  ZeroPadding1D,
  type ZeroPadding1DOptions,
  ZeroPadding2D,
  type ZeroPadding2DOptions,
  ZeroPadding3D,
  type ZeroPadding3DOptions,
} from './resize.js';

export * from './classes.js';

export const input = (options: InputOptions) => new InputLayer(options);
export const dense = (options: DenseOptions) => new Dense(options);
export const activation = (options: ActivationOptions) => new Activation(options);
export const conv1D = (options: ConvolutionOptions) => new Conv1D(options);
export const conv2D = (options: ConvolutionOptions) => new Conv2D(options);
export const conv3D = (options: ConvolutionOptions) => new Conv3D(options);
export const conv1DTranspose = (options: ConvolutionTransposeOptions) => new Conv1DTranspose(options);
export const conv2DTranspose = (options: ConvolutionTransposeOptions) => new Conv2DTranspose(options);
export const conv3DTranspose = (options: ConvolutionTransposeOptions) => new Conv3DTranspose(options);
export const depthwiseConv1D = (options: DepthwiseOptions) => new DepthwiseConv1D(options);
export const depthwiseConv2D = (options: DepthwiseOptions) => new DepthwiseConv2D(options);
export const separableConv1D = (options: SeparableOptions) => new SeparableConv1D(options);
export const separableConv2D = (options: SeparableOptions) => new SeparableConv2D(options);
export const elu = (options?: ELUOptions) => new ELU(options);
export const leakyRelu = (options?: LeakyReLUOptions) => new LeakyReLU(options);
export const prelu = (options?: PReLUOptions) => new PReLU(options);
export const relu = (options?: ReLUOptions) => new ReLU(options);
export const softmax = (options?: SoftmaxOptions) => new Softmax(options);
export const identity = (options?: LayerOptions) => new Identity(options);
export const activityRegularization = (options?: ActivityRegularizationOptions) =>
  new ActivityRegularization(options);
export const alphaDropout = (options: DropoutOptions) => new AlphaDropout(options);
export const dropout = (options: DropoutOptions) => new Dropout(options);
export const gaussianDropout = (options: RateOptions) => new GaussianDropout(options);
export const gaussianNoise = (options: GaussianNoiseOptions) => new GaussianNoise(options);
export const spatialDropout1D = (options: RateOptions) => new SpatialDropout1D(options);
export const spatialDropout2D = (options: RateOptions) => new SpatialDropout2D(options);
export const spatialDropout3D = (options: RateOptions) => new SpatialDropout3D(options);
export const flatten = (options?: LayerOptions) => new Flatten(options);
export const permute = (options: PermuteOptions) => new Permute(options);
export const repeatVector = (options: RepeatVectorOptions) => new RepeatVector(options);
export const reshape = (options: ReshapeOptions) => new Reshape(options);
export const cropping1D = (options?: Cropping1DOptions) => new Cropping1D(options);
export const cropping2D = (options?: Cropping2DOptions) => new Cropping2D(options);
export const cropping3D = (options?: Cropping3DOptions) => new Cropping3D(options);
export const upSampling1D = (options?: UpSampling1DOptions) => new UpSampling1D(options);
export const upSampling2D = (options?: UpSampling2DOptions) => new UpSampling2D(options);
export const upSampling3D = (options?: UpSampling3DOptions) => new UpSampling3D(options);
export const zeroPadding1D = (options?: ZeroPadding1DOptions) => new ZeroPadding1D(options);
export const zeroPadding2D = (options?: ZeroPadding2DOptions) => new ZeroPadding2D(options);
export const zeroPadding3D = (options?: ZeroPadding3DOptions) => new ZeroPadding3D(options);
export const add = (options?: LayerOptions) => new Add(options);
export const average = (options?: LayerOptions) => new Average(options);
export const concatenate = (options?: ConcatenateOptions) => new Concatenate(options);
export const dot = (options: DotOptions) => new Dot(options);
export const maximum = (options?: LayerOptions) => new Maximum(options);
export const minimum = (options?: LayerOptions) => new Minimum(options);
export const multiply = (options?: LayerOptions) => new Multiply(options);
export const subtract = (options?: LayerOptions) => new Subtract(options);
export const batchNormalization = (options?: BatchNormalizationOptions) => new BatchNormalization(options);
export const groupNormalization = (options?: GroupNormalizationOptions) => new GroupNormalization(options);
export const layerNormalization = (options?: LayerNormalizationOptions) => new LayerNormalization(options);
export const rmsNormalization = (options?: RMSNormalizationOptions) => new RMSNormalization(options);
export const unitNormalization = (options?: UnitNormalizationOptions) => new UnitNormalization(options);
export const adaptiveAveragePooling1D = (options: AdaptivePoolingOptions) =>
  new AdaptiveAveragePooling1D(options);
export const adaptiveAveragePooling2D = (options: AdaptivePoolingOptions) =>
  new AdaptiveAveragePooling2D(options);
export const adaptiveAveragePooling3D = (options: AdaptivePoolingOptions) =>
  new AdaptiveAveragePooling3D(options);
export const adaptiveMaxPooling1D = (options: AdaptivePoolingOptions) => new AdaptiveMaxPooling1D(options);
export const adaptiveMaxPooling2D = (options: AdaptivePoolingOptions) => new AdaptiveMaxPooling2D(options);
export const adaptiveMaxPooling3D = (options: AdaptivePoolingOptions) => new AdaptiveMaxPooling3D(options);
export const averagePooling1D = (options: PoolingOptions) => new AveragePooling1D(options);
export const averagePooling2D = (options: PoolingOptions) => new AveragePooling2D(options);
export const averagePooling3D = (options: PoolingOptions) => new AveragePooling3D(options);
export const globalAveragePooling1D = (options?: GlobalPoolingOptions) => new GlobalAveragePooling1D(options);
export const globalAveragePooling2D = (options?: GlobalPoolingOptions) => new GlobalAveragePooling2D(options);
export const globalAveragePooling3D = (options?: GlobalPoolingOptions) => new GlobalAveragePooling3D(options);
export const globalMaxPooling1D = (options?: GlobalPoolingOptions) => new GlobalMaxPooling1D(options);
export const globalMaxPooling2D = (options?: GlobalPoolingOptions) => new GlobalMaxPooling2D(options);
export const globalMaxPooling3D = (options?: GlobalPoolingOptions) => new GlobalMaxPooling3D(options);
export const maxPooling1D = (options?: MaxPoolingOptions) => new MaxPooling1D(options);
export const maxPooling2D = (options?: MaxPoolingOptions) => new MaxPooling2D(options);
export const maxPooling3D = (options?: MaxPoolingOptions) => new MaxPooling3D(options);
export const rescaling = (options: RescalingOptions) => new Rescaling(options);
export const normalization = (options?: NormalizationOptions) => new Normalization(options);
export const resizing = (options: ResizingOptions) => new Resizing(options);
export const centerCrop = (options: SizeOptions) => new CenterCrop(options);
export const randomBrightness = (options: RandomBrightnessOptions) => new RandomBrightness(options);
export const randomContrast = (options: RandomContrastOptions) => new RandomContrast(options);
export const randomCrop = (options: RandomCropOptions) => new RandomCrop(options);
export const randomFlip = (options?: RandomFlipOptions) => new RandomFlip(options);
export const randomRotation = (options: RandomRotationOptions) => new RandomRotation(options);
export const randomTranslation = (options: RandomTranslationOptions) => new RandomTranslation(options);
export const randomZoom = (options: RandomZoomOptions) => new RandomZoom(options);
