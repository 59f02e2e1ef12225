import { type BatchData, type BatchPlan, runEpoch } from './batches.js';
import { type Callback, CallbackList } from './callback.js';
import type { Pacer } from './pacer.js';
import type { Logs } from './scoreboard.js';
import type { Trainable } from './trainable.js';
import { withBatches } from './withBatches.js';

/**
 * Loss and metrics over data. Its sums are its own, so that several evaluations may overlap.
 *
 * @param callbacks those of a run that goes on, or new ones.
 */
export function evaluateBatches<Data>(
  model: Trainable<Data>,
  data: BatchData,
  plan: BatchPlan,
  callbacks: CallbackList | readonly Callback[],
  pacer: Pacer,
): Promise<Logs> {
  return withBatches(
    data,
    plan,
    (samples, batchSize) => model.evaluationProgram(samples, batchSize),
    async (batches) => {
      await pacer.wait(
        () => batches.begin(),
        () => 'before an evaluation',
      );
      const { samples, batchSize } = batches;
      const list =
        callbacks instanceof CallbackList
          ? callbacks
          : new CallbackList(callbacks, model, {
              ...{ epochs: 1, samples, batchSize, verbose: 0, resume: false },
              steps: batches.steps,
              progress: () => ({ batch: batches.taken, logs: logs() }),
            });
      const logs = () => batches.feed.scores.logs();
      const batchBegin = list.batchHook('onTestBatchBegin', logs);
      const batchEnd = list.batchHook('onTestBatchEnd', logs);
      await list.each((callback) => callback.onTestBegin({}));
      // Not by a reset: the step of another evaluation may be on its way.
      const sums = batches.feed.scores.save().fill(0);
      await runEpoch(
        batches,
        {
          begin: (scores) => scores.restore(sums),
          end: (scores) => void scores.save(sums),
          batchBegin,
          batchEnd,
          stopped: () => false,
          where: () => `in an evaluation, after ${batches.taken} of ${batches.steps ?? 'some'} iterations`,
        },
        pacer,
      );
      const { feed, stepper } = batches;
      while (stepper.pending) await stepper.pending;
      feed.scores.restore(sums);
      const result = logs();
      await list.each((callback) => callback.onTestEnd(result));
      return result;
    },
  );
}
