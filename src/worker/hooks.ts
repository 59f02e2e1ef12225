import { Callback } from '../train/callback.js';

const BATCH_HOOKS = ['onTrainBatchBegin', 'onTrainBatchEnd', 'onTestBatchBegin', 'onTestBatchEnd'] as const;
const HOOKS = [
  ...(['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onTestBegin', 'onTestEnd'] as const),
  ...BATCH_HOOKS,
] as const;

/** The hooks of a run that may be waited for. */
export type HookName = (typeof HOOKS)[number];

/** The hooks that at least one of the callbacks overrides. */
export function overriddenHooks(callbacks: readonly Callback[]): HookName[] {
  return HOOKS.filter((hook) => callbacks.some((callback) => callback[hook] !== Callback.prototype[hook]));
}

/** The hooks of which callbacks must be told: those, and the first of a run, which tells them what the run is like. */
export function neededHooks(callbacks: readonly Callback[]): HookName[] {
  return [...new Set<HookName>(['onTrainBegin', 'onTestBegin', ...overriddenHooks(callbacks)])];
}

/** Whether a hook comes with every batch: such a one is not told the weights, which would cost more than a step. */
export function isBatchHook(hook: HookName): boolean {
  return (BATCH_HOOKS as readonly HookName[]).includes(hook);
}
