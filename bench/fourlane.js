// By path: the package's own name does not reach across bench/package.json.
import * as fl from '../dist/index.js';
import { EpochClock } from './epochClock.js';

/** This library, in the same shape as the peers. */
export const fourlane = {
  name: 'fourlane',
  forms: ['sparse', 'dense'],

  /** Begins the training of a new model on the first rows of the data. */
  async open(workload, data, rows, form) {
    fl.setSeed(1);
    const x = form === 'sparse' ? sparseRows(workload, data, rows) : denseRows(workload, data, rows);
    const y = fl.tensor(data.y.subarray(0, rows), [rows, 1]);
    const model = fl.sequential({ layers: workload.layers(fl.layers) });
    model.compile({ optimizer: workload.optimizer, loss: workload.loss });
    return {
      async train(epochs) {
        const clock = new EpochClock();
        const { batchSize } = workload;
        const callbacks = [fl.callbacks.lambdaCallback(clock.hooks)];
        await model.fit(x, y, { epochs, batchSize, verbose: 0, callbacks });
        return clock.epochs;
      },
      close() {
        model.dispose();
      },
    };
  },
};

function denseRows({ inputs }, { x }, rows) {
  return fl.tensor(x.subarray(0, rows * inputs), [rows, inputs]);
}

function sparseRows({ inputs }, { indptr, indices }, rows) {
  return new fl.SparseMatrix({
    shape: [rows, inputs],
    indptr: indptr.subarray(0, rows + 1),
    indices: indices.subarray(0, indptr[rows]),
  });
}
