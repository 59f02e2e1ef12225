import type { BatchRows } from '../data/column.js';
import type { Samples } from '../data/feed.js';
import { openStepper } from '../data/stepper.js';
import type { CallbackList } from './callback.js';
import type { Pacer } from './pacer.js';
import type { Logs } from './scoreboard.js';
import type { Trainable } from './trainable.js';

/** Loss and metrics over samples. Its sums are its own, so that several evaluations may overlap. */
export async function evaluateSamples<Data>(
  model: Trainable<Data>,
  samples: Samples,
  batchSize: number,
  callbacks: CallbackList,
  pacer: Pacer,
): Promise<Logs> {
  const feed = model.evaluationProgram(samples, Math.min(batchSize, samples.length));
  const { scores } = feed;
  const stepper = await openStepper(feed, samples);
  const steps = Math.ceil(samples.length / batchSize);
  const batchBegin = callbacks.batchHook('onTestBatchBegin');
  const batchEnd = callbacks.batchHook('onTestBatchEnd');
  const logs = () => scores.logs();
  await callbacks.each((callback) => callback.onTestBegin({}));
  // Not by a reset: the step of another evaluation may be on its way.
  const sums = scores.save().fill(0);
  const rows: BatchRows = { order: undefined, start: 0, count: 0 };
  for (let batch = 0; batch < steps; batch++) {
    pacer.check(() => `in an evaluation, after ${batch} of ${steps} iterations`);
    const beginning = batchBegin?.(batch, logs);
    if (beginning) await beginning;
    rows.start = batch * batchSize;
    rows.count = Math.min(batchSize, samples.length - rows.start);
    while (stepper.pending) await stepper.pending;
    scores.restore(sums);
    const running = stepper.step(rows);
    if (running) await running;
    scores.save(sums);
    const ending = batchEnd?.(batch, logs);
    if (ending) await ending;
    if (pacer.due()) await pacer.pause();
  }
  while (stepper.pending) await stepper.pending;
  scores.restore(sums);
  const result = logs();
  await callbacks.each((callback) => callback.onTestEnd(result));
  return result;
}
