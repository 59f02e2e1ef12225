/** Threads run the built `dist/replica.js`; everything else here is the source, with a runtime of its own each time. */
import { existsSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterEach, vi } from 'vitest';
import { uniformArray } from '../support/random.js';

export type Library = typeof import('../../src/index.js');
export type Model = InstanceType<Library['Model']>;

export const replicaUrl = new URL('../../dist/replica.js', import.meta.url);
export const built = existsSync(replicaUrl);
export const reason = built ? '' : ' (skipped: no dist/, run npm run build)';
if (!built) console.warn('Threads are not tested: there is no dist/. Run npm run build.');

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const team of opened.splice(0)) team.close();
  vi.restoreAllMocks();
});

/** The library with so many threads. */
export async function open(threads: number): Promise<Library> {
  vi.resetModules();
  const fl = await import('../../src/index.js');
  if (threads > 1) await fl.init({ threads, workerUrl: replicaUrl });
  if (fl.runtime().threads !== threads) throw new Error(`${threads} threads have not started`);
  const { runtime } = await import('../../src/wasm/runtime.js');
  const { team } = runtime();
  if (team) opened.push(team);
  return fl;
}

/** The threads that the platform starts from now on. */
export function watchThreads(): Worker[] {
  const started: Worker[] = [];
  const platform = process.getBuiltinModule('node:worker_threads') as { Worker: typeof Worker };
  const Original = platform.Worker;
  vi.spyOn(platform, 'Worker').mockImplementation(function start(...given: unknown[]) {
    const worker: Worker = Reflect.construct(Original, given);
    started.push(worker);
    return worker;
  });
  return started;
}

/** Lets every step look as if threads took long, until what it returns is called. */
export function slowThreads(): () => void {
  const { load } = Atomics;
  const { now } = performance;
  let looks = 0;
  let time = now.call(performance);
  // More looks than a step is given before it goes on with turns of the event loop.
  Atomics.load = ((...where: Parameters<typeof load>) =>
    looks++ % 20_010 < 20_005 ? -1 : load(...where)) as typeof load;
  performance.now = () => (time += 1000);
  return () => {
    Atomics.load = load;
    performance.now = now;
  };
}

export const WIDTH = 24;
export const CLASSES = 4;

/** Samples with labels that depend on them. */
export function samples(count: number) {
  const x = uniformArray(count * WIDTH, 1);
  const labels = Int32Array.from({ length: count }, (_, i) => {
    const row = x.subarray(i * WIDTH, (i + 1) * WIDTH);
    return Math.min(CLASSES - 1, Math.floor((row[0] + row[1] + 2) * (CLASSES / 4)));
  });
  return { x, labels };
}

/** A classifier with enough work for threads from 18 samples on for each. */
export function classifier(
  fl: Library,
  compile: object = {},
  hidden: object = {},
  rate = 0,
  seed = 21,
): Model {
  fl.setSeed(seed);
  const { dense, dropout } = fl.layers;
  const model = fl.sequential([
    dense({ units: 128, activation: 'relu', inputShape: [WIDTH], ...hidden }),
    dropout({ rate }),
    dense({ units: 96, activation: 'tanh', ...hidden }),
    dropout({ rate }),
    dense({ units: CLASSES, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: 'adam',
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    ...compile,
  });
  return model;
}

/** All weights one after the other. */
export function weightsOf(model: Model): Float32Array {
  return Float32Array.from(model.getWeights().flatMap(({ data }) => Array.from(data)));
}
