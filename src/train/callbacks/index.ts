/** `fl.callbacks`: one factory for every callback. */
import { EarlyStopping, type EarlyStoppingOptions } from './earlyStopping.js';
import { type Hooks, LambdaCallback } from './lambda.js';

export * from './classes.js';

export const earlyStopping = (options?: EarlyStoppingOptions) => new EarlyStopping(options);
export const lambdaCallback = (hooks: Hooks) => new LambdaCallback(hooks);
