import { checkOptions } from '../../names.js';
import { Callback } from '../callback.js';

/** Some of the hooks of a callback. */
export type Hooks = Partial<
  Pick<
    Callback,
    'onTrainBegin' | 'onTrainEnd' | 'onEpochBegin' | 'onEpochEnd' | 'onTrainBatchBegin' | 'onTrainBatchEnd'
  >
>;

/** A callback made of functions. */
export class LambdaCallback extends Callback {
  constructor(hooks: Hooks) {
    super();
    const known = [
      'onTrainBegin',
      'onTrainEnd',
      'onEpochBegin',
      'onEpochEnd',
      'onTrainBatchBegin',
      'onTrainBatchEnd',
    ];
    checkOptions(hooks, known, 'callbacks.lambdaCallback');
    Object.assign(this, hooks);
  }
}
