/** Compiled by `npm run types`, never run: identifiers in both spellings are accepted, misspelt ones are not. */
import * as fl from 'fourlane';

const { dense } = fl.layers;
const model = fl.sequential([dense({ units: 1, inputShape: [2] })]);

// Activations, initializers, regularizers, constraints.
dense({ units: 1, activation: 'relu', kernelInitializer: 'glorotUniform', kernelRegularizer: 'l1l2' });
dense({ units: 1, activation: 'leaky_relu', kernelInitializer: 'he_normal', kernelRegularizer: 'l1_l2' });
dense({ units: 1, activation: 'leakyRelu', kernelConstraint: 'maxNorm', biasConstraint: 'max_norm' });
dense({ units: 1, activation: fl.activations.gelu({ approximate: true }), biasInitializer: 'zeros' });
dense({ units: 1, activation: { name: 'relu', config: { maxValue: 6 } } });
// @ts-expect-error
dense({ units: 1, activation: 'rleu' });
// @ts-expect-error
dense({ units: 1, kernelInitializer: 'glorot' });
// @ts-expect-error
dense({ units: 1, kernelRegularizer: 'l3' });
// @ts-expect-error
dense({ units: 1, biasConstraint: 'max_nrom' });
// @ts-expect-error a loss is no activation
dense({ units: 1, activation: 'huber' });
// @ts-expect-error
fl.layers.activation({ activation: 'sigmoyd' });
// @ts-expect-error
fl.layers.batchNormalization({ movingMeanInitializer: 'zeroes' });

// Losses and metrics.
model.compile({ loss: 'mse', metrics: ['mae', 'accuracy', 'acc', 'top_k_categorical_accuracy', 'f1Score'] });
model.compile({ loss: 'sparse_categorical_crossentropy', weightedMetrics: ['fbeta_score'] });
model.compile({ loss: 'sparseCategoricalCrossentropy', metrics: [fl.metrics.auc({ curve: 'PR' })] });
model.compile({ loss: ['kl_divergence', 'klDivergence', 'kld'], metrics: [['mse'], ['r2_score'], ['auc']] });
model.compile({ loss: { a: 'huber', b: fl.losses.poisson() }, metrics: { a: ['mse'], b: 'mae' } });
// @ts-expect-error
model.compile({ loss: 'meen_squared_error' });
// @ts-expect-error
model.compile({ loss: { a: 'hubr' } });
// @ts-expect-error
model.compile({ loss: 'mse', metrics: ['acuracy'] });
// @ts-expect-error
model.compile({ loss: 'mse', metrics: { a: ['acuracy'] } });
// @ts-expect-error a metric that is no loss
model.compile({ loss: 'f1_score' });

// Optimizers: in lower case, or as the class is called.
model.compile({ optimizer: 'adam', loss: 'mse' });
model.compile({ optimizer: 'RMSprop', loss: 'mse' });
model.compile({ optimizer: new fl.SGD({ learningRate: 0.1 }), loss: 'mse' });
// @ts-expect-error
model.compile({ optimizer: 'adamm', loss: 'mse' });
// @ts-expect-error a schedule is no optimizer
model.compile({ optimizer: 'cosineDecay', loss: 'mse' });

// Gradient checks take losses by name as well.
fl.gradcheck('log_cosh');
// @ts-expect-error
fl.gradcheck('log_kosh');
