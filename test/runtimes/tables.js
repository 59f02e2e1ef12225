/**
 * What the rows of the package's tables need beside their defaults. The scenario goes through the tables themselves, so
 * a new activation, loss or optimizer takes part by being there; a new layer needs a row here as well.
 */

/**
 * Layers: `options`; `shape` of a sample, 64 numbers in all (default [8, 8]); how many `inputs` (default 1); `raw` where
 * the layer reads the pixels 0 to 16 themselves, as an embedding does. A list is several cases of one layer.
 */
export const LAYERS = {
  activation: { options: { activation: 'tanh' } },
  activityRegularization: { options: { l1: 0.01, l2: 0.01 } },
  adaptiveAveragePooling1D: { options: { outputSize: [3] } },
  adaptiveAveragePooling2D: { shape: [4, 8, 2], options: { outputSize: [3, 5] } },
  adaptiveAveragePooling3D: { shape: [2, 4, 4, 2], options: { outputSize: [1, 3, 2] } },
  adaptiveMaxPooling1D: { options: { outputSize: [3] } },
  adaptiveMaxPooling2D: { shape: [4, 8, 2], options: { outputSize: [3, 5] } },
  adaptiveMaxPooling3D: { shape: [2, 4, 4, 2], options: { outputSize: [1, 3, 2] } },
  add: { inputs: 2 },
  alphaDropout: [{ options: { rate: 0.25 } }, { options: { rate: 0.5, noiseShape: [1, null, 1] } }],
  average: { inputs: 3 },
  averagePooling1D: { options: { poolSize: [3], padding: 'same' } },
  averagePooling2D: { shape: [4, 8, 2], options: { poolSize: [3, 2], strides: [1, 2], padding: 'same' } },
  averagePooling3D: { shape: [2, 4, 4, 2], options: { poolSize: [1, 2, 2] } },
  batchNormalization: [{}, { options: { axis: 1, momentum: 0.5 } }],
  centerCrop: [
    { shape: [8, 4, 2], options: { height: 5, width: 3 } },
    { shape: [8, 4, 2], options: { height: 4, width: 6 } },
  ],
  concatenate: [{ inputs: 2 }, { inputs: 2, options: { axis: 1 } }],
  conv1D: [
    {
      options: {
        filters: 5,
        kernelSize: [3],
        padding: 'causal',
        dilationRate: [2],
        kernelConstraint: 'maxNorm',
      },
    },
    { shape: [16, 4], options: { filters: 6, kernelSize: [4], strides: [3], groups: 2, activation: 'relu' } },
  ],
  conv1DTranspose: {
    options: { filters: 3, kernelSize: [3], strides: [2], padding: 'same', outputPadding: [1] },
  },
  conv2D: [
    { shape: [8, 8, 1], options: { filters: 9, kernelSize: [3, 3], kernelRegularizer: 'l2' } },
    {
      shape: [4, 8, 2],
      options: { filters: 6, kernelSize: [3, 2], strides: [1, 2], padding: 'same', groups: 2 },
    },
    { shape: [4, 2, 8], options: { filters: 3, kernelSize: [1, 1], useBias: false } },
    { shape: [4, 8, 2], options: { filters: 3, kernelSize: [3, 3] } },
  ],
  conv2DTranspose: [
    { shape: [4, 4, 4], options: { filters: 9, kernelSize: [3, 2], strides: [2, 1], padding: 'same' } },
    { shape: [4, 2, 8], options: { filters: 1, kernelSize: [5, 5], strides: [2, 2], activation: 'tanh' } },
  ],
  conv3D: {
    shape: [4, 4, 2, 2],
    options: { filters: 8, kernelSize: [2, 3, 2], padding: 'same', activation: 'gelu' },
  },
  conv3DTranspose: {
    shape: [2, 2, 2, 8],
    options: { filters: 2, kernelSize: [2, 1, 3], dilationRate: [1, 1, 2] },
  },
  cropping1D: {},
  cropping2D: { shape: [4, 8, 2], options: { cropping: [1, [2, 0]] } },
  cropping3D: { shape: [4, 4, 4, 1] },
  dense: [
    { options: { units: 5, kernelConstraint: 'maxNorm', biasConstraint: 'nonNeg' } },
    { shape: [64], options: { units: 19, useBias: false, activityRegularizer: 'l2' } },
  ],
  depthwiseConv1D: { options: { kernelSize: [3], padding: 'same', depthwiseConstraint: 'maxNorm' } },
  depthwiseConv2D: [
    { shape: [4, 2, 8], options: { kernelSize: [3, 2], padding: 'same', activation: 'relu' } },
    {
      shape: [4, 4, 4],
      options: { kernelSize: [2, 2], strides: [2, 1], depthMultiplier: 3, useBias: false },
    },
  ],
  dot: [
    { inputs: 2, options: { axes: [2, 1] } },
    { inputs: 2, shape: [64], options: { axes: 1, normalize: true } },
  ],
  dropout: [
    { options: { rate: 0.25 } },
    { options: { rate: 0.5, seed: 7 } },
    { options: { rate: 0.5, noiseShape: [null, 1, null] } },
  ],
  elu: {},
  flatten: {},
  gaussianDropout: { options: { rate: 0.25 } },
  gaussianNoise: { options: { stddev: 0.1, seed: 7 } },
  globalAveragePooling1D: {},
  globalAveragePooling2D: { shape: [4, 8, 2], options: { keepdims: true } },
  globalAveragePooling3D: { shape: [2, 4, 4, 2] },
  globalMaxPooling1D: {},
  globalMaxPooling2D: { shape: [4, 8, 2], options: { keepdims: true } },
  globalMaxPooling3D: { shape: [2, 4, 4, 2] },
  groupNormalization: { options: { groups: 2 } },
  identity: {},
  input: {},
  layerNormalization: [{}, { shape: [4, 8, 2], options: { axis: [1, 2] } }],
  leakyRelu: {},
  maximum: { inputs: 3 },
  maxPooling1D: {},
  maxPooling2D: [
    { shape: [8, 8, 1] },
    { shape: [4, 4, 4], options: { poolSize: [3, 3], strides: [2, 1], padding: 'same' } },
  ],
  maxPooling3D: { shape: [2, 4, 4, 2] },
  minimum: { inputs: 2 },
  multiply: { inputs: 2 },
  normalization: [
    {},
    { shape: [4, 8, 2], options: { axis: [1, 3] } },
    { options: { axis: null, mean: [0.5], variance: [4], invert: true } },
  ],
  permute: { shape: [4, 8, 2], options: { dims: [3, 1, 2] } },
  prelu: { options: { sharedAxes: [1], alphaInitializer: 'randomNormal' } },
  randomBrightness: { shape: [4, 8, 2], options: { factor: 0.25, valueRange: [-1, 1] } },
  randomContrast: { shape: [4, 8, 2], options: { factor: [0.25, 0.5], valueRange: [-1, 1] } },
  randomCrop: { shape: [8, 8, 1], options: { height: 5, width: 7 } },
  randomFlip: [{ shape: [4, 8, 2] }, { shape: [4, 8, 2], options: { mode: 'vertical', seed: 7 } }],
  randomRotation: [
    { shape: [8, 4, 2], options: { factor: 0.5 } },
    { shape: [4, 8, 2], options: { factor: [0, 0.25], fillMode: 'nearest', interpolation: 'nearest' } },
  ],
  randomTranslation: [
    { shape: [4, 8, 2], options: { heightFactor: 0.5, widthFactor: [0, 0.25], fillMode: 'wrap' } },
    {
      shape: [4, 8, 2],
      options: { heightFactor: 0.25, widthFactor: 0.5, fillMode: 'constant', fillValue: 0.5 },
    },
  ],
  randomZoom: [
    { shape: [8, 8, 1], options: { heightFactor: 0.5 } },
    { shape: [8, 8, 1], options: { heightFactor: [-0.5, 0], widthFactor: 0.5 } },
  ],
  relu: [{}, { options: { negativeSlope: 0.25, maxValue: 2, threshold: 0.125 } }],
  repeatVector: { shape: [64], options: { n: 3 } },
  rescaling: { options: { scale: 0.5, offset: -0.25 } },
  reshape: { options: { targetShape: [4, -1] } },
  resizing: [
    { shape: [4, 8, 2], options: { height: 7, width: 5 } },
    { shape: [4, 8, 2], options: { height: 3, width: 3, interpolation: 'bicubic', antialias: true } },
    { shape: [4, 8, 2], options: { height: 6, width: 6, padToAspectRatio: true, fillValue: 0.5 } },
  ],
  rmsNormalization: {},
  separableConv1D: { options: { filters: 5, kernelSize: [3], strides: [2], pointwiseRegularizer: 'l1' } },
  separableConv2D: { shape: [4, 4, 4], options: { filters: 7, kernelSize: [3, 3], depthMultiplier: 2 } },
  softmax: [{}, { options: { axis: 1 } }],
  spatialDropout1D: { options: { rate: 0.25 } },
  spatialDropout2D: { shape: [4, 8, 2], options: { rate: 0.25 } },
  spatialDropout3D: { shape: [2, 4, 4, 2], options: { rate: 0.25 } },
  subtract: { inputs: 2 },
  unitNormalization: {},
  upSampling1D: {},
  upSampling2D: [
    { shape: [4, 8, 2], options: { size: [1, 2] } },
    { shape: [4, 8, 2], options: { size: [2, 3], interpolation: 'bilinear' } },
  ],
  upSampling3D: { shape: [2, 4, 4, 2] },
  zeroPadding1D: {},
  zeroPadding2D: { shape: [4, 8, 2] },
  zeroPadding3D: { shape: [2, 4, 4, 2] },
};

