import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { goldenFile } from '../support/golden.js';
import { Script } from '../support/script.js';

interface CheckpointFile {
  /** Iterations an epoch. */
  batches: number;
  cases: {
    name: string;
    config: Partial<fl.ModelCheckpointOptions>;
    filepath: string;
    figures: number[];
    /** The names of the files in the order in which they were written. */
    saved: string[];
  }[];
}

describe('ModelCheckpoint saves what Keras saves, under the same names', () => {
  const { batches, cases } = goldenFile<CheckpointFile>('checkpoints');

  test.each(cases)('$name', async ({ config, filepath, figures, saved }) => {
    const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [1] })]);
    model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
    const names: string[] = [];
    const store = { ...fl.memoryStore(), write: async (name: string) => void names.push(name) };
    const checkpoint = fl.callbacks.modelCheckpoint({ ...config, store, filepath });
    const ones = new Float32Array(batches).fill(1);
    await model.fit(ones, ones, {
      epochs: figures.length,
      batchSize: 1,
      callbacks: [new Script(figures), checkpoint],
      verbose: 0,
    });
    expect(names).toEqual(saved);
  });
});
