/** Compiled by `npm run types`, never run: options of every family are typed, and misspelt ones are refused. */
import * as fl from 'fourlane';
import { KFold, MinMaxScaler, padSequences, trainTestSplit } from 'fourlane/data';
import { digits } from 'fourlane/datasets';
import { load } from 'fourlane/infer';
import { dense } from 'fourlane/layers';
import { crossValidate } from 'fourlane/workflow';

declare const x: fl.Tensor;
declare const model: fl.Sequential;

// Layers.
fl.layers.dropout({ rate: 0.5, noiseShape: [null, 1], seed: 1 });
fl.layers.batchNormalization({ axis: -1, momentum: 0.9, trainable: false, name: 'bn' });
fl.layers.dot({ axes: [1, 2], normalize: true });
fl.layers.upSampling2D({ size: [2, 2] });
// @ts-expect-error
fl.layers.dropout({ rat: 0.5 });
// @ts-expect-error rate is needed
fl.layers.dropout({});
// @ts-expect-error
fl.layers.dense({ unit: 3 });
// @ts-expect-error
fl.layers.dense({ units: '3' });
// @ts-expect-error
fl.layers.concatenate({ axes: 1 });
// @ts-expect-error
fl.layers.dense({ units: 3, inputshape: [2] });
// @ts-expect-error
dense({ units: 3, useBais: false });
// @ts-expect-error
fl.input({ shapes: [2] });
// @ts-expect-error
fl.layers.groupNormalization({ group: 2 });
// @ts-expect-error
fl.layers.leakyRelu({ alpha: 0.1 });

// Activations, initializers, regularizers, constraints.
fl.activations.relu({ maxValue: 6, negativeSlope: 0.1 });
fl.initializers.varianceScaling({ mode: 'fan_avg', distribution: 'uniform', seed: 3 });
fl.regularizers.orthogonalRegularizer({ mode: 'columns' });
fl.constraints.minMaxNorm({ minValue: 0, maxValue: 1, rate: 0.5, axis: [0, 1] });
// @ts-expect-error
fl.activations.relu({ max: 6 });
// @ts-expect-error
fl.activations.elu({ negativeSlope: 1 });
// @ts-expect-error
fl.initializers.randomNormal({ std: 0.1 });
// @ts-expect-error
fl.initializers.varianceScaling({ mode: 'fan_middle' });
// @ts-expect-error
fl.regularizers.l2({ l1: 0.1 });
// @ts-expect-error
fl.constraints.maxNorm({ max: 2 });

// Losses and metrics.
fl.losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1, reduction: 'sum' });
fl.metrics.precision({ thresholds: 0.5, topK: 3, classId: 1, name: 'p' });
fl.metrics.precisionAtRecall({ recall: 0.5 });
// @ts-expect-error
fl.losses.huber({ detla: 1 });
// @ts-expect-error
fl.losses.meanSquaredError({ reduction: 'avg' });
// @ts-expect-error
fl.metrics.auc({ curve: 'roc' });
// @ts-expect-error
fl.metrics.f1Score({ average: 'mean' });
// @ts-expect-error recall is needed
fl.metrics.precisionAtRecall({ numThresholds: 10 });

// Optimizers and schedules.
const learningRate = fl.schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 100 });
fl.optimizers.adam({ learningRate, beta1: 0.9, amsgrad: true, globalClipnorm: 1, weightDecay: 0.01 });
fl.optimizers.sgd({ learningRate: (iteration) => 0.1 / (1 + iteration), momentum: 0.9, nesterov: true });
fl.optimizers.adam({ lr: 0.1 });
// @ts-expect-error
fl.optimizers.sgd({ beta1: 0.9 });
// @ts-expect-error
fl.optimizers.rmsprop({ learningRate: '0.1' });
// @ts-expect-error decaySteps is needed
fl.schedules.cosineDecay({ initialLearningRate: 0.1 });
// @ts-expect-error
fl.schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 10, exponent: 2 });

