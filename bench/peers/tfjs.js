import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as nn from '@tensorflow/tfjs-layers';
import { EpochClock } from '../epochClock.js';

tf.enableProdMode();

/** TensorFlow.js on each of its backends. */
export const libraries = ['wasm', 'cpu'].map((backend) => ({
  name: `tfjs-${backend} ${tf.version_core}`,
  forms: ['dense'],

  /** Begins the training of a new model on the first rows of the data. */
  async open(workload, { x, y }, rows) {
    await tf.setBackend(backend);
    const inputs = tf.tensor2d(x.subarray(0, rows * workload.inputs), [rows, workload.inputs]);
    const targets = tf.tensor2d(y.subarray(0, rows), [rows, 1]);
    const model = nn.sequential({ layers: workload.layers(nn.layers) });
    model.compile({ optimizer: workload.optimizer, loss: workload.loss });
    return {
      async train(epochs) {
        const clock = new EpochClock();
        const { batchSize } = workload;
        await model.fit(inputs, targets, { epochs, batchSize, verbose: 0, callbacks: [clock.hooks] });
        return clock.epochs;
      },
      close() {
        model.dispose();
        model.optimizer.dispose();
        tf.dispose([inputs, targets]);
      },
    };
  },
}));
