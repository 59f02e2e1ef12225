export type { Activation as ActivationFunction } from './activations.js';
export * as activations from './activations.js';
export type { Constraint } from './constraints.js';
export * as constraints from './constraints.js';
export type { Data, ModelData } from './data/adapt.js';
export {
  type NormalOptions,
  randomNormal,
  randomUniform,
  type UniformOptions,
} from './data/random.js';
export { SparseMatrix, type SparseMatrixOptions } from './data/sparse.js';
export { Tensor, type TensorOptions, tensor } from './data/tensor.js';
export type { ClassWeight, SampleWeight } from './data/weights.js';
export * from './errors.js';
export { type InitOptions, init, type WasmSources } from './init.js';
export type { Initializer } from './initializers.js';
export * as initializers from './initializers.js';
export * from './layers/classes.js';
export * as layers from './layers/index.js';
export { input } from './layers/input.js';
export { SymbolicTensor } from './layers/symbolic.js';
export { type Gradients, type GradientsOptions, gradients } from './loops/gradients.js';
export type { Batch, ClassNumbers, InputShapes, InputValues } from './loops/inputs.js';
export type { CallOptions, LossBuilder, RowWeights } from './loops/lossBuilder.js';
export type { LossFunction, Weights } from './loops/objective.js';
export {
  type ModelStepOptions,
  type TrainStep,
  type TrainStepOptions,
  trainStep,
} from './loops/trainStep.js';
export type {
  BinaryFocalOptions,
  CategoricalFocalOptions,
  CrossentropyOptions,
  DiceOptions,
  HuberOptions,
  Loss,
  LossInputs,
  LossOptions,
  SparseCrossentropyOptions,
  TverskyOptions,
} from './losses.js';
export * as losses from './losses.js';
export type { Metric, MetricInputs, MetricOptions, RowMetric, SummedMetric } from './metrics.js';
export * as metrics from './metrics.js';
export type { CompileOptions } from './model/compile.js';
export { fromConfig, type LayerClass, type RestoreOptions } from './model/config.js';
export { load } from './model/load.js';
export {
  type EvaluateOptions,
  type FitOptions,
  Model,
  type ModelOptions,
  model,
  type TestOnBatchOptions,
  type TrainOnBatchOptions,
} from './model/model.js';
export { Sequential, type SequentialOptions, sequential } from './model/sequential.js';
export { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
export * as optimizers from './optimizers.js';
export {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Ftrl,
  Lamb,
  Lion,
  Nadam,
  RMSprop,
  SGD,
} from './optimizers.js';
export type { Builder } from './plan/builder.js';
export {
  type ConvolutionOptions,
  convolve,
  convolveDepthwise,
  convolveTranspose,
} from './plan/convolution.js';
export type { Parameter } from './plan/parameter.js';
export type { Value } from './plan/value.js';
export type { Padding, SpreadOptions, WindowOptions } from './plan/windows.js';
export { setSeed } from './random.js';
export type { Regularizer } from './regularizers.js';
export * as regularizers from './regularizers.js';
export { LearningRateSchedule } from './schedule.js';
export * as schedules from './schedules.js';
export { Callback, type RunParams } from './train/callback.js';
export * as callbacks from './train/callbacks.js';
export { EarlyStopping, LambdaCallback, ProgressLogger } from './train/callbacks.js';
export { History } from './train/history.js';
export type { Logs } from './train/scoreboard.js';
export { Trainer, type TrainerOptions } from './train/trainer.js';
export { core } from './wasm/core.js';
export type { KernelModule } from './wasm/module.js';
export { type RuntimeInfo, runtimeInfo as runtime } from './wasm/runtime.js';
export type { WasmSource } from './wasm/source.js';
export { spatial } from './wasm/spatial.js';