// Callbacks.
fl.callbacks.earlyStopping({ monitor: 'val_loss', patience: 3, mode: 'min', restoreBestWeights: true });
// @ts-expect-error
fl.callbacks.earlyStopping({ patiance: 3 });
// @ts-expect-error
fl.callbacks.earlyStopping({ mode: 'lower' });
// @ts-expect-error
fl.callbacks.lambdaCallback({ onEpochEnds: () => {} });

// Models: compile, fit, evaluate, predict, and what they give.
model.compile({ optimizer: 'sgd', loss: 'mse', lossWeights: [1, 2] });
const history: Promise<fl.History> = model.fit(x, x, {
  epochs: 2,
  batchSize: 8,
  validationSplit: 0.2,
  shuffle: false,
});
const scores: Promise<Record<string, number>> = model.evaluate(x, x, { batchSize: 8 });
const prediction: fl.Tensor = model.predict(x, { batchSize: 64 });
const [first, second]: [fl.Tensor, fl.Tensor] = model.predict<[fl.Tensor, fl.Tensor]>(x);
const weights: fl.Tensor[] = model.getLayer('hidden').getWeights();
model.summary({ expandNested: true, layerRange: ['a', 'b'], printFn: (text: string) => text });
const bytes: number = model.plan({ batchSize: 8, training: false }).bytes;
// @ts-expect-error loss is needed
model.compile({ optimizer: 'sgd' });
// @ts-expect-error
model.compile({ loss: 'mse', metric: ['mae'] });
// @ts-expect-error
model.fit(x, x, { epoch: 2 });
// @ts-expect-error
model.fit(x, x, { batch_size: 2 });
// @ts-expect-error
model.fit(x, x, { callbacks: [() => {}] });
// @ts-expect-error
model.evaluate(x, x, { epochs: 2 });
// @ts-expect-error
model.predict(x, { batch: 2 });
// @ts-expect-error
model.trainOnBatch(x, x, { classWeights: { 0: 1 } });
// @ts-expect-error
model.summary({ width: 80 });
// @ts-expect-error
model.plan({ batch: 8 });
// @ts-expect-error
model.copyWeights(model, { byName: true });
// @ts-expect-error layers are no strings
fl.sequential(['dense']);
// @ts-expect-error
fl.sequential({ layer: [] });
// @ts-expect-error outputs are needed
fl.model({ inputs: fl.input({ shape: [1] }) });
// @ts-expect-error
fl.init({ thread: 2 });

// Beside the core.
const split: fl.Tensor[] = trainTestSplit(x, x, { testSize: 0.2, shuffle: true });
padSequences([[1]], { maxlen: 3, padding: 'post' });
new KFold({ nSplits: 4 });
crossValidate(() => model, x, x, { cv: 3, scaler: () => new MinMaxScaler() });
const image: fl.Tensor = digits().x;
const served: fl.Tensor = load(new Uint8Array()).predict(x) as fl.Tensor;
// @ts-expect-error
trainTestSplit(x, x, { test_size: 0.2 });
// @ts-expect-error
padSequences([[1]], { padding: 'behind' });
// @ts-expect-error
new KFold({ splits: 4 });
// @ts-expect-error
crossValidate(() => model, x, x, { folds: 3 });

// Every options type has a name.
export type Named = [
  fl.DenseOptions,
  fl.layers.BatchNormalizationOptions,
  fl.layers.DropoutOptions,
  fl.metrics.AUCOptions,
  fl.metrics.FBetaOptions,
  fl.losses.HuberOptions,
  fl.optimizers.AdamOptions,
  fl.schedules.CosineDecayOptions,
  fl.initializers.VarianceScalingOptions,
  fl.regularizers.L1L2Options,
  fl.constraints.MaxNormOptions,
  fl.activations.ReluOptions,
  fl.callbacks.EarlyStoppingOptions,
  fl.CompileOptions,
  fl.FitOptions,
  fl.PredictOptions,
  fl.SummaryOptions,
  fl.PlanOptions,
  fl.GradcheckOptions,
];
export const used = [history, scores, prediction, first, second, weights, bytes, split, image, served];
