/**
 * `fourlane/worker`: the same model off the main thread, in a Web Worker or a thread of Node, Deno or Bun, behind the
 * same promises.
 *
 *     const worker = await inWorker(model);
 *     const { history } = await worker.fit(x, y, { epochs: 20, callbacks: [earlyStopping()] });
 *     model.predict(x);                                 // the weights have come back
 *     await worker.close();
 *
 * What goes along when the worker is opened: architecture, weights, what `compile` was told, the model's key of
 * randomness, and, of a model that has been trained already, the state of its optimizer and its count of steps and
 * epochs. So a run in the worker gives the same bits as it would have given here, and `fit` brings all of it back.
 */
export { type InWorkerOptions, inWorker } from './inWorker.js';
export type { LayerList, SetupModule } from './setup.js';
export {
  type WorkerEvaluateOptions,
  type WorkerFitOptions,
  type WorkerHistory,
  WorkerModel,
  type WorkerPredictOptions,
} from './workerModel.js';
