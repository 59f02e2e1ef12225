import { BatchStream } from '../data/stream.js';
import type { BatchData, Batches, BatchPlan, ProgramFor } from './batches.js';
import { SampleBatches } from './sampleBatches.js';
import { StreamBatches } from './streamBatches.js';

/** Opens the data, lets `work` go through them, and closes them however it ends. */
export async function withBatches<T>(
  data: BatchData,
  plan: BatchPlan,
  programFor: ProgramFor,
  work: (batches: Batches) => Promise<T>,
): Promise<T> {
  const batches =
    data instanceof BatchStream
      ? new StreamBatches(data, plan, programFor)
      : await SampleBatches.open(data, plan, programFor);
  try {
    const result = await work(batches);
    await batches.close();
    return result;
  } catch (error) {
    // What went wrong first is what is told.
    await batches.close().catch(() => {});
    throw error;
  }
}
