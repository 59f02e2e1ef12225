/** `fourlane/data`: what comes before training. Names and defaults are scikit-learn's and Keras's, in camelCase. */
export type { Label, Labels, Numbers, Rows } from './prepare/arrays.js';
export { computeClassWeight } from './prepare/classWeight.js';
export type { Scaler } from './prepare/columnScaler.js';
export { LabelEncoder, multiHot, oneHot, toCategorical, toClasses } from './prepare/encoders.js';
export {
  MinMaxScaler,
  type MinMaxScalerOptions,
  StandardScaler,
  type StandardScalerOptions,
} from './prepare/scalers.js';
export { type PadSequencesOptions, padSequences } from './prepare/sequences.js';
export { KFold, type KFoldOptions, type Split, type Splitter, StratifiedKFold } from './prepare/splits.js';
export { type Taken, take } from './prepare/take.js';
export { TextVectorization } from './prepare/text.js';
export type { TextVectorizationOptions } from './prepare/textOptions.js';
export { type TrainTestParts, type TrainTestSplitOptions, trainTestSplit } from './prepare/trainTest.js';
