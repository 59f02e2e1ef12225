/** The table of metrics. Each is a stateful one: its value is the same whatever the batch size. */

export type {
  AUCOptions,
  ConstraintOptions,
  PrecisionAtRecallOptions,
  RecallAtPrecisionOptions,
  SensitivityAtSpecificityOptions,
  SpecificityAtSensitivityOptions,
} from './metrics/curves.js';
export {
  auc,
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from './metrics/curves.js';
export * from './metrics/means.js';
export type {
  Metric,
  MetricDefinition,
  MetricInputs,
  MetricOptions,
  RowMetric,
  SummedMetric,
} from './metrics/metric.js';
export type {
  ClassOutcomeOptions,
  FBetaOptions,
  FScoreOptions,
  OutcomeOptions,
} from './metrics/outcomes.js';
export {
  f1Score,
  falseNegatives,
  falsePositives,
  fBetaScore,
  precision,
  recall,
  trueNegatives,
  truePositives,
} from './metrics/outcomes.js';
export * from './metrics/regression.js';
