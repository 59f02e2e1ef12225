export { BackupAndRestore, type BackupAndRestoreOptions } from './backupAndRestore.js';
export { EarlyStopping, type EarlyStoppingOptions } from './earlyStopping.js';
export { type Hooks, LambdaCallback } from './lambda.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './modelCheckpoint.js';
export { ProgressLogger } from './progressLogger.js';
