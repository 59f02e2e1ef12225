// Trains on the embedded digits, in a worker or on this page, while an animation runs. `node examples/page/serve.js`.
import * as fl from 'fourlane';
import { digits } from 'fourlane/datasets';
import { inWorker } from 'fourlane/worker';
import { learningCurves } from 'fourlane/workflow';
import { animate } from './frames.js';

const EPOCHS = 60;
const at = (id) => document.getElementById(id);
const { x, y } = digits();

/** The same model every time: its seed decides the first weights, the dropout and the order of the images. */
function network() {
  fl.setSeed(5);
  const model = fl.sequential([
    fl.layers.rescaling({ scale: 1 / 16, inputShape: [64] }),
    fl.layers.dense({ units: 512, activation: 'relu' }),
    fl.layers.dropout({ rate: 0.4 }),
    fl.layers.dense({ units: 256, activation: 'relu' }),
    fl.layers.dropout({ rate: 0.4 }),
    fl.layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** Follows a run. Callbacks are here on the page, wherever the model is trained. */
class Watcher extends fl.Callback {
  epoch = 0;
  history = {};

  onEpochEnd(epoch, logs) {
    this.epoch = epoch + 1;
    for (const [key, value] of Object.entries(logs)) {
      this.history[key] ??= [];
      this.history[key].push(value);
    }
    // Two pictures, which stand one below the other where the page is narrow.
    at('curves').innerHTML = ['loss', 'accuracy']
      .map((key) => learningCurves(this.history, { keys: [key] }))
      .join('');
    const { accuracy, val_accuracy } = logs;
    at('status').textContent =
      `Epoch ${this.epoch} of ${EPOCHS}: accuracy ${percent(accuracy)}, validation ${percent(val_accuracy)}.`;
  }

  /** The share of the run that is done, also within an epoch. */
  get done() {
    if (!this.params) return 0;
    const { steps, progress } = this.params;
    return Math.min(1, (this.epoch + (progress().batch % steps) / steps) / EPOCHS);
  }
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

let current;
const frames = animate(at('wheel'), () => {
  if (!current) return;
  at('progress').value = current.watcher.done;
  report([
    `${((1000 * frames.count) / frames.milliseconds || 0).toFixed(1)}`,
    `${frames.longest.toFixed(0)} ms`,
  ]);
});

/** Writes into the row of the current run. */
function report(values, first = 0) {
  const cells = document.querySelectorAll(`[data-run=${current.where}] td`);
  values.forEach((value, i) => {
    cells[first + i].textContent = value;
  });
}

const trainers = {
  async worker(model, options) {
    const worker = await inWorker(model);
    try {
      await worker.fit(x, y, options);
    } finally {
      await worker.close();
    }
  },
  page: (model, options) => model.fit(x, y, options),
};

async function run(where) {
  busy(true);
  const watcher = new Watcher();
  const abort = new AbortController();
  at('stop').onclick = () => abort.abort();
  const { signal } = abort;
  const model = network();
  const began = performance.now();
  frames.restart();
  current = { where, watcher };
  report(['', '', '', '']);
  at('curves').replaceChildren();
  at('status').textContent = 'The first epoch…';
  let outcome;
  try {
    const options = { epochs: EPOCHS, validationSplit: 0.2, verbose: 0, callbacks: [watcher], signal };
    await trainers[where](model, options);
    outcome = hashOf(model.getWeights());
  } catch (error) {
    outcome = signal.aborted ? 'stopped' : 'failed';
    at('status').textContent = signal.aborted
      ? `Stopped after ${watcher.epoch} of ${EPOCHS} epochs.`
      : error.message;
  }
  const seconds = (performance.now() - began) / 1000;
  report([`${seconds.toFixed(1)} s`, outcome], 2);
  at('progress').value = watcher.done;
  current = undefined;
  busy(false);
}

function busy(running) {
  for (const id of Object.keys(trainers)) at(id).disabled = running;
  at('stop').disabled = !running;
}

/** FNV-1a (Fowler, Noll, Vo) over the bytes of all weights. */
function hashOf(weights) {
  let hash = 0x811c9dc5;
  for (const { data } of weights) {
    for (const byte of new Uint8Array(data.buffer)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

for (const where of Object.keys(trainers)) at(where).onclick = () => run(where);
