import * as fl from 'fourlane';
import { describe, expect, test } from 'vitest';
import { golden } from '../support/golden.js';
import { Script } from '../support/script.js';

interface CallbackCase {
  name: string;
  callback: 'reduceLROnPlateau' | 'earlyStopping';
  config: object;
  figures: number[];
  /** The learning rate of every epoch that was begun. */
  rates: number[];
  /** The epoch with the best figure. */
  best: number | null;
}

describe('callbacks that watch a figure decide as Keras does', () => {
  test.each(golden<CallbackCase>('callbacks'))(
    '$name',
    async ({ callback, config, figures, rates, best }) => {
      const model = fl.sequential([fl.layers.dense({ units: 1, inputShape: [1] })]);
      model.compile({ optimizer: fl.optimizers.sgd({ learningRate: 0.1 }), loss: 'mse' });
      const watching = fl.callbacks[callback](config);
      const seen: number[] = [];
      const rate = fl.callbacks.lambdaCallback({
        onEpochBegin: () => void seen.push(model.optimizer!.learningRate),
      });
      await model.fit([[1], [1]], [1, 1], {
        epochs: figures.length,
        callbacks: [rate, new Script(figures), watching],
        verbose: 0,
      });
      expect(seen.length).toBe(rates.length);
      // Keras keeps the rate in float32.
      seen.forEach(
        (value, epoch) =>
          void expect(Math.abs(value - rates[epoch])).toBeLessThan(1e-6 * rates[epoch] + 1e-45),
      );
      if (watching instanceof fl.EarlyStopping) expect(watching.bestEpoch).toBe(best);
    },
  );
});
