import { describeArguments } from '../model/compileArguments.js';
import type { Model } from '../model/model.js';
import { checkOptions } from '../names.js';
import { absoluteUrl } from '../threads/index.js';
import { runtime } from '../wasm/runtime.js';
import { Link } from './link.js';
import { buffersOf } from './snapshot.js';
import { WorkerModel } from './workerModel.js';

const STAYS_HERE = 'inWorker cannot send its functions to a worker. Train this model here.';

export interface InWorkerOptions {
  /**
   * Where the shipped file `fourlane/worker-thread.js` is served. Only needed where a content security policy refuses
   * workers from blob: addresses. Default: the copy of that file that this module carries.
   */
  workerUrl?: string | URL;
  /**
   * The address of a module with layers of one's own: `export const layers = (fl) => [class MyLayer extends fl.Layer
   * { … }]`. It is imported in the worker. Default: none.
   */
  setup?: string | URL;
}

/**
 * Opens a worker with a copy of the model. Everything that makes a difference goes along: architecture, weights, what
 * `compile` was told, the key of its random streams, and the state of its training. A model that is compiled later
 * needs another worker.
 *
 * @throws RuntimeUnsupportedError `no-worker` where the platform has none; FourlaneError `worker-start` where it cannot
 *   be started; ConfigError `not-built`, `own-part` for losses, metrics and optimizers of one's own, `setup`;
 *   FormatError `unknown-layer-class`.
 */
export async function inWorker(model: Model, options: InWorkerOptions = {}): Promise<WorkerModel> {
  checkOptions(options, ['workerUrl', 'setup'], 'inWorker');
  const { workerUrl, setup } = options;
  const { key, compileArguments, optimizer } = model;
  const file = model.save();
  const training = model.training?.snapshot();
  const { relaxed, threads, team } = runtime();
  const request = {
    file,
    key,
    // The optimizer itself: somebody may have set its learning rate.
    compile: compileArguments && describeArguments({ ...compileArguments, optimizer }, STAYS_HERE),
    training,
    runtime: { relaxed, threads, workerUrl: team?.url },
    setup: setup === undefined ? undefined : absoluteUrl(setup, 'inWorker: setup'),
  };
  const link = new Link(workerUrl);
  try {
    await link.call('open', request, { transfer: [file.buffer, ...buffersOf({ training })] });
    return new WorkerModel(model, link);
  } catch (error) {
    await link.close();
    throw error;
  }
}
