import { ConfigError } from '../errors.js';
import { Activation, ELU, LeakyReLU, PReLU, ReLU, Softmax } from '../layers/activation.js';
import {
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
} from '../layers/augmentation.js';
import { Conv1D, Conv2D, Conv3D } from '../layers/convolution.js';
import { Conv1DTranspose, Conv2DTranspose, Conv3DTranspose } from '../layers/convolutionTranspose.js';
import { Dense } from '../layers/dense.js';
import {
  DepthwiseConv1D,
  DepthwiseConv2D,
  SeparableConv1D,
  SeparableConv2D,
} from '../layers/depthwiseConvolution.js';
import { Identity } from '../layers/identity.js';
import { CenterCrop, Resizing } from '../layers/images.js';
import { InputLayer } from '../layers/input.js';
import { classNameOf, type Layer } from '../layers/layer.js';
import { Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract } from '../layers/merge.js';
import {
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  UnitNormalization,
} from '../layers/normalization.js';
import {
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
} from '../layers/pooling.js';
import { Normalization, Rescaling } from '../layers/preprocessing.js';
import {
  ActivityRegularization,
  AlphaDropout,
  Dropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} from '../layers/regularization.js';
import { Flatten, Permute, RepeatVector, Reshape } from '../layers/reshape.js';
import {
  Cropping1D,
  Cropping2D,
  Cropping3D,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
} from '../layers/resize.js';
import type { SymbolicTensor } from '../layers/symbolic.js';
import type { GraphConfig, LayerConfig, ModelConfig } from './architecture.js';
import { Model } from './model.js';
import { Sequential, type SequentialConfig } from './sequential.js';

/** A class of layers that can be made of its configuration. */
export interface LayerClass {
  className: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: every class has options of its own
  new (config: any): Layer;
}

/** A function, because webpack takes a list for something that happens on import, and keeps every class in it. */
const shipped = (): readonly LayerClass[] => [
  ...[CenterCrop, Cropping3D, Normalization, RandomBrightness, RandomContrast, RandomCrop, RandomFlip],
  ...[RandomRotation, RandomTranslation, RandomZoom, Resizing, SpatialDropout3D, UpSampling3D, ZeroPadding3D],
  ...[AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D, AdaptiveMaxPooling1D],
  ...[AdaptiveMaxPooling2D, AdaptiveMaxPooling3D, AveragePooling1D, AveragePooling2D, AveragePooling3D],
  ...[GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D, GlobalMaxPooling1D],
  ...[GlobalMaxPooling2D, GlobalMaxPooling3D, MaxPooling1D, MaxPooling2D, MaxPooling3D],
  ...[Activation, ActivityRegularization, Add, AlphaDropout, Average, BatchNormalization],
  ...[Conv1D, Conv2D, Conv3D, Conv1DTranspose, Conv2DTranspose, Conv3DTranspose],
  ...[DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D],
  ...[Concatenate, Cropping1D, Cropping2D, Dense, Dot, Dropout],
  ...[ELU, Flatten, GaussianDropout, GaussianNoise, GroupNormalization, Identity],
  ...[InputLayer, LayerNormalization, LeakyReLU, Maximum, Minimum, Multiply],
  ...[PReLU, Permute, RMSNormalization, ReLU, RepeatVector, Rescaling],
  ...[Reshape, Softmax, SpatialDropout1D, SpatialDropout2D, Subtract, UnitNormalization],
  ...[UpSampling1D, UpSampling2D, ZeroPadding1D, ZeroPadding2D],
];

export interface RestoreOptions {
  /** Classes of layers of one's own that the model uses. */
  layers?: readonly LayerClass[];
}

/**
 * Makes a model from what `getConfig` returned, with new weights.
 *
 * @throws ConfigError `unknown-layer-class` where a class is neither shipped nor among `options.layers`.
 */
export function fromConfig(config: ModelConfig, { layers: own = [] }: RestoreOptions = {}): Model {
  const classes = new Map([...shipped(), ...own].map((kind) => [classNameOf(kind), kind]));
  if (config.className === 'Sequential') return sequentialFrom(config as SequentialConfig, classes);
  return graphFrom(config as GraphConfig, classes);
}

function layerFrom({ className, config }: LayerConfig, classes: ReadonlyMap<string, LayerClass>): Layer {
  if (className === 'Sequential') return sequentialFrom(config as unknown as SequentialConfig, classes);
  if (className === 'Model') return graphFrom(config as unknown as GraphConfig, classes);
  const kind = classes.get(className);
  if (kind) return new kind(config);
  throw new ConfigError(
    'unknown-layer-class',
    `There is no layer class '${String(className)}'. Classes of your own are handed in: { layers: [MyLayer] }.`,
  );
}

function sequentialFrom(config: SequentialConfig, classes: ReadonlyMap<string, LayerClass>): Sequential {
  const { name, trainable, inputShape } = config;
  const layers = config.layers.map((layer) => layerFrom(layer, classes));
  const input = inputShape ? [new InputLayer({ shape: inputShape, name: `${name}_input` })] : [];
  return new Sequential({ name, trainable, layers: [...input, ...layers] });
}

function graphFrom(config: GraphConfig, classes: ReadonlyMap<string, LayerClass>): Model {
  const layers = config.layers.map((layer) => layerFrom(layer, classes));
  const nodes: (readonly SymbolicTensor[])[] = [];
  const tensor = ([node, output]: readonly [number, number]) => nodes[node][output];
  for (const [layer, inputs] of config.nodes) {
    const made = layers[layer];
    if (made instanceof InputLayer) nodes.push([made.output]);
    else nodes.push(made.applyAll(inputs.map(tensor)));
  }
  const { name, trainable } = config;
  return new Model({
    name,
    trainable,
    inputs: config.inputs.map(tensor),
    outputs: config.outputs.map(tensor),
  });
}
