/** `fl.callbacks`: one factory for every callback. */
import { BackupAndRestore, type BackupAndRestoreOptions } from './backupAndRestore.js';
import { EarlyStopping, type EarlyStoppingOptions } from './earlyStopping.js';
import { type Hooks, LambdaCallback } from './lambda.js';
import { ModelCheckpoint, type ModelCheckpointOptions } from './modelCheckpoint.js';

export * from './classes.js';

export const backupAndRestore = (options: BackupAndRestoreOptions) => new BackupAndRestore(options);
export const earlyStopping = (options?: EarlyStoppingOptions) => new EarlyStopping(options);
export const lambdaCallback = (hooks: Hooks) => new LambdaCallback(hooks);
export const modelCheckpoint = (options: ModelCheckpointOptions) => new ModelCheckpoint(options);
