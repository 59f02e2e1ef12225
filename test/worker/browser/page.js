/** Runs what the address asks for and posts what came out to the server that gave this page. */
import { digits } from '../../../dist/datasets.js';
import * as fl from '../../../dist/index.js';
import { inWorker } from '../../../dist/worker.js';
import { hashOf } from '../../runtimes/scenario.js';
import { layers } from '../layers.js';

const { x, y } = digits();
const setup = '/test/worker/layers.js';

function network(units, ...before) {
  fl.setSeed(5);
  const model = fl.sequential([
    ...before,
    fl.layers.dense({ units, activation: 'relu', inputShape: [64] }),
    fl.layers.dropout({ rate: 0.4 }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** How long each frame took while `work` went on. */
async function framesDuring(work) {
  const durations = [];
  let last;
  let running = true;
  const done = new Promise((resolve) => {
    requestAnimationFrame(function frame(now) {
      if (last !== undefined) durations.push(now - last);
      last = now;
      if (running) requestAnimationFrame(frame);
      else resolve();
    });
  });
  await work();
  running = false;
  await done;
  return durations;
}

const scenarios = {
  /** The same run here and in a worker: frames and weights. */
  async frames() {
    const [Scale] = layers(fl);
    const [here, there] = [1, 2].map(() => network(1024, new Scale({ inputShape: [64] })));
    const fit = { epochs: 100, verbose: 0, callbacks: [new fl.Callback()] };
    const worker = await inWorker(there, { setup });
    const frames = {
      worker: await framesDuring(() => worker.fit(x, y, fit)),
      page: await framesDuring(() => here.fit(x, y, fit)),
    };
    await worker.close();
    return { frames, hashes: [hashOf(there.getWeights()), hashOf(here.getWeights())] };
  },

  /** With the shipped file, layers of one's own, and an abortion. */
  async file() {
    const [Scale] = layers(fl);
    const make = () => network(32, new Scale({ inputShape: [64] }));
    const [here, there] = [make(), make()];
    const worker = await inWorker(there, { workerUrl: '/dist/worker-thread.js', setup });
    await here.fit(x, y, { verbose: 0 });
    await worker.fit(x, y, { verbose: 0 });
    const hashes = [hashOf(there.getWeights()), hashOf(here.getWeights())];
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const options = { epochs: 10000, verbose: 0, signal: abort.signal };
    const aborted = await worker.fit(x, y, options).catch(({ name, code }) => ({ name, code }));
    await worker.close();
    return { hashes, aborted };
  },

  /** What is said where the default way is forbidden, or the file is not there. */
  async refused() {
    const attempt = (options) =>
      inWorker(network(8), options).catch(({ code, message }) => ({ code, message }));
    return {
      blob: await attempt({}),
      missing: await attempt({ workerUrl: '/nowhere.js' }),
      foreign: await attempt({ workerUrl: 'http://localhost:1/worker-thread.js' }),
    };
  },
};

const scenario = new URLSearchParams(location.search).get('scenario');
const outcome = await scenarios[scenario]().catch((error) => ({ error: String(error?.stack ?? error) }));
await fetch(`/outcome/${scenario}`, { method: 'POST', body: JSON.stringify(outcome) });