/** Options of rows of the other tables, where the defaults leave something out; null is a function that is no row. */
export const OPTIONS = {
  activations: {
    gelu: { approximate: true },
    relu: { maxValue: 1, negativeSlope: 0.25, threshold: 0.125 },
    softmax: { axis: 1 },
  },
  callbacks: {
    earlyStopping: { patience: 1, restoreBestWeights: true },
    lambdaCallback: {},
  },
  constraints: {},
  initializers: { constant: { value: 0.01 } },
  losses: { sparseCategoricalCrossentropy: { ignoreClass: 3 } },
  metrics: {
    f1Score: { average: 'macro' },
    fBetaScore: { average: 'weighted', beta: 0.5 },
    precision: { topK: 2, classId: 1 },
    precisionAtRecall: { recall: 0.5 },
    recallAtPrecision: { precision: 0.5 },
    sensitivityAtSpecificity: { specificity: 0.5 },
    specificityAtSensitivity: { sensitivity: 0.5 },
  },
  optimizers: {
    sgd: { momentum: 0.9, nesterov: true, clipvalue: 0.5 },
    rmsprop: { weightDecay: 0.01, centered: true, momentum: 0.5 },
    adam: { globalClipnorm: 1, amsgrad: true },
    adamw: { excludeFromWeightDecay: ['bias'], gradientAccumulationSteps: 3 },
    adagrad: { clipnorm: 1 },
    ftrl: { learningRatePower: -0.75, l1RegularizationStrength: 0.001 },
    nadam: { useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 10 },
  },
  regularizers: { l1l2: { l1: 0.01, l2: 0.01 } },
  schedules: {
    cosineDecay: { initialLearningRate: 0.01, decaySteps: 10, warmupTarget: 0.2, warmupSteps: 5 },
    cosineDecayRestarts: { initialLearningRate: 0.2, firstDecaySteps: 4, tMul: 1.5, mMul: 0.75 },
    exponentialDecay: { initialLearningRate: 0.2, decaySteps: 7, decayRate: 0.5 },
    inverseTimeDecay: { initialLearningRate: 0.2, decaySteps: 7, decayRate: 0.5 },
    oneCycle: { maxLearningRate: 0.2, totalSteps: 14 },
    piecewiseConstantDecay: { boundaries: [3, 8], values: [0.2, 0.1, 0.02] },
    polynomialDecay: { initialLearningRate: 0.2, decaySteps: 10, power: 1.5 },
    warmup: { steps: 5, learningRate: 0.1 },
  },
};

