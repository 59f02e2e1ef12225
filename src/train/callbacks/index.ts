/** `fl.callbacks`: one factory for every callback. */
import { CSVLogger, type CSVLoggerOptions } from './csvLogger.js';
import { EarlyStopping, type EarlyStoppingOptions } from './earlyStopping.js';
import { EventStream, type EventStreamOptions } from './eventStream.js';
import { type Hooks, LambdaCallback } from './lambda.js';
import { LearningRateScheduler, type LearningRateSchedulerOptions } from './learningRateScheduler.js';
import { ProgbarLogger } from './progbarLogger.js';
import { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduceLROnPlateau.js';
import { RemoteMonitor, type RemoteMonitorOptions } from './remoteMonitor.js';
import { SwapEMAWeights, type SwapEMAWeightsOptions } from './swapEMAWeights.js';
import { TerminateOnNaN, type TerminateOnNaNOptions } from './terminateOnNaN.js';

export * from './classes.js';

export const csvLogger = (options?: CSVLoggerOptions) => new CSVLogger(options);
export const earlyStopping = (options?: EarlyStoppingOptions) => new EarlyStopping(options);
export const eventStream = (options: EventStreamOptions) => new EventStream(options);
export const lambdaCallback = (hooks: Hooks) => new LambdaCallback(hooks);
export const learningRateScheduler = (options: LearningRateSchedulerOptions) =>
  new LearningRateScheduler(options);
export const progbarLogger = () => new ProgbarLogger();
export const reduceLROnPlateau = (options?: ReduceLROnPlateauOptions) => new ReduceLROnPlateau(options);
export const remoteMonitor = (options?: RemoteMonitorOptions) => new RemoteMonitor(options);
export const swapEMAWeights = (options?: SwapEMAWeightsOptions) => new SwapEMAWeights(options);
export const terminateOnNaN = (options?: TerminateOnNaNOptions) => new TerminateOnNaN(options);
