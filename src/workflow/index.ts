/** `fourlane/workflow`: what comes around training: cross-validation, scores, reports and charts. */
export {
  type ChartLine,
  type LearningCurvesOptions,
  type LineChartOptions,
  learningCurves,
  lineChart,
} from './charts.js';
export {
  type AccuracyScoreOptions,
  type Average,
  type AverageScores,
  accuracyScore,
  type ClassScores,
  type ConfusionMatrixOptions,
  confusionMatrix,
  type PrecisionRecallOptions,
  precisionRecallFscoreSupport,
} from './classification.js';
export { type ConfusionMatrixChartOptions, confusionMatrixChart } from './confusionChart.js';
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type FoldResult,
  type TrainableModel,
} from './crossValidate.js';
export { type DiagnoseOptions, type Diagnosis, diagnose, type Finding } from './diagnose.js';
export {
  type BestEpochOptions,
  bestEpoch,
  exponentialMovingAverage,
  type HistoryLike,
  type Series,
} from './history.js';
export { type LearningRates, type LRFinderOptions, lrFinder } from './lrFinder.js';
export { type OverfitOneBatchOptions, type OverfitResult, overfitOneBatch } from './overfitOneBatch.js';
export { meanAbsoluteError, meanSquaredError, r2Score } from './regression.js';
export {
  type ClassificationReportOptions,
  classificationReport,
  type ReportDict,
  type ReportRow,
} from './report.js';
