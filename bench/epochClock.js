/** Notes time and loss of every epoch of a `fit`, through the callbacks that Keras-like libraries have in common. */
export class EpochClock {
  /** @type {{ ms: number, loss: number }[]} */
  epochs = [];
  #start = 0;

  hooks = {
    onEpochBegin: () => {
      this.#start = performance.now();
    },
    onEpochEnd: (_epoch, { loss }) => {
      this.epochs.push({ ms: performance.now() - this.#start, loss });
    },
  };
}
