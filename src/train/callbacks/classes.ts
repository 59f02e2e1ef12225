export { EarlyStopping, type EarlyStoppingOptions } from './earlyStopping.js';
export { type Hooks, LambdaCallback } from './lambda.js';
export { ProgressLogger } from './progressLogger.js';