/** The factories of a table by their names; classes, which begin with a capital, are left out. */
export function rows(table) {
  return Object.keys(table)
    .filter((name) => /^[a-z]/.test(name))
    .sort();
}

/** Makes each row of `fl[table]` with its options: a list of [name, object]. */
export function made(fl, table) {
  const names = rows(fl[table]).filter((name) => OPTIONS[table][name] !== null);
  return names.map((name) => [name, fl[table][name](OPTIONS[table][name])]);
}

/** @throws Error where the package has a table or a layer of which nothing is known here, or the other way round. */
export function checkTables(fl) {
  const isFunction = (value) => typeof value === 'function';
  const isTable = (name) => typeof fl[name] === 'object' && Object.values(fl[name]).every(isFunction);
  compare('table', Object.keys(fl).filter(isTable), ['layers', ...Object.keys(OPTIONS)]);
  compare('layer', rows(fl.layers), Object.keys(LAYERS));
}

function compare(kind, theirs, ours) {
  const [missing, left] = [theirs.filter((n) => !ours.includes(n)), ours.filter((n) => !theirs.includes(n))];
  if (missing.length)
    throw new Error(`The ${kind} ${missing.join(', ')} needs a row in test/runtimes/tables.js.`);
  if (left.length)
    throw new Error(`test/runtimes/tables.js has the ${kind} ${left.join(', ')}, which is no more.`);
}
